//! LiDAR (Thilak et al., "LiDAR: sensing linear probing performance in joint embedding SSL architectures", ICLR 2024): the
//! rank of what tells pictures apart, after what tells views of one picture apart is divided out.

use nalgebra::DMatrix;

use super::{
    Embeddings, Instrument,
    pca::scores,
    symmetric::{Matrix, effective_count, eigenvalues},
};

pub(super) const INSTRUMENT: Instrument = Instrument {
    name: "LiDAR",
    unit: "dimensions",
    healthy: |found| {
        format!(
            "of at most {}; higher goes with better linear probes; 1 or less where pictures cannot be told apart. It goes by how \
             many views there are of each picture, here fewer than the paper's 50: hold it against others read here",
            found.bound()
        )
    },
    read: |sample| lidar(sample.views),
};

/// δ: keeps the scatter of views invertible.
const DELTA: f64 = 1e-4;
/// ε of the entropy.
const EPSILON: f64 = 1e-7;
/// Means of the same numbers differ by rounding: a difference below this share of the largest number is none.
const ROUNDING: f64 = 1e-12;

/// `exp(−Σ p log p)` with `p = λ / ‖λ‖₁ + ε` of the eigenvalues λ of `Σ_w^(−1/2) Σ_b Σ_w^(−1/2)` (Sec. 3). `Σ_b` is the
/// covariance of the pictures' means over views, `Σ_w` that of views about their picture's mean, plus δ = 1e-4 on its
/// diagonal; ε = 1e-7. `views[k]` has view `k` of every picture, `[pictures, dim]`. The paper takes 1,000 pictures and 50
/// views; hold only numbers of as many against each other.
///
/// As a ratio it does not see scale: pictures on a point, shaken by noise far above δ, have a high rank. 0 where the means
/// are all the same. `None` for fewer than two views or pictures, for sets of different sizes and for numbers that are
/// none.
#[must_use]
pub fn lidar(views: &[Embeddings]) -> Option<f64> {
    let first = views.first()?;
    let (pictures, dim) = (first.rows(), first.dim());
    let fits = |view: &Embeddings| view.rows() == pictures && view.dim() == dim && view.first_bad_row().is_none();
    if views.len() < 2 || pictures < 2 || dim == 0 || !views.iter().all(fits) {
        return None;
    }
    let all = stacked(views);
    // Fewer rows than numbers in them: the space that they span is smaller, and has all the scatter there is.
    let all = if all.rows < dim { scores(all) } else { all };
    if all.width == 0 {
        return Some(0.0); // one point, which spans nothing
    }
    let (within, means) = scatter(all, views.len());
    let values = eigenvalues_of_ratio(within, &means)?;
    let missing = std::iter::repeat_n(0.0, dim.saturating_sub(values.len()));
    Some(effective_count(&values.iter().copied().chain(missing).collect::<Vec<_>>(), EPSILON))
}

/// All views of a picture one after the other.
fn stacked(views: &[Embeddings]) -> Matrix {
    let (pictures, width) = (views[0].rows(), views[0].dim());
    let row = |picture: usize| views.iter().flat_map(move |view| view.row(picture));
    Matrix {
        rows: pictures * views.len(),
        width,
        values: (0..pictures).flat_map(row).copied().map(f64::from).collect(),
    }
}

