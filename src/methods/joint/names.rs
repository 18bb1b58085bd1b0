//! Where a file has each parameter of an encoder and a head: encoders under the field's names (timm's and DINO's for
//! transformers, torchvision's for residual networks), heads under our own.

use crate::{
    methods::{
        Entry, Form, Names,
        mae::names::{block, linear, norm},
    },
    nn::{
        BackboneConfig, HeadConfig, ResNetConfig,
        backbone::{Extras, Kind},
    },
};

/// Every parameter of the encoder at `path`.
pub fn backbone(config: &BackboneConfig, size_px: usize, path: &str, names: Names) -> Vec<Entry> {
    match config.kind {
        Kind::Vit { dim, depth, patch, .. } => vit(path, [size_px, dim, depth, patch], config.extras, names),
        Kind::ResNet(shape) => resnet(path, shape, names),
    }
}

/// Names of a transformer outside its layers.
pub(super) struct Top {
    pub class_token: &'static str,
    pub positions: &'static str,
    pub registers: &'static str,
    pub patch: &'static str,
    pub blocks: &'static str,
    mask_token: &'static str,
    norm: &'static str,
}

impl Top {
    pub fn of(names: Names) -> Self {
        match names {
            Names::HuggingFace => Self {
                class_token: "embeddings.cls_token",
                positions: "embeddings.position_embeddings",
                registers: "embeddings.register_tokens",
                patch: "embeddings.patch_embeddings.projection",
                blocks: "encoder.layer",
                mask_token: "embeddings.mask_token",
                norm: "layernorm",
            },
            Names::Original | Names::Darkroom => Self {
                class_token: "cls_token",
                positions: "pos_embed",
                registers: "register_tokens",
                patch: "patch_embed.proj",
                blocks: "blocks",
                mask_token: "mask_token",
                norm: "norm",
            },
        }
    }
}

fn vit(path: &str, [size_px, dim, depth, patch]: [usize; 4], extras: Extras, names: Names) -> Vec<Entry> {
    let of = |name: &str| format!("{path}.{name}");
    let rows = 1 + (size_px / patch).pow(2);
    let top = Top::of(names);
    let mut list = vec![
        Entry::one(of("class_token"), top.class_token, &[1, 1, dim], Form::Vector),
        Entry::one(of("positions"), top.positions, &[1, rows, dim], Form::Vector),
        Entry::one(
            of("patch.weight"),
            format!("{}.weight", top.patch),
            &[dim, 3, patch, patch],
            Form::Matrix,
        ),
        Entry::one(of("patch.bias"), format!("{}.bias", top.patch), &[dim], Form::Vector),
    ];
    if extras.registers > 0 {
        list.push(Entry::one(
            of("registers"),
            top.registers,
            &[1, extras.registers, dim],
            Form::Vector,
        ));
    }
    for index in 0..depth {
        list.extend(layer(&of("blocks"), top.blocks, [index, dim], extras.layer_scale, names));
    }
    list.extend(norm(&of("norm"), top.norm, dim));
    if extras.layer_scale && names != Names::Darkroom {
        // DINOv2 trains one for iBOT's masked patches; with nothing masked it is not looked at.
        list.push(Entry::unused(top.mask_token, &[1, dim]));
    }
    list
}

/// One layer. Hugging Face has other names for DINOv2's layers, which alone are scaled, than for DINO's.
fn layer(ours: &str, theirs: &str, [index, dim]: [usize; 2], is_scaled: bool, names: Names) -> Vec<Entry> {
    let is_dinov2 = names == Names::HuggingFace && is_scaled;
    let mut list = match (is_dinov2, names) {
        (true, _) => dinov2_layer(ours, theirs, index, dim),
        (false, Names::HuggingFace) => block(ours, theirs, index, dim, 4, names),
        (false, _) => block(ours, theirs, index, dim, 4, Names::Original),
    };
    if is_scaled {
        let their = |number| match is_dinov2 {
            true => format!("{theirs}.{index}.layer_scale{number}.lambda1"),
            false => format!("{theirs}.{index}.ls{number}.gamma"),
        };
        list.extend([1, 2].map(|number| Entry::one(format!("{ours}.{index}.scale{number}"), their(number), &[dim], Form::Vector)));
    }
    list
}

