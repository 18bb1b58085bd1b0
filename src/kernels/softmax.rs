//! Softmax of rows, forward and backward.

use super::{
    functions::exp,
    levels::{at_every_level, sum_of},
    number::{Function, Number, largest, replace, sum},
};

/// `e^(scale x - top)`.
struct Raised<const FUSED: bool> {
    scale: f32,
    top: f32,
}

impl<const FUSED: bool> Function for Raised<FUSED> {
    #[inline(always)]
    fn of<N: Number>(&self, x: N) -> N {
        exp::<FUSED, N>(N::all(self.scale) * x - N::all(self.top))
    }
}

struct Scaled(f32);

impl Function for Scaled {
    #[inline(always)]
    fn of<N: Number>(&self, x: N) -> N {
        x * N::all(self.0)
    }
}

#[inline(always)]
fn soften_body<const FUSED: bool>(rows: &mut [f32], sums: &mut [f32], scale: f32) {
    let width = rows.len() / sums.len().max(1);
    for (row, log_sum) in rows.chunks_exact_mut(width.max(1)).zip(sums) {
        let top = scale * largest(row);
        replace(row, &Raised::<FUSED> { scale, top });
        let whole = sum(row, &Scaled(1.0));
        replace(row, &Scaled(1.0 / whole));
        *log_sum = top + whole.ln();
    }
}

#[inline(always)]
fn again_body<const FUSED: bool>(rows: &mut [f32], sums: &[f32], scale: f32) {
    let width = rows.len() / sums.len().max(1);
    for (row, log_sum) in rows.chunks_exact_mut(width.max(1)).zip(sums) {
        for value in row {
            *value = exp::<FUSED, f32>(scale * *value - log_sum);
        }
    }
}

#[inline(always)]
fn backward_body<const FUSED: bool>(gradient: &mut [f32], weights: &[f32], width: usize, scale: f32) {
    let rows = gradient.chunks_exact_mut(width.max(1)).zip(weights.chunks_exact(width.max(1)));
    for (gradient, weights) in rows {
        let mean = sum_of(gradient, weights, |gradient, weight| gradient * weight);
        for (gradient, weight) in gradient.iter_mut().zip(weights) {
            *gradient = scale * weight * (*gradient - mean);
        }
    }
}

at_every_level! {
    /// Replaces each row by the softmax of `scale` times itself; `sums`, one a row, gets the logarithm of what its
    /// exponentials were divided by. `scale` is positive.
    pub fn soften(rows: &mut [f32], sums: &mut [f32], scale: f32) = soften_body;
}
at_every_level! {
    /// [`soften`] once more, with the sums that it left.
    pub fn again(rows: &mut [f32], sums: &[f32], scale: f32) = again_body;
}
at_every_level! {
    /// Replaces the gradient by softmax's `weights`, both rows of `width`, with the one by what went in.
    pub fn backward(gradient: &mut [f32], weights: &[f32], width: usize, scale: f32) = backward_body;
}
