//! Names, shapes and forms of files: the other network's weights go in and out under each.

use burn::tensor::Device;
use darkroom::{
    methods::{Names, build},
    weights::{Dtype, convert, from_bytes},
};

use crate::case::{Case, HEADS, PATCH, SIZE, Tensors, WEIGHTS, config, difference, file, forward, mae, numbers, open, tensors};

#[test]
fn what_shapes_tell_is_read_from_them() {
    let opened = open(WEIGHTS, &Device::flex());
    assert!(opened.header.is_none());
    let config = mae(&opened.method).config();
    assert_eq!((config.size, config.patch, config.mlp_ratio), (SIZE, PATCH, 2));
    assert_eq!((config.encoder_dim, config.encoder_depth, config.encoder_heads), (32, 2, 2));
    assert_eq!((config.decoder_dim, config.decoder_depth, config.decoder_heads), (24, 2, 3));
    assert_eq!(config.epsilon, 1e-12, "as transformers has it");
}

#[test]
fn positions_are_computed_as_the_other_computes_them() {
    let (device, case) = (Device::flex(), Case::read());
    let mut lacking = tensors(WEIGHTS);
    let opened = open(WEIGHTS, &device);
    let fresh = build(&config(&opened.method), &device).unwrap();
    let (ours, theirs) = (mae(&fresh), mae(&opened.method));
    for (ours, theirs) in [
        (&ours.encoder.positions, &theirs.encoder.positions),
        (&ours.decoder.positions, &theirs.decoder.positions),
    ] {
        assert!(difference(&numbers(ours.val()), &numbers(theirs.val())) < 1e-6);
    }
    // Some files leave the decoder's out. The encoder's tells how large the pictures are.
    lacking.remove("decoder.decoder_pos_embed").unwrap();
    let opened = open(&file(&lacking, &HEADS), &device);
    case.same("logits", &forward(mae(&opened.method), &case, &device).1);
}

/// The paper's own names: queries, keys and values in one tensor.
fn original(published: &Tensors) -> Tensors {
    let renamed = |name: &str| {
        [
            ("vit.embeddings.patch_embeddings.projection", "patch_embed.proj"),
            ("vit.embeddings.position_embeddings", "pos_embed"),
            ("vit.embeddings.cls_token", "cls_token"),
            ("vit.encoder.layer", "blocks"),
            ("vit.layernorm", "norm"),
            ("decoder.decoder_layers", "decoder_blocks"),
            ("decoder.", ""),
            ("layernorm_before", "norm1"),
            ("layernorm_after", "norm2"),
            ("attention.output.dense", "attn.proj"),
            ("intermediate.dense", "mlp.fc1"),
            ("output.dense", "mlp.fc2"),
        ]
        .iter()
        .fold(name.to_owned(), |name, (from, to)| name.replacen(from, to, 1))
    };
    let mut list = Tensors::new();
    for (name, (shape, numbers)) in published {
        if name.contains(".query.") {
            let parts = ["query", "key", "value"].map(|part| published[&name.replace("query", part)].1.clone());
            let shape = [&[3 * shape[0]], &shape[1..]].concat();
            list.insert(
                renamed(&name.replace("attention.attention.query", "attn.qkv")),
                (shape, parts.concat()),
            );
        } else if !name.contains(".key.") && !name.contains(".value.") {
            list.insert(renamed(name), (shape.clone(), numbers.clone()));
        }
    }
    list
}

#[test]
fn the_papers_own_names_make_the_same_network() {
    let (device, case) = (Device::flex(), Case::read());
    let theirs = original(&tensors(WEIGHTS));
    for name in [
        "blocks.1.attn.qkv.weight",
        "decoder_blocks.0.mlp.fc2.bias",
        "decoder_pred.weight",
        "mask_token",
        "norm.bias",
    ] {
        assert!(theirs.contains_key(name), "{name}");
    }
    let opened = open(&file(&theirs, &HEADS), &device);
    let (encoded, logits) = forward(mae(&opened.method), &case, &device);
    case.same("encoded", &encoded);
    case.same("logits", &logits);
}

#[test]
fn published_names_go_through_our_form_and_back_unchanged() {
    let ours = convert(WEIGHTS, "mae.safetensors", None, Dtype::F32).unwrap();
    assert!(from_bytes(&ours, "ours", &Device::flex()).unwrap().header.is_some());
    let back = convert(&ours, "ours", Some(Names::HuggingFace), Dtype::F32).unwrap();
    assert!(tensors(&back) == tensors(WEIGHTS), "every tensor to the bit");
    let papers = convert(&ours, "ours", Some(Names::Original), Dtype::F32).unwrap();
    assert!(tensors(&papers) == original(&tensors(WEIGHTS)), "every tensor to the bit");
    let (device, case) = (Device::flex(), Case::read());
    case.same("logits", &forward(mae(&open(&ours, &device).method), &case, &device).1);
}

/// One tensor renamed, missing, too many, or of another shape: refused, and the sentence names it.
#[test]
fn a_published_file_with_one_tensor_wrong_is_refused_by_its_name() {
    let refused = |change: &dyn Fn(&mut Tensors)| {
        let mut changed = tensors(WEIGHTS);
        change(&mut changed);
        let refused = from_bytes(&file(&changed, &HEADS), "mae.safetensors", &Device::flex());
        let sentence = refused.map(|_| ()).unwrap_err().to_string();
        assert!(sentence.contains("mae.safetensors"), "{sentence}");
        sentence
    };
    // Shapes of these make the network's: where one is another, the next that does not fit it is named.
    let telling = [
        "vit.embeddings.patch_embeddings.projection.weight",
        "vit.encoder.layer.0.intermediate.dense.weight",
        "decoder.decoder_embed.weight",
    ];
    for name in tensors(WEIGHTS).keys() {
        // The decoder's table of positions can be computed.
        if name != "decoder.decoder_pos_embed" {
            let missing = refused(&|tensors| drop(tensors.remove(name)));
            assert!(missing.contains(&format!("lacks tensor \"{name}\"")), "{name}: {missing}");
        }
        let longer = refused(&|tensors| {
            let (shape, numbers) = tensors.get_mut(name).unwrap();
            numbers.extend(numbers.clone());
            shape[0] *= 2;
        });
        let named = |name: &str| longer.contains(&format!("tensor \"{name}\" is ["));
        assert!(named(name) || telling.contains(&name.as_str()), "{name}: {longer}");
    }
    let name = "vit.encoder.layer.1.attention.attention.key.bias";
    let renamed = refused(&|tensors| {
        let tensor = tensors.remove(name).unwrap();
        tensors.insert(name.replace("key", "kay"), tensor);
    });
    assert!(renamed.contains(&format!("lacks tensor \"{name}\" of shape [32]")), "{renamed}");
    let extra = refused(&|tensors| {
        let tensor = tensors[name].clone();
        tensors.insert("vit.pooler.dense.bias".into(), tensor);
    });
    assert!(extra.contains("\"vit.pooler.dense.bias\" belongs to no part"), "{extra}");
    let shape = refused(&|tensors| {
        let (shape, numbers) = tensors.get_mut(name).unwrap();
        numbers.truncate(31);
        *shape = vec![31];
    });
    assert!(shape.contains(&format!("\"{name}\" is [31]; this model's is [32]")), "{shape}");
}