/// `transformers`' Dinov2Layer, without its scales.
fn dinov2_layer(ours: &str, theirs: &str, index: usize, dim: usize) -> Vec<Entry> {
    let (ours, theirs) = (format!("{ours}.{index}"), format!("{theirs}.{index}"));
    let parts = |end: &str| {
        ["query", "key", "value"]
            .map(|part| format!("{theirs}.attention.attention.{part}.{end}"))
            .to_vec()
    };
    let mut list = vec![
        Entry::joined(format!("{ours}.attention.qkv.weight"), parts("weight"), &[dim, dim], Form::Matrix),
        Entry::joined(format!("{ours}.attention.qkv.bias"), parts("bias"), &[dim], Form::Vector),
    ];
    list.extend(linear(
        &format!("{ours}.attention.output"),
        &format!("{theirs}.attention.output.dense"),
        dim,
        dim,
    ));
    list.extend(
        ["norm1", "norm2"]
            .iter()
            .flat_map(|name| norm(&format!("{ours}.{name}"), &format!("{theirs}.{name}"), dim)),
    );
    list.extend(linear(&format!("{ours}.up"), &format!("{theirs}.mlp.fc1"), 4 * dim, dim));
    list.extend(linear(&format!("{ours}.down"), &format!("{theirs}.mlp.fc2"), dim, 4 * dim));
    list
}

fn resnet(path: &str, shape: ResNetConfig, names: Names) -> Vec<Entry> {
    let mut list = Vec::new();
    let mut blocks = 0;
    let mut last = String::new();
    for (name, sides, _) in shape.convolutions(64) {
        let (place, part) = name
            .rsplit_once("conv")
            .or_else(|| name.rsplit_once("downsample"))
            .unwrap_or((&name, ""));
        let is_shortcut = name.ends_with("downsample.0");
        let (ours, bn) = if place.is_empty() {
            ((format!("{path}.stem"), format!("{path}.norm")), "bn1".to_owned())
        } else {
            if place != last {
                last = place.to_owned();
                blocks += 1;
            }
            let block = format!("{path}.blocks.{}", blocks - 1);
            if is_shortcut {
                let at = format!("{block}.shortcut");
                ((format!("{at}.convolution"), format!("{at}.norm")), format!("{place}downsample.1"))
            } else {
                let number = part.parse::<usize>().map_or(0, |number| number - 1);
                let at = |what: &str| format!("{block}.{what}.{number}");
                ((at("convolutions"), at("norms")), format!("{place}bn{part}"))
            }
        };
        list.push(Entry::one(
            format!("{}.weight", ours.0),
            format!("{name}.weight"),
            &sides,
            Form::Vector,
        ));
        list.extend(batch_norm(&ours.1, &bn, sides[0], true));
        if names != Names::Darkroom {
            list.push(Entry::unused(format!("{bn}.num_batches_tracked"), &[]));
        }
    }
    list
}

fn batch_norm(ours: &str, theirs: &str, channels: usize, affine: bool) -> Vec<Entry> {
    let names: &[&str] = if affine {
        &["weight", "bias", "running_mean", "running_var"]
    } else {
        &["running_mean", "running_var"]
    };
    let entry = |name: &&str| Entry::one(format!("{ours}.{name}"), format!("{theirs}.{name}"), &[channels], Form::Vector);
    names.iter().map(entry).collect()
}

/// Every parameter of the head at `path`, as `theirs.0.weight`, `theirs.0.norm.weight`, ….
pub fn head(config: &HeadConfig, path: &str, theirs: &str) -> Vec<Entry> {
    let mut list = Vec::new();
    for (number, [from, to]) in config.layers().enumerate() {
        let extras = config.extras(number);
        let (ours, theirs) = (format!("{path}.layers.{number}"), format!("{theirs}.{number}"));
        let [weight, own_bias] = linear(&format!("{ours}.linear"), &theirs, to, from);
        list.push(weight);
        if extras.bias {
            list.push(own_bias);
        }
        if extras.norm {
            list.extend(batch_norm(&format!("{ours}.norm"), &format!("{theirs}.norm"), to, extras.affine));
        }
    }
    if let Some(prototypes) = config.prototypes {
        let width = config.widths.last().copied().unwrap_or(config.input);
        let ours = format!("{path}.last.weight");
        list.push(Entry::one(
            ours,
            format!("{theirs}.last.weight"),
            &[prototypes, width],
            Form::Matrix,
        ));
    }
    list
}

/// What a published file may have behind its encoder: torchvision's classifier, for a head of one plain layer. What the
/// file lacks is drawn anew.
pub fn published_head(backbone: &BackboneConfig, config: &HeadConfig, path: &str) -> Vec<Entry> {
    let list = match (backbone.kind, config.widths.as_slice(), config.prototypes) {
        (Kind::ResNet(_), [classes], None) if !config.norm_last => {
            linear(&format!("{path}.layers.0.linear"), "fc", *classes, config.input).to_vec()
        }
        _ => head(config, path, "projector"),
    };
    list.into_iter().map(Entry::or_computed).collect()
}
