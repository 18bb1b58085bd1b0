//! Weights in and out: named state, safetensors files, the names of published checkpoints.
//!
//! A file of ours holds tensors under the names of the field's published checkpoints, and under the metadata key
//! `darkroom` a [`Header`] as JSON. A published checkpoint is told by its names and shapes.

pub mod check;
mod error;
mod foreign;
mod layout;
mod open;
mod positions;
mod save;
mod start;
mod state;
#[cfg(test)]
mod tests;
mod write;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use error::WeightsError;
pub use open::{Opened, Started, from_bytes, from_bytes_within, onto};
pub use positions::Stretch;
pub use save::{convert, to_bytes};
pub use state::{StateError, state, with_state};

use crate::{
    config::RunConfig,
    mask::Mask,
    methods::{AnyMethod, Method},
    protocol::ModelCard,
};

/// Raised whenever a header changes its meaning.
pub const FORMAT: u32 = 1;

/// Where the header stands in a file's metadata.
const KEY: &str = "darkroom";

/// How numbers are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dtype {
    /// Four bytes.
    F32,
    /// Two bytes: for shipping.
    F16,
}

impl fmt::Display for Dtype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::F32 => "f32",
            Self::F16 => "f16",
        })
    }
}

/// What a file of ours says of itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Header {
    /// [`FORMAT`] when it was written.
    pub format: u32,
    /// The method's name.
    pub method: String,
    /// The run that made it; its knobs make the network.
    pub config: RunConfig,
    /// For people.
    pub card: ModelCard,
    /// What a device must answer to be trusted with this network.
    pub check: Option<SelfTest>,
}

impl Header {
    /// A header for `method`, made by the run `config`.
    #[must_use]
    pub fn new(method: &AnyMethod, config: &RunConfig) -> Self {
        let method_name = method.name().to_owned();
        let config = RunConfig {
            method: method_name.clone(),
            knobs: method.knobs(),
            ..config.clone()
        };
        let card = ModelCard {
            method: method_name.clone(),
            ..ModelCard::default()
        };
        Self {
            format: FORMAT,
            method: method_name,
            config,
            card,
            check: None,
        }
    }
}

/// A fixed input and the answer that the stored numbers gave on the CPU when the file was written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SelfTest {
    /// Seed of the picture.
    pub seed: u64,
    /// What was hidden.
    pub mask: Mask,
    /// Some of the drawn values, or of the embedding's where nothing is drawn, evenly spaced.
    pub answer: Vec<f32>,
}
