//! A masked autoencoder's parameters under the names of published ViT-MAE checkpoints.

use super::MaeConfig;
use crate::{
    methods::{Entry, Form, Names},
    nn::{
        CorrectorConfig,
        corrector::{SHOWN, SIDE},
        overlap::CORNERS,
    },
};

/// Every parameter of such a network and where a published file has it.
#[must_use]
pub fn entries(config: &MaeConfig, names: Names) -> Vec<Entry> {
    let (dim, decoder_dim) = (config.encoder_dim, config.decoder_dim);
    let (values, patch_px) = (config.patch_values(), config.patch);
    let wide = decoder_dim * if config.overlap { CORNERS } else { 1 };
    let rows = 1 + config.grid().len();
    let top = Top::of(names);
    let mut list = vec![
        Entry::one("encoder.class_token", top.class_token, &[1, 1, dim], Form::Vector),
        Entry::one("encoder.positions", top.positions, &[1, rows, dim], Form::Vector).or_computed(),
        Entry::one(
            "encoder.patch.weight",
            format!("{}.weight", top.patch),
            &[dim, 3, patch_px, patch_px],
            Form::Matrix,
        ),
        Entry::one("encoder.patch.bias", format!("{}.bias", top.patch), &[dim], Form::Vector),
    ];
    list.extend((0..config.encoder_depth).flat_map(|index| block("encoder.blocks", top.blocks, index, dim, config.mlp_ratio, names)));
    list.extend(norm("encoder.norm", top.norm, dim));
    list.extend(linear("decoder.embed", top.decoder_embed, decoder_dim, dim));
    if config.fill_to_decoder {
        // Ours alone; a reader of published names passes it over.
        list.push(Entry::one(
            "decoder.fill.weight",
            "decoder.decoder_fill.weight",
            &[wide, values],
            Form::Matrix,
        ));
    }
    list.push(Entry::one("decoder.mask_token", top.mask_token, &[1, 1, decoder_dim], Form::Vector));
    list.push(Entry::one("decoder.positions", top.decoder_positions, &[1, rows, decoder_dim], Form::Vector).or_computed());
    let blocks = (0..config.decoder_depth)
        .flat_map(|index| block("decoder.blocks", top.decoder_blocks, index, decoder_dim, config.mlp_ratio, names));
    list.extend(blocks);
    list.extend(norm("decoder.norm", top.decoder_norm, decoder_dim));
    let pixels = top.pixels;
    list.push(Entry::one(
        "decoder.pixels.weight",
        format!("{pixels}.weight"),
        &[values, wide],
        Form::PixelMatrix { patch_px },
    ));
    list.push(Entry::one(
        "decoder.pixels.bias",
        format!("{pixels}.bias"),
        &[values],
        Form::PixelVector { patch_px },
    ));
    list.extend(config.corrector().into_iter().flat_map(corrector));
    list
}

/// Ours alone, under our own names; a reader of published names passes them over.
fn corrector(config: CorrectorConfig) -> Vec<Entry> {
    let last = config.halvings();
    let conv = |at: &str, outputs: usize, inputs: usize| {
        let name = format!("{at}.weight");
        Entry::one(name.clone(), name, &[outputs, inputs, SIDE, SIDE], Form::Vector)
    };
    let blocks = |at: &str, level: usize| -> Vec<Entry> {
        let (at, dim) = (format!("corrector.{at}"), config.width(level));
        let block = |number: usize| {
            let of = |name: &str| format!("{at}.{number}.{name}");
            let mut list = norm(&of("norm"), &of("norm"), dim).to_vec();
            list.extend(["first", "second"].map(|name| conv(&of(name), dim, dim)));
            list
        };
        (0..config.blocks(level)).flat_map(block).collect()
    };
    let own = |name: &str, outputs, inputs| linear(name, name, outputs, inputs);
    let mut list = vec![conv("corrector.enter", config.dim, SHOWN), conv("corrector.cells", 3, config.dim)];
    for level in 0..last {
        let [fine, coarse] = [level, level + 1].map(|level| config.width(level));
        for (way, [outputs, inputs]) in [("down", [coarse, 4 * fine]), ("up", [4 * fine, coarse])] {
            list.extend(blocks(&format!("{way}.{level}.blocks"), level));
            list.extend(own(&format!("corrector.{way}.{level}.resize"), outputs, inputs));
        }
    }
    list.extend(blocks("middle", last));
    let [all, inner] = config.whole();
    list.extend(norm("corrector.whole.norm", "corrector.whole.norm", all));
    list.extend(own("corrector.whole.up", inner, all));
    list.extend(own("corrector.whole.down", all, inner));
    list.extend(norm("corrector.norm", "corrector.norm", config.dim));
    list
}

