//! The CPU's kernels as a WebAssembly module of plain functions, for `tests/web/kernels.test.mjs`: a browser's vectors are compiled for
//! nothing else. Sizes are counts of numbers.

#![allow(clippy::too_many_arguments, reason = "what JavaScript calls takes numbers one by one")]

use std::slice;

use darkroom::kernels::{
    functions, norm,
    product::{Ending, Packed, View, product},
    softmax,
};

/// Room for so many numbers, for ever.
#[unsafe(no_mangle)]
pub extern "C" fn room(count: usize) -> *mut f32 {
    Box::leak(vec![0.0; count].into_boxed_slice()).as_mut_ptr()
}

/// # Safety
/// `at` came from [`room`] for as many numbers or more, and is lent to nobody else.
unsafe fn numbers<'a>(at: *mut f32, count: usize) -> &'a mut [f32] {
    // SAFETY: the caller's word.
    unsafe { slice::from_raw_parts_mut(at, count) }
}

/// `to = gelu(from)`.
///
/// # Safety
/// Each came from [`room`] for so many numbers, and no two are the same; so for the functions below.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gelu(to: *mut f32, from: *mut f32, count: usize) {
    // SAFETY: the caller's word.
    let (to, from) = unsafe { (numbers(to, count), numbers(from, count)) };
    functions::gelu(to, from);
}

/// `gradient *= gelu'(values)`, and `values = gelu(values)`.
///
/// # Safety
/// As for [`gelu`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gelu_backward(values: *mut f32, gradient: *mut f32, count: usize) {
    // SAFETY: the caller's word.
    let (values, gradient) = unsafe { (numbers(values, count), numbers(gradient, count)) };
    functions::gelu_backward(values, gradient);
}

/// `rows` softened, `[count, width]`; `sums` is `[count]`.
///
/// # Safety
/// As for [`gelu`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn soften(rows: *mut f32, sums: *mut f32, count: usize, width: usize, scale: f32) {
    // SAFETY: the caller's word.
    let (rows, sums) = unsafe { (numbers(rows, count * width), numbers(sums, count)) };
    softmax::soften(rows, sums, scale);
}

/// The gradient by what went in, in place of the one by what came out, which was `weights`.
///
/// # Safety
/// As for [`gelu`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn soften_backward(gradient: *mut f32, weights: *mut f32, count: usize, width: usize, scale: f32) {
    // SAFETY: the caller's word.
    let (gradient, weights) = unsafe { (numbers(gradient, count * width), numbers(weights, count * width)) };
    softmax::backward(gradient, weights, width, scale);
}

/// `to` is `x` normalised, and `dx` the gradient by it, given that by what came out: `[rows, dim]` each. `affine` is weight and bias,
/// `[2, dim]`; the gradients by them are left in `d_affine`.
///
/// # Safety
/// As for [`gelu`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn layer_norm(
    x: *mut f32,
    gradient: *mut f32,
    to: *mut f32,
    dx: *mut f32,
    affine: *mut f32,
    d_affine: *mut f32,
    rows: usize,
    dim: usize,
) {
    // SAFETY: the caller's word.
    let [x, gradient, to, dx] = [x, gradient, to, dx].map(|at| unsafe { numbers(at, rows * dim) });
    // SAFETY: the caller's word.
    let [affine, d_affine] = [affine, d_affine].map(|at| unsafe { numbers(at, 2 * dim) });
    let (weight, bias) = affine.split_at(dim);
    let norm = norm::Norm {
        weight,
        bias,
        epsilon: 1e-6,
    };
    let mut statistics = vec![0.0; norm.statistics(x)];
    to.copy_from_slice(&norm.forward(x, &mut statistics));
    let [by_x, by_weight, by_bias] = norm.backward(&statistics, x, gradient);
    dx.copy_from_slice(&by_x);
    d_affine.copy_from_slice(&[by_weight, by_bias].concat());
}

/// `to = a b + bias`: `[rows, depth]` by `[depth, columns]`.
///
/// # Safety
/// As for [`gelu`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn multiply(a: *mut f32, b: *mut f32, bias: *mut f32, to: *mut f32, rows: usize, depth: usize, columns: usize) {
    // SAFETY: the caller's word.
    let (a, b) = unsafe { (numbers(a, rows * depth), numbers(b, depth * columns)) };
    // SAFETY: the caller's word.
    let (bias, to) = unsafe { (numbers(bias, columns), numbers(to, rows * columns)) };
    let ending = Ending {
        bias: Some(bias),
        ..Ending::default()
    };
    product(
        to,
        View::strided(a, rows, depth, depth),
        &Packed::new(View::strided(b, depth, columns, columns)),
        ending,
    );
}

fn main() {}
