//! Mean cosine: do pictures that have nothing to do with each other point the same way?

use super::{Embeddings, Instrument, symmetric::Matrix};

pub(super) const INSTRUMENT: Instrument = Instrument {
    name: "mean cosine",
    unit: "",
    healthy: |_| "near 0; 1 where all pictures point the same way".into(),
    read: |sample| of_unit(&sample.unit),
};

/// The mean cosine of the angles between two different rows, over all pairs: `(‖Σ u‖² − Σ ‖u‖²) / n (n − 1)` of unit rows
/// `u`. `None` for fewer than two rows, and for numbers that are none.
#[must_use]
pub fn mean_cosine(rows: &Embeddings) -> Option<f64> {
    if rows.first_bad_row().is_some() {
        return None;
    }
    of_unit(&rows.unit())
}

fn of_unit(unit: &Embeddings) -> Option<f64> {
    let count = unit.rows() as f64;
    if unit.rows() < 2 || unit.dim() == 0 {
        return None;
    }
    let matrix = Matrix::of(unit);
    let together: f64 = matrix.mean().iter().map(|mean| (mean * count) * (mean * count)).sum();
    let alone: f64 = matrix.values.iter().map(|x| x * x).sum();
    Some(((together - alone) / (count * (count - 1.0))).clamp(-1.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probes::cases::{gaussian, point};

    #[test]
    fn it_is_the_mean_over_pairs() {
        let rows = gaussian(23, 5, 1);
        let cosines = rows.unit().products(&rows.unit()).unwrap();
        let pairs: f64 = (0..23 * 23).filter(|at| at / 23 != at % 23).map(|at| f64::from(cosines[at])).sum();
        assert!((mean_cosine(&rows).unwrap() - pairs / (23.0 * 22.0)).abs() < 1e-6);
        assert!((mean_cosine(&point(9, 5)).unwrap() - 1.0).abs() < 1e-6);
        assert_eq!(mean_cosine(&point(1, 5)), None);
    }
}
