//! The exponential, the error function and GELU, without a branch, so that they are computed side by side.

use super::{
    levels::{at_every_level, fma},
    number::{Function, Number, replace},
};

/// Horner's rule, highest power first. Written out: where bytes are spared no loop is unrolled.
macro_rules! polynomial {
    ($fused:ident, $x:expr, [$first:expr $(, $term:expr)*]) => {{
        let sum = N::all($first);
        $(let sum = sum.times_plus::<$fused>($x, N::all($term));)*
        sum
    }};
}

/// `e^x` within 2 units of the last place; 0 below the smallest normal number, infinity above the largest.
#[inline(always)]
pub fn exp<const FUSED: bool, N: Number>(x: N) -> N {
    const LEAST: f32 = -87.336_54;
    const MOST: f32 = 88.722_83;
    // Adding 1.5 2^23 rounds to a whole number, which then stands in the lowest bits.
    const ROUND: f32 = 12_582_912.0;
    const LN2_HIGH: f32 = 0.693_359_4;
    const LN2_LOW: f32 = -2.121_944_4e-4;
    let inside = x.at_least(LEAST).at_most(MOST);
    let rounded = inside.times_plus::<FUSED>(N::all(std::f32::consts::LOG2_E), N::all(ROUND));
    let whole = rounded - N::all(ROUND);
    let rest = whole.times_plus::<FUSED>(N::all(-LN2_HIGH), inside);
    let rest = whole.times_plus::<FUSED>(N::all(-LN2_LOW), rest);
    // e^r for |r| <= ln 2 / 2: Taylor's series with its last terms bent to fit (Cephes, expf).
    let sum = polynomial!(
        FUSED,
        rest,
        [1.987_569_1e-4, 1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 5e-1]
    );
    let part = (sum * rest).times_plus::<FUSED>(rest, rest) + N::all(1.0);
    // 2^whole in two factors, since 2^128 is none.
    let [half, other] = rounded.powers_of_two(ROUND);
    (part * half * other)
        .unless_below(x, LEAST, 0.0)
        .unless_above(x, MOST, f32::INFINITY)
}

/// `erf(x)` within 4e-7, never beyond 1: `x P(x^2) / Q(x^2)`, fitted to least relative error up to where it rounds to 1.
#[allow(clippy::approx_constant, reason = "fitted together with the others")]
#[inline(always)]
pub fn erf<const FUSED: bool, N: Number>(x: N) -> N {
    const LAST: f32 = 3.92;
    let x = x.at_least(-LAST).at_most(LAST);
    let square = x * x;
    let above = polynomial!(
        FUSED,
        square,
        [
            1.992_420_1e-8,
            -1.957_830_8e-6,
            1.418_500_5e-4,
            3.701_598_8e-3,
            5.057_330_4e-2,
            1.999_243e-1,
            1.128_379_1
        ]
    );
    let below = polynomial!(
        FUSED,
        square,
        [9.560_358_6e-4, 1.435_318_6e-2, 1.149_983_26e-1, 5.105_099_7e-1, 1.0]
    );
    // Where it rounds to 1 the quotient may be a little more; then GELU of a large negative number would not be 0.
    (x * above / below).at_least(-1.0).at_most(1.0)
}

/// The normal distribution's share below `x`.
#[inline(always)]
fn below<const FUSED: bool, N: Number>(x: N) -> N {
    let half = N::all(0.5);
    erf::<FUSED, N>(x * N::all(std::f32::consts::FRAC_1_SQRT_2)).times_plus::<FUSED>(half, half)
}

struct Gelu<const FUSED: bool>;

impl<const FUSED: bool> Function for Gelu<FUSED> {
    #[inline(always)]
    fn of<N: Number>(&self, x: N) -> N {
        x * below::<FUSED, N>(x)
    }
}

#[inline(always)]
fn gelu_body<const FUSED: bool>(to: &mut [f32], from: &[f32]) {
    to.copy_from_slice(from);
    gelu_here_body::<FUSED>(to);
}

#[inline(always)]
fn gelu_here_body<const FUSED: bool>(values: &mut [f32]) {
    replace(values, &Gelu::<FUSED>);
}

#[inline(always)]
fn gelu_backward_body<const FUSED: bool>(values: &mut [f32], gradient: &mut [f32]) {
    for (value, gradient) in values.iter_mut().zip(gradient) {
        let (share, slope) = gelu_parts::<FUSED>(*value);
        *value *= share;
        *gradient *= slope;
    }
}

#[inline(always)]
fn gelu_slope_body<const FUSED: bool>(values: &[f32], gradient: &mut [f32]) {
    for (value, gradient) in values.iter().zip(gradient) {
        *gradient *= gelu_parts::<FUSED>(*value).1;
    }
}

/// `Phi(x)`, and GELU's slope there.
#[inline(always)]
fn gelu_parts<const FUSED: bool>(x: f32) -> (f32, f32) {
    // 1 / sqrt(2 pi)
    const PEAK: f32 = 0.398_942_3;
    let share = below::<FUSED, f32>(x);
    let density = PEAK * exp::<FUSED, f32>(-0.5 * x * x);
    (share, fma::<FUSED>(x, density, share))
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
at_every_level! {
    /// Replaces the `gradient` by the output of [`gelu`] with the one by `values`.
    pub fn gelu_slope(values: &[f32], gradient: &mut [f32]) = gelu_slope_body;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<const FUSED: bool>() {
        for i in -60_000..=60_000 {
            let x = i as f32 * 1e-4;
            let y = erf::<FUSED, f32>(x);
            assert!(y.abs() <= 1.0, "erf({x}) is {y}");
        }
        for x in [1e4, 3e38, f32::INFINITY] {
            assert_eq!([x, -x].map(erf::<FUSED, f32>), [1.0, -1.0]);
        }
        let mut values = [-1e4, -100.0, 100.0];
        gelu_here_body::<FUSED>(&mut values);
        assert_eq!(values, [0.0, 0.0, 100.0]);
        let mut other = [0.0];
        gelu_body::<FUSED>(&mut other, &[-1e4]);
        assert_eq!(other, [0.0]);
    }

    #[test]
    fn the_error_function_ends_at_one() {
        check::<true>();
        check::<false>();
    }
}
