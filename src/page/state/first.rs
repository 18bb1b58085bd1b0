//! What a visitor sees first: one scene, three quarters of it hidden, already predicted.
//!
//! `cargo xtask build` makes the pictures of this very state, which stand on the page until the engine answers.

use crate::mask::{Grid, Mask};

/// Scenes in the strip of a new visitor, by seed. The first is the first look.
pub const SAMPLES: [u64; 8] = crate::worlds::SAMPLES;

/// How the first look is hidden, as the command line spells it, with its seed.
pub const HIDE: (&str, u64) = ("random:0.75", 1);

/// The model of the first look.
pub const MODEL: &str = "scenes";

/// The grid until a model says its own.
pub const GRID: Grid = Grid { rows: 8, columns: 8 };

/// The mask of the first look.
#[must_use]
pub fn mask() -> Mask {
    super::hide::Hide::Random { percent: 75 }.mask(GRID, HIDE.1)
}
