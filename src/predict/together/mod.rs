//! What the room "Together" asks: one file a question, each a plain computation over pictures, a model and what it said.
//!
//! Whatever asks a network is async and reads back so; everything else takes rows of numbers that are kept ([`Kept`]) and
//! waits for nobody. No threads, no clock, no storage: the room's engine brings pictures and models and says how far it is.
//!
//! | file | question |
//! | --- | --- |
//! | `kept` | what a model said of each picture, kept for as long as both stay |
//! | `changes` | a picture disturbed by hand |
//! | `pairs` | energies of pairs, nearest, groups |
//! | `map` | places on a map: principal axes, neighbours |
//! | `heat`, `colours`, `correspond` | patches: alike ones, the same colours everywhere, which answers which |
//! | `attention` | where the last layer's heads look |
//! | `fit` | which part fits a hole |
//! | `place` | does an embedding follow the object or the setting? |
//! | `instruments` | are embeddings well? |

mod attention;
mod changes;
mod colours;
mod correspond;
mod fit;
mod heat;
mod instruments;
mod kept;
mod map;
mod pairs;
mod place;
#[cfg(test)]
mod tests;

pub use attention::{Attention, attention};
pub use changes::{bounded, changed};
pub use colours::Palette;
pub use correspond::correspond;
pub use fit::{Fitted, MOST, Question, Tally, fit, hole};
pub use heat::heat;
pub use instruments::{instruments, measured};
pub use kept::{Kept, Told, patches, tell};
pub use map::{FEWEST, Flat, Neighbours, flat};
pub use pairs::{energies, energy, groups, nearest};
pub use place::{Triple, example, follows_object, triples};

use crate::{
    mask::Grid,
    methods::{AnyMethod, Method},
    protocol::together::Able,
};

/// What a model can do here.
#[must_use]
pub fn able(model: &AnyMethod) -> Able {
    Able {
        patches: model.has_patches(),
        attention: model.attends(),
        predicts: model.predicts(),
        draws: model.draws(),
    }
}

/// The grid of so many patches of a square picture: the largest that they fill.
#[must_use]
pub fn grid_of(patches: usize) -> Grid {
    let side = patches.isqrt();
    Grid::new(side, side)
}
