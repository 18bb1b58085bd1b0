//! What a masked autoencoder can be set to.

use std::{collections::BTreeMap, fmt, str::FromStr};

use super::card::CARD;
use crate::{
    config::RunConfig,
    mask::{Grid, MaskMix},
    methods::{Knobs, MethodError, ViewPlan},
    nn::{BlockConfig, CorrectorConfig, Overlap, corrector::SPLIT},
};

/// What the decoder learns to say of a hidden patch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Its pixels, standardised by the channels' constants.
    Pixels,
    /// The same, normalised by the patch's own mean and deviation (He et al., 2021, 3).
    Normalised,
    /// What the smooth fill lacks there: pixels minus fill.
    Residual,
}

impl FromStr for Target {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Pixels, Self::Normalised, Self::Residual]
            .into_iter()
            .find(|target| target.to_string() == text)
            .ok_or(())
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pixels => "pixels",
            Self::Normalised => "normalised",
            Self::Residual => "residual",
        })
    }
}

/// Sizes and choices of a masked autoencoder. Every field is a knob of the same name.
#[derive(Clone, Debug, PartialEq)]
pub struct MaeConfig {
    /// Side of the square, pixels.
    pub size: usize,
    /// Side of a patch, pixels; divides `size`.
    pub patch: usize,
    /// Masks to train with.
    pub mask: MaskMix,
    /// What is learnt.
    pub target: Target,
    /// Whether the decoder is shown the smooth fill.
    pub fill_to_decoder: bool,
    /// Whether patches overlap by half a patch on every side, where they are shown filled and where they are drawn.
    pub overlap: bool,
    /// Whether each picture's loss is divided by how much there is to say of it.
    pub balance: bool,
    /// Width of the encoder's tokens.
    pub encoder_dim: usize,
    /// Layers of the encoder.
    pub encoder_depth: usize,
    /// Heads of the encoder.
    pub encoder_heads: usize,
    /// Width of the decoder's tokens.
    pub decoder_dim: usize,
    /// Layers of the decoder.
    pub decoder_depth: usize,
    /// Heads of the decoder.
    pub decoder_heads: usize,
    /// Width of a layer's inner part, in token widths.
    pub mlp_ratio: usize,
    /// Width of what corrects the smooth fill; 0 where nothing does.
    pub corrector_dim: usize,
    /// Whether that alone draws and is trained, where there is one, and encoder and decoder stay as they are.
    pub corrector_alone: bool,
    /// Added to variances in layer norms.
    pub epsilon: f64,
    /// Channel means of 0..1 pixels.
    pub mean: [f32; 3],
    /// Channel deviations of 0..1 pixels.
    pub std: [f32; 3],
}

impl MaeConfig {
    /// Out of a run's knobs; those not set stand at their defaults.
    ///
    /// # Errors
    /// A knob that is unknown, unreadable or at odds with another.
    pub fn from_run(config: &RunConfig) -> Result<Self, MethodError> {
        let knobs = Knobs::new(&CARD, &config.knobs)?;
        let made = Self {
            size: knobs.within("size", 1, 4096)?,
            patch: knobs.within("patch", 1, 512)?,
            mask: knobs.text("mask").parse()?,
            target: knobs.read("target", "it takes pixels, normalised or residual")?,
            fill_to_decoder: knobs.read("fill_to_decoder", "it takes true or false")?,
            overlap: knobs.read("overlap", "it takes true or false")?,
            balance: knobs.read("balance", "it takes true or false")?,
            encoder_dim: knobs.within("encoder_dim", 4, 8192)?,
            encoder_depth: knobs.within("encoder_depth", 1, 128)?,
            encoder_heads: knobs.within("encoder_heads", 1, 256)?,
            decoder_dim: knobs.within("decoder_dim", 4, 8192)?,
            decoder_depth: knobs.within("decoder_depth", 1, 128)?,
            decoder_heads: knobs.within("decoder_heads", 1, 256)?,
            mlp_ratio: knobs.within("mlp_ratio", 1, 16)?,
            corrector_dim: knobs.within("corrector_dim", 0, 512)?,
            corrector_alone: knobs.read("corrector_alone", "it takes true or false")?,
            epsilon: knobs.within("epsilon", 0.0, 1.0)?,
            mean: knobs.channels("mean")?,
            std: knobs.channels("std")?,
        };
        made.check()?;
        Ok(made)
    }

