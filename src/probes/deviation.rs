//! Deviation: how far apart embeddings are where points are compared and not directions.

use super::{Embeddings, Instrument, symmetric::Matrix};

pub(super) const INSTRUMENT: Instrument = Instrument {
    name: "deviation",
    unit: "",
    healthy: |found| match found.asked_deviation {
        Some(asked) => format!("near {asked}, which the method asks for; 0 where all pictures lie on one point"),
        None => "anything but 0: the method compares directions".into(),
    },
    read: |sample| deviation(sample.embeddings),
};

/// The mean over channels of the standard deviation over rows, of rows as they are. Where a method compares points (the
/// squared difference of VICReg and LeJEPA), all of them may shrink to one while their directions still differ.
///
/// `None` for fewer than two rows, and for numbers that are none.
#[must_use]
pub fn deviation(rows: &Embeddings) -> Option<f64> {
    if rows.rows() < 2 || rows.dim() == 0 || rows.first_bad_row().is_some() {
        return None;
    }
    let matrix = Matrix::of(rows);
    let mean = matrix.mean();
    let matrix = matrix.centred(&mean);
    let mut squares = vec![0.0; rows.dim()];
    for row in matrix.values.chunks_exact(rows.dim()) {
        squares.iter_mut().zip(row).for_each(|(sum, x)| *sum += x * x);
    }
    let of = |sum: &f64| libm::sqrt(sum / (rows.rows() - 1) as f64);
    Some(squares.iter().map(of).sum::<f64>() / rows.dim() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probes::cases::{gaussian, point};

    #[test]
    fn it_follows_the_scale_where_spread_does_not() {
        let rows = gaussian(400, 16, 1);
        let found = deviation(&rows).unwrap();
        let small = Embeddings::new(400, 16, rows.values().iter().map(|x| 1e-3 * x).collect()).unwrap();
        assert!((deviation(&small).unwrap() / found - 1e-3).abs() < 1e-6);
        assert!((crate::probes::spread(&small).unwrap() - crate::probes::spread(&rows).unwrap()).abs() < 1e-6);
        assert!(deviation(&point(9, 5)).unwrap() < 1e-9);
        assert_eq!(deviation(&point(1, 5)), None);
    }
}
