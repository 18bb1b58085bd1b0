//! A convolution's weights as its products read them.

use std::ops::Range;

use super::{Conv, DEPTH};
use crate::kernels::{
    pool::Buffer,
    product::{Packed, View},
    threads::each,
};

/// A right factor, cut into parts no deeper than [`DEPTH`].
pub struct Parts {
    /// Which numbers of a patch meet it.
    pub list: Vec<(Range<usize>, Packed<'static>)>,
    /// Numbers of a row of the product.
    pub columns: usize,
}

impl Parts {
    fn of(matrix: View<'_>) -> Self {
        let [rows, columns] = matrix.shape();
        let count = rows.div_ceil(DEPTH).max(1);
        let deep = rows.div_ceil(count).next_multiple_of(8);
        let ranges = (0..rows).step_by(deep.max(1)).map(|start| start..rows.min(start + deep));
        let part = |numbers: Range<usize>| {
            let packed = Packed::shared(matrix.rows(numbers.start, numbers.len()));
            (numbers, packed)
        };
        Self {
            list: ranges.map(part).collect(),
            columns,
        }
    }
}

impl Conv<'_> {
    /// `[side² in, out]`.
    pub(super) fn there(&self) -> Parts {
        let ([from, _], taps) = (self.channels, self.window.side.pow(2));
        let depth = taps * from;
        let mut rows = Buffer::of(self.weight.len());
        let lines = rows.chunks_mut(depth.max(1)).zip(self.weight.chunks(depth.max(1)));
        each(lines.collect(), |(to, weight): (&mut [f32], &[f32])| {
            for (tap, to) in to.chunks_exact_mut(from).enumerate() {
                let weights = weight[tap..].iter().step_by(taps);
                to.iter_mut().zip(weights).for_each(|(to, weight)| *to = *weight);
            }
        });
        Parts::of(View::new(&rows, depth).turned())
    }

    /// `[taps out, in]`, for these of the window's places.
    pub(super) fn back(&self, numbers: &[usize]) -> Parts {
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
