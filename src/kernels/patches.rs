//! Pictures into standardised patches, in the order that a network takes them, in one pass.

use super::{
    number::{Function, Number, replace},
    pool::fresh,
    rows::cut,
    threads::each,
};

/// How pictures are cut up.
#[derive(Clone, Copy, Debug)]
pub struct Cut<'a> {
    /// Height and width of a picture, multiples of `patch_px`.
    pub size_px: [usize; 2],
    /// Side of a patch.
    pub patch_px: usize,
    /// Subtracted from each channel: `[channels]`.
    pub mean: &'a [f32],
    /// What each channel is then divided by: `[channels]`.
    pub deviation: &'a [f32],
}

/// A channel's numbers.
struct Standard {
    mean: f32,
    deviation: f32,
}

impl Function for Standard {
    #[inline(always)]
    fn of<N: Number>(&self, x: N) -> N {
        (x - N::all(self.mean)) / N::all(self.deviation)
    }
}

/// Pixels of one channel, less its mean, by its deviation.
pub(super) fn standardise(pixels: &mut [f32], mean: f32, deviation: f32) {
    replace(pixels, &Standard { mean, deviation });
}

impl Cut<'_> {
    /// `[batch, channels, height, width]` to `[batch, places, channels p p]`: for each picture the patches at its
    /// `places`, counted row by row; equally many of each.
    #[must_use]
    pub fn patches(&self, pictures: &[f32], places: &[Vec<usize>]) -> Vec<f32> {
        let [height, width] = self.size_px;
        let (channels, side) = (self.mean.len(), self.patch_px);
        let values = channels * side * side;
        let mut out = fresh(places.iter().map(Vec::len).sum::<usize>() * values);
        let mut rest = out.as_mut_slice();
        let parts = places
            .iter()
            .zip(pictures.chunks_exact(channels * height * width))
            .map(|(places, picture)| (places, picture, cut(&mut rest, places.len() * values)));
        each(parts.collect(), |(places, picture, out): (&Vec<usize>, &[f32], &mut [f32])| {
            for (place, patch) in places.iter().zip(out.chunks_exact_mut(values)) {
                self.patch(picture, *place, patch);
            }
        });
        out
    }

    fn patch(&self, picture: &[f32], place: usize, patch: &mut [f32]) {
        let [height, width] = self.size_px;
        let side = self.patch_px;
        let (row, column) = (place / (width / side) * side, place % (width / side) * side);
        for (channel, (&mean, &deviation)) in self.mean.iter().zip(self.deviation).enumerate() {
            for line in 0..side {
                let from = &picture[(channel * height + row + line) * width + column..][..side];
                let to = &mut patch[(channel * side + line) * side..][..side];
                to.copy_from_slice(from);
                standardise(to, mean, deviation);
            }
        }
    }
}