/// Covariance of views about their picture's mean, over `pictures (views − 1)`, with δ; and the pictures' means about
/// their own, over `√(pictures − 1)`, so that their products are `Σ_b`.
fn scatter(mut all: Matrix, views: usize) -> (DMatrix<f64>, Matrix) {
    let width = all.width;
    let pictures = all.rows / views;
    let mut means = Vec::with_capacity(pictures * width);
    for views in all.values.chunks_exact_mut(views * width) {
        let count = (views.len() / width) as f64;
        let mean: Vec<f64> = (0..width)
            .map(|column| views.iter().skip(column).step_by(width).sum::<f64>() / count)
            .collect();
        for view in views.chunks_exact_mut(width) {
            view.iter_mut().zip(&mean).for_each(|(x, mean)| *x -= mean);
        }
        means.extend(mean);
    }
    let freedom = (pictures * (views - 1)) as f64;
    let within = all.gram().iter().map(|x| x / freedom).collect();
    let within = DMatrix::from_vec(width, width, within) + DMatrix::identity(width, width) * DELTA;
    let means = Matrix {
        rows: pictures,
        width,
        values: means,
    };
    let mean = means.mean();
    let floor = ROUNDING * means.values.iter().fold(0.0_f64, |largest, x| largest.max(x.abs()));
    let mut means = means.centred(&mean);
    let scale = libm::sqrt((pictures - 1) as f64);
    means
        .values
        .iter_mut()
        .for_each(|x| *x = if x.abs() < floor { 0.0 } else { *x / scale });
    (within, means)
}

/// Eigenvalues of `Σ_w^(−1/2) Σ_b Σ_w^(−1/2)`. With `Σ_w = L Lᵀ` those of `L⁻¹ Σ_b L⁻ᵀ` are the same, and a Cholesky
/// factor costs less than a root.
fn eigenvalues_of_ratio(within: DMatrix<f64>, means: &Matrix) -> Option<Vec<f64>> {
    let lower = within.cholesky()?.unpack();
    // Column by column, one picture's mean a column: `[width, pictures]`.
    let means = DMatrix::from_column_slice(means.width, means.rows, &means.values);
    let solved = lower.solve_lower_triangular(&means)?;
    let ratio = Matrix {
        rows: solved.ncols(),
        width: solved.nrows(),
        values: solved.as_slice().to_vec(),
    };
    let (side, gram) = ratio.smaller_gram();
    Some(eigenvalues(side, gram))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probes::cases::{flat, gaussian, point, view};

    fn views(rows: &Embeddings, noise: f32) -> Vec<Embeddings> {
        (0..4).map(|seed| view(rows, noise, seed)).collect()
    }

    #[test]
    fn it_counts_the_directions_that_tell_pictures_apart() {
        let found = lidar(&views(&gaussian(600, 16, 1), 0.1)).unwrap();
        assert!(found > 15.0 && found < 16.1, "{found}");
        // Views differ in every direction, pictures in three.
        let found = lidar(&views(&flat(600, 16, 3, 1), 0.05)).unwrap();
        assert!(found > 2.0 && found < 3.5, "{found}");
        assert_eq!(lidar(&views(&point(40, 16), 0.0)), Some(0.0));
        assert_eq!(lidar(&views(&point(12, 48), 0.0)), Some(0.0), "fewer rows than numbers in them");
    }

    #[test]
    fn fewer_rows_than_dimensions_give_the_same_number() {
        let views = views(&gaussian(12, 20, 5), 0.3);
        let rows_of = |view: &Embeddings| view.iter().flat_map(|row| [row, &[0.0; 40]].concat()).collect();
        let padded: Vec<Embeddings> = views.iter().map(|view| Embeddings::new(12, 60, rows_of(view)).unwrap()).collect();
        let (narrow, wide) = (lidar(&views).unwrap(), lidar(&padded).unwrap());
        // Forty more eigenvalues of zero add ε log ε each.
        assert!((wide / narrow - 1.0).abs() < 1e-4, "{narrow} {wide}");
    }

    #[test]
    fn one_view_or_views_of_other_pictures_say_nothing() {
        let rows = gaussian(9, 4, 1);
        assert_eq!(lidar(std::slice::from_ref(&rows)), None);
        assert_eq!(lidar(&[]), None);
        assert_eq!(lidar(&[rows.clone(), gaussian(8, 4, 1)]), None);
        let broken = Embeddings::new(9, 4, vec![f32::INFINITY; 36]).unwrap();
        assert_eq!(lidar(&[rows, broken]), None);
    }
}
