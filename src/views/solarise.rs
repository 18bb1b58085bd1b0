//! Views whose bright parts are inverted.

use super::Change;
use crate::{chance::Chance, kernels::levels::at_every_level, picture::Picture};

/// From where on values are inverted in BYOL's code (`byol/utils/augmentations.py`). Pillow's `solarize`, which DINO and
/// Barlow Twins call, inverts bytes from 128 on: those that values from 0.5 on are rounded to.
pub const THRESHOLD: f32 = 0.5;

/// Inverts what is bright, from [`THRESHOLD`] on, with probability `p`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Solarise {
    /// 0..1.
    pub p: f32,
}

impl Solarise {
    /// Draws whether it happens.
    pub fn draw(self, chance: &mut Chance) -> bool {
        chance.coin(self.p)
    }
}

impl Change for Solarise {
    fn name(&self) -> &'static str {
        "solarise"
    }

    fn apply(&self, picture: &mut Picture, chance: &mut Chance) {
        if self.draw(chance) {
            apply(picture, THRESHOLD);
        }
    }
}

/// Each value from `threshold` on becomes 1 less itself.
pub fn apply(picture: &mut Picture, threshold: f32) {
    invert(&mut picture.pixels, threshold);
}

at_every_level! { fn invert(values: &mut [f32], threshold: f32) = invert_body; }

#[inline(always)]
fn invert_body<const FUSED: bool>(values: &mut [f32], threshold: f32) {
    for value in values {
        *value = if *value >= threshold { 1.0 - *value } else { *value };
    }
}
