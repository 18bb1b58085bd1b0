//! Products of a matrix with itself and their eigenvalues, in double precision.
//!
//! Singular values come as roots of a Gram matrix's eigenvalues. In single precision that would lose everything below some
//! 3e-4 of the largest one, and a flat batch would look round; in double precision the floor is near 1e-8.

use nalgebra::DMatrix;

use super::Embeddings;
use crate::kernels::threads::each;

/// Rows of numbers in double precision: `[rows, width]`.
pub(super) struct Matrix {
    pub rows: usize,
    pub width: usize,
    pub values: Vec<f64>,
}

/// Rows of a Gram matrix that one task computes.
const TASK: usize = 16;
/// Samples that stay in the processor's cache meanwhile.
const SAMPLES: usize = 32;

impl Matrix {
    pub(super) fn of(rows: &Embeddings) -> Self {
        Self {
            rows: rows.rows(),
            width: rows.dim(),
            values: rows.values().iter().copied().map(f64::from).collect(),
        }
    }

    /// Each column's mean: `[width]`.
    pub(super) fn mean(&self) -> Vec<f64> {
        let mut sums = vec![0.0; self.width];
        for row in self.values.chunks_exact(self.width.max(1)) {
            sums.iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
        }
        sums.iter().map(|sum| sum / self.rows.max(1) as f64).collect()
    }

    /// Takes `mean` from every row.
    pub(super) fn centred(mut self, mean: &[f64]) -> Self {
        for row in self.values.chunks_exact_mut(self.width.max(1)) {
            row.iter_mut().zip(mean).for_each(|(x, mean)| *x -= mean);
        }
        self
    }

    /// Rows for columns.
    pub(super) fn turned(&self) -> Self {
        let values = (0..self.width).flat_map(|column| (0..self.rows).map(move |row| self.values[row * self.width + column]));
        Self {
            rows: self.width,
            width: self.rows,
            values: values.collect(),
        }
    }

    /// `XᵀX`: `[width, width]`. Every number is one task's from first to last row, without fused operations: the same on
    /// every machine.
    pub(super) fn gram(&self) -> Vec<f64> {
        let width = self.width;
        let mut out = vec![0.0; width * width];
        if width > 0 {
            let tasks = out.chunks_mut(TASK * width).enumerate().collect();
            each(tasks, |(task, out): (usize, &mut [f64])| {
                for samples in self.values.chunks(SAMPLES * width) {
                    for (row, out) in (task * TASK..).zip(out.chunks_mut(width)) {
                        add_products(&mut out[..=row], samples, width, row);
                    }
                }
            });
        }
        for row in 0..width {
            for column in 0..row {
                out[column * width + row] = out[row * width + column];
            }
        }
        out
    }

    /// The smaller of `XᵀX` and `XXᵀ`, which have their eigenvalues in common, but for zeros.
    pub(super) fn smaller_gram(&self) -> (usize, Vec<f64>) {
        if self.width <= self.rows {
            (self.width, self.gram())
        } else {
            (self.rows, self.turned().gram())
        }
    }

    /// Singular values, largest first: as many as the smaller side has. A matrix of a thousand rows and columns takes
    /// seconds rather than milliseconds: the work grows with the third power of the smaller side.
    pub(super) fn singular_values(&self) -> Vec<f64> {
        let (side, gram) = self.smaller_gram();
        eigenvalues(side, gram).into_iter().map(libm::sqrt).collect()
    }
}

/// `out[column] += Σ sample[row] sample[column]`.
fn add_products(out: &mut [f64], samples: &[f64], width: usize, row: usize) {
    let columns = out.len();
    let mut fours = samples.chunks_exact(4 * width);
    for four in &mut fours {
        let [a, b, c, d] = [0, 1, 2, 3].map(|at| &four[at * width..][..columns]);
        let [wa, wb, wc, wd] = [0, 1, 2, 3].map(|at| four[at * width + row]);
        for ((((out, a), b), c), d) in out.iter_mut().zip(a).zip(b).zip(c).zip(d) {
            *out += (wa * a + wb * b) + (wc * c + wd * d);
        }
    }
    for sample in fours.remainder().chunks_exact(width) {
        let weight = sample[row];
        out.iter_mut().zip(sample).for_each(|(out, x)| *out += weight * x);
    }
}

