//! The nearest rows of a bank, for many queries at once.

use std::cmp::Ordering;

use super::{Embeddings, ProbeError};

/// Rows of a bank that are looked through in one go: their products with a few queries stay in the processor's cache,
/// and a bank of any size takes little more memory than it has.
const SLAB: usize = 4096;

/// A row that was found, with the cosine of its angle to the query.
pub type Neighbour = (usize, f32);

/// Nearest first; of two at one distance the one with the lower number.
pub(super) fn order(a: &Neighbour, b: &Neighbour) -> Ordering {
    b.1.total_cmp(&a.1).then(a.0.cmp(&b.0))
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
    let mut found = vec![Vec::new(); queries.rows()];
    let k = k.min(bank.rows());
    if k == 0 {
        return Ok(found);
    }
    let queries = queries.unit();
    for start in (0..bank.rows()).step_by(SLAB) {
        let slab = bank.part(start, SLAB).unit();
        queries.each_share(&slab, &mut found, |first, found, cosines| {
            for (at, (found, cosines)) in found.iter_mut().zip(cosines.chunks(slab.rows())).enumerate() {
                let own = alone.then_some(first + at);
                merge(found, cosines, start, own, k);
            }
        });
    }
    for found in &mut found {
        found.sort_unstable_by(order);
    }
    Ok(found)
}

/// Keeps the nearest `k` of what was found and of a slab's rows.
fn merge(found: &mut Vec<Neighbour>, cosines: &[f32], start: usize, own: Option<usize>, k: usize) {
    let rows = (start..).zip(cosines.iter().map(|cosine| cosine.clamp(-1.0, 1.0)));
    found.extend(rows.filter(|(row, _)| Some(*row) != own));
    if found.len() > k {
        found.select_nth_unstable_by(k - 1, order);
        found.truncate(k);
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
        let cosines = queries.unit().products(&bank.unit()).unwrap();
        for (found, cosines) in found.iter().zip(cosines.chunks(bank.rows())) {
            let mut all: Vec<Neighbour> = cosines.iter().map(|x| x.clamp(-1.0, 1.0)).enumerate().collect();
            all.sort_by(order);
            assert_eq!(*found, all[..9]);
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
