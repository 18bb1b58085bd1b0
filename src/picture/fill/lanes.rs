//! Four floats at a time: red, green, blue and a spare one, which is what a 128-bit vector holds.

pub(super) type Lanes = [f32; 4];

pub(super) const ZERO: Lanes = [0.0; 4];

#[inline(always)]
pub(super) fn add(a: Lanes, b: Lanes) -> Lanes {
    [a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3]]
}

#[inline(always)]
pub(super) fn minus(a: Lanes, b: Lanes) -> Lanes {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2], a[3] - b[3]]
}

#[inline(always)]
pub(super) fn times(a: Lanes, by: f32) -> Lanes {
    [a[0] * by, a[1] * by, a[2] * by, a[3] * by]
}

/// The largest absolute value.
pub(super) fn largest(values: &[Lanes]) -> f32 {
    let larger = |a: Lanes, b: &Lanes| [a[0].max(b[0].abs()), a[1].max(b[1].abs()), a[2].max(b[2].abs()), 0.0];
    values.iter().fold(ZERO, larger).into_iter().fold(0.0, f32::max)
}