/// What rounding leaves of an eigenvalue that is zero, relative to the largest of `side`.
fn floor(side: usize, largest: f64) -> f64 {
    side as f64 * f64::EPSILON * largest
}

/// Eigenvalues of a symmetric matrix without negative ones, largest first; what rounding left of zeros is zero.
pub(super) fn eigenvalues(side: usize, values: Vec<f64>) -> Vec<f64> {
    if side == 0 || values.iter().any(|x| !x.is_finite()) {
        return vec![0.0; side];
    }
    let mut found: Vec<f64> = DMatrix::from_vec(side, side, values)
        .symmetric_eigenvalues()
        .iter()
        .copied()
        .collect();
    found.sort_unstable_by(|a, b| b.total_cmp(a));
    let floor = floor(side, found[0]);
    found.iter_mut().filter(|x| **x <= floor).for_each(|x| *x = 0.0);
    found
}

/// Eigenvalues as [`eigenvalues`] has them, each with its vector of length 1.
pub(super) fn eigenvectors(side: usize, values: Vec<f64>) -> Vec<(f64, Vec<f64>)> {
    if side == 0 || values.iter().any(|x| !x.is_finite()) {
        return Vec::new();
    }
    let solved = DMatrix::from_vec(side, side, values).symmetric_eigen();
    let vectors = solved.eigenvectors.column_iter().map(|column| column.iter().copied().collect());
    let mut found: Vec<(f64, Vec<f64>)> = solved.eigenvalues.iter().copied().zip(vectors).collect();
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    let floor = floor(side, found[0].0);
    found.iter_mut().filter(|x| x.0 <= floor).for_each(|x| x.0 = 0.0);
    found
}

/// `exp(−Σ p log p)` of `p = values / Σ values + epsilon`: how many of them there are, in effect. 0 where all are zero.
pub(super) fn effective_count(values: &[f64], epsilon: f64) -> f64 {
    let whole: f64 = values.iter().sum();
    if whole <= 0.0 {
        return 0.0;
    }
    let term = |value: &f64| {
        let p = value / whole + epsilon;
        if p > 0.0 { -p * libm::log(p) } else { 0.0 }
    };
    libm::exp(values.iter().map(term).sum())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probes::cases::{flat, gaussian};

    #[test]
    fn both_gram_matrices_hold_the_same_singular_values() {
        let matrix = Matrix::of(&gaussian(37, 21, 1));
        let (wide, tall) = (matrix.turned().singular_values(), matrix.singular_values());
        assert_eq!((wide.len(), tall.len()), (21, 21));
        for (wide, tall) in wide.iter().zip(&tall) {
            assert!((wide - tall).abs() < 1e-9 * tall, "{wide} {tall}");
        }
        let squares: f64 = matrix.values.iter().map(|x| x * x).sum();
        assert!((tall.iter().map(|x| x * x).sum::<f64>() - squares).abs() < 1e-9 * squares);
    }

    #[test]
    fn a_flat_batch_has_only_as_many_singular_values_as_directions() {
        // What single precision's rounding of the rows themselves leaves is some 1e-7 of the largest.
        let values = Matrix::of(&flat(300, 64, 2, 1)).singular_values();
        assert!(values[1] > 0.1 * values[0] && values[2] < 1e-6 * values[0], "{:?}", &values[..3]);
    }

    #[test]
    fn vectors_belong_to_their_values() {
        let gram = Matrix::of(&gaussian(40, 9, 2)).gram();
        for (value, vector) in eigenvectors(9, gram.clone()) {
            for (row, x) in gram.chunks(9).zip(&vector) {
                let product: f64 = row.iter().zip(&vector).map(|(a, b)| a * b).sum();
                assert!((product - value * x).abs() < 1e-9 * value);
            }
        }
    }

    #[test]
    fn effective_counts_are_those_of_equal_shares() {
        assert!((effective_count(&[2.0; 5], 0.0) - 5.0).abs() < 1e-12);
        assert!((effective_count(&[3.0, 0.0, 0.0], 0.0) - 1.0).abs() < 1e-12);
        assert_eq!(effective_count(&[0.0; 3], 1e-7), 0.0);
        assert_eq!(effective_count(&[], 1e-7), 0.0);
    }
}
