//! What losses do with rows.

use burn::tensor::{Bool, Device, Int, Tensor};

pub(super) use crate::nn::order::indices as numbers;

/// Added under the root of a row's length: a row of zeros stays one, with a finite gradient.
const LEAST_SQUARE: f32 = 1e-12;

/// A logit that counts for nothing. Finite, so that a row of nothing else is no NaN.
const NOTHING: f32 = -1e30;

/// Rows brought to length 1, `[n, dim]`; rows of zeros stay zeros.
#[must_use]
pub fn unit_rows(x: Tensor<2>) -> Tensor<2> {
    let length = (x.clone().square().sum_dim(1) + LEAST_SQUARE).sqrt();
    x / length
}

/// Dot product of row with row: two `[n, dim]` to `[n, 1]`.
pub(super) fn dots(a: Tensor<2>, b: Tensor<2>) -> Tensor<2> {
    (a * b).sum_dim(1)
}

/// `log Σ_j exp x_ij`: `[n, m]` to `[n, 1]`, the largest taken out first.
pub(super) fn log_sum_exp(x: Tensor<2>) -> Tensor<2> {
    let largest = x.clone().detach().max_dim(1);
    (x - largest.clone()).exp().sum_dim(1).log() + largest
}

/// `x` with what `hidden` marks counting for nothing in a softmax.
pub(super) fn without(x: Tensor<2>, hidden: Option<&Tensor<2, Bool>>) -> Tensor<2> {
    match hidden {
        Some(hidden) => x.mask_fill(hidden.clone(), NOTHING),
        None => x,
    }
}

/// Where `a_i = b_j`: `[n]` and `[m]` to `[n, m]`.
pub(super) fn same(a: &Tensor<1, Int>, b: &Tensor<1, Int>) -> Tensor<2, Bool> {
    let shape = [a.dims()[0], b.dims()[0]];
    let a: Tensor<2, Int> = a.clone().unsqueeze_dim(1);
    let b: Tensor<2, Int> = b.clone().unsqueeze_dim(0);
    a.expand(shape).equal(b.expand(shape))
}

/// True on the diagonal of `[n, n]`.
pub(super) fn diagonal(n: usize, device: &Device) -> Tensor<2, Bool> {
    let rows = numbers(0..n, device);
    same(&rows, &rows)
}

/// Cross-entropy of softmax(`logits`) to one class a row: `[n, classes]` and `[n]` to `[n, 1]`.
pub(super) fn cross_entropies(logits: Tensor<2>, classes: Tensor<1, Int>) -> Tensor<2> {
    let meant = logits.clone().gather(1, classes.unsqueeze_dim(1));
    log_sum_exp(logits) - meant
}
