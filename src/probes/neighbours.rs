//! The nearest rows of a bank, for many queries at once.

use std::cmp::Ordering;

use super::{Embeddings, ProbeError, embeddings::length};

/// Rows of a bank that are looked through in one go: their products with a few queries stay in the processor's cache,
/// and a bank of any size takes little more memory than it has.
const SLAB: usize = 4096;

/// A row that was found, with the cosine of its angle to the query.
pub type Neighbour = (usize, f32);

/// Nearest first; of two at one distance the one with the lower number.
pub(super) fn order<N: Copy + Into<f64>>(a: &(usize, N), b: &(usize, N)) -> Ordering {
    b.1.into().total_cmp(&a.1.into()).then(a.0.cmp(&b.0))
}

/// Of each row its `k` nearest among the others by cosine, nearest first; fewer where there are not so many.
///
/// # Errors
/// A row with a number that is none.
pub fn neighbours_of(rows: &Embeddings, k: usize) -> Result<Vec<Vec<Neighbour>>, ProbeError> {
    neighbours(rows, rows, k, true)
}

/// The `k` rows of `bank` nearest to each query by cosine, nearest first; fewer where the bank is smaller. With `alone`,
/// queries are the bank itself, and none is its own neighbour.
///
/// # Errors
/// Rows of different widths, or one with a number that is none.
pub(super) fn neighbours(queries: &Embeddings, bank: &Embeddings, k: usize, alone: bool) -> Result<Vec<Vec<Neighbour>>, ProbeError> {
    bank.same_dim(queries)?;
    for rows in [queries, bank] {
        if let Some(row) = rows.first_bad_row() {
            return Err(ProbeError::NotFinite { row });
        }
    }
    let k = k.min(bank.rows());
    if k == 0 {
        return Ok(vec![Vec::new(); queries.rows()]);
    }
    let mut found = vec![Vec::new(); queries.rows()];
    let middle = middle(bank);
    let common: f64 = middle.iter().map(|x| x * x).sum();
    let queries = Apart::of(queries, &middle);
    for start in (0..bank.rows()).step_by(SLAB) {
        let slab = Apart::of(&bank.part(start, SLAB), &middle);
        queries.rows.each_share(&slab.rows, &mut found, |first, found, products| {
            for (at, (found, products)) in found.iter_mut().zip(products.chunks(slab.rows.rows())).enumerate() {
                let own = alone.then_some(first + at);
                let near = (start..).zip(products.iter().zip(&slab.along).map(|(product, along)| f64::from(*product) + along));
                found.extend(near.filter(|(row, _)| Some(*row) != own));
                if found.len() > k {
                    found.select_nth_unstable_by(k - 1, order);
                    found.truncate(k);
                }
            }
        });
    }
    let cosines = |(mut found, along): (Vec<(usize, f64)>, f64)| {
        found.sort_unstable_by(order);
        let cosine = |near: f64| (near + along + common).clamp(-1.0, 1.0) as f32;
        found.into_iter().map(|(row, near)| (row, cosine(near))).collect()
    };
    Ok(found.into_iter().zip(queries.along).map(cosines).collect())
}

/// The mean of rows of length 1.
fn middle(rows: &Embeddings) -> Vec<f64> {
    let mut sums = vec![0.0; rows.dim()];
    for row in rows.iter() {
        let length = length(row);
        if length > 0.0 && length.is_finite() {
            sums.iter_mut().zip(row).for_each(|(sum, x)| *sum += f64::from(*x) / length);
        }
    }
    sums.iter().map(|sum| sum / rows.rows().max(1) as f64).collect()
}

/// Rows of length 1 less what all have in common, `m`: `x · y = x' · y' + m · x' + m · y' + m · m`. Where embeddings have
/// nearly collapsed the product of what is left tells neighbours apart that the cosine in single precision would not.
struct Apart {
    /// `x'`.
    rows: Embeddings,
    /// `m · x'` of each.
    along: Vec<f64>,
}

