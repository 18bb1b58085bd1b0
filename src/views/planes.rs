//! A picture's channels, and numbers kept within 0..1.

use crate::picture::Picture;

/// How much red, green and blue add to a pixel's grey, as torchvision has it (ITU-R BT.601).
pub(crate) const GREY: [f32; 3] = [0.2989, 0.587, 0.114];

/// Red, green and blue, each `[height, width]`.
pub(super) fn planes(picture: &mut Picture) -> [&mut [f32]; 3] {
    let plane = picture.pixels.len() / 3;
    let (red, rest) = picture.pixels.split_at_mut(plane);
    let (green, blue) = rest.split_at_mut(plane);
    [red, green, blue]
}

/// Within 0..1; what is no number becomes 0. Two comparisons, which vectors have as instructions.
#[inline(always)]
pub(super) fn clamp(value: f32) -> f32 {
    let value = if value > 0.0 { value } else { 0.0 };
    if value < 1.0 { value } else { 1.0 }
}

#[inline(always)]
pub(super) fn larger(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

#[inline(always)]
pub(super) fn smaller(a: f32, b: f32) -> f32 {
    if a < b { a } else { b }
}
