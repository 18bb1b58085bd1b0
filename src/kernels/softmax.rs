//! Softmax of rows, forward and backward.

use super::{
    functions::exp,
    levels::{at_every_level, largest, sum_of},
};

#[inline(always)]
fn soften_body<const FUSED: bool>(rows: &mut [f32], sums: &mut [f32], scale: f32) {
    let width = rows.len() / sums.len().max(1);
    for (row, log_sum) in rows.chunks_exact_mut(width.max(1)).zip(sums) {
        let top = scale * largest(row);
        for value in row.iter_mut() {
            *value = exp::<FUSED>(scale * *value - top);
        }
        let sum = sum_of(row, row, |value, _| value);
        let share = 1.0 / sum;
        row.iter_mut().for_each(|value| *value *= share);
        *log_sum = top + sum.ln();
    }
}

#[inline(always)]
fn again_body<const FUSED: bool>(rows: &mut [f32], sums: &[f32], scale: f32) {
    let width = rows.len() / sums.len().max(1);
    for (row, log_sum) in rows.chunks_exact_mut(width.max(1)).zip(sums) {
        for value in row {
            *value = exp::<FUSED>(scale * *value - log_sum);
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
