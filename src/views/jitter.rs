//! Brightness, contrast, saturation and hue.

use super::{
    Change,
    planes::{GREY, clamp, larger, planes, smaller},
};
use crate::{
    chance::Chance,
    kernels::levels::{at_every_level, sum_of},
    picture::Picture,
};

/// Changes brightness, contrast, saturation and hue in a random order, as torchvision's `ColorJitter` under
/// `RandomApply`. After each the values are brought back into 0..1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Jitter {
    /// Probability, 0..1.
    pub p: f32,
    /// The factor is uniform in `max(0, 1 - brightness)..1 + brightness`; 0 leaves brightness alone. So for the next two.
    pub brightness: f32,
    /// As brightness.
    pub contrast: f32,
    /// As brightness.
    pub saturation: f32,
    /// The hue turns by a part of the colour circle that is uniform in `-hue..hue`, at most 0.5; 0 leaves it alone.
    pub hue: f32,
}

impl Jitter {
    /// As papers write it: the strengths of brightness, contrast, saturation and hue.
    #[must_use]
    pub const fn new(p: f32, [brightness, contrast, saturation, hue]: [f32; 4]) -> Self {
        Self {
            p,
            brightness,
            contrast,
            saturation,
            hue,
        }
    }
}

impl Change for Jitter {
    fn name(&self) -> &'static str {
        "jitter"
    }

    fn apply(&self, picture: &mut Picture, chance: &mut Chance) {
        if let Some(drawn) = self.draw(chance) {
            drawn.apply(picture);
        }
    }
}

/// What chance drew for one view.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Jittered {
    /// What comes first and what comes last, of brightness (0), contrast, saturation and hue (3).
    pub order: [usize; 4],
    /// Factors of the first three; 1 leaves the view as it is.
    pub factors: [f32; 3],
    /// Part of the colour circle that the hue turns by; `None` leaves it alone.
    pub turn: Option<f32>,
}

impl Jitter {
    /// Draws; `None` where the view keeps its colours.
    pub fn draw(&self, chance: &mut Chance) -> Option<Jittered> {
        if !chance.coin(self.p) {
            return None;
        }
        // Drawn whether used or not, so that a strength of 0 leaves the others' draws as they are.
        let mut order = [0, 1, 2, 3];
        chance.shuffle(&mut order);
        let factors = [self.brightness, self.contrast, self.saturation].map(|strength| {
            let factor = chance.range((1.0 - strength).max(0.0)..1.0 + strength);
            if strength > 0.0 { factor } else { 1.0 }
        });
        let turn = chance.range(-self.hue..self.hue);
        Some(Jittered {
            order,
            factors,
            turn: (self.hue > 0.0).then_some(turn),
        })
    }
}

impl Jittered {
    /// Changes a view.
    pub fn apply(&self, picture: &mut Picture) {
        for operation in self.order {
            match (operation, self.turn) {
                (0, _) if self.factors[0] != 1.0 => brightness(picture, self.factors[0]),
                (1, _) if self.factors[1] != 1.0 => contrast(picture, self.factors[1]),
                (2, _) if self.factors[2] != 1.0 => saturation(picture, self.factors[2]),
                (3, Some(turn)) => hue(picture, turn),
                _ => {}
            }
        }
    }
}

/// Every value times `factor`: black at 0, as it was at 1.
pub fn brightness(picture: &mut Picture, factor: f32) {
    scale(&mut picture.pixels, factor);
}

/// Every value's distance from the picture's mean grey times `factor`: that grey everywhere at 0, as it was at 1.
pub fn contrast(picture: &mut Picture, factor: f32) {
    let count = (picture.pixels.len() / 3).max(1) as f32;
    let mut mean = 0.0;
    for (plane, weight) in planes(picture).into_iter().zip(GREY) {
        mean += weight * (sum(plane) / count);
    }
    towards(&mut picture.pixels, factor, mean);
}

