//! Numbers, one or some side by side.
//!
//! Natively the compiler makes vectors of loops over single numbers. The browser's program is compiled to be small, which
//! rules that out, so there the loops of this file take four at a time themselves.

use std::ops::{Add, Div, Mul, Sub};

/// What arithmetic is written for: a number, or a vector of them.
pub trait Number: Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self> {
    /// `value`, everywhere.
    fn all(value: f32) -> Self;
    /// `self`, but no less than `least`; what is no number stays so.
    fn at_least(self, least: f32) -> Self;
    /// `self`, but no more than `most`; what is no number stays so.
    fn at_most(self, most: f32) -> Self;
    /// `a self + b`, rounded once if `FUSED`.
    fn times_plus<const FUSED: bool>(self, a: Self, b: Self) -> Self;
    /// `self`, but `instead` where `x` is less than `limit`.
    fn unless_below(self, x: Self, limit: f32, instead: f32) -> Self;
    /// `self`, but `instead` where `x` is more than `limit`.
    fn unless_above(self, x: Self, limit: f32, instead: f32) -> Self;
    /// Two factors of `2^n`, for `n` in the lowest bits of `self` as they are above those of `zero`.
    fn powers_of_two(self, zero: f32) -> [Self; 2];
}

impl Number for f32 {
    #[inline(always)]
    fn all(value: f32) -> Self {
        value
    }

    #[inline(always)]
    fn at_least(self, least: f32) -> Self {
        if self < least { least } else { self }
    }

    #[inline(always)]
    fn at_most(self, most: f32) -> Self {
        if self > most { most } else { self }
    }

    #[inline(always)]
    fn times_plus<const FUSED: bool>(self, a: Self, b: Self) -> Self {
        if FUSED { self.mul_add(a, b) } else { self * a + b }
    }

    #[inline(always)]
    fn unless_below(self, x: Self, limit: f32, instead: f32) -> Self {
        if x < limit { instead } else { self }
    }

    #[inline(always)]
    fn unless_above(self, x: Self, limit: f32, instead: f32) -> Self {
        if x > limit { instead } else { self }
    }

    #[inline(always)]
    fn powers_of_two(self, zero: f32) -> [Self; 2] {
        let exponent = self.to_bits().wrapping_sub(zero.to_bits()) as i32;
        let half = exponent >> 1;
        [half, exponent - half].map(|n| Self::from_bits(((n + 127) as u32) << 23))
    }
}

/// A function of one number.
pub trait Function {
    /// Its value.
    fn of<N: Number>(&self, x: N) -> N;
}

#[cfg(not(target_feature = "simd128"))]
mod loops {
    use super::{Function, Number};
    use crate::kernels::levels;

    #[inline(always)]
    pub fn replace(values: &mut [f32], function: &impl Function) {
        values.iter_mut().for_each(|value| *value = function.of(*value));
    }

    #[inline(always)]
    pub fn sum(values: &[f32], function: &impl Function) -> f32 {
        levels::sum_of(values, values, |value, _| function.of(value))
    }

    #[inline(always)]
    pub fn largest(values: &[f32]) -> f32 {
        levels::largest(values)
    }

    #[inline(always)]
    pub fn combine<const FUSED: bool>(to: &mut [f32], x: &[f32], [weight, bias]: [&[f32]; 2], function: &impl Function) {
        for (((to, x), weight), bias) in to.iter_mut().zip(x).zip(weight).zip(bias) {
            *to = function.of(*x).times_plus::<FUSED>(*weight, *bias);
        }
    }
}

#[cfg(target_feature = "simd128")]
mod loops;

/// Replaces every number by its function's value.
#[inline(always)]
pub fn replace(values: &mut [f32], function: &impl Function) {
    loops::replace(values, function);
}

/// The sum of the function's values; its order depends on how many there are alone.
#[inline(always)]
pub fn sum(values: &[f32], function: &impl Function) -> f32 {
    loops::sum(values, function)
}

/// The largest, or -infinity; a number that is none is passed over.
#[inline(always)]
pub fn largest(values: &[f32]) -> f32 {
    loops::largest(values)
}

/// `to = function(x) weight + bias`, all of one length.
#[inline(always)]
pub fn combine<const FUSED: bool>(to: &mut [f32], x: &[f32], weight_bias: [&[f32]; 2], function: &impl Function) {
    loops::combine::<FUSED>(to, x, weight_bias, function);
}
