//! Published ViT-MAE checkpoints: which network a file's names and shapes make.

use std::collections::BTreeMap;

use super::{CARD, MaeConfig, Target, names::Top, names::up_name};
use crate::{
    config::RunConfig,
    methods::{Names, Recognised},
};

type Shapes = BTreeMap<String, Vec<usize>>;

/// Widths and heads of the field's networks (Touvron et al., 2021; Dosovitskiy et al., 2021, table 1; He et al., 2021).
const ENCODERS: [(usize, usize); 5] = [(192, 3), (384, 6), (768, 12), (1024, 16), (1280, 16)];
/// Remarks in a file's metadata, named as in Hugging Face's `config.json`.
const ENCODER_HEADS: &str = "num_attention_heads";
const DECODER_HEADS: &str = "decoder_num_attention_heads";
const NORMALISED: &str = "norm_pix_loss";

const DECODERS: [(usize, usize); 1] = [(512, 16)];

/// `None` where the file is no ViT-MAE's at all.
pub(super) fn recognise(shapes: &Shapes, remarks: &BTreeMap<String, String>) -> Option<Recognised> {
    let names = [Names::HuggingFace, Names::Original].into_iter().find(|names| {
        let top = Top::of(*names);
        shapes.contains_key(top.class_token) || shapes.contains_key(&format!("{}.weight", top.patch))
    })?;
    Some(Reader { shapes, remarks, top: Top::of(names), names }.config().map(|(config, note)| {
        let run = RunConfig { method: CARD.name.to_owned(), knobs: config.to_knobs(), ..RunConfig::default() };
        (names, run, Some(note))
    }))
}

/// What shapes do not tell, for the metadata of a published file.
///
/// # Errors
/// A network that a reader of such files would draw wrongly.
pub(super) fn remarks(config: &MaeConfig) -> Result<BTreeMap<String, String>, String> {
    if config.wants_fill() {
        return Err("it builds on the smooth fill, which published ViT-MAE networks know nothing of; readers of published names can take its \
                    file as it is, for the encoder"
            .into());
    }
    if config.overlap {
        return Err("its patches overlap, which published ViT-MAE networks know nothing of".into());
    }
    let remarks = [
        (ENCODER_HEADS, config.encoder_heads.to_string()),
        (DECODER_HEADS, config.decoder_heads.to_string()),
        (NORMALISED, (config.target == Target::Normalised).to_string()),
    ];
    Ok(remarks.map(|(name, value)| (name.to_owned(), value)).into())
}

struct Reader<'a> {
    shapes: &'a Shapes,
    remarks: &'a BTreeMap<String, String>,
    top: Top,
    names: Names,
}

impl Reader<'_> {
    fn config(&self) -> Result<(MaeConfig, String), String> {
        let [encoder_dim, channels, patch, _] = self.axes(&format!("{}.weight", self.top.patch))?;
        if channels != 3 {
            return Err(format!("its patches have {channels} channels; pictures here have 3"));
        }
        let [_, rows, _] = self.axes(self.top.positions)?;
        let side = rows.saturating_sub(1).isqrt();
        if side == 0 || side * side + 1 != rows {
            return Err(format!("{} has {rows} rows, which is no square of patches and a class token", self.top.positions));
        }
        let [decoder_dim, _] = self.axes(&format!("{}.weight", self.top.decoder_embed))?;
        let [inner, _] = self.axes(&format!("{}.0.{}.weight", self.top.blocks, up_name(self.names)))?;
        if inner == 0 || encoder_dim == 0 || inner % encoder_dim != 0 {
            return Err(format!("its layers are {inner} wide inside, which is no multiple of their width, {encoder_dim}"));
        }
        let normalised = self.remarks.get(NORMALISED).is_some_and(|text| text.eq_ignore_ascii_case("true"));
        let config = MaeConfig {
            size: side.saturating_mul(patch),
            patch,
            mask: crate::mask::MaskMix::default(),
            target: if normalised { Target::Normalised } else { Target::Pixels },
            fill_to_decoder: false,
            overlap: false,
            balance: false,
            encoder_dim,
            encoder_depth: self.depth(self.top.blocks)?,
            encoder_heads: self.heads("encoder", ENCODER_HEADS, encoder_dim, &ENCODERS)?,
            decoder_dim,
            decoder_depth: self.depth(self.top.decoder_blocks)?,
            decoder_heads: self.heads("decoder", DECODER_HEADS, decoder_dim, &DECODERS)?,
            mlp_ratio: inner / encoder_dim,
            epsilon: if self.names == Names::HuggingFace { 1e-12 } else { 1e-6 },
            mean: [0.485, 0.456, 0.406],
            std: [0.229, 0.224, 0.225],
        };
        Ok((config, self.note(normalised)))
    }

    fn note(&self, normalised: bool) -> String {
        let whose = if self.names == Names::HuggingFace { "Hugging Face's names" } else { "the paper's own names" };
        match normalised {
            true => format!("A published ViT-MAE under {whose}; its metadata says that it learnt normalised patches."),
            false => format!(
                "A published ViT-MAE under {whose}. Such a file does not say whether it learnt pixels or normalised patches; it is drawn as \
                 pixels, and one that learnt normalised patches will look grey and flat."
            ),
        }
    }

    fn axes<const N: usize>(&self, name: &str) -> Result<[usize; N], String> {
        let shape = self.shapes.get(name).ok_or_else(|| format!("it looks like a ViT-MAE, but lacks tensor \"{name}\""))?;
        shape.as_slice().try_into().map_err(|_| format!("tensor \"{name}\" is {shape:?}; a ViT-MAE's has {N} axes"))
    }

    /// Layers under `prefix`, numbered from 0 without a gap.
    fn depth(&self, prefix: &str) -> Result<usize, String> {
        let number = |name: &String| name.strip_prefix(prefix)?.strip_prefix('.')?.split('.').next()?.parse::<usize>().ok();
        let numbers: std::collections::BTreeSet<usize> = self.shapes.keys().filter_map(number).collect();
        match numbers.last() {
            Some(last) if numbers.len() == last.saturating_add(1) => Ok(numbers.len()),
            Some(_) => Err(format!("layers under \"{prefix}\" are not numbered from 0 without a gap")),
            None => Err(format!("it looks like a ViT-MAE, but has no layers under \"{prefix}\"")),
        }
    }

    /// From the file's remark where it has one, else from the table of known networks.
    fn heads(&self, part: &str, remark: &str, dim: usize, known: &[(usize, usize)]) -> Result<usize, String> {
        if let Some(text) = self.remarks.get(remark) {
            let heads = text.trim().parse().ok().filter(|heads| *heads > 0 && dim.is_multiple_of(*heads));
            return heads.ok_or_else(|| format!("its metadata says {remark} = \"{}\", which does not divide {dim}", text.chars().take(20).collect::<String>()));
        }
        let found = known.iter().find(|(width, _)| *width == dim).map(|(_, heads)| *heads);
        found.ok_or_else(|| {
            let widths: Vec<String> = known.iter().map(|(width, _)| width.to_string()).collect();
            format!(
                "its {part} is {dim} wide, and how many heads that has cannot be told from the shapes (known widths: {}); put \"{remark}\" \
                 into the file's metadata",
                widths.join(", ")
            )
        })
    }
}