    /// As knobs, each under its name.
    #[must_use]
    pub fn to_knobs(&self) -> BTreeMap<String, toml::Value> {
        let whole = |value: usize| toml::Value::Integer(i64::try_from(value).unwrap_or(i64::MAX));
        let channels = |values: [f32; 3]| toml::Value::String(values.map(|value| value.to_string()).join(","));
        let text = |value: &dyn fmt::Display| toml::Value::String(value.to_string());
        [
            ("size", whole(self.size)),
            ("patch", whole(self.patch)),
            ("mask", text(&self.mask)),
            ("target", text(&self.target)),
            ("fill_to_decoder", toml::Value::Boolean(self.fill_to_decoder)),
            ("overlap", toml::Value::Boolean(self.overlap)),
            ("balance", toml::Value::Boolean(self.balance)),
            ("encoder_dim", whole(self.encoder_dim)),
            ("encoder_depth", whole(self.encoder_depth)),
            ("encoder_heads", whole(self.encoder_heads)),
            ("decoder_dim", whole(self.decoder_dim)),
            ("decoder_depth", whole(self.decoder_depth)),
            ("decoder_heads", whole(self.decoder_heads)),
            ("mlp_ratio", whole(self.mlp_ratio)),
            ("corrector_dim", whole(self.corrector_dim)),
            ("corrector_alone", toml::Value::Boolean(self.corrector_alone)),
            ("epsilon", toml::Value::Float(self.epsilon)),
            ("mean", channels(self.mean)),
            ("std", channels(self.std)),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }

    /// Patches of a picture.
    #[must_use]
    pub fn grid(&self) -> Grid {
        Grid {
            rows: self.size / self.patch,
            columns: self.size / self.patch,
        }
    }

    /// Numbers in a patch: three channels of its pixels.
    #[must_use]
    pub fn patch_values(&self) -> usize {
        3 * self.patch * self.patch
    }

    /// How patches overlap, where they do.
    #[must_use]
    pub fn overlapping(&self) -> Option<Overlap> {
        self.overlap.then(|| Overlap {
            grid: self.grid(),
            patch_px: self.patch,
            is_folded: false,
        })
    }

    /// What corrects the smooth fill, if anything.
    #[must_use]
    pub fn corrector(&self) -> Option<CorrectorConfig> {
        (self.corrector_dim > 0).then(|| CorrectorConfig {
            grid: self.grid(),
            patch_px: self.patch,
            dim: self.corrector_dim,
            epsilon: self.epsilon,
        })
    }

    /// Whether encoder and decoder stay as they are and say nothing.
    #[must_use]
    pub fn is_corrector_alone(&self) -> bool {
        self.corrector_alone && self.corrector_dim > 0
    }

    /// Whether pictures must come with their smooth fill.
    #[must_use]
    pub fn wants_fill(&self) -> bool {
        self.fill_to_decoder || self.target == Target::Residual
    }

    /// What training wants of each picture.
    #[must_use]
    pub fn views(&self) -> ViewPlan {
        ViewPlan {
            size_px: self.size,
            patch_px: self.patch,
            masks: self.mask.clone(),
            fill: self.wants_fill(),
            recipes: Vec::new(),
        }
    }

    pub(super) fn encoder_block(&self) -> BlockConfig {
        self.block(self.encoder_dim, self.encoder_heads)
    }

    pub(super) fn decoder_block(&self) -> BlockConfig {
        self.block(self.decoder_dim, self.decoder_heads)
    }

    fn block(&self, dim: usize, heads: usize) -> BlockConfig {
        BlockConfig {
            dim,
            heads,
            hidden: dim * self.mlp_ratio,
            epsilon: self.epsilon,
            layer_scale: false,
        }
    }

    fn check(&self) -> Result<(), MethodError> {
        let Self { size, patch, .. } = self;
        if size % patch != 0 {
            return Err(MethodError::value("patch", patch, format!("it must divide the size, {size}")));
        }
        if size == patch {
            let why = "a picture would be a single patch, and a masked model needs at least two: one to see and one to hide";
            return Err(MethodError::value("patch", patch, why));
        }
        if size / patch > 128 {
            return Err(MethodError::value(
                "patch",
                patch,
                format!("a picture of {size} pixels would have over 128 patches on a side"),
            ));
        }
        if self.overlap && (patch % 2 != 0 || self.target == Target::Normalised) {
            let why = "patches overlap by half of their side, which must be even, and not where each is normalised by itself";
            return Err(MethodError::value("overlap", true, why));
        }
        if self.corrector_dim > 0 && (patch % SPLIT != 0 || self.target != Target::Residual) {
            let why = "it corrects the smooth fill, so the target must be residual, in cells, four by four of a patch, whose side must be divisible by 4";
            return Err(MethodError::value("corrector_dim", self.corrector_dim, why));
        }
        let parts = [
            ("encoder_dim", self.encoder_dim, self.encoder_heads),
            ("decoder_dim", self.decoder_dim, self.decoder_heads),
        ];
        for (knob, dim, heads) in parts {
            if dim % 4 != 0 || dim % heads != 0 {
                return Err(MethodError::value(
                    knob,
                    dim,
                    format!("it must be divisible by 4, for positions, and by its {heads} heads"),
                ));
            }
        }
        if self.std.iter().any(|std| *std <= 0.0) {
            return Err(MethodError::value(
                "std",
                self.std.map(|std| std.to_string()).join(","),
                "deviations are positive",
            ));
        }
        Ok(())
    }
}
