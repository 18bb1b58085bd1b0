//! Convolutions of maps whose channels lie together: `[batch, rows, columns, channels]`.
//!
//! A convolution is a product: of patches, one for every place, with the weights. Of the patches only as many numbers are
//! gathered at a time as the second cache holds; all of them together, nine times the maps, are never in memory. The
//! gradient by the maps is a convolution again (or `stride²` of them, one for each way that a place can lie in a stride); the
//! one by the weights is a product whose sums run over places.

mod gather;
mod learn;
mod weights;

pub use gather::Patches;

use super::{
    pool::{Buffer, fresh},
    product::{Ending, View, product},
    rows::cut,
    threads::each,
};
use weights::Parts;

/// Places that a thread takes at a time: a multiple of the rows of every tile but the browser's, and with [`DEPTH`] numbers
/// of each a half of the second cache.
const PLACES: usize = 96;
/// Numbers of a patch that are gathered at a time.
const DEPTH: usize = 384;

/// What a place of a convolution looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Rows and columns of it.
    pub side: usize,
    /// From place to place.
    pub stride: usize,
    /// Zeros around the maps.
    pub padding: usize,
}

impl Window {
    /// Places along a side of so many.
    #[must_use]
    pub fn places(&self, along: usize) -> usize {
        let free = (along + 2 * self.padding).checked_sub(self.side);
        free.map_or(0, |free| free / self.stride + 1)
    }
}

/// A convolution without a bias.
#[derive(Clone, Copy, Debug)]
pub struct Conv<'a> {
    /// `[out, in, side, side]`, as published files have it, or what [`Conv::panels`] made of that.
    pub weight: &'a [f32],
    /// Whether it is the latter.
    pub packed: bool,
    /// In, out.
    pub channels: [usize; 2],
    /// Rows and columns of what comes in.
    pub size: [usize; 2],
    /// What a place looks at.
    pub window: Window,
}

