//! Four numbers at a time, in WebAssembly.

use core::arch::wasm32::{
    f32x4_add, f32x4_div, f32x4_extract_lane, f32x4_gt, f32x4_lt, f32x4_mul, f32x4_pmax, f32x4_pmin, f32x4_splat, f32x4_sub, i32x4_add,
    i32x4_shl, i32x4_shr, i32x4_splat, i32x4_sub, v128, v128_bitselect, v128_load, v128_store,
};
use std::ops::{Add, Div, Mul, Sub};

use super::{Function, Number};

/// Numbers in a vector.
const COUNT: usize = 4;

#[derive(Clone, Copy)]
struct Four(v128);

impl Four {
    #[inline(always)]
    fn read(from: &[f32; COUNT]) -> Self {
        // SAFETY: a reference to as many numbers; any alignment will do.
        Self(unsafe { v128_load(from.as_ptr().cast()) })
    }

    #[inline(always)]
    fn write(self, to: &mut [f32; COUNT]) {
        // SAFETY: as above.
        unsafe { v128_store(to.as_mut_ptr().cast(), self.0) }
    }

    #[inline(always)]
    fn lanes(self) -> [f32; COUNT] {
        let mut lanes = [0.0; COUNT];
        self.write(&mut lanes);
        lanes
    }
}

macro_rules! operator {
    ($trait:ident, $name:ident, $instruction:ident) => {
        impl $trait for Four {
            type Output = Self;

            #[inline(always)]
            fn $name(self, other: Self) -> Self {
                Self($instruction(self.0, other.0))
            }
        }
    };
}
operator!(Add, add, f32x4_add);
operator!(Sub, sub, f32x4_sub);
operator!(Mul, mul, f32x4_mul);
operator!(Div, div, f32x4_div);

impl Number for Four {
    #[inline(always)]
    fn all(value: f32) -> Self {
        Self(f32x4_splat(value))
    }

    #[inline(always)]
    fn at_least(self, least: f32) -> Self {
        Self(f32x4_pmax(self.0, f32x4_splat(least)))
    }

    #[inline(always)]
    fn at_most(self, most: f32) -> Self {
        Self(f32x4_pmin(self.0, f32x4_splat(most)))
    }

    #[inline(always)]
    fn times_plus<const FUSED: bool>(self, a: Self, b: Self) -> Self {
        self * a + b
    }

    #[inline(always)]
    fn unless_below(self, x: Self, limit: f32, instead: f32) -> Self {
        Self(v128_bitselect(f32x4_splat(instead), self.0, f32x4_lt(x.0, f32x4_splat(limit))))
    }

    #[inline(always)]
    fn unless_above(self, x: Self, limit: f32, instead: f32) -> Self {
        Self(v128_bitselect(f32x4_splat(instead), self.0, f32x4_gt(x.0, f32x4_splat(limit))))
    }

    #[inline(always)]
    fn powers_of_two(self, zero: f32) -> [Self; 2] {
        let exponent = i32x4_sub(self.0, f32x4_splat(zero));
        let half = i32x4_shr(exponent, 1);
        [half, i32x4_sub(exponent, half)].map(|n| Self(i32x4_shl(i32x4_add(n, i32x4_splat(127)), 23)))
    }
}

/// The rest of a row, filled up with `with`.
#[inline(always)]
fn filled(rest: &[f32], with: f32) -> [f32; COUNT] {
    let mut last = [with; COUNT];
    last[..rest.len()].copy_from_slice(rest);
    last
}

#[inline(always)]
pub fn replace(values: &mut [f32], function: &impl Function) {
    let (chunks, rest) = values.as_chunks_mut::<COUNT>();
    for chunk in chunks {
        function.of(Four::read(chunk)).write(chunk);
    }
    let last = function.of(Four::read(&filled(rest, 0.0))).lanes();
    rest.copy_from_slice(&last[..rest.len()]);
}

#[inline(always)]
pub fn sum(values: &[f32], function: &impl Function) -> f32 {
    // As many sums as an addition takes: none waits for the one before.
    let mut sums = [Four::all(0.0); 4];
    let (groups, others) = values.as_chunks::<{ 4 * COUNT }>();
    for group in groups {
        for (sum, chunk) in sums.iter_mut().zip(group.as_chunks::<COUNT>().0) {
            *sum = *sum + function.of(Four::read(chunk));
        }
    }
    let (chunks, rest) = others.as_chunks::<COUNT>();
    for (sum, chunk) in sums.iter_mut().zip(chunks) {
        *sum = *sum + function.of(Four::read(chunk));
    }
    let lanes = ((sums[0] + sums[1]) + (sums[2] + sums[3])).lanes();
    let rest: f32 = rest.iter().map(|value| function.of(*value)).sum();
    (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]) + rest
}

#[inline(always)]
pub fn largest(values: &[f32]) -> f32 {
    let (chunks, rest) = values.as_chunks::<COUNT>();
    // `pmax(a, b)` is `a` where `b` is no number.
    let larger = |most: v128, chunk: &[f32; COUNT]| f32x4_pmax(most, Four::read(chunk).0);
    let most = chunks.iter().fold(f32x4_splat(f32::NEG_INFINITY), larger);
    let most = larger(most, &filled(rest, f32::NEG_INFINITY));
    let lanes = [
        f32x4_extract_lane::<0>(most),
        f32x4_extract_lane::<1>(most),
        f32x4_extract_lane::<2>(most),
        f32x4_extract_lane::<3>(most),
    ];
    lanes.into_iter().fold(f32::NEG_INFINITY, |a, b| if b > a { b } else { a })
}

#[inline(always)]
pub fn combine<const FUSED: bool>(to: &mut [f32], x: &[f32], [weight, bias]: [&[f32]; 2], function: &impl Function) {
    let whole = to.len() / COUNT * COUNT;
    let (to, to_rest) = to.split_at_mut(whole);
    let parts = [x, weight, bias].map(|part| part.split_at(whole));
    let [x, weight, bias] = parts.map(|(part, _)| part.as_chunks::<COUNT>().0);
    for (((to, x), weight), bias) in to.as_chunks_mut::<COUNT>().0.iter_mut().zip(x).zip(weight).zip(bias) {
        let value = function.of(Four::read(x)).times_plus::<FUSED>(Four::read(weight), Four::read(bias));
        value.write(to);
    }
    let [x, weight, bias] = parts.map(|(_, rest)| rest);
    for (((to, x), weight), bias) in to_rest.iter_mut().zip(x).zip(weight).zip(bias) {
        *to = function.of(*x).times_plus::<FUSED>(*weight, *bias);
    }
}
