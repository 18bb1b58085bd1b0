//! Weights in and out: named state, safetensors files, the names of published checkpoints.

mod state;

pub use state::{state, with_state};

/// Why a state does not fit a network.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StateError {
    /// A parameter that the state lacks.
    #[error("tensor \"{name}\" is missing")]
    Missing {
        /// Module path.
        name: String,
    },
    /// A tensor that belongs nowhere.
    #[error("tensor \"{name}\" belongs to no part of this network")]
    Unmatched {
        /// Module path.
        name: String,
    },
    /// A tensor of another shape.
    #[error("tensor \"{name}\" is {found:?}, this network's is {wanted:?}")]
    Shape {
        /// Module path.
        name: String,
        /// In the state.
        found: Vec<usize>,
        /// In the network.
        wanted: Vec<usize>,
    },
}
