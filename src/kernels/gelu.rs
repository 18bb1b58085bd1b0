//! GELU of whole tensors, forward and backward, where it stands alone and not inside of [`mlp`](super::mlp).

use super::{
    functions::{gelu, gelu_slope},
    pool::fresh,
    threads::each,
};

/// Numbers that a thread takes at a time: few enough to stay in the processor's second cache.
const SHARE: usize = 1 << 14;

/// `x Phi(x)` of each number (Hendrycks & Gimpel, 2016, by the error function).
#[must_use]
pub fn forward(x: &[f32]) -> Vec<f32> {
    let mut out = fresh(x.len());
    let parts = out.chunks_mut(SHARE).zip(x.chunks(SHARE));
    each(parts.collect(), |(out, x): (&mut [f32], &[f32])| gelu(out, x));
    out
}

/// The gradient by `x`, given the one by what came out.
#[must_use]
pub fn backward(x: &[f32], gradient: &[f32]) -> Vec<f32> {
    let mut out = fresh(x.len());
    let parts = out.chunks_mut(SHARE).zip(x.chunks(SHARE)).zip(gradient.chunks(SHARE));
    each(parts.collect(), |((out, x), gradient): ((&mut [f32], &[f32]), &[f32])| {
        out.copy_from_slice(gradient);
        gelu_slope(x, out);
    });
    out
}
