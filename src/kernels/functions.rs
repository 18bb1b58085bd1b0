//! The exponential, the error function and GELU, without a branch, so that they are computed side by side.

use super::levels::{at_every_level, fma};

/// `e^x` within 2 units of the last place; 0 below the smallest normal number, infinity above the largest.
#[inline(always)]
pub fn exp<const FUSED: bool>(x: f32) -> f32 {
    const LEAST: f32 = -87.336_54;
    const MOST: f32 = 88.722_83;
    // Adding 1.5 2^23 rounds to a whole number, which then stands in the lowest bits.
    const ROUND: f32 = 12_582_912.0;
    const LN2_HIGH: f32 = 0.693_359_4;
    const LN2_LOW: f32 = -2.121_944_4e-4;
    // Comparisons that let what is no number through.
    let low = if x < LEAST { LEAST } else { x };
    let inside = if low > MOST { MOST } else { low };
    let rounded = fma::<FUSED>(inside, std::f32::consts::LOG2_E, ROUND);
    let whole = rounded - ROUND;
    let rest = fma::<FUSED>(whole, -LN2_LOW, fma::<FUSED>(whole, -LN2_HIGH, inside));
    // e^r for |r| <= ln 2 / 2: Taylor's series with its last terms bent to fit (Cephes, expf).
    let mut sum = 1.987_569_1e-4;
    for term in [1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 5e-1] {
        sum = fma::<FUSED>(sum, rest, term);
    }
    let part = fma::<FUSED>(sum * rest, rest, rest) + 1.0;
    // 2^whole in two factors, since 2^128 is none.
    let exponent = rounded.to_bits().wrapping_sub(ROUND.to_bits()) as i32;
    let half = exponent >> 1;
    let power = |n: i32| f32::from_bits(((n + 127) as u32) << 23);
    let value = part * power(half) * power(exponent - half);
    let value = if x < LEAST { 0.0 } else { value };
    if x > MOST { f32::INFINITY } else { value }
}

/// `erf(x)` within 4e-7: `x P(x^2) / Q(x^2)`, fitted to least relative error up to where it rounds to 1.
#[inline(always)]
pub fn erf<const FUSED: bool>(x: f32) -> f32 {
    const LAST: f32 = 3.92;
    #[expect(clippy::approx_constant, reason = "fitted together with the others")]
    const ABOVE: [f32; 7] = [
        1.992_420_1e-8,
        -1.957_830_8e-6,
        1.418_500_5e-4,
        3.701_598_8e-3,
        5.057_330_4e-2,
        1.999_243e-1,
        1.128_379_1,
    ];
    const BELOW: [f32; 5] = [9.560_358_6e-4, 1.435_318_6e-2, 1.149_983_26e-1, 5.105_099_7e-1, 1.0];
    let low = if x < -LAST { -LAST } else { x };
    let x = if low > LAST { LAST } else { low };
    let square = x * x;
    let along = |terms: &[f32]| terms.iter().fold(0.0, |sum, term| fma::<FUSED>(sum, square, *term));
    x * along(&ABOVE) / along(&BELOW)
}

/// The normal distribution's share below `x`.
#[inline(always)]
fn below<const FUSED: bool>(x: f32) -> f32 {
    fma::<FUSED>(0.5, erf::<FUSED>(x * std::f32::consts::FRAC_1_SQRT_2), 0.5)
}

#[inline(always)]
fn gelu_body<const FUSED: bool>(to: &mut [f32], from: &[f32]) {
    for (to, &x) in to.iter_mut().zip(from) {
        *to = x * below::<FUSED>(x);
    }
}

#[inline(always)]
fn gelu_here_body<const FUSED: bool>(values: &mut [f32]) {
    for x in values {
        *x *= below::<FUSED>(*x);
    }
}

#[inline(always)]
fn gelu_backward_body<const FUSED: bool>(values: &mut [f32], gradient: &mut [f32]) {
    // 1 / sqrt(2 pi)
    const PEAK: f32 = 0.398_942_3;
    for (value, gradient) in values.iter_mut().zip(gradient) {
        let x = *value;
        let share = below::<FUSED>(x);
        let density = PEAK * exp::<FUSED>(-0.5 * x * x);
        *value = x * share;
        *gradient *= fma::<FUSED>(x, density, share);
    }
}

at_every_level! {
    /// `to = from Phi(from)`: GELU by the error function (Hendrycks & Gimpel, 2016).
    pub fn gelu(to: &mut [f32], from: &[f32]) = gelu_body;
}
at_every_level! {
    /// [`gelu`] in place.
    pub fn gelu_here(values: &mut [f32]) = gelu_here_body;
}
at_every_level! {
    /// Replaces `values` by their [`gelu`], and the `gradient` by that output with the one by `values`.
    pub fn gelu_backward(values: &mut [f32], gradient: &mut [f32]) = gelu_backward_body;
}
