//! Spread: how far embeddings fill the sphere (Chen & He, "Exploring simple Siamese representation learning", CVPR 2021,
//! Sec. 4.1).

use super::{Embeddings, Instrument, deviation::deviation};

pub(super) const INSTRUMENT: Instrument = Instrument {
    name: "spread",
    unit: "",
    healthy: |found| {
        format!(
            "near {:.3}, which is 1/√{}; 0 where all pictures lie on one point",
            found.healthy_spread, found.dim
        )
    },
    read: |sample| deviation(&sample.unit),
};

/// The mean over channels of the standard deviation over rows of `z / ‖z‖₂`. An isotropic batch has about
/// [`healthy_spread`], one that lies on a point 0. The deviation is the unbiased one, as in `torch.std`.
///
/// `None` for fewer than two rows, and for numbers that are none.
#[must_use]
pub fn spread(rows: &Embeddings) -> Option<f64> {
    if rows.first_bad_row().is_some() {
        return None;
    }
    deviation(&rows.unit())
}

/// `1/√dim`, footnote 3 there.
#[must_use]
pub fn healthy_spread(dim: usize) -> f64 {
    1.0 / libm::sqrt(dim.max(1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probes::cases::{gaussian, point};

    #[test]
    fn an_isotropic_batch_has_what_is_healthy_and_a_point_nothing() {
        let healthy = healthy_spread(128);
        let found = spread(&gaussian(512, 128, 1)).unwrap();
        assert!((found / healthy - 1.0).abs() < 0.02, "{found} of {healthy}");
        assert!(spread(&point(64, 128)).unwrap() < 1e-8);
        assert_eq!(spread(&gaussian(1, 128, 1)), None);
    }
}
