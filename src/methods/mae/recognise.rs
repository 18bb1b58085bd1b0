//! Published ViT-MAE checkpoints: which network a file's names and shapes make.

use std::collections::BTreeMap;

use super::{CARD, MaeConfig, Target, names::Top, names::up_name};
use crate::{
    config::RunConfig,
    methods::{
        Names, Recognised,
        published::{HEADS, Reader, Shapes, TRANSFORMERS},
    },
};

/// Remarks in a file's metadata, named as in Hugging Face's `config.json`.
const DECODER_HEADS: &str = "decoder_num_attention_heads";
const NORMALISED: &str = "norm_pix_loss";

const DECODERS: [(usize, usize); 1] = [(512, 16)];

/// `None` where the file is no ViT-MAE's at all.
pub(super) fn recognise(shapes: &Shapes, remarks: &BTreeMap<String, String>) -> Option<Recognised> {
    let names = [Names::HuggingFace, Names::Original].into_iter().find(|names| {
        let top = Top::of(*names);
        let has_encoder = shapes.contains_key(top.class_token) || shapes.contains_key(&format!("{}.weight", top.patch));
        // Encoders alone go by the papers' own names too: DINO's.
        has_encoder && (*names == Names::HuggingFace || shapes.keys().any(|name| name.starts_with("decoder_")))
    })?;
    let reader = Reader {
        shapes,
        remarks,
        what: "a ViT-MAE",
    };
    Some(
        Found {
            reader,
            top: Top::of(names),
            names,
        }
        .config()
        .map(|(config, note)| {
            let run = RunConfig {
                method: CARD.name.to_owned(),
                knobs: config.to_knobs(),
                ..RunConfig::default()
            };
            (names, run, Some(note))
        }),
    )
}

/// What shapes do not tell, for the metadata of a published file.
///
/// # Errors
/// A network that a reader of such files would draw wrongly.
pub(super) fn remarks(config: &MaeConfig) -> Result<BTreeMap<String, String>, String> {
    if config.wants_fill() {
        return Err(
            "it builds on the smooth fill, which published ViT-MAE networks know nothing of; readers of published names can take its \
                    file as it is, for the encoder"
                .into(),
        );
    }
    if config.overlap {
        return Err("its patches overlap, which published ViT-MAE networks know nothing of".into());
    }
    let remarks = [
        (HEADS, config.encoder_heads.to_string()),
        (DECODER_HEADS, config.decoder_heads.to_string()),
        (NORMALISED, (config.target == Target::Normalised).to_string()),
    ];
    Ok(remarks.map(|(name, value)| (name.to_owned(), value)).into())
}

struct Found<'a> {
    reader: Reader<'a>,
    top: Top,
    names: Names,
}

impl Found<'_> {
    fn config(&self) -> Result<(MaeConfig, String), String> {
        let Self { reader, .. } = self;
        let [encoder_dim, patch] = reader.patches(&format!("{}.weight", self.top.patch))?;
        let side = reader.side(self.top.positions)?;
        let [decoder_dim, _] = reader.axes(&format!("{}.weight", self.top.decoder_embed))?;
        let [inner, _] = reader.axes(&format!("{}.0.{}.weight", self.top.blocks, up_name(self.names)))?;
        if inner == 0 || encoder_dim == 0 || inner % encoder_dim != 0 {
            return Err(format!(
                "its layers are {inner} wide inside, which is no multiple of their width, {encoder_dim}"
            ));
        }
        let told = reader.remarks.get(NORMALISED).map(|text| text.eq_ignore_ascii_case("true"));
        let normalised = told == Some(true);
        let config = MaeConfig {
            size: side.saturating_mul(patch),
            patch,
            mask: crate::mask::MaskMix::default(),
            target: if normalised { Target::Normalised } else { Target::Pixels },
            fill_to_decoder: false,
            overlap: false,
            balance: false,
            encoder_dim,
            encoder_depth: reader.depth(self.top.blocks)?,
            encoder_heads: reader.heads("encoder", HEADS, encoder_dim, &TRANSFORMERS)?,
            decoder_dim,
            decoder_depth: reader.depth(self.top.decoder_blocks)?,
            decoder_heads: reader.heads("decoder", DECODER_HEADS, decoder_dim, &DECODERS)?,
            mlp_ratio: inner / encoder_dim,
            corrector_dim: 0,
            corrector_alone: false,
            epsilon: if self.names == Names::HuggingFace { 1e-12 } else { 1e-6 },
            mean: [0.485, 0.456, 0.406],
            std: [0.229, 0.224, 0.225],
        };
        Ok((config, self.note(told)))
    }

    /// `normalised` is what the file says of it, if anything.
    fn note(&self, normalised: Option<bool>) -> String {
        let whose = if self.names == Names::HuggingFace {
            "Hugging Face's names"
        } else {
            "the paper's own names"
        };
        match normalised {
            Some(true) => format!("A published ViT-MAE under {whose}; its metadata says that it learnt normalised patches."),
            Some(false) => format!("A published ViT-MAE under {whose}; its metadata says that it learnt pixels."),
            None => format!(
                "A published ViT-MAE under {whose}. Such a file does not say whether it learnt pixels or normalised patches; it is drawn as \
                 pixels, and one that learnt normalised patches will look grey and flat."
            ),
        }
    }
}
