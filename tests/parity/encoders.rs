//! Published encoders against the same networks in PyTorch: DINO's and DINOv2's transformers, torchvision's ResNets, by their
//! own names. `make_encoders.py` made the answers; weights and pictures are pure functions of their names.

use std::collections::BTreeMap;

use burn::tensor::{Device, Tensor, TensorData};
use darkroom::{
    config::RunConfig,
    methods::Method,
    weights::{Dtype, Opened, convert, from_bytes, onto, state},
};
use safetensors::{SafeTensors, tensor::TensorView};

use crate::case::{TOLERANCE, difference, tensors};

const ANSWERS: &[u8] = include_bytes!("encoders.safetensors");
/// What shapes do not tell of networks as narrow as these.
pub const HEADS: [(&str, &str); 1] = [("num_attention_heads", "3")];

/// Type, shape and bytes of each tensor.
pub type Published = BTreeMap<String, Stored>;
pub type Stored = (safetensors::Dtype, Vec<usize>, Vec<u8>);

/// SplitMix64 over FNV-1a of the name, -1..1, as `make_encoders.py` has it.
fn uniform(name: &str, count: usize) -> impl Iterator<Item = f32> + use<> {
    let fold = |key: u64, byte: u8| (key ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    let key = name.bytes().fold(0xcbf2_9ce4_8422_2325, fold);
    (1..=count as u64).map(move |index| {
        let mut z = key.wrapping_add(index.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 40) as f32 / (1u32 << 23) as f32 - 1.0
    })
}

pub fn published(case: &str) -> Published {
    type Spec = (String, Vec<usize>, f32, f32);
    let (_, metadata) = SafeTensors::read_metadata(ANSWERS).unwrap();
    let cases = &metadata.metadata().as_ref().unwrap()["cases"];
    let cases: BTreeMap<String, BTreeMap<String, Spec>> = serde_json::from_str(cases).unwrap();
    let made = cases[case].iter().map(|(name, (dtype, shape, scale, offset))| {
        let numbers = uniform(&format!("{case}.{name}"), shape.iter().product()).map(|u| offset + scale * u);
        let stored = match dtype.as_str() {
            "I64" => (safetensors::Dtype::I64, shape.clone(), 12_345i64.to_le_bytes().to_vec()),
            _ => (safetensors::Dtype::F32, shape.clone(), numbers.flat_map(f32::to_le_bytes).collect()),
        };
        (name.clone(), stored)
    });
    made.collect()
}

pub fn file(published: &Published, remarks: &[(&str, &str)]) -> Vec<u8> {
    let views = published
        .iter()
        .map(|(name, (dtype, shape, bytes))| (name, TensorView::new(*dtype, shape.clone(), bytes).unwrap()));
    let remarks = remarks.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
    safetensors::serialize(views, Some(remarks.collect())).unwrap()
}

fn pictures(case: &str, side: usize) -> Tensor<4> {
    let pixels: Vec<f32> = uniform(&format!("{case}.pictures.{side}"), 6 * side * side)
        .map(|u| 0.5 + 0.4 * u)
        .collect();
    Tensor::from_data(TensorData::new(pixels, [2, 3, side, side]), &Device::flex())
}

fn open(published: &Published) -> Opened {
    from_bytes(&file(published, &HEADS), "a.safetensors", &Device::flex()).unwrap()
}

fn assert_same<const D: usize>(case: &str, what: &str, ours: Tensor<D>) {
    let (_, theirs) = &tensors(ANSWERS)[&format!("{case}.{what}")];
    let ours: Vec<f32> = ours.into_data().iter::<f32>().collect();
    let off = difference(&ours, theirs);
    println!("{case}, {what}: {off:.1e}");
    assert!(ours.len() == theirs.len() && off < TOLERANCE, "{case}, {what}: {off}");
}

/// Case, side of its pictures, side of the others, and its backbone as it is typed.
pub const TRANSFORMERS: [(&str, usize, usize, &str); 6] = [
    ("dino", 32, 48, "vit:48x2/3/8"),
    ("dino_hf", 32, 48, "vit:48x2/3/8"),
    ("dinov2", 35, 28, "vit:48x2/3/7+scale"),
    ("dinov2_registers", 35, 42, "vit:48x2/3/7+scale+registers:4"),
    ("dinov2_hf", 35, 42, "vit:48x2/3/7+scale"),
    ("dinov2_registers_hf", 35, 42, "vit:48x2/3/7+scale+registers:4"),
];

#[test]
fn published_transformers_say_what_pytorch_says() {
    for (case, side, other, backbone) in TRANSFORMERS {
        let Opened { method, header, note } = open(&published(case));
        assert!(header.is_none() && note.unwrap().contains("published"));
        assert_eq!((method.name(), method.views().size_px), ("dino", side));
        assert_eq!(method.knobs()["backbone"].as_str(), Some(backbone));
        let embedded = method.embed(pictures(case, side));
        assert_same(case, "class", embedded.clone());
        assert_same(case, "patches", method.embed_patches(pictures(case, side)).unwrap());
        assert_same(case, "other", method.embed(pictures(case, other)));
        assert_eq!(
            method.project(embedded.clone()).into_data(),
            embedded.into_data(),
            "no head: as they are"
        );
    }
}

#[test]
fn published_resnets_say_what_pytorch_says_with_and_without_their_classifier() {
    for case in ["resnet18", "resnet50"] {
        let mut published = published(case);
        let Opened { method, .. } = open(&published);
        assert_eq!(method.name(), "supervised");
        assert_eq!(method.knobs()["backbone"].as_str(), Some(case));
        let pooled = method.embed(pictures(case, 64));
        assert_same(case, "pooled", pooled.clone());
        assert_same(case, "logits", method.project(pooled));
        published.retain(|name, _| !name.starts_with("fc."));
        let bare = open(&published).method;
        let pooled = bare.embed(pictures(case, 64));
        assert_same(case, "pooled", pooled.clone());
        assert_eq!(bare.project(pooled.clone()).into_data(), pooled.into_data());
        // Nothing reads how many batches a norm has seen; older files do not say it.
        published.retain(|name, _| !name.ends_with("num_batches_tracked"));
        assert_same(case, "pooled", open(&published).method.embed(pictures(case, 64)));
    }
}

#[test]
fn published_encoders_go_through_our_form_unchanged() {
    for case in ["dino_hf", "dinov2_registers", "dinov2_hf"] {
        let theirs = file(&published(case), &HEADS);
        let ours = convert(&theirs, "theirs", None, Dtype::F32).unwrap();
        let [theirs, ours] = [&theirs, &ours].map(|bytes| from_bytes(bytes, "a", &Device::flex()).unwrap());
        assert!(ours.header.is_some());
        assert_eq!(state(&ours.method), state(&theirs.method), "{case}");
        assert_eq!(ours.method.knobs(), theirs.method.knobs());
    }
}

#[test]
fn a_run_starts_from_a_published_encoder_with_a_head_of_its_own() {
    let knobs = |set: &[(&str, &str)]| {
        set.iter()
            .map(|(name, value)| ((*name).to_owned(), toml::Value::String((*value).into())))
            .collect()
    };
    let run = |method: &str, set: &[(&str, &str)]| RunConfig {
        method: method.into(),
        knobs: knobs(set),
        ..RunConfig::default()
    };
    let bytes = file(&published("dino"), &HEADS);
    let vit = [("backbone", "vit:48x2/3/8"), ("size", "32"), ("projector", "64,32")];
    let model = onto(&run("simclr", &vit), &bytes, "a", &Device::flex()).unwrap().method;
    assert_same("dino", "class", model.embed(pictures("dino", 32)));
    assert_eq!(model.project(model.embed(pictures("dino", 32))).dims(), [2, 32]);
    let bytes = file(&published("resnet18"), &[]);
    let classes = |count| run("supervised", &[("backbone", "resnet18"), ("projector", count)]);
    assert!(onto(&classes("1000"), &bytes, "a", &Device::flex()).is_ok());
    let refused = onto(&classes("10"), &bytes, "a", &Device::flex())
        .map(|_| ())
        .unwrap_err()
        .to_string();
    assert!(
        refused.contains("\"fc.weight\" is [1000, 512]; this model's is [10, 512]"),
        "{refused}"
    );
}