impl Conv<'_> {
    /// Rows and columns of what comes out.
    #[must_use]
    pub fn places(&self) -> [usize; 2] {
        self.size.map(|along| self.window.places(along))
    }

    /// `[batch, rows, columns, in]` to `[batch, rows, columns, out]`.
    #[must_use]
    pub fn forward(&self, x: &[f32]) -> Vec<f32> {
        let patches = self.patches(x);
        let mut out = fresh(patches.count() * self.channels[1]);
        products(&mut out, &patches, &self.there());
        out
    }

    /// The gradient by `x`, given the one by what came out.
    ///
    /// # Panics
    /// As [`Conv::learn`].
    #[must_use]
    pub fn backward(&self, gradient: &[f32]) -> Vec<f32> {
        let [from, to] = self.channels;
        let [rows, columns] = self.size;
        let places = self.places();
        let batch = gradient.len() / (places[0] * places[1] * to).max(1);
        let ways: Vec<(Patches<'_>, Vec<usize>)> = (0..self.window.stride.pow(2)).map(|way| self.way_back(gradient, way)).collect();
        let mut out = fresh(batch * rows * columns * from);
        if let [(patches, numbers)] = ways.as_slice() {
            products(&mut out, patches, &self.back(numbers));
            return out;
        }
        let parts: Vec<Buffer> = ways
            .iter()
            .map(|(patches, numbers)| {
                let mut part = Buffer::of(batch * patches.places[0] * patches.places[1] * from);
                products(&mut part, patches, &self.back(numbers));
                part
            })
            .collect();
        self.weave(&mut out, &parts);
        out
    }

    /// The gradient by the weight, given the one by what came out.
    ///
    /// # Panics
    /// When there are panels only: nobody learns then.
    #[must_use]
    pub fn learn(&self, x: &[f32], gradient: &[f32]) -> Vec<f32> {
        assert!(!self.packed, "a weight in panels does not learn");
        let [from, to] = self.channels;
        let by_number = learn::by_number(&self.patches(x), gradient, to);
        learn::turned(&by_number, [to, from, self.window.side.pow(2)])
    }

    fn patches<'a>(&self, x: &'a [f32]) -> Patches<'a> {
        let Window { side, stride, padding } = self.window;
        let at = |index: usize| index as isize - padding as isize;
        Patches {
            maps: x,
            size: self.size,
            channels: self.channels[0],
            places: self.places(),
            stride,
            taps: (0..side * side).map(|tap| [at(tap / side), at(tap % side)]).collect(),
        }
    }

    /// What the gradient by places `way` (counted in a square of `stride`) is made of: patches of the gradient by what came
    /// out, and which of the window's places each tap of theirs is.
    fn way_back<'a>(&self, gradient: &'a [f32], way: usize) -> (Patches<'a>, Vec<usize>) {
        let Window { side, stride, padding } = self.window;
        let offset = [way / stride, way % stride];
        // The place `out` looks at `out * stride - padding + tap`, so what is seen there is seen from `(there + padding - tap) / stride`.
        let from = |offset: usize, tap: usize| {
            let ahead = (offset + padding) as isize - tap as isize;
            (ahead.rem_euclid(stride as isize) == 0).then(|| ahead.div_euclid(stride as isize))
        };
        let seen = (0..side * side).filter_map(|tap| Some(([from(offset[0], tap / side)?, from(offset[1], tap % side)?], tap)));
        let (taps, numbers) = seen.unzip();
        let patches = Patches {
            maps: gradient,
            size: self.places(),
            channels: self.channels[1],
            places: [0, 1].map(|axis| self.size[axis].saturating_sub(offset[axis]).div_ceil(stride)),
            stride: 1,
            taps,
        };
        (patches, numbers)
    }

    /// Every way's part to its places.
    fn weave(&self, out: &mut [f32], parts: &[Buffer]) {
        let [from, _] = self.channels;
        let ([rows, columns], stride) = (self.size, self.window.stride);
        let lines = out.chunks_mut((columns * from).max(1)).enumerate();
        each(lines.collect(), |(line, out): (usize, &mut [f32])| {
            let (map, row) = (line / rows, line % rows);
            for (column, out) in out.chunks_exact_mut(from).enumerate() {
                let [down, across] = [rows - row % stride, columns - column % stride].map(|left| left.div_ceil(stride));
                let place = (map * down + row / stride) * across + column / stride;
                out.copy_from_slice(&parts[row % stride * stride + column % stride][place * from..][..from]);
            }
        });
    }
}

/// `out = patches weights`: one row for every place.
fn products(out: &mut [f32], patches: &Patches<'_>, weights: &Parts<'_>) {
    let width = weights.columns;
    if weights.list.is_empty() {
        return out.fill(0.0); // places that nothing looks at
    }
    let mut rest = out;
    let count = patches.count();
    let tasks = (0..count).step_by(PLACES).map(|first| {
        let count = PLACES.min(count - first);
        (first, count, cut(&mut rest, count * width))
    });
    each(tasks.collect(), |(first, count, out): (usize, usize, &mut [f32])| {
        if let Some(maps) = patches.plain() {
            let rows = View::new(maps, patches.channels).rows(first, count);
            for (numbers, weight) in &weights.list {
                product(out, rows.columns(numbers.start, numbers.len()), weight, onto(numbers.start));
            }
            return;
        }
        let mut gathered = Buffer::of(count * DEPTH);
        for (numbers, weight) in &weights.list {
            let gathered = &mut gathered[..count * numbers.len()];
            patches.gather(gathered, first, numbers.clone());
            product(out, View::new(gathered, numbers.len()), weight, onto(numbers.start));
        }
    });
}

/// Only the first part of a sum replaces what was there.
fn onto(start: usize) -> Ending<'static> {
    Ending {
        keep: start > 0,
        ..Ending::default()
    }
}
