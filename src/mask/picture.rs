//! Masks as pictures, and pictures with a mask set in.

use super::{Grid, Mask};
use crate::picture::{Picture, Rgb8};

impl Mask {
    /// A mask out of a picture of any size: white is hidden. A patch is hidden when at least half of its area is.
    #[must_use]
    pub fn from_picture(picture: &Rgb8, grid: Grid) -> Self {
        let white = |pixel: &[u8]| pixel.iter().map(|&value| u32::from(value)).sum::<u32>() >= 3 * 128;
        let hidden = picture.pixels.chunks_exact(3).map(white).collect();
        Self {
            grid: Grid::new(picture.height, picture.width),
            hidden,
        }
        .scaled_to(grid)
    }

    /// The mask as a picture, `patch_px` pixels a patch: white is hidden, black visible.
    #[must_use]
    pub fn to_picture(&self, patch_px: usize) -> Rgb8 {
        let patch_px = patch_px.max(1);
        let (width, height) = (self.grid.columns * patch_px, self.grid.rows * patch_px);
        let mut pixels = Vec::with_capacity(3 * width * height);
        for y in 0..height {
            for x in 0..width {
                let hidden = self.is_hidden(y / patch_px * self.grid.columns + x / patch_px);
                pixels.extend([if hidden { 255 } else { 0 }; 3]);
            }
        }
        Rgb8 { width, height, pixels }
    }

    /// What was drawn, set into what is visible: hidden pixels from `drawn`, the others from `truth`.
    /// Both must have one size; pixels that `drawn` lacks stay the truth's.
    #[must_use]
    pub fn set_in(&self, truth: &Picture, drawn: &Picture) -> Picture {
        let mut picture = truth.clone();
        if (drawn.width, drawn.height) == (truth.width, truth.height) {
            self.each_hidden_run(truth.width, truth.height, |run| {
                for start in [run.start, run.start + truth.plane(), run.start + 2 * truth.plane()] {
                    picture.pixels[start..start + run.len()].copy_from_slice(&drawn.pixels[start..start + run.len()]);
                }
            });
        }
        picture
    }

    /// Calls `each` with every run of hidden pixels, as a range into one plane of a picture of this size.
    pub(crate) fn each_hidden_run(&self, width: usize, height: usize, mut each: impl FnMut(std::ops::Range<usize>)) {
        let Grid { rows, columns } = self.grid;
        for y in 0..height {
            let mut start = 0;
            while start < width {
                let patch = self.grid.patch_at(start, y, width, height);
                // The first pixel of the next patch to the right.
                let end = ((patch % columns.max(1) + 1) * width)
                    .div_ceil(columns.max(1))
                    .clamp(start + 1, width);
                if rows > 0 && self.is_hidden(patch) {
                    each(y * width + start..y * width + end);
                }
                start = end;
            }
        }
    }
}
