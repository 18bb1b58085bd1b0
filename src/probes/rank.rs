//! Rank: in how many directions pictures differ.

use super::{
    Embeddings, Instrument,
    symmetric::{Matrix, effective_count},
};

pub(super) const RANK_ME: Instrument = Instrument {
    name: "RankMe",
    unit: "dimensions",
    healthy: |found| {
        format!(
            "of at most {}; of two runs of one method the higher; 1 where all pictures lie on one line",
            found.bound()
        )
    },
    read: |sample| Some(from_singular(sample.singular()?)),
};

pub(super) const EFFECTIVE_RANK: Instrument = Instrument {
    name: "effective rank",
    unit: "dimensions",
    healthy: |found| {
        format!(
            "of at most {}; what RankMe says when what all pictures have in common is taken away",
            found.rows.min(found.dim)
        )
    },
    read: |sample| Some(effective_count(sample.axes()?, 0.0)),
};

/// ε of the paper.
const EPSILON: f64 = 1e-7;

/// RankMe (Garrido et al., "RankMe: assessing the downstream performance of pretrained self-supervised representations by
/// their rank", ICML 2023, Eq. 1): `exp(−Σ p log p)` with `p = σ / ‖σ‖₁ + ε`, ε = 1e-7, of the singular values σ of the
/// rows as they are, neither centred nor scaled. 1 to min(rows, dim); 0 where every row is zero. `None` for fewer than two
/// rows, and for numbers that are none.
///
/// The paper takes 25,600 rows; with fewer than some times `dim` the number is lower, so hold only numbers of as many
/// rows against each other.
#[must_use]
pub fn rank_me(rows: &Embeddings) -> Option<f64> {
    singular_values(rows).map(|values| from_singular(&values))
}

/// The effective rank (Roy & Vetterli, "The effective rank: a measure of effective dimensionality", EUSIPCO 2007) of
/// [`spectrum`]: what all pictures have in common does not count. 0 where all rows point the same way.
#[must_use]
pub fn effective_rank(rows: &Embeddings) -> Option<f64> {
    axes(rows).map(|axes| effective_count(&axes, 0.0))
}

/// The spectrum: standard deviations of the rows, each made of length 1, along their principal axes, largest first. As
/// many as min(rows, dim), in the unit of the spread: flat at 1/√dim for an isotropic batch; a cliff where dimensions have
/// collapsed (Jing et al., "Understanding dimensional collapse in contrastive self-supervised learning", ICLR 2022, Fig.
/// 2), zeros where everything has. Empty for fewer than two rows, and for numbers that are none.
#[must_use]
pub fn spectrum(rows: &Embeddings) -> Vec<f64> {
    axes(rows).unwrap_or_default()
}

fn from_singular(values: &[f64]) -> f64 {
    effective_count(values, EPSILON)
}

/// Singular values of the rows as they are.
pub(super) fn singular_values(rows: &Embeddings) -> Option<Vec<f64>> {
    enough(rows).then(|| Matrix::of(rows).singular_values())
}

/// Deviations along principal axes.
pub(super) fn axes(rows: &Embeddings) -> Option<Vec<f64>> {
    if !enough(rows) {
        return None;
    }
    let matrix = Matrix::of(&rows.unit());
    let mean = matrix.mean();
    let scale = libm::sqrt((rows.rows() - 1) as f64);
    let values = matrix.centred(&mean).singular_values();
    Some(values.iter().map(|value| value / scale).map(without_rounding).collect())
}

/// Rows of single precision differ by some 1e-7 of their length though they are the same: such a deviation is none.
fn without_rounding(deviation: f64) -> f64 {
    if deviation < f64::from(f32::EPSILON) { 0.0 } else { deviation }
}

fn enough(rows: &Embeddings) -> bool {
    rows.rows() > 1 && rows.dim() > 0 && rows.first_bad_row().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probes::cases::{clusters, flat, gaussian, point};

    #[test]
    fn rank_counts_the_directions_that_are_used() {
        let full = rank_me(&gaussian(2000, 32, 1)).unwrap();
        assert!(full > 31.5 && full < 32.1, "{full}");
        for rank in [1, 3, 8] {
            let found = rank_me(&flat(500, 32, rank, 1)).unwrap();
            assert!(found > 0.8 * rank as f64 && found < rank as f64 + 0.01, "{rank}: {found}");
        }
        assert!(rank_me(&point(50, 32)).unwrap() < 1.001);
        assert_eq!(rank_me(&Embeddings::new(3, 4, vec![0.0; 12]).unwrap()), Some(0.0));
        assert_eq!(rank_me(&gaussian(1, 4, 1)), None);
    }

    #[test]
    fn few_rows_bound_the_rank() {
        let found = rank_me(&gaussian(10, 300, 1)).unwrap();
        assert!(found > 9.0 && found < 10.01, "{found}");
    }

    #[test]
    fn a_common_offset_hides_from_rank_me_what_the_effective_rank_sees() {
        let rows = clusters(300, 24, 1, 0.05, 4);
        assert!(rank_me(&rows).unwrap() < 5.0);
        assert!(effective_rank(&rows).unwrap() > 20.0);
        assert_eq!(effective_rank(&point(50, 24)), Some(0.0));
    }

    #[test]
    fn the_spectrum_of_an_isotropic_batch_is_flat_at_the_healthy_spread() {
        let found = spectrum(&gaussian(4000, 16, 1));
        assert!(found.iter().all(|x| (x - 0.25).abs() < 0.02), "{found:?}");
        let collapsed = spectrum(&flat(400, 16, 3, 1));
        assert!(collapsed[2] > 0.1 && collapsed[3] < 1e-6, "{collapsed:?}");
    }
}
