//! Why weights cannot be read.

use crate::methods::MethodError;

/// What is wrong with a file of weights. Each sentence names the file, and the tensor where one is at fault.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum WeightsError {
    /// No safetensors file, or a broken one.
    #[error("{file} cannot be read as safetensors: {problem}; get the file again, or choose one that `darkroom train` wrote")]
    Format {
        /// The file's name.
        file: String,
        /// What is wrong.
        problem: String,
    },
    /// Tensors of no model known here.
    #[error("{file} holds no model known here: {problem}")]
    Unknown {
        /// The file's name.
        file: String,
        /// What was looked for.
        problem: String,
    },
    /// A tensor that the model needs.
    #[error("{file} lacks tensor \"{tensor}\" of shape {shape:?}; get the file again, or choose one that `darkroom train` wrote")]
    Missing {
        /// The file's name.
        file: String,
        /// The tensor's.
        tensor: String,
        /// As wanted.
        shape: Vec<usize>,
    },
    /// A tensor that belongs nowhere.
    #[error("{file}: tensor \"{tensor}\" belongs to no part of the model; a file is taken only when every tensor is accounted for")]
    Unmatched {
        /// The file's name.
        file: String,
        /// The tensor's.
        tensor: String,
    },
    /// A tensor that is there and wrong.
    #[error("{file}: tensor \"{tensor}\" {problem}; get the file again, or choose one that `darkroom train` wrote")]
    Tensor {
        /// The file's name.
        file: String,
        /// The tensor's.
        tensor: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A header of ours that cannot be read.
    #[error(
        "{file}: the header under \"darkroom\" cannot be read: {problem}; get the file again, or choose one that `darkroom train` wrote"
    )]
    Header {
        /// The file's name.
        file: String,
        /// What is wrong.
        problem: String,
    },
    /// A header that names a method or knobs that do not fit.
    #[error("{file}: {problem}")]
    Config {
        /// The file's name.
        file: String,
        /// What is wrong.
        problem: MethodError,
    },
    /// An encoder that does not fit the network that is to start from it.
    #[error(
        "{file} cannot be started from: {problem}. Its encoder must have the same width, layers, heads and patch: set `backbone` to its own (`darkroom models --json` shows a file's command)"
    )]
    Encoder {
        /// The file's name.
        file: String,
        /// What does not fit.
        problem: String,
    },
    /// Weights that cannot be written.
    #[error("the weights cannot be written: {0}")]
    Write(String),
}

/// A foreign name as it may stand in a sentence: short, without control characters.
pub(super) fn shown(name: &str) -> String {
    const MOST: usize = 80;
    let mut text: String = name.chars().filter(|c| !c.is_control()).take(MOST).collect();
    if name.chars().nth(MOST).is_some() {
        text.push('…');
    }
    text
}
