//! Views without colours.

use super::{
    Change,
    planes::{GREY, planes},
};
use crate::{chance::Chance, kernels::levels::at_every_level, picture::Picture};

/// Takes the colours away with probability `p`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Grey {
    /// 0..1.
    pub p: f32,
}

impl Grey {
    /// Draws whether it happens.
    pub fn draw(self, chance: &mut Chance) -> bool {
        chance.coin(self.p)
    }
}

impl Change for Grey {
    fn name(&self) -> &'static str {
        "grey"
    }

    fn apply(&self, picture: &mut Picture, chance: &mut Chance) {
        if self.draw(chance) {
            apply(picture);
        }
    }
}

/// Gives each pixel its grey in all three channels, 0.2989 red + 0.587 green + 0.114 blue (torchvision's
/// `rgb_to_grayscale`).
pub fn apply(picture: &mut Picture) {
    let [red, green, blue] = planes(picture);
    fade(red, green, blue);
}

at_every_level! { fn fade(red: &mut [f32], green: &mut [f32], blue: &mut [f32]) = fade_body; }

#[inline(always)]
fn fade_body<const FUSED: bool>(red: &mut [f32], green: &mut [f32], blue: &mut [f32]) {
    for ((red, green), blue) in red.iter_mut().zip(green).zip(blue) {
        let grey = GREY[0] * *red + GREY[1] * *green + GREY[2] * *blue;
        (*red, *green, *blue) = (grey, grey, grey);
    }
}
