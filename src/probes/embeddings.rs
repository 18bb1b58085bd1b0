//! Rows of numbers, one a picture.

use super::ProbeError;
use crate::kernels::{
    product::{Ending, Packed, View, product},
    threads::each,
};

/// One embedding a picture: `[rows, dim]`, row after row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Embeddings {
    rows: usize,
    dim: usize,
    values: Vec<f32>,
}

/// Rows whose products with all others one task computes.
const SHARE: usize = 60;

impl Embeddings {
    /// `rows` rows of `dim` numbers.
    ///
    /// # Errors
    /// Another number of numbers.
    pub fn new(rows: usize, dim: usize, values: Vec<f32>) -> Result<Self, ProbeError> {
        let found = values.len();
        if rows.checked_mul(dim) != Some(found) {
            return Err(ProbeError::Shape { rows, dim, found });
        }
        Ok(Self { rows, dim, values })
    }

    /// How many there are.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Numbers in each.
    #[must_use]
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// All numbers: `[rows, dim]`.
    #[must_use]
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// One of them: `[dim]`.
    ///
    /// # Panics
    /// When there are not so many.
    #[must_use]
    pub fn row(&self, index: usize) -> &[f32] {
        assert!(index < self.rows, "row {index} of {}", self.rows);
        &self.values[index * self.dim..][..self.dim]
    }

    /// All of them, first to last.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[f32]> {
        (0..self.rows).map(|index| self.row(index))
    }

    /// Those of these numbers, in this order; numbers that are none of a row are left out.
    #[must_use]
    pub fn select(&self, indices: &[usize]) -> Self {
        let known: Vec<usize> = indices.iter().copied().filter(|index| *index < self.rows).collect();
        Self {
            rows: known.len(),
            dim: self.dim,
            values: known.iter().flat_map(|index| self.row(*index)).copied().collect(),
        }
    }

    /// Each divided by its length, `z / ‖z‖₂`. A row of zeros, or with a number that is none, becomes zeros: it points
    /// nowhere.
    #[must_use]
    pub fn unit(&self) -> Self {
        let mut values = Vec::with_capacity(self.values.len());
        for row in self.iter() {
            let length = length(row);
            if length > 0.0 && length.is_finite() {
                values.extend(row.iter().map(|x| (f64::from(*x) / length) as f32));
            } else {
                values.extend(row.iter().map(|_| 0.0));
            }
        }
        self.with(values)
    }

    /// As many rows of the same width.
    pub(super) fn with(&self, values: Vec<f32>) -> Self {
        debug_assert_eq!(values.len(), self.values.len());
        Self { values, ..*self }
    }

    /// The first row with NaN or an infinity.
    #[must_use]
    pub fn first_bad_row(&self) -> Option<usize> {
        let at = self.values.iter().position(|x| !x.is_finite())?;
        Some(at / self.dim.max(1))
    }

    /// Products of rows with rows, `x · y`: `[self.rows, other.rows]`. Two sets of `n` take `n²` numbers of memory;
    /// `each_share` takes less.
    ///
    /// # Errors
    /// Rows of different widths.
    pub fn products(&self, other: &Self) -> Result<Vec<f32>, ProbeError> {
        self.same_dim(other)?;
        let mut out = vec![0.0; self.rows * other.rows];
        if !out.is_empty() {
            let packed = Packed::shared(View::new(&other.values, self.dim).turned());
            let shares = out.chunks_mut(SHARE * other.rows).enumerate();
            each(shares.collect(), |(share, out): (usize, &mut [f32])| {
                product(out, self.share(share), &packed, Ending::default());
            });
        }
        Ok(out)
    }

    /// Hands the products of each share of rows with all of `other` to `work`, on every core: number of the share's first
    /// row, one state a row, `[rows of the share, other.rows]` products. What a row gets does not depend on threads.
    pub(super) fn each_share<S: Send>(&self, other: &Self, states: &mut [S], work: impl Fn(usize, &mut [S], &[f32]) + Sync + Send) {
        if self.dim == 0 || other.rows == 0 || states.len() != self.rows || self.dim != other.dim {
            return;
        }
        let packed = Packed::shared(View::new(&other.values, self.dim).turned());
        let shares = states.chunks_mut(SHARE).enumerate();
        each(shares.collect(), |(share, states): (usize, &mut [S])| {
            let mut out = vec![0.0; states.len() * other.rows];
            product(&mut out, self.share(share), &packed, Ending::default());
            work(share * SHARE, states, &out);
        });
    }

    fn share(&self, share: usize) -> View<'_> {
        let start = share * SHARE;
        View::new(&self.values, self.dim).rows(start, SHARE.min(self.rows - start))
    }

    /// Rows `start..start + count`.
    pub(super) fn part(&self, start: usize, count: usize) -> Self {
        let count = count.min(self.rows.saturating_sub(start));
        Self {
            rows: count,
            dim: self.dim,
            values: self.values[start.min(self.rows) * self.dim..][..count * self.dim].to_vec(),
        }
    }

    pub(super) fn same_dim(&self, other: &Self) -> Result<(), ProbeError> {
        let (found, wanted) = (other.dim, self.dim);
        if found != wanted && self.rows > 0 && other.rows > 0 {
            return Err(ProbeError::Dim { found, wanted });
        }
        Ok(())
    }
}

/// `‖row‖₂`.
pub(super) fn length(row: &[f32]) -> f64 {
    libm::sqrt(row.iter().map(|x| f64::from(*x) * f64::from(*x)).sum())
}

/// `‖a − b‖₂²` of two rows of one width.
pub(super) fn squared_distance(a: &[f32], b: &[f32]) -> f64 {
    let difference = |(a, b): (&f32, &f32)| f64::from(*a) - f64::from(*b);
    a.iter().zip(b).map(difference).map(|x| x * x).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probes::cases::gaussian;

    #[test]
    fn numbers_must_fill_the_rows_that_were_said() {
        assert!(Embeddings::new(2, 3, vec![0.0; 6]).is_ok());
        let why = Embeddings::new(2, 3, vec![0.0; 5]).unwrap_err().to_string();
        assert!(why.contains("2 embeddings of 3 numbers are not 5"), "{why}");
        assert!(Embeddings::new(usize::MAX, 2, vec![]).is_err());
        assert_eq!(Embeddings::new(0, 7, vec![]).unwrap().iter().len(), 0);
    }

    #[test]
    fn unit_rows_have_length_one_and_zeros_stay() {
        let rows = Embeddings::new(4, 2, vec![3.0, 4.0, 0.0, 0.0, f32::NAN, 1.0, 1e-30, 0.0]).unwrap();
        assert_eq!(rows.unit().values(), [0.6, 0.8, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0]);
        assert_eq!(rows.first_bad_row(), Some(2));
        assert_eq!(rows.select(&[0, 1]).first_bad_row(), None);
    }

    #[test]
    fn products_are_sums_of_products_for_any_number_of_rows() {
        for (rows, others, dim) in [(1, 1, 1), (61, 130, 7), (3, 0, 5), (125, 33, 64)] {
            let (a, b) = (gaussian(rows, dim, 1), gaussian(others, dim, 2));
            let products = a.products(&b).unwrap();
            assert_eq!(products.len(), rows * others);
            for (i, row) in a.iter().enumerate() {
                for (j, other) in b.iter().enumerate() {
                    let expected: f32 = row.iter().zip(other).map(|(x, y)| x * y).sum();
                    assert!((products[i * others + j] - expected).abs() < 1e-4, "{i} {j}");
                }
            }
        }
        assert!(gaussian(2, 3, 1).products(&gaussian(2, 4, 1)).is_err());
    }
}
