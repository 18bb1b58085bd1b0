//! A convolution's weights as its products read them.

use std::ops::Range;

use super::{Conv, DEPTH};
use crate::kernels::{
    pool::Buffer,
    product::{Packed, View, panel_width, panels},
    threads::each,
};

/// A right factor, cut into parts no deeper than [`DEPTH`].
pub struct Parts<'a> {
    /// Which numbers of a patch meet it.
    pub list: Vec<(Range<usize>, Packed<'a>)>,
    /// Numbers of a row of the product.
    pub columns: usize,
}

/// Which rows of a factor of so many are in which part.
fn ranges(rows: usize) -> impl Iterator<Item = Range<usize>> {
    let count = rows.div_ceil(DEPTH).max(1);
    let deep = rows.div_ceil(count).next_multiple_of(8).max(1);
    (0..rows).step_by(deep).map(move |start| start..rows.min(start + deep))
}

impl Parts<'static> {
    fn of(matrix: View<'_>) -> Self {
        let [rows, columns] = matrix.shape();
        let part = |numbers: Range<usize>| {
            let packed = Packed::shared(matrix.rows(numbers.start, numbers.len()));
            (numbers, packed)
        };
        Self {
            list: ranges(rows).map(part).collect(),
            columns,
        }
    }
}

impl<'a> Parts<'a> {
    /// What [`Conv::panels`] made, of `[rows, columns]`.
    fn lent(mut values: &'a [f32], [rows, columns]: [usize; 2]) -> Self {
        let part = |numbers: Range<usize>| {
            let (head, tail) = values.split_at(numbers.len() * columns);
            values = tail;
            let packed = Packed::lent(head, [numbers.len(), columns]);
            (numbers, packed)
        };
        Self {
            list: ranges(rows).map(part).collect(),
            columns,
        }
    }
}

impl<'a> Conv<'a> {
    /// The weight as the way there reads it, for a network that only answers; `None` where the last panel would not be full, so
    /// that there would be more numbers than the weight has.
    #[must_use]
    pub fn panels(&self) -> Option<Vec<f32>> {
        let [from, to] = self.channels;
        let depth = self.window.side.pow(2) * from;
        if self.packed || depth == 0 || to % panel_width() != 0 {
            return None;
        }
        let rows = self.lines(depth);
        let matrix = View::new(&rows, depth).turned();
        let part = |numbers: Range<usize>| panels(matrix.rows(numbers.start, numbers.len()));
        Some(ranges(depth).flat_map(part).collect())
    }

    /// `[side² in, out]`.
    pub(super) fn there(&self) -> Parts<'a> {
        let depth = self.window.side.pow(2) * self.channels[0];
        if self.packed {
            return Parts::lent(self.weight, [depth, self.channels[1]]);
        }
        Parts::of(View::new(&self.lines(depth), depth).turned())
    }

    /// `[out, side² in]`: of every output's weights those of a place together.
    fn lines(&self, depth: usize) -> Buffer {
        let (from, taps) = (self.channels[0], self.window.side.pow(2));
        let mut rows = Buffer::of(self.weight.len());
        let lines = rows.chunks_mut(depth.max(1)).zip(self.weight.chunks(depth.max(1)));
        each(lines.collect(), |(to, weight): (&mut [f32], &[f32])| {
            for (tap, to) in to.chunks_exact_mut(from).enumerate() {
                let weights = weight[tap..].iter().step_by(taps);
                to.iter_mut().zip(weights).for_each(|(to, weight)| *to = *weight);
            }
        });
        rows
    }

    /// `[taps out, in]`, for these of the window's places.
    ///
    /// # Panics
    /// When there are panels only: nobody learns then.
    pub(super) fn back(&self, numbers: &[usize]) -> Parts<'static> {
        assert!(!self.packed, "gradients want the weight as it was");
        let ([from, to], taps) = (self.channels, self.window.side.pow(2));
        let mut rows = Buffer::of(numbers.len() * to * from);
        let lines = rows.chunks_mut(from.max(1)).enumerate();
        each(lines.collect(), |(line, row): (usize, &mut [f32])| {
            let (tap, output) = (numbers[line / to], line % to);
            let weights = self.weight[output * from * taps + tap..].iter().step_by(taps);
            row.iter_mut().zip(weights).for_each(|(to, weight)| *to = *weight);
        });
        Parts::of(View::new(&rows, from))
    }
}
