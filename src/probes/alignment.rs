//! Alignment and uniformity (Wang & Isola, "Understanding contrastive representation learning through alignment and
//! uniformity on the hypersphere", ICML 2020): do views of one picture meet, and do pictures fill the sphere?
//!
//! Either alone says little: where all pictures lie on one point, alignment is perfect.

use super::{Embeddings, Instrument, embeddings::squared_distance, pairs::pairs};

pub(super) const ALIGNMENT: Instrument = Instrument {
    name: "alignment",
    unit: "",
    healthy: |_| "small, yet above 0: 0 says that views meet, or that everything does; 2 is chance".into(),
    read: |sample| of_views(sample.views),
};

pub(super) const UNIFORMITY: Instrument = Instrument {
    name: "uniformity",
    unit: "",
    healthy: |_| "towards −4; 0 where all pictures lie on one point".into(),
    read: |sample| sample.pairs().map(|pairs| pairs.uniformity),
};

/// `mean ‖x − y‖₂²` over pairs of rows, each made of length 1: paper's Eq. 5 with α = 2. 0 to 4; 2 for rows that have
/// nothing to do with each other. `None` without rows, for sets of different sizes and for numbers that are none.
#[must_use]
pub fn alignment(x: &Embeddings, y: &Embeddings) -> Option<f64> {
    let same = x.rows() == y.rows() && x.dim() == y.dim();
    if !same || x.rows() == 0 || x.first_bad_row().is_some() || y.first_bad_row().is_some() {
        return None;
    }
    let (x, y) = (x.unit(), y.unit());
    let whole: f64 = x.iter().zip(y.iter()).map(|(x, y)| squared_distance(x, y)).sum();
    Some(whole / x.rows() as f64)
}

/// `log mean exp(−2 ‖x − y‖₂²)` over all pairs of different rows, each made of length 1: paper's Eq. 6 with t = 2, as
/// `torch.pdist` has pairs. 0 for rows on one point, near −4 for many dimensions filled evenly. `None` for fewer than two
/// rows, and for numbers that are none.
#[must_use]
pub fn uniformity(rows: &Embeddings) -> Option<f64> {
    if rows.first_bad_row().is_some() {
        return None;
    }
    pairs(&rows.unit()).map(|pairs| pairs.uniformity)
}

/// The mean over all pairs of views.
fn of_views(views: &[Embeddings]) -> Option<f64> {
    let mut found = Vec::new();
    for (at, x) in views.iter().enumerate() {
        for y in &views[at + 1..] {
            found.push(alignment(x, y)?);
        }
    }
    (!found.is_empty()).then(|| found.iter().sum::<f64>() / found.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probes::cases::{gaussian, point, view};

    #[test]
    fn alignment_grows_with_the_distance_of_views() {
        let rows = gaussian(200, 64, 1);
        let at = |noise| alignment(&rows, &view(&rows, noise, 2)).unwrap();
        assert_eq!(at(0.0), 0.0);
        assert!(at(0.1) < at(0.5) && at(0.5) < at(2.0));
        let strangers = alignment(&rows, &gaussian(200, 64, 3)).unwrap();
        assert!((strangers - 2.0).abs() < 0.1, "{strangers}");
        assert_eq!(alignment(&rows, &gaussian(199, 64, 3)), None);
        assert_eq!(of_views(&[rows]), None);
    }

    #[test]
    fn uniformity_tells_a_filled_sphere_from_a_point() {
        assert!(uniformity(&gaussian(300, 128, 1)).unwrap() < -3.5);
        assert!(uniformity(&point(30, 128)).unwrap().abs() < 1e-6);
        assert_eq!(uniformity(&point(1, 128)), None);
    }
}
