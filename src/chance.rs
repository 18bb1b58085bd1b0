//! Counter-based randomness: every draw is a pure function of `(seed, purpose, index)`.
//!
//! The same seed gives the same mask, view, order and picture natively, in wasm and after a resume, because no
//! generator is ever carried along: whoever needs chance names what for, and counts.
//!
//! The mixer is SplitMix64 (Steele, Lea & Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014).
//! Sines and logarithms come from `libm`, so that floating-point draws agree on every platform.

use std::ops::Range;

/// A stream of draws for one `(seed, purpose, index)`.
#[derive(Clone, Debug)]
pub struct Chance {
    key: u64,
    counter: u64,
}

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// FNV-1a over the purpose's name: a key that survives a reordering of the code.
fn key_of(purpose: &str) -> u64 {
    purpose
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3))
}

impl Chance {
    /// The stream for `purpose` (a short fixed name such as `"mask"`), number `index`.
    #[must_use]
    pub fn new(seed: u64, purpose: &str, index: u64) -> Self {
        let key = mix(mix(seed.wrapping_add(GOLDEN)) ^ key_of(purpose)).wrapping_add(mix(index ^ GOLDEN));
        Self { key: mix(key), counter: 0 }
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.counter = self.counter.wrapping_add(1);
        mix(self.key.wrapping_add(self.counter.wrapping_mul(GOLDEN)))
    }

    /// Uniform in `[0, 1)`.
    pub fn unit(&mut self) -> f32 {
        (self.bits() >> 40) as f32 / (1u32 << 24) as f32
    }

    /// Uniform in `range`.
    pub fn range(&mut self, range: Range<f32>) -> f32 {
        range.start + (range.end - range.start) * self.unit()
    }

    /// Uniform in `0..n`; 0 when `n` is 0.
    pub fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.bits()) * n as u128) >> 64) as usize
    }

    /// True with probability `p`.
    pub fn coin(&mut self, p: f32) -> bool {
        self.unit() < p
    }

    /// Standard normal (Box–Muller).
    pub fn normal(&mut self) -> f32 {
        let radius = libm::sqrt(-2.0 * libm::log(1.0 - f64::from(self.unit())));
        (radius * libm::cos(std::f64::consts::TAU * f64::from(self.unit()))) as f32
    }

    /// Shuffles in place (Fisher–Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i + 1));
        }
    }

    /// A permutation of `0..n`.
    pub fn permutation(&mut self, n: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..n).collect();
        self.shuffle(&mut order);
        order
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_depend_on_seed_purpose_and_index_alone() {
        let first = |s, p, i| Chance::new(s, p, i).bits();
        assert_eq!(first(1, "mask", 2), first(1, "mask", 2));
        assert_ne!(first(1, "mask", 2), first(2, "mask", 2));
        assert_ne!(first(1, "mask", 2), first(1, "order", 2));
        assert_ne!(first(1, "mask", 2), first(1, "mask", 3));
    }

    #[test]
    fn draws_have_the_moments_they_claim() {
        let mut chance = Chance::new(7, "test", 0);
        let normals: Vec<f32> = (0..20_000).map(|_| chance.normal()).collect();
        let mean = normals.iter().sum::<f32>() / 20_000.0;
        let variance = normals.iter().map(|x| (x - mean).powi(2)).sum::<f32>() / 20_000.0;
        assert!(
            mean.abs() < 0.03 && (variance - 1.0).abs() < 0.05,
            "mean {mean}, variance {variance}"
        );
        assert!((0..10_000).map(|_| chance.below(7)).all(|x| x < 7));
        let mut order = chance.permutation(100);
        assert_ne!(order, (0..100).collect::<Vec<_>>());
        order.sort_unstable();
        assert_eq!(order, (0..100).collect::<Vec<_>>());
    }
}
