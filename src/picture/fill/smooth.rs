//! The smooth (harmonic) fill: every hidden pixel is the mean of its existing 4-neighbours, visible pixels are fixed.

use super::{NOTHING_KNOWN, mean, mean_colour};
use crate::{mask::Mask, picture::Picture};

/// Fills hidden pixels by the discrete Laplace equation.
#[must_use]
pub fn smooth(picture: &Picture, mask: &Mask) -> Picture {
    if mean_colour(picture, mask).is_none() {
        return Picture::grey(picture.width, picture.height, NOTHING_KNOWN);
    }
    let mut filled = mean(picture, mask);
    let (width, height) = (picture.width, picture.height);
    let mut hidden = Vec::new();
    mask.each_hidden_run(width, height, |run| hidden.extend(run));
    let relax = 2.0 / (1.0 + libm::sinf(std::f32::consts::PI / (1.5 * width.max(height) as f32)));
    for plane in filled.pixels.chunks_exact_mut(width * height) {
        for _ in 0..10 * width.max(height) {
            let mut largest = 0f32;
            for &i in &hidden {
                let (x, y) = (i % width, i / width);
                let (mut sum, mut count) = (0.0, 0.0);
                let mut add = |value: f32| (sum, count) = (sum + value, count + 1.0);
                if x > 0 {
                    add(plane[i - 1]);
                }
                if x + 1 < width {
                    add(plane[i + 1]);
                }
                if y > 0 {
                    add(plane[i - width]);
                }
                if y + 1 < height {
                    add(plane[i + width]);
                }
                let change = relax * (sum / count - plane[i]);
                plane[i] += change;
                largest = largest.max(change.abs());
            }
            if largest < 3e-6 {
                break;
            }
        }
    }
    filled
}
