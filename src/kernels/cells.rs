//! Pictures cut along a grid that is shifted by half a patch, and such cells back into patches, each in one pass.

use super::{
    patches::{Cut, standardise},
    pool::fresh,
    rows::cut,
    threads::each,
};

/// A grid of patches, and the cells that lie on its corners.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cells {
    /// Rows and columns of patches: there is one more of cells.
    pub grid: [usize; 2],
    /// Of a picture.
    pub channels: usize,
    /// Side of a patch and of a cell; even.
    pub patch_px: usize,
}

impl Cells {
    /// Cells of a picture.
    #[must_use]
    pub fn count(&self) -> usize {
        (self.grid[0] + 1) * (self.grid[1] + 1)
    }

    /// Numbers in a patch, and in a cell.
    #[must_use]
    pub fn values(&self) -> usize {
        self.channels * self.patch_px * self.patch_px
    }

    /// The cells of pictures that are cut up so.
    #[must_use]
    pub fn under(by: &Cut<'_>) -> Self {
        Self {
            grid: by.size_px.map(|side| side / by.patch_px),
            channels: by.mean.len(),
            patch_px: by.patch_px,
        }
    }

    /// `[batch, channels, height, width]` to standardised cells `[batch, cells, channels p p]`. Beyond its edge a picture goes
    /// on as it ends.
    #[must_use]
    pub fn cut(&self, pictures: &[f32], by: &Cut<'_>) -> Vec<f32> {
        assert!(*self == Self::under(by), "cells of another grid");
        let picture_values = self.channels * by.size_px[0] * by.size_px[1];
        let each_values = self.count() * self.values();
        let mut out = fresh(pictures.len() / picture_values.max(1) * each_values);
        let parts = pictures
            .chunks_exact(picture_values.max(1))
            .zip(out.chunks_exact_mut(each_values.max(1)));
        each(parts.collect(), |(picture, out): (&[f32], &mut [f32])| {
            for (cell, out) in out.chunks_exact_mut(self.values()).enumerate() {
                let (row, column) = (cell / (self.grid[1] + 1), cell % (self.grid[1] + 1));
                self.cell(picture, by, [row, column], out);
            }
        });
        out
    }

    fn cell(&self, picture: &[f32], by: &Cut<'_>, [row, column]: [usize; 2], cell: &mut [f32]) {
        let ([height, width], side) = (by.size_px, self.patch_px);
        // Where line or pixel `at` of a cell lies in a picture so large.
        let inside = |cell: usize, at: usize, most: usize| (cell * side + at).saturating_sub(side / 2).min(most - 1);
        let is_whole = (1..self.grid[1]).contains(&column);
        for (line, to) in cell.chunks_exact_mut(side).enumerate() {
            let (channel, line) = (line / side, line % side);
            let from = &picture[(channel * height + inside(row, line, height)) * width..][..width];
            if is_whole {
                to.copy_from_slice(&from[inside(column, 0, width)..][..side]);
            } else {
                let pixels = to.iter_mut().enumerate();
                pixels.for_each(|(at, to)| *to = from[inside(column, at, width)]);
            }
            standardise(to, by.mean[channel], by.deviation[channel]);
        }
    }

    /// `[batch, cells, channels p p]` to patches `[batch, places, channels p p]`: for each picture those at its `places`,
    /// counted row by row.
    #[must_use]
    pub fn patches(&self, cells: &[f32], places: &[Vec<usize>]) -> Vec<f32> {
        let (side, half, values) = (self.patch_px, self.patch_px / 2, self.values());
        assert!(side.is_multiple_of(2), "half of a patch of {side} pixels");
        assert_eq!(cells.len(), places.len() * self.count() * values, "cells of another grid");
        let mut out = fresh(places.iter().map(Vec::len).sum::<usize>() * values);
        let mut rest = out.as_mut_slice();
        let parts = places
            .iter()
            .zip(cells.chunks_exact(self.count() * values))
            .map(|(places, cells)| (places, cells, cut(&mut rest, places.len() * values)));
        each(parts.collect(), |(places, cells, out): (&Vec<usize>, &[f32], &mut [f32])| {
            for (&place, patch) in places.iter().zip(out.chunks_exact_mut(values)) {
                for (line, to) in patch.chunks_exact_mut(side).enumerate() {
                    let (above, from) = (line % side < half, (line + half) % side + line / side * side);
                    let [left, right] = self.beside(place, above).map(|cell| &cells[cell * values + from * side..][..side]);
                    to[..half].copy_from_slice(&left[half..]);
                    to[half..].copy_from_slice(&right[..half]);
                }
            }
        });
        out
    }

    /// The gradient by the cells, given the one by the patches that [`patches`](Self::patches) made of them: 0 where no patch
    /// showed what they say.
    #[must_use]
    pub fn backward(&self, gradient: &[f32], places: &[Vec<usize>]) -> Vec<f32> {
        let (side, half, values) = (self.patch_px, self.patch_px / 2, self.values());
        assert!(side.is_multiple_of(2), "half of a patch of {side} pixels");
        let patches = places.iter().map(Vec::len).sum::<usize>();
        assert_eq!(gradient.len(), patches * values, "the gradient of other patches");
        let mut out = fresh(places.len() * self.count() * values);
        let mut rest = gradient;
        let parts = places.iter().zip(out.chunks_exact_mut(self.count() * values)).map(|(places, out)| {
            let (gradient, others) = rest.split_at(places.len() * values);
            rest = others;
            (places, gradient, out)
        });
        each(parts.collect(), |(places, gradient, out): (&Vec<usize>, &[f32], &mut [f32])| {
            out.fill(0.0);
            for (&place, patch) in places.iter().zip(gradient.chunks_exact(values)) {
                for (line, from) in patch.chunks_exact(side).enumerate() {
                    let (above, to) = (line % side < half, (line + half) % side + line / side * side);
                    let [left, right] = self.beside(place, above).map(|cell| cell * values + to * side);
                    add(&mut out[left + half..][..half], &from[..half]);
                    add(&mut out[right..][..half], &from[half..]);
                }
            }
        });
        out
    }

    /// The cells that a patch's lines lie in, left and right: the upper two, or the lower.
    fn beside(&self, place: usize, above: bool) -> [usize; 2] {
        let columns = self.grid[1];
        let (row, column) = (place / columns + usize::from(!above), place % columns);
        let left = row * (columns + 1) + column;
        [left, left + 1]
    }
}

fn add(sums: &mut [f32], values: &[f32]) {
    sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
}
