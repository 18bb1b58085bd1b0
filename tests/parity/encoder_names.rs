//! Names and shapes of published encoders: every tensor has its place, and one that is wrong is named.

use std::collections::BTreeMap;

use burn::tensor::Device;
use darkroom::{
    methods::{AnyMethod, Method},
    weights::from_bytes,
};

use crate::encoders::{HEADS, Published, Stored, TRANSFORMERS, file, published};

fn refused(published: &Published) -> String {
    let refused = from_bytes(&file(published, &HEADS), "a.safetensors", &Device::flex());
    refused.map(|_| ()).unwrap_err().to_string()
}

fn float(shape: &[usize]) -> Stored {
    (
        safetensors::Dtype::F32,
        shape.to_vec(),
        vec![0; 4 * shape.iter().product::<usize>()],
    )
}

/// Shapes of these make the network's: where one is another, the next that does not fit it may be the one named.
fn tells(name: &str) -> bool {
    ["patch_embed.proj.weight", "projection.weight", "register_tokens"]
        .iter()
        .any(|end| name.ends_with(end))
}

#[test]
fn every_tensor_of_a_transformer_is_accounted_for_by_name() {
    for (case, ..) in TRANSFORMERS {
        let good = published(case);
        for name in good.keys() {
            let mut changed = good.clone();
            changed.remove(name);
            // Without its registers a network is another one, and a good one; no answer needs the mask token.
            if !name.ends_with("register_tokens") && !name.ends_with("mask_token") {
                let missing = refused(&changed);
                assert!(
                    missing.contains("lacks tensor") && missing.contains(name.as_str()),
                    "{case}, {name}: {missing}"
                );
            }
            let mut changed = good.clone();
            let (_, shape, bytes) = changed.get_mut(name).unwrap();
            bytes.extend(bytes.clone());
            *shape.last_mut().unwrap() *= 2;
            let longer = refused(&changed);
            assert!(longer.contains(name.as_str()) || tells(name), "{case}, {name}: {longer}");
        }
        let mut changed = good.clone();
        changed.insert("head.weight".into(), float(&[1]));
        let extra = refused(&changed);
        assert!(extra.contains("\"head.weight\" belongs to no part"), "{extra}");
    }
    let wide = from_bytes(&file(&published("dinov2"), &[]), "a", &Device::flex())
        .map(|_| ())
        .unwrap_err()
        .to_string();
    assert!(wide.contains("num_attention_heads"), "how many heads nobody can tell: {wide}");
}

#[test]
fn every_tensor_of_a_resnet_is_accounted_for_by_name() {
    let good = published("resnet18");
    let without = |name: &str| {
        let mut changed = good.clone();
        changed.remove(name).unwrap();
        refused(&changed)
    };
    for name in [
        "conv1.weight",
        "bn1.running_var",
        "layer1.0.bn1.weight",
        "layer2.0.downsample.1.running_mean",
        "fc.weight",
        "fc.bias",
    ] {
        let missing = without(name);
        assert!(missing.contains("lacks tensor") && missing.contains(name), "{name}: {missing}");
    }
    let with = |name: &str, tensor: Stored| {
        let mut changed = good.clone();
        changed.insert(name.into(), tensor);
        refused(&changed)
    };
    let shape = with("layer4.1.bn2.bias", float(&[511]));
    assert!(shape.contains("\"layer4.1.bn2.bias\" is [511]; this model's is [512]"), "{shape}");
    let extra = with("layer1.0.conv3.bias", float(&[1]));
    assert!(extra.contains("\"layer1.0.conv3.bias\" belongs to no part"), "{extra}");
    let deeper = with("layer1.2.conv1.weight", float(&[64, 64, 3, 3]));
    assert!(
        deeper.contains("[3, 2, 2, 2] plain blocks") && deeper.contains("ResNet-50"),
        "{deeper}"
    );
    let counted = with("bn1.num_batches_tracked", float(&[2]));
    assert!(
        counted.contains("\"bn1.num_batches_tracked\" is [2]; this model's is []"),
        "{counted}"
    );
    let whole = with("conv1.weight", (safetensors::Dtype::I64, vec![], vec![0; 8]));
    assert!(whole.contains("\"conv1.weight\" is of type I64"), "{whole}");
}

/// What a tiny case's shapes are at a published size: 384 wide, twelve layers.
fn published_shapes(case: &str, side: usize, patch: usize) -> BTreeMap<String, Vec<usize>> {
    let mut shapes = BTreeMap::new();
    for (name, (_, shape, _)) in published(case) {
        let wide = |axis: &usize| if axis.is_multiple_of(48) { axis * 8 } else { *axis };
        let mut shape: Vec<usize> = shape.iter().map(wide).collect();
        if name.ends_with("pos_embed") || name.ends_with("position_embeddings") {
            shape[1] = 1 + side * side;
        }
        if let [_, 3, rows, columns] = shape.as_mut_slice() {
            (*rows, *columns) = (patch, patch);
        }
        let layers = if name.contains(".0.") { 12 } else { 1 };
        if !name.contains(".1.") {
            shapes.extend((0..layers).map(|layer| (name.replace(".0.", &format!(".{layer}.")), shape.clone())));
        }
    }
    shapes
}

/// The real files' names and shapes, heads told by the width: each tensor has its place.
#[test]
fn networks_of_the_published_sizes_are_told_by_their_shapes() {
    let cases = [
        ("dino", 14, 16, "vit-small/16", 150),
        ("dino", 28, 8, "vit-small/8", 150),
        ("dino_hf", 14, 16, "vit-small/16", 198),
        ("dinov2", 37, 14, "vit-small/14+scale", 175),
        ("dinov2_registers", 37, 14, "vit-small/14+scale+registers:4", 176),
        ("dinov2_hf", 37, 14, "vit-small/14+scale", 223),
    ];
    for (case, side, patch, backbone, count) in cases {
        let shapes = published_shapes(case, side, patch);
        assert_eq!(shapes.len(), count, "{case}");
        let (names, config, _) = AnyMethod::recognise(&shapes, &BTreeMap::new()).unwrap().unwrap();
        assert_eq!(config.knobs["backbone"].as_str(), Some(backbone));
        assert_eq!(AnyMethod::plan(&config).unwrap().size_px, side * patch);
        let wanted = AnyMethod::entries(&config, names).unwrap();
        let wanted: BTreeMap<String, Vec<usize>> = wanted.into_iter().flat_map(|entry| entry.theirs).collect();
        assert_eq!(wanted, shapes, "{case}");
    }
}
