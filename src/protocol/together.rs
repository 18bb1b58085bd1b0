//! The messages between the room "Together" and its engine, a program of its own: it embeds, compares and trains.
//!
//! The same envelopes, numbers and buffers as between page and engine, and the same words for what both have in
//! common: `Ready`, `Progress`, `Failed` and `Lost` look alike on the wire, so that one loader and one line serve both.
//! Embeddings are kept by the engine for as long as picture and model stay: whatever is asked of them is quick.

mod ask;
mod found;
mod said;
mod training;

use serde::{Deserialize, Serialize};

pub use ask::{Changes, MapKind, ToTogether};
pub use found::{Able, Candidate, Match, Origin, PairEnergy, Place};
pub use said::{FromTogether, Stage};
pub use training::{Measured, Moment, Steer, TrainSettings, Trainable};

/// Raised whenever a message changes its meaning.
pub const VERSION: u32 = 5;

/// A place for a model: the room holds one in each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Slot {
    /// The model that the room looks through.
    First,
    /// The one it is compared with.
    Second,
    /// The masked autoencoder beside which a joint-embedding model ranks parts.
    Drawing,
    /// The network that trains in the room; there once training began.
    Trained,
}
