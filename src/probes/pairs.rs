//! What is read off every pair of rows at once.

use super::{Embeddings, Instrument};

pub(super) const TWINS: Instrument = Instrument {
    name: "twins",
    unit: "",
    healthy: |_| "near 0; 1 in n where pictures gather on n points".into(),
    read: |sample| sample.pairs().map(|pairs| pairs.twins),
};

/// Two rows with a cosine above this, 8 degrees apart, count as one: views of one picture seldom come nearer in a
/// network that tells pictures apart.
const TWIN_COSINE: f32 = 0.99;

/// `t` of uniformity.
const SHARPNESS: f64 = 2.0;

/// Means over all unordered pairs of different rows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pairs {
    /// `log mean exp(−t ‖x − y‖²)`.
    pub uniformity: f64,
    /// Share of pairs that lie on each other, 0..1.
    pub twins: f64,
}

/// The share of pairs of different rows that lie on each other (cosine above 0.99), 0..1: about `1/n` where pictures
/// gather on `n` points. `None` for fewer than two rows, and for numbers that are none.
#[must_use]
pub fn twins(rows: &Embeddings) -> Option<f64> {
    if rows.first_bad_row().is_some() {
        return None;
    }
    pairs(&rows.unit()).map(|pairs| pairs.twins)
}

/// Of unit rows; a row of zeros has distance 1 to those of length 1. `None` for fewer than two.
pub(super) fn pairs(unit: &Embeddings) -> Option<Pairs> {
    let rows = unit.rows();
    if rows < 2 || unit.dim() == 0 {
        return None;
    }
    let squares: Vec<f32> = unit.iter().map(|row| f32::from(u8::from(row.iter().any(|x| *x != 0.0)))).collect();
    let mut sums = vec![(0.0_f64, 0_u64); rows];
    unit.each_share(unit, &mut sums, |first, sums, cosines| {
        for ((row, sum), cosines) in (first..).zip(sums).zip(cosines.chunks(rows)) {
            for (cosine, square) in cosines.iter().zip(&squares).skip(row + 1) {
                let distance = f64::from(squares[row] + square - 2.0 * cosine).max(0.0);
                sum.0 += libm::exp(-SHARPNESS * distance);
                sum.1 += u64::from(*cosine > TWIN_COSINE);
            }
        }
    });
    let count = rows as f64 * (rows - 1) as f64 / 2.0;
    Some(Pairs {
        uniformity: libm::log(sums.iter().map(|sum| sum.0).sum::<f64>() / count),
        twins: sums.iter().map(|sum| sum.1).sum::<u64>() as f64 / count,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probes::cases::{clusters, gaussian};

    #[test]
    fn twins_count_the_points_that_pictures_gather_on() {
        assert!(twins(&gaussian(200, 32, 1)).unwrap() < 0.001);
        for points in [1, 2, 5] {
            let found = twins(&clusters(200, 32, points, 0.01, 1)).unwrap();
            assert!((found - 1.0 / points as f64).abs() < 0.02, "{points}: {found}");
        }
    }
}
