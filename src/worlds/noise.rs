//! Value noise on a hashed lattice, in one and two dimensions. Integers and `f32` only: the same everywhere.

/// Largest whole number not above `x`. `f32::floor` is a function call on some targets; this never is.
pub(super) fn floor(x: f32) -> i32 {
    let i = x as i32;
    i - i32::from((i as f32) > x)
}

/// Fractional part, 0..1.
pub(super) fn fract(x: f32) -> f32 {
    x - floor(x) as f32
}

/// 32 well mixed bits of three numbers (Murmur3's finaliser over odd multiples).
pub(super) fn hash(x: i32, y: i32, seed: u32) -> u32 {
    let mut h = (x as u32).wrapping_mul(0x9e37_79b1) ^ (y as u32).wrapping_mul(0x85eb_ca77) ^ seed.wrapping_mul(0xc2b2_ae3d);
    h ^= h >> 16;
    h = h.wrapping_mul(0x85eb_ca6b);
    h ^= h >> 13;
    h = h.wrapping_mul(0xc2b2_ae35);
    h ^ (h >> 16)
}

/// A hash as a number in 0..1.
pub(super) fn unit(x: i32, y: i32, seed: u32) -> f32 {
    (hash(x, y, seed) >> 8) as i32 as f32 * (1.0 / 16_777_216.0)
}

/// Smooth step from 0 at `a` to 1 at `b`.
pub(super) fn smooth(a: f32, b: f32, x: f32) -> f32 {
    let t = ((x - a) / (b - a)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

fn fade(t: f32) -> f32 {
    t * t * t * (t * (t * 6.0 - 15.0) + 10.0)
}

/// A lattice value in 0..1. Two rounds less than [`hash`], which noise does not need and pays for at every pixel.
fn lattice(x: u32, y: u32) -> f32 {
    let mut h = x ^ y;
    h ^= h >> 15;
    h = h.wrapping_mul(0x2c1b_3c6d);
    h ^= h >> 12;
    h = h.wrapping_mul(0x297a_2d39);
    (h >> 8) as i32 as f32 * (1.0 / 16_777_216.0)
}

/// A value in 0..1 for each pixel.
pub(super) fn dither(i: u32, j: u32, seed: u32) -> f32 {
    lattice(i.wrapping_mul(STEP_X).wrapping_add(seed), j.wrapping_mul(STEP_Y))
}

const STEP_X: u32 = 0x9e37_79b1;
const STEP_Y: u32 = 0x85eb_ca77;

/// Value noise along a line, -1..1, one bump per unit.
pub(super) fn line(x: f32, seed: u32) -> f32 {
    let i = floor(x);
    let t = fade(x - i as f32);
    let (a, b) = (unit(i, 0, seed), unit(i.wrapping_add(1), 0, seed));
    2.0 * (a + (b - a) * t) - 1.0
}

/// Value noise in the plane, -1..1, one bump per unit.
pub(super) fn plane(x: f32, y: f32, seed: u32) -> f32 {
    let (i, j) = (floor(x), floor(y));
    let (tx, ty) = (x - i as f32, y - j as f32);
    let (tx, ty) = (tx * tx * (3.0 - 2.0 * tx), ty * ty * (3.0 - 2.0 * ty));
    let x0 = (i as u32).wrapping_mul(STEP_X).wrapping_add(seed.wrapping_mul(0xc2b2_ae3d));
    let y0 = (j as u32).wrapping_mul(STEP_Y);
    let (x1, y1) = (x0.wrapping_add(STEP_X), y0.wrapping_add(STEP_Y));
    let (a, b, c, d) = (lattice(x0, y0), lattice(x1, y0), lattice(x0, y1), lattice(x1, y1));
    let (top, low) = (a + (b - a) * tx, c + (d - c) * tx);
    2.0 * (top + (low - top) * ty) - 1.0
}

/// [`plane`] along one row, where `y` stands still: the lattice is looked up once a bump instead of once a pixel.
#[derive(Default)]
pub(super) struct Row {
    values: Vec<f32>,
    first: i32,
}

impl Row {
    /// Makes ready for `plane(x, y, seed)` with `x` between `from` and `to` (cut to a span of 4096).
    pub fn set(&mut self, from: f32, to: f32, y: f32, seed: u32) {
        let (from, to) = (from.min(to), from.max(to));
        self.first = floor(from);
        let count = (floor((to - from).min(4096.0)) + 3) as u32;
        let j = floor(y);
        let ty = y - j as f32;
        let ty = ty * ty * (3.0 - 2.0 * ty);
        let seed = seed.wrapping_mul(0xc2b2_ae3d);
        let y0 = (j as u32).wrapping_mul(STEP_Y);
        let y1 = y0.wrapping_add(STEP_Y);
        self.values.clear();
        let start = self.first as u32;
        self.values.extend((0..count).map(|k| {
            let x = start.wrapping_add(k).wrapping_mul(STEP_X).wrapping_add(seed);
            let (a, b) = (lattice(x, y0), lattice(x, y1));
            2.0 * (a + (b - a) * ty) - 1.0
        }));
    }

    /// The noise at `x`; 0 where [`Row::set`] has not been.
    pub fn at(&self, x: f32) -> f32 {
        let x = x - self.first as f32;
        let i = x as usize;
        let t = x - i as f32;
        let t = t * t * (3.0 - 2.0 * t);
        match self.values.get(i..i + 2) {
            Some(&[a, b]) => a + (b - a) * t,
            _ => 0.0,
        }
    }
}

/// Octaves of [`line`], each twice as fine and `gain` as strong; octaves finer than `px` (the size of a pixel in
/// units of `x`) are left out, so that a small picture is the large one made small.
pub(super) fn octaves(x: f32, seed: u32, count: u32, gain: f32, px: f32) -> f32 {
    let (mut sum, mut strength, mut scale) = (0.0, 1.0, 1.0);
    for octave in 0..count {
        let resolved = resolved(scale * px);
        if resolved <= 0.0 {
            break;
        }
        sum += strength * resolved * line(x * scale + 17.3 * octave as f32, seed.wrapping_add(octave));
        strength *= gain;
        scale *= 2.0;
    }
    sum
}

/// How much of a pattern survives when `cycles` of it fall on one pixel: 1 up to a fifth, 0 from three fifths on.
pub(super) fn resolved(cycles: f32) -> f32 {
    (1.5 - 2.5 * cycles).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_stays_in_range_and_is_continuous() {
        let mut last = plane(-3.0, 0.7, 5);
        for k in 1..4000 {
            let x = -3.0 + k as f32 * 0.002;
            let v = plane(x, 0.7, 5);
            assert!((-1.0..=1.0).contains(&v) && (-1.0..=1.0).contains(&line(x, 9)));
            assert!((v - last).abs() < 0.02, "a jump at {x}");
            last = v;
        }
    }

    #[test]
    fn a_row_is_the_plane_along_it() {
        let mut row = Row::default();
        row.set(7.0, -3.0, 2.3, 11);
        for k in 0..100 {
            let x = -3.0 + 0.1 * k as f32;
            assert!((row.at(x) - plane(x, 2.3, 11)).abs() < 1e-4, "{x}");
        }
    }

    #[test]
    fn floor_is_floor() {
        for x in [-2.5f32, -2.0, -0.1, 0.0, 0.9, 7.0] {
            assert_eq!(floor(x), x.floor() as i32);
        }
    }
}
