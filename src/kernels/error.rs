//! Squared errors of pictures, forward and backward.

use super::{
    levels::{at_every_level, sum_of},
    pool::{Buffer, fresh},
    rows::cut,
    threads::each,
};

/// `[batch, rows, values]` where it lies: every row in one piece.
#[derive(Clone, Copy, Debug)]
pub struct Stack<'a> {
    /// All numbers; those before the first row left out.
    pub values: &'a [f32],
    /// Batch, rows, values.
    pub shape: [usize; 3],
    /// From one of the batch to the next, and from row to row.
    pub steps: [usize; 2],
}

impl<'a> Stack<'a> {
    fn row(&self, picture: usize, row: usize) -> &'a [f32] {
        &self.values[picture * self.steps[0] + row * self.steps[1]..][..self.shape[2]]
    }
}

/// What should have been said: the truth, or what something else lacks of it.
#[derive(Clone, Copy, Debug)]
pub struct Aim<'a> {
    /// Numbers to be said.
    pub truth: Stack<'a>,
    /// Taken from them.
    pub less: Option<Stack<'a>>,
}

impl Aim<'_> {
    /// Mean squared error of what was `said` of each picture: `[batch]`; `said` is `[batch, rows, values]`.
    #[must_use]
    pub fn errors(&self, said: &[f32]) -> Vec<f32> {
        self.means(|picture, row, aim| {
            let values = aim.len();
            difference(aim, &said[(picture * self.truth.shape[1] + row) * values..][..values])
        })
    }

    /// Mean square of what should be said of each picture: `[batch]`.
    #[must_use]
    pub fn powers(&self) -> Vec<f32> {
        self.means(|_, _, aim| power(aim))
    }

    /// The gradient by what was said, given the one by [`Aim::errors`]: `[batch]`.
    #[must_use]
    pub fn backward(&self, said: &[f32], gradient: &[f32]) -> Vec<f32> {
        let [_, rows, values] = self.truth.shape;
        let mut out = fresh(said.len());
        let mut rest = out.as_mut_slice();
        let parts = gradient
            .iter()
            .enumerate()
            .map(|(picture, gradient)| (picture, *gradient, cut(&mut rest, rows * values)));
        each(parts.collect(), |(picture, gradient, out): (usize, f32, &mut [f32])| {
            let scale = 2.0 * gradient / (rows * values) as f32;
            let mut aim = Buffer::of(values);
            for (row, out) in out.chunks_exact_mut(values).enumerate() {
                self.aim(picture, row, &mut aim);
                let said = &said[(picture * rows + row) * values..][..values];
                for ((out, said), aim) in out.iter_mut().zip(said).zip(aim.iter()) {
                    *out = scale * (said - aim);
                }
            }
        });
        out
    }

    /// Of each picture, the mean of what `of` sums up of its rows.
    fn means(&self, of: impl Fn(usize, usize, &[f32]) -> f32 + Sync + Send) -> Vec<f32> {
        let [batch, rows, values] = self.truth.shape;
        let mut means = vec![0.0; batch];
        each(means.iter_mut().enumerate().collect(), |(picture, mean): (usize, &mut f32)| {
            let mut aim = Buffer::of(values);
            let mut sum = 0.0;
            for row in 0..rows {
                self.aim(picture, row, &mut aim);
                sum += f64::from(of(picture, row, &aim));
            }
            *mean = (sum / (rows * values) as f64) as f32;
        });
        means
    }

    fn aim(&self, picture: usize, row: usize, to: &mut [f32]) {
        let truth = self.truth.row(picture, row);
        match &self.less {
            Some(less) => {
                for ((to, truth), less) in to.iter_mut().zip(truth).zip(less.row(picture, row)) {
                    *to = truth - less;
                }
            }
            None => to.copy_from_slice(truth),
        }
    }
}

#[inline(always)]
fn difference_body<const FUSED: bool>(a: &[f32], b: &[f32]) -> f32 {
    sum_of(a, b, |a, b| (a - b) * (a - b))
}

#[inline(always)]
fn power_body<const FUSED: bool>(a: &[f32]) -> f32 {
    sum_of(a, a, |a, b| a * b)
}

at_every_level! {
    /// The sum of squares of what two rows differ by.
    fn difference(a: &[f32], b: &[f32]) -> f32 = difference_body;
}
at_every_level! {
    /// The sum of squares of a row.
    fn power(a: &[f32]) -> f32 = power_body;
}
