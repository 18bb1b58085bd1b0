//! Turning a picture about its middle.

use crate::picture::Picture;

/// The picture turned counter-clockwise by `degrees`, of the same size, bilinear. What comes in from beyond its edges is
/// the picture reflected there, outermost pixels repeated (PyTorch's `grid_sample` with `padding_mode="reflection"`).
#[must_use]
pub fn rotate(picture: &Picture, degrees: f32) -> Picture {
    let (width, height) = (picture.width, picture.height);
    let radians = f64::from(degrees).to_radians();
    let (sine, cosine) = (libm::sin(radians) as f32, libm::cos(radians) as f32);
    let middle = |length: usize| 0.5 * (length as f32 - 1.0);
    let (middle_x, middle_y) = (middle(width), middle(height));
    let plane = picture.plane();
    let mut turned = picture.clone();
    for y in 0..height {
        for x in 0..width {
            let (dx, dy) = (x as f32 - middle_x, y as f32 - middle_y);
            let (left, right, across) = between(middle_x + cosine * dx - sine * dy, width);
            let (upper, lower, down) = between(middle_y + sine * dx + cosine * dy, height);
            for channel in 0..3 {
                let at = |x: usize, y: usize| picture.pixels[channel * plane + y * width + x];
                let above = mix(at(left, upper), at(right, upper), across);
                let below = mix(at(left, lower), at(right, lower), across);
                turned.pixels[channel * plane + y * width + x] = mix(above, below, down);
            }
        }
    }
    turned
}

fn mix(a: f32, b: f32, part: f32) -> f32 {
    a + (b - a) * part
}

/// The pixels before and after a place in a reflected row of `length`, and how far it lies from the first to the second.
fn between(at: f32, length: usize) -> (usize, usize, f32) {
    let edge = length as f32;
    let folded = (at + 0.5).rem_euclid(2.0 * edge);
    let folded = if folded > edge { 2.0 * edge - folded } else { folded };
    let at = (folded - 0.5).max(0.0).min(edge - 1.0);
    let before = at as usize;
    (before, (before + 1).min(length.saturating_sub(1)), at - before as f32)
}
