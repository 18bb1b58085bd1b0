//! Published encoders: which network a file's names and shapes make, for the method that answers for such files.

use std::collections::BTreeMap;

use super::names::Top;
use crate::{
    config::RunConfig,
    methods::{
        Names, Recognised,
        published::{HEADS, Reader, Shapes, TRANSFORMERS},
    },
    nn::{
        ResNetConfig,
        backbone::{Extras, Kind, spelt},
        resnet::Stem,
    },
};

/// Side of DINO's small crops, pixels; brought to a multiple of the patch.
const LOCAL_PX: usize = 96;

/// A vision transformer alone, as DINO and DINOv2 publish theirs, under their own names or Hugging Face's, for the method
/// `dino` without a head. `None` where the file is none.
pub fn transformer(shapes: &Shapes, remarks: &BTreeMap<String, String>) -> Option<Recognised> {
    let names = [Names::Original, Names::HuggingFace].into_iter().find(|names| {
        let top = Top::of(*names);
        shapes.contains_key(top.class_token) || shapes.contains_key(&format!("{}.weight", top.patch))
    })?;
    let reader = Reader {
        shapes,
        remarks,
        what: "a vision transformer",
    };
    Some(read_transformer(&reader, names))
}

fn read_transformer(reader: &Reader<'_>, names: Names) -> Recognised {
    let top = Top::of(names);
    let [dim, patch] = reader.patches(&format!("{}.weight", top.patch))?;
    let is_scale = |name: &String| name.ends_with(".ls1.gamma") || name.ends_with(".layer_scale1.lambda1");
    let extras = Extras {
        layer_scale: reader.shapes.keys().any(is_scale),
        registers: match reader.shapes.contains_key(top.registers) {
            true => reader.axes::<3>(top.registers)?[1],
            false => 0,
        },
        mean: false,
    };
    let kind = Kind::Vit {
        dim,
        depth: reader.depth(top.blocks)?,
        heads: reader.heads("encoder", HEADS, dim, &TRANSFORMERS)?,
        patch,
    };
    let size = reader.side(top.positions)?.saturating_mul(patch);
    let local = ((LOCAL_PX + patch / 2) / patch.max(1)).max(1).saturating_mul(patch).min(size);
    let set = [
        ("backbone", spelt(kind, extras).unwrap_or_default()),
        ("size", size.to_string()),
        ("projector", "none".into()),
        ("prototypes", "0".into()),
        ("local_size", local.to_string()),
    ];
    let whose = match (names, extras.layer_scale) {
        (Names::HuggingFace, true) => "Hugging Face's names for DINOv2",
        (Names::HuggingFace, false) => "Hugging Face's names for DINO",
        (_, true) => "DINOv2's own names",
        (_, false) => "DINO's own names, which others use too (MAE's and DeiT's encoders, timm): what trained it the file does not say",
    };
    let note =
        format!("A published vision transformer without a head, under {whose}. Pictures are compared by their class tokens as they are.");
    Ok((names, run("dino", &set), Some(note)))
}

/// torchvision's ResNet-18 or ResNet-50, with or without the classifier, for the method `supervised`. `None` where the file
/// is none.
pub fn residual(shapes: &Shapes, remarks: &BTreeMap<String, String>) -> Option<Recognised> {
    let is_one = ["layer1.0.conv1.weight", "layer1.0.bn1.weight"]
        .iter()
        .any(|name| shapes.contains_key(*name));
    let reader = Reader {
        shapes,
        remarks,
        what: "a residual network",
    };
    is_one.then(|| read_residual(&reader))
}

fn read_residual(reader: &Reader<'_>) -> Recognised {
    let [width, _, side, _] = reader.axes("conv1.weight")?;
    let mut blocks = [0; 4];
    for (stage, count) in blocks.iter_mut().enumerate() {
        *count = reader.depth(&format!("layer{}", stage + 1))?;
    }
    let shape = ResNetConfig {
        blocks,
        bottleneck: reader.shapes.contains_key("layer1.0.conv3.weight"),
        stem: if side == 3 { Stem::Cifar } else { Stem::Imagenet },
        width,
        zero_last: false,
    };
    let unknown = || {
        let kind = if shape.bottleneck { "bottlenecks" } else { "plain blocks" };
        format!(
            "its residual network starts {width} wide and has {blocks:?} {kind}; known are ResNet-18 and ResNet-50, which start 64 wide"
        )
    };
    let backbone = spelt(Kind::ResNet(shape), Extras::default()).ok_or_else(unknown)?;
    let has_classifier = ["fc.weight", "fc.bias"].map(|name| reader.shapes.contains_key(name));
    let projector = match has_classifier {
        [false, false] => "none".to_owned(),
        _ => {
            let [classes, _] = reader.axes("fc.weight")?;
            let [_] = reader.axes("fc.bias")?;
            classes.to_string()
        }
    };
    let size = if shape.stem == Stem::Cifar { 32 } else { 224 };
    let set = [("backbone", backbone), ("size", size.to_string()), ("projector", projector)];
    let note = match has_classifier {
        [false, false] => "A published residual network without a classifier, under torchvision's names.",
        _ => "A published residual network with its classifier, under torchvision's names.",
    };
    Ok((Names::Original, run("supervised", &set), Some(note.to_owned())))
}

fn run(method: &str, set: &[(&str, String)]) -> RunConfig {
    let knobs = set
        .iter()
        .map(|(name, value)| ((*name).to_owned(), toml::Value::String(value.clone())));
    RunConfig {
        method: method.to_owned(),
        knobs: knobs.collect(),
        ..RunConfig::default()
    }
}
