//! How far a guess is from the truth, where it had to guess.
//!
//! Values are in 0..1 and a guess counts as it would be shown: clamped to 0..1.

use super::Picture;
use crate::mask::Mask;

/// Mean squared errors below this are taken for this: 100 dB is the end of the scale.
const LEAST_MSE: f64 = 1e-10;

/// Peak signal-to-noise ratio in dB: `10 log10(1 / mse)`, values in 0..1. Higher is better; at most 100. An error that is no
/// number has none either.
#[must_use]
pub fn psnr_db(mse: f64) -> f64 {
    if mse.is_nan() {
        return f64::NAN;
    }
    10.0 * libm::log10(1.0 / mse.max(LEAST_MSE))
}

/// Mean squared error over the three channels of the hidden pixels; `None` when nothing is hidden or the sizes differ.
#[must_use]
pub fn hidden_mse(truth: &Picture, guess: &Picture, mask: &Mask) -> Option<f64> {
    energies(truth, guess, mask).0
}

/// PSNR in dB over the hidden pixels; `None` when nothing is hidden or the sizes differ.
#[must_use]
pub fn hidden_psnr_db(truth: &Picture, guess: &Picture, mask: &Mask) -> Option<f64> {
    hidden_mse(truth, guess, mask).map(psnr_db)
}

/// [`hidden_mse`], and the same for each patch, row by row: `None` where a patch is visible, and everywhere when the sizes differ.
#[must_use]
pub fn energies(truth: &Picture, guess: &Picture, mask: &Mask) -> (Option<f64>, Vec<Option<f32>>) {
    let Some((sums, counts)) = patch_sums(truth, guess, mask) else {
        return (None, vec![None; mask.grid.len()]);
    };
    let mean = |sum: f64, count: usize| (count > 0).then(|| sum / count as f64);
    let patches = sums
        .iter()
        .zip(&counts)
        .map(|(sum, count)| mean(*sum, *count).map(|mse| mse as f32));
    (mean(sums.iter().sum(), counts.iter().sum()), patches.collect())
}

/// For each patch the sum of squared errors and the number of values in it; zeros where it is visible.
fn patch_sums(truth: &Picture, guess: &Picture, mask: &Mask) -> Option<(Vec<f64>, Vec<usize>)> {
    if (truth.width, truth.height) != (guess.width, guess.height) {
        return None;
    }
    let (mut sums, mut counts) = (vec![0.0; mask.grid.len()], vec![0; mask.grid.len()]);
    mask.each_patch_run(truth.width, truth.height, |patch, run| {
        for channel in 0..3 {
            let run = channel * truth.plane() + run.start..channel * truth.plane() + run.end;
            let error = |(&truth, &guess): (&f32, &f32)| f64::from(guess.clamp(0.0, 1.0) - truth).powi(2);
            sums[patch] += truth.pixels[run.clone()]
                .iter()
                .zip(&guess.pixels[run.clone()])
                .map(error)
                .sum::<f64>();
            counts[patch] += run.len();
        }
    });
    Some((sums, counts))
}
