//! Principal components: for maps of pictures and for colours of patches.

use super::{
    Embeddings, ProbeError,
    symmetric::{Matrix, eigenvectors},
};

/// Where rows lie and along which axes they differ most.
#[derive(Clone, Debug, PartialEq)]
pub struct Pca {
    /// The rows' mean: `[dim]`.
    pub mean: Vec<f32>,
    /// Axes of length 1, the one of largest variance first: `[components, dim]`. An axis beyond the rows' rank is zeros.
    pub components: Vec<f32>,
    /// Variance along each: `[components]`, over rows − 1 as in scikit-learn.
    pub variances: Vec<f32>,
}

/// Deviations that the whole range of a colour spans, half to each side: few rows lie beyond.
const COLOUR_RANGE: f32 = 6.0;

impl Pca {
    /// The `count` principal components of `rows`. The sign of each is fixed by its largest number being positive (the
    /// first of several), so the same rows give the same picture every time, in any order.
    ///
    /// # Errors
    /// A row with a number that is none.
    pub fn fit(rows: &Embeddings, count: usize) -> Result<Self, ProbeError> {
        if let Some(row) = rows.first_bad_row() {
            return Err(ProbeError::NotFinite { row });
        }
        let dim = rows.dim();
        let matrix = Matrix::of(rows);
        let mean = matrix.mean();
        let matrix = matrix.centred(&mean);
        let freedom = rows.rows().saturating_sub(1).max(1) as f64;
        let mut found = axes(&matrix);
        found.resize(count, (0.0, vec![0.0; dim]));
        Ok(Self {
            mean: single(&mean),
            components: found.iter().flat_map(|(_, axis)| single(axis)).collect(),
            variances: found.iter().map(|(square, _)| (square / freedom) as f32).collect(),
        })
    }

    /// Where rows lie along the axes: `[rows, components]`.
    ///
    /// # Errors
    /// Rows of another width.
    pub fn project(&self, rows: &Embeddings) -> Result<Vec<f32>, ProbeError> {
        let (found, wanted) = (rows.dim(), self.mean.len());
        if found != wanted && rows.rows() > 0 {
            return Err(ProbeError::Dim { found, wanted });
        }
        let along = |row: &[f32], axis: &[f32]| {
            let term = |((x, mean), axis): ((&f32, &f32), &f32)| (f64::from(*x) - f64::from(*mean)) * f64::from(*axis);
            row.iter().zip(&self.mean).zip(axis).map(term).sum::<f64>() as f32
        };
        let axes = || self.components.chunks(wanted.max(1));
        Ok(rows.iter().flat_map(|row| axes().map(move |axis| along(row, axis))).collect())
    }

    /// The first three axes as red, green and blue, 0..1: `[rows, 3]`. The mean is grey, three deviations to either side
    /// are the ends. A row's colour depends on itself and on the rows that were fitted, on no others.
    ///
    /// # Errors
    /// Rows of another width.
    pub fn colours(&self, rows: &Embeddings) -> Result<Vec<[f32; 3]>, ProbeError> {
        let components = self.variances.len();
        if components == 0 {
            return Ok(vec![[0.5; 3]; rows.rows()]);
        }
        let scale: Vec<f32> = self
            .variances
            .iter()
            .map(|variance| COLOUR_RANGE * libm::sqrtf(*variance))
            .collect();
        let colour = |places: &[f32]| {
            std::array::from_fn(|channel| match (places.get(channel), scale.get(channel)) {
                (Some(place), Some(scale)) if *scale > 0.0 => (0.5 + place / scale).clamp(0.0, 1.0),
                _ => 0.5,
            })
        };
        Ok(self.project(rows)?.chunks(components).map(colour).collect())
    }
}

fn single(values: &[f64]) -> Vec<f32> {
    values.iter().map(|x| *x as f32).collect()
}

