//! Masks as pictures, and pictures with a mask set in.

use std::ops::Range;

use super::{Grid, Mask};
use crate::picture::{Picture, Rgb8};

/// Whether a pixel of a mask's picture hides what lies there: white does.
#[must_use]
pub fn is_hidden(rgb: [u8; 3]) -> bool {
    rgb.iter().map(|value| u32::from(*value)).sum::<u32>() >= 3 * 128
}

impl Grid {
    /// Whether a mask's picture of this size can be scaled to the grid, which covers a square. Half a patch more on one
    /// side than on the other is no shape of its own.
    #[must_use]
    pub const fn takes(self, width: usize, height: usize) -> bool {
        2 * self.columns * width.abs_diff(height) <= if width > height { width } else { height }
    }
}

impl Mask {
    /// A mask out of a picture of any size: white is hidden. A patch is hidden when at least half of its area is.
    #[must_use]
    pub fn from_picture(picture: &Rgb8, grid: Grid) -> Self {
        let hidden = picture
            .pixels
            .chunks_exact(3)
            .map(|rgb| is_hidden([rgb[0], rgb[1], rgb[2]]))
            .collect();
        Self::from_pixels(hidden, [picture.width, picture.height], grid)
    }

    /// The same out of what [`is_hidden`] says of each of its pixels, row by row: `width * height` of them.
    #[must_use]
    pub fn from_pixels(hidden: Vec<bool>, [width, height]: [usize; 2], grid: Grid) -> Self {
        Self {
            grid: Grid::new(height, width),
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

    /// Calls `each` with every run of hidden pixels, from the top left, as a range into one plane of a picture of this
    /// size. Runs never touch within a row.
    pub(crate) fn each_hidden_run(&self, width: usize, height: usize, mut each: impl FnMut(Range<usize>)) {
        let Grid { rows, columns } = self.grid;
        let mut runs: Vec<Range<usize>> = Vec::with_capacity(columns);
        for row in 0..rows {
            runs.clear();
            for column in (0..columns).filter(|column| self.is_hidden(row * columns + column)) {
                let pixels = pixels_of(column, columns, width);
                match runs.last_mut() {
                    Some(last) if last.end == pixels.start => last.end = pixels.end,
                    _ if pixels.is_empty() => {}
                    _ => runs.push(pixels),
                }
            }
            for y in pixels_of(row, rows, height) {
                runs.iter().for_each(|run| each(y * width + run.start..y * width + run.end));
            }
        }
    }

    /// Calls `each(patch, run)` with every run of pixels of every hidden patch, as a range into one plane.
    pub(crate) fn each_patch_run(&self, width: usize, height: usize, mut each: impl FnMut(usize, Range<usize>)) {
        let Grid { rows, columns } = self.grid;
        for patch in self.hidden_indices() {
            let across = pixels_of(patch % columns, columns, width);
            for y in pixels_of(patch / columns, rows, height) {
                each(patch, y * width + across.start..y * width + across.end);
            }
        }
    }
}

/// The pixels of `0..length` that lie in interval `i` of `n` equal ones.
fn pixels_of(i: usize, n: usize, length: usize) -> Range<usize> {
    (i * length).div_ceil(n.max(1))..((i + 1) * length).div_ceil(n.max(1))
}
