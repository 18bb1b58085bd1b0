//! Layer normalisation.

use burn_cubecl::{
    cubecl::{self, prelude::*},
    tensor::CubeTensor,
};

use super::{functions::total, last, like, rows, tiles, whole, width};

/// Units that share a row.
const UNITS: u32 = 32;

/// `(x - mean) / sqrt(variance + epsilon) * weight + bias` over the last axis of `[..., dim]`; the others are `[dim]`.
///
/// The units of a row each take the mean and the scatter of their own share, which they then put together: no square of a
/// mean is ever taken from a mean of squares. All numbers count from the row's first, so that what is left of equal ones is
/// nothing, and not rounding.
pub fn norm(x: CubeTensor, weight: CubeTensor, bias: CubeTensor, epsilon: f32) -> CubeTensor {
    let (x, weight, bias) = (whole(x), whole(weight), whole(bias));
    let dim = last(&x);
    assert!(
        last(&weight) == dim && last(&bias) == dim,
        "a norm of {} weights and {} biases for rows of {dim} numbers",
        last(&weight),
        last(&bias)
    );
    let (output, count, step) = (like(&x, dim), rows(&x), width(&[dim]));
    if count == 0 || dim == 0 {
        return output;
    }
    // Rows in two directions: a device takes no more than 65,535 in one.
    let across = count.min(1 << 15);
    // SAFETY: the shader reads and writes `count` rows of `dim` numbers.
    unsafe {
        norm_shader::launch_unchecked(
            &output.client.clone(),
            tiles(across, count.div_ceil(across), 1),
            CubeDim::new_1d(UNITS),
            step,
            x.into_buffer_arg(),
            weight.into_buffer_arg(),
            bias.into_buffer_arg(),
            output.clone().into_buffer_arg(),
            count as u32,
            (dim / step) as u32,
            epsilon,
        );
    }
    output
}

/// `dim` counts vectors.
#[cube(launch_unchecked)]
fn norm_shader<N: Size>(
    x: &[Vector<f32, N>],
    weight: &[Vector<f32, N>],
    bias: &[Vector<f32, N>],
    output: &mut [Vector<f32, N>],
    rows: u32,
    dim: u32,
    epsilon: f32,
) {
    let row = CUBE_POS_Y * CUBE_COUNT_X + CUBE_POS_X;
    if row >= rows {
        terminate!();
    }
    let dim = dim as usize;
    let first = row as usize * dim;
    let unit = UNIT_POS_X as usize;
    let units = UNITS as usize;
    let start = Vector::<f32, N>::new(x[first].extract(0usize));
    let mut sum = Vector::<f32, N>::new(0.0);
    let mut count = 0u32;
    for i in range_stepped(unit, dim, units) {
        sum += x[first + i] - start;
        count += N::value() as u32;
    }
    let mean = total(sum) / max(f32::cast_from(count), 1.0);
    let mut scatter = Vector::<f32, N>::new(0.0);
    for i in range_stepped(unit, dim, units) {
        let apart = x[first + i] - start - Vector::new(mean);
        scatter = fma(apart, apart, scatter);
    }
    let mut means = Shared::<[f32]>::new_slice(UNITS as usize);
    let mut scatters = Shared::<[f32]>::new_slice(UNITS as usize);
    means[unit] = mean;
    scatters[unit] = total(scatter);
    sync_cube();
    let numbers = f32::cast_from(dim * N::value());
    let mut whole = 0.0f32;
    for i in 0..min(units, dim) {
        whole += means[i] * f32::cast_from(shares(i, dim) * N::value());
    }
    whole /= numbers;
    let mut variance = 0.0f32;
    for i in 0..min(units, dim) {
        let apart = means[i] - whole;
        variance += scatters[i] + apart * apart * f32::cast_from(shares(i, dim) * N::value());
    }
    let factor = 1.0 / (variance / numbers + epsilon).sqrt();
    for i in range_stepped(unit, dim, units) {
        output[first + i] = fma(
            (x[first + i] - start - Vector::new(whole)) * Vector::new(factor),
            weight[i],
            bias[i],
        );
    }
}

/// Vectors of a row that are a unit's own.
#[cube]
fn shares(unit: usize, dim: usize) -> usize {
    (dim - unit - 1) / UNITS as usize + 1
}
