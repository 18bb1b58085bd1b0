//! Plain fills of what is hidden: what a model is judged against, and starts from.
//!
//! Visible pixels stay as they are; hidden ones come from visible ones alone. Where nothing is visible: grey 0.5.

mod cells;
mod coarse;
mod finest;
mod lanes;
mod smooth;

pub use smooth::smooth;

use super::Picture;
use crate::mask::Mask;

/// Grey of a picture of which nothing is visible.
const NOTHING_KNOWN: f32 = 0.5;

/// Hidden pixels take the mean colour of the visible ones.
#[must_use]
pub fn mean(picture: &Picture, mask: &Mask) -> Picture {
    let mut filled = picture.clone();
    let colour = mean_colour(picture, mask).unwrap_or([NOTHING_KNOWN; 3]);
    mask.each_hidden_run(picture.width, picture.height, |run| {
        for (channel, value) in colour.into_iter().enumerate() {
            let start = channel * picture.plane();
            filled.pixels[start + run.start..start + run.end].fill(value);
        }
    });
    filled
}

/// Mean of the visible pixels, `[red, green, blue]`; `None` when there are none.
#[must_use]
pub fn mean_colour(picture: &Picture, mask: &Mask) -> Option<[f32; 3]> {
    let sum_of = |values: &[f32]| values.iter().map(|&value| f64::from(value)).sum::<f64>();
    let mut count = 0;
    let mut sums = [0.0; 3];
    mask.inverted().each_hidden_run(picture.width, picture.height, |run| {
        count += run.len();
        for (channel, sum) in sums.iter_mut().enumerate() {
            let start = channel * picture.plane();
            *sum += sum_of(&picture.pixels[start + run.start..start + run.end]);
        }
    });
    (count > 0).then(|| sums.map(|sum| (sum / count as f64) as f32))
}

#[cfg(test)]
mod tests;