/// Axes of centred rows with the sum of squares along each, largest first; as many as have any.
fn axes(centred: &Matrix) -> Vec<(f64, Vec<f64>)> {
    let (side, gram) = centred.smaller_gram();
    let mut found = eigenvectors(side, gram);
    found.retain(|(square, _)| *square > 0.0);
    if centred.width > centred.rows {
        for (square, weights) in &mut found {
            *weights = across(centred, weights, libm::sqrt(*square));
        }
    }
    for (_, axis) in &mut found {
        let largest = axis.iter().fold(0.0_f64, |best, x| if x.abs() > best.abs() { *x } else { best });
        if largest < 0.0 {
            axis.iter_mut().for_each(|x| *x = -*x);
        }
    }
    found
}

/// An eigenvector of `XXᵀ` as one of `XᵀX`: `Xᵀu / σ`.
fn across(centred: &Matrix, weights: &[f64], length: f64) -> Vec<f64> {
    let mut axis = vec![0.0; centred.width];
    for (row, weight) in centred.values.chunks_exact(centred.width).zip(weights) {
        axis.iter_mut().zip(row).for_each(|(sum, x)| *sum += weight * x / length);
    }
    axis
}

/// Rows in the coordinates of their own principal axes, about their mean: fewer numbers, the same distances.
pub(super) fn scores(rows: Matrix) -> Matrix {
    let mean = rows.mean();
    let centred = rows.centred(&mean);
    let axes = axes(&centred);
    let row = |row: &[f64]| {
        axes.iter()
            .map(|(_, axis)| axis.iter().zip(row).map(|(a, x)| a * x).sum())
            .collect::<Vec<f64>>()
    };
    Matrix {
        rows: centred.rows,
        width: axes.len(),
        values: centred.values.chunks_exact(centred.width.max(1)).flat_map(row).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probes::cases::{flat, gaussian, point};

    #[test]
    fn axes_are_orthogonal_and_hold_what_variance_there_is() {
        for (rows, dim) in [(50, 6), (6, 50)] {
            let rows = gaussian(rows, dim, 1);
            let pca = Pca::fit(&rows, 3).unwrap();
            let axes: Vec<&[f32]> = pca.components.chunks(dim).collect();
            let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
            assert!((dot(axes[0], axes[0]) - 1.0).abs() < 1e-5 && dot(axes[0], axes[1]).abs() < 1e-5);
            let places = pca.project(&rows).unwrap();
            let squares: f32 = places.iter().step_by(3).map(|x| x * x).sum();
            assert!((squares / (rows.rows() - 1) as f32 / pca.variances[0] - 1.0).abs() < 1e-4);
        }
    }

    #[test]
    fn the_order_of_rows_and_a_second_look_change_nothing() {
        let rows = flat(40, 10, 4, 3);
        let turned = rows.select(&(0..40).rev().collect::<Vec<_>>());
        let (a, b) = (Pca::fit(&rows, 2).unwrap(), Pca::fit(&turned, 2).unwrap());
        for (a, b) in a.components.iter().zip(&b.components) {
            assert!((a - b).abs() < 1e-4);
        }
        assert_eq!(a, Pca::fit(&rows, 2).unwrap());
    }

    #[test]
    fn few_rows_and_twins_have_places_too() {
        for rows in [
            Embeddings::new(0, 5, vec![]).unwrap(),
            gaussian(1, 5, 1),
            gaussian(2, 5, 1),
            point(9, 5),
        ] {
            let pca = Pca::fit(&rows, 3).unwrap();
            let places = pca.project(&rows).unwrap();
            assert!(places.len() == rows.rows() * 3 && places.iter().all(|x| x.is_finite()));
            assert!(pca.colours(&rows).unwrap().iter().flatten().all(|x| (0.0..=1.0).contains(x)));
        }
        let broken = Embeddings::new(1, 2, vec![f32::NAN, 0.0]).unwrap();
        assert_eq!(Pca::fit(&broken, 2), Err(ProbeError::NotFinite { row: 0 }));
        assert!(Pca::fit(&point(9, 5), 2).unwrap().project(&point(9, 6)).is_err());
    }
}