/// Names outside the layers.
pub(super) struct Top {
    pub class_token: &'static str,
    pub positions: &'static str,
    pub patch: &'static str,
    pub blocks: &'static str,
    pub norm: &'static str,
    pub decoder_embed: &'static str,
    pub mask_token: &'static str,
    pub decoder_positions: &'static str,
    pub decoder_blocks: &'static str,
    pub decoder_norm: &'static str,
    pub pixels: &'static str,
}

impl Top {
    pub(super) fn of(names: Names) -> Self {
        match names {
            Names::HuggingFace | Names::Darkroom => Self {
                class_token: "vit.embeddings.cls_token",
                positions: "vit.embeddings.position_embeddings",
                patch: "vit.embeddings.patch_embeddings.projection",
                blocks: "vit.encoder.layer",
                norm: "vit.layernorm",
                decoder_embed: "decoder.decoder_embed",
                mask_token: "decoder.mask_token",
                decoder_positions: "decoder.decoder_pos_embed",
                decoder_blocks: "decoder.decoder_layers",
                decoder_norm: "decoder.decoder_norm",
                pixels: "decoder.decoder_pred",
            },
            Names::Original => Self {
                class_token: "cls_token",
                positions: "pos_embed",
                patch: "patch_embed.proj",
                blocks: "blocks",
                norm: "norm",
                decoder_embed: "decoder_embed",
                mask_token: "mask_token",
                decoder_positions: "decoder_pos_embed",
                decoder_blocks: "decoder_blocks",
                decoder_norm: "decoder_norm",
                pixels: "decoder_pred",
            },
        }
    }
}

/// A layer's first inner product, whose shape tells the inner width.
pub(super) fn up_name(names: Names) -> &'static str {
    match names {
        Names::HuggingFace | Names::Darkroom => "intermediate.dense",
        Names::Original => "mlp.fc1",
    }
}

pub(in crate::methods) fn block(ours: &str, theirs: &str, index: usize, dim: usize, mlp_ratio: usize, names: Names) -> Vec<Entry> {
    let (ours, theirs) = (format!("{ours}.{index}"), format!("{theirs}.{index}"));
    let of = |name: &str| format!("{ours}.{name}");
    let their = |name: &str| format!("{theirs}.{name}");
    let inner = dim * mlp_ratio;
    let [norm1, output, norm2, down] = match names {
        Names::HuggingFace | Names::Darkroom => ["layernorm_before", "attention.output.dense", "layernorm_after", "output.dense"],
        Names::Original => ["norm1", "attn.proj", "norm2", "mlp.fc2"],
    };
    let qkv = match names {
        Names::HuggingFace | Names::Darkroom => {
            let parts = |end: &str| {
                ["query", "key", "value"]
                    .map(|part| their(&format!("attention.attention.{part}.{end}")))
                    .to_vec()
            };
            vec![
                Entry::joined(of("attention.qkv.weight"), parts("weight"), &[dim, dim], Form::Matrix),
                Entry::joined(of("attention.qkv.bias"), parts("bias"), &[dim], Form::Vector),
            ]
        }
        Names::Original => linear(&of("attention.qkv"), &their("attn.qkv"), 3 * dim, dim).to_vec(),
    };
    let mut list = norm(&of("norm1"), &their(norm1), dim).to_vec();
    list.extend(qkv);
    list.extend(linear(&of("attention.output"), &their(output), dim, dim));
    list.extend(norm(&of("norm2"), &their(norm2), dim));
    list.extend(linear(&of("up"), &their(up_name(names)), inner, dim));
    list.extend(linear(&of("down"), &their(down), dim, inner));
    list
}

pub(in crate::methods) fn linear(ours: &str, theirs: &str, outputs: usize, inputs: usize) -> [Entry; 2] {
    [
        Entry::one(
            format!("{ours}.weight"),
            format!("{theirs}.weight"),
            &[outputs, inputs],
            Form::Matrix,
        ),
        Entry::one(format!("{ours}.bias"), format!("{theirs}.bias"), &[outputs], Form::Vector),
    ]
}

pub(in crate::methods) fn norm(ours: &str, theirs: &str, dim: usize) -> [Entry; 2] {
    ["weight", "bias"].map(|end| Entry::one(format!("{ours}.{end}"), format!("{theirs}.{end}"), &[dim], Form::Vector))
}