/// Every value's distance from its pixel's grey times `factor`: grey at 0, as it was at 1.
pub fn saturation(picture: &mut Picture, factor: f32) {
    let [red, green, blue] = planes(picture);
    saturate(red, green, blue, factor);
}

/// Turns the colour circle by `turn` of its length, -0.5..0.5 (hue, saturation and value of A. R. Smith, "Color gamut
/// transform pairs", 1978): red becomes green at 1/3, blue at -1/3.
pub fn hue(picture: &mut Picture, turn: f32) {
    let [red, green, blue] = planes(picture);
    turn_hues(red, green, blue, 6.0 * (turn - libm::floorf(turn)));
}

// None of these multiplies and adds in one instruction, nor does a sum depend on the processor: views are the same
// everywhere.
at_every_level! { fn scale(values: &mut [f32], factor: f32) = scale_body; }
at_every_level! { fn sum(values: &[f32]) -> f32 = sum_body; }
at_every_level! { fn towards(values: &mut [f32], factor: f32, grey: f32) = towards_body; }
at_every_level! { fn saturate(red: &mut [f32], green: &mut [f32], blue: &mut [f32], factor: f32) = saturate_body; }
at_every_level! { fn turn_hues(red: &mut [f32], green: &mut [f32], blue: &mut [f32], sixths: f32) = turn_hues_body; }

#[inline(always)]
fn scale_body<const FUSED: bool>(values: &mut [f32], factor: f32) {
    for value in values {
        *value = clamp(factor * *value);
    }
}

#[inline(always)]
fn sum_body<const FUSED: bool>(values: &[f32]) -> f32 {
    sum_of(values, values, |value, _| value)
}

#[inline(always)]
fn towards_body<const FUSED: bool>(values: &mut [f32], factor: f32, grey: f32) {
    let rest = (1.0 - factor) * grey;
    for value in values {
        *value = clamp(factor * *value + rest);
    }
}

#[inline(always)]
fn saturate_body<const FUSED: bool>(red: &mut [f32], green: &mut [f32], blue: &mut [f32], factor: f32) {
    for ((red, green), blue) in red.iter_mut().zip(green).zip(blue) {
        let rest = (1.0 - factor) * (GREY[0] * *red + GREY[1] * *green + GREY[2] * *blue);
        *red = clamp(factor * *red + rest);
        *green = clamp(factor * *green + rest);
        *blue = clamp(factor * *blue + rest);
    }
}

/// There and back without branches, and without saturation: value times saturation is the span of a pixel's channels, and
/// a channel is the value less that span times a trapezium over the circle. `sixths`, 0..6, is how far hues turn.
#[inline(always)]
fn turn_hues_body<const FUSED: bool>(red: &mut [f32], green: &mut [f32], blue: &mut [f32], sixths: f32) {
    let trapezium = |at: f32| {
        let at = if at >= 6.0 { at - 6.0 } else { at };
        larger(0.0, smaller(smaller(at, 4.0 - at), 1.0))
    };
    for ((red, green), blue) in red.iter_mut().zip(green).zip(blue) {
        let (r, g, b) = (*red, *green, *blue);
        let value = larger(r, larger(g, b));
        let span = value - smaller(r, smaller(g, b));
        // The largest channel says from where on the circle the others' difference counts.
        let (from, difference) = if g == value { (2.0, b - r) } else { (4.0, r - g) };
        let (from, difference) = if r == value { (0.0, g - b) } else { (from, difference) };
        let hue = from + sixths + difference / if span > 0.0 { span } else { 1.0 };
        let hue = if hue < 0.0 { hue + 6.0 } else { hue };
        let hue = if hue >= 6.0 { hue - 6.0 } else { hue };
        *red = value - span * trapezium(hue + 5.0);
        *green = value - span * trapezium(hue + 3.0);
        *blue = value - span * trapezium(hue + 1.0);
    }
}
