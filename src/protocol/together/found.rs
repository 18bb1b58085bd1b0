//! What was found: in pairs, among patches, for a hole.

use serde::{Deserialize, Serialize};

use super::Slot;

/// A patch of the left picture and the patch of the right one that answers it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Match {
    /// Patch of the left picture, row by row.
    pub left: usize,
    /// Patch of the right picture.
    pub right: usize,
    /// Cosine of the two patch embeddings.
    pub cosine: f32,
    /// Whether each is the other's nearest.
    pub mutual: bool,
}

/// The energies of a pair by one model: squared distance of two projections of length 1, 0..4.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PairEnergy {
    /// Which model.
    pub slot: Slot,
    /// Disturbed picture to its original.
    pub to_original: f32,
    /// Disturbed picture to the other.
    pub to_other: Option<f32>,
    /// Original to the other.
    pub apart: Option<f32>,
}

/// Where a candidate part comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Origin {
    /// The hole itself: the right one.
    Right,
    /// Elsewhere in the same picture.
    Elsewhere,
    /// Another picture.
    Other(u32),
}

/// A part that may fit a hole.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// Where it comes from.
    pub origin: Origin,
    /// Energy by the joint-embedding model's predictor; `None` where it has none.
    pub joint: Option<f32>,
    /// Energy by the masked autoencoder: mean squared error over the hole, 0..1; `None` where none is open.
    pub drawn: Option<f32>,
}

/// Whether an embedding follows the object or the setting.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// Share of triples in which a scene lies nearer to the one with its object, in another setting, than to the one
    /// with its setting and another object. 0 follows the setting alone, 1 the object alone.
    pub follows_object: f32,
    /// Triples asked about.
    pub triples: usize,
    /// One triple to look at, what each of the answer's buffers shows: the scene, its object where that belongs, its setting
    /// with an object that belongs there.
    pub example: [String; 3],
}

/// What a model can do in the room; where it cannot, a panel says which models can.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Able {
    /// It has patch embeddings: heat maps, colours, correspondences.
    pub patches: bool,
    /// It has attention heads.
    pub attention: bool,
    /// It predicts embeddings of a hidden part: which part fits.
    pub predicts: bool,
    /// It draws a hidden part.
    pub draws: bool,
}
