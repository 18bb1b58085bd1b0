//! Why a prediction cannot be had.

use crate::{mask::Grid, probes::ProbeError};

/// What stands in the way.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum PredictError {
    /// A picture of another size than the model's.
    #[error("the picture is {} by {} pixels; the model takes squares of {wanted}", found[0], found[1])]
    Size {
        /// Width and height, pixels.
        found: [usize; 2],
        /// Side, pixels.
        wanted: usize,
    },
    /// A mask on another grid than the model's.
    #[error("the mask has {} by {} patches; the model has {} by {}", found.rows, found.columns, wanted.rows, wanted.columns)]
    Grid {
        /// The mask's.
        found: Grid,
        /// The model's.
        wanted: Grid,
    },
    /// Everything is hidden.
    #[error("everything is hidden: leave at least one patch visible, so that there is something to predict from")]
    NothingVisible,
    /// A method without pictures.
    #[error("{0} draws nothing: choose a model that predicts pixels")]
    DrawsNothing(&'static str),
    /// Nothing is hidden where something has to be.
    #[error("nothing is hidden: hide a part of the picture that something has to fit into")]
    NothingHidden,
    /// Neither a model that predicts embeddings nor one that draws.
    #[error("no open model says what fits a hole: open one that predicts embeddings of hidden parts, or one that draws them")]
    NothingFits,
    /// A network that has no patches.
    #[error("{0} has no embeddings of patches: choose another model")]
    NoPatches(&'static str),
    /// A patch that a picture does not have.
    #[error("there is no patch {patch}: the picture has {patches}, counted from 0")]
    Patch {
        /// Asked for.
        patch: usize,
        /// The picture's.
        patches: usize,
    },
    /// A picture that no model has said anything of yet.
    #[error("picture {0} is not embedded yet: embed it first")]
    NotEmbedded(u32),
    /// Embeddings that nothing can be read off.
    #[error(transparent)]
    Embeddings(#[from] ProbeError),
    /// Numbers that are none.
    #[error("the model's answer holds values that are not finite: its weights do not suit this device or precision; choose another device")]
    NotFinite,
    /// The device failed.
    #[error("the device failed: {0}")]
    Device(String),
}