impl Apart {
    fn of(rows: &Embeddings, middle: &[f64]) -> Self {
        let mut values = Vec::with_capacity(rows.rows() * rows.dim());
        let mut along = Vec::with_capacity(rows.rows());
        for row in rows.iter() {
            let length = length(row);
            let scale = if length > 0.0 && length.is_finite() { 1.0 / length } else { 0.0 };
            let left = || row.iter().zip(middle).map(|(x, middle)| f64::from(*x) * scale - middle);
            values.extend(left().map(|x| x as f32));
            along.push(left().zip(middle).map(|(x, middle)| x * middle).sum());
        }
        Self {
            rows: rows.with(values),
            along,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probes::cases::gaussian;

    #[test]
    fn the_nearest_are_those_of_a_full_sort_across_slabs() {
        let (bank, queries) = (gaussian(SLAB + 700, 3, 1), gaussian(70, 3, 2));
        let found = neighbours(&queries, &bank, 9, false).unwrap();
        for (found, query) in found.iter().zip(queries.iter()) {
            let mut all: Vec<(usize, f64)> = bank.iter().map(|row| cosine(query, row)).enumerate().collect();
            all.sort_by(order);
            for ((row, cosine), (expected, exact)) in found.iter().zip(&all[..9]) {
                assert!(
                    row == expected && (f64::from(*cosine) - exact).abs() < 1e-6,
                    "{row} {expected} {cosine} {exact}"
                );
            }
        }
    }

    fn cosine(a: &[f32], b: &[f32]) -> f64 {
        let product: f64 = a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
        product / (length(a) * length(b))
    }

    #[test]
    fn neighbours_are_told_apart_where_all_rows_nearly_lie_on_each_other() {
        let (shaken, dim) = (gaussian(300, 24, 5), 24);
        let near = |deviation: f32| {
            let values = shaken
                .values()
                .iter()
                .enumerate()
                .map(|(i, x)| ((i % dim) as f32).sin() + deviation * x);
            Embeddings::new(300, dim, values.collect()).unwrap()
        };
        let rows = near(1e-5); // cosines differ from 1 by less than single precision tells
        let found = neighbours(&rows, &rows, 5, true).unwrap();
        for (own, found) in found.iter().enumerate() {
            let mut all: Vec<(usize, f64)> = rows.iter().map(|row| cosine(rows.row(own), row)).enumerate().collect();
            all.retain(|(row, _)| *row != own);
            all.sort_by(order);
            let rows: Vec<usize> = found.iter().map(|(row, _)| *row).collect();
            let expected: Vec<usize> = all[..5].iter().map(|(row, _)| *row).collect();
            assert_eq!(rows, expected, "of row {own}");
        }
    }

    #[test]
    fn rows_of_zeros_are_at_a_right_angle_to_everything() {
        let rows = Embeddings::new(3, 2, vec![3.0, 1.0, 0.0, 0.0, -2.0, 1.0]).unwrap();
        for (own, found) in neighbours(&rows, &rows, 3, false).unwrap().iter().enumerate() {
            for (row, cosine) in found.iter().filter(|(row, _)| own == 1 || *row == 1) {
                assert!(cosine.abs() < 1e-6, "{own} {row} {cosine}");
            }
        }
    }

    #[test]
    fn ties_go_to_the_lower_number_and_nobody_neighbours_itself() {
        let twins = Embeddings::new(5, 2, [1.0, 2.0].repeat(5)).unwrap();
        let found = neighbours(&twins, &twins, 3, true).unwrap();
        let numbers: Vec<Vec<usize>> = found.iter().map(|found| found.iter().map(|x| x.0).collect()).collect();
        assert_eq!(numbers, [[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2], [0, 1, 2]]);
        let one = twins.select(&[0]);
        assert_eq!(neighbours(&one, &one, 3, true).unwrap(), [vec![]]);
    }
}
