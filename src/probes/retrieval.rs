//! Retrieval: what a picture finds when it is asked for its like.

use super::{
    Embeddings, Instrument, ProbeError,
    embeddings::length,
    neighbours::{Neighbour, neighbours, order},
};

pub(super) const INSTRUMENT: Instrument = Instrument {
    name: "retrieval",
    unit: "of 1",
    healthy: |_| "towards 1, mean average precision; about the share of a class is chance".into(),
    read: |_| None,
};

/// The `count` rows of `bank` nearest to `query` (`[dim]`) with the cosines of their angles, nearest first; of two at one
/// distance the lower number comes first. A row of zeros has cosine 0 with everything. Rows with a number that is none are
/// left out; a query of another width, or with such a number, finds nothing.
#[must_use]
pub fn nearest(query: &[f32], bank: &Embeddings, count: usize) -> Vec<Neighbour> {
    let own = length(query);
    if query.len() != bank.dim() || !own.is_finite() {
        return Vec::new();
    }
    let cosine = |(index, row): (usize, &[f32])| {
        let lengths = own * length(row);
        let product: f64 = query.iter().zip(row).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
        let cosine = if lengths > 0.0 {
            (product / lengths).clamp(-1.0, 1.0)
        } else {
            product
        };
        cosine.is_finite().then_some((index, cosine as f32))
    };
    let mut found: Vec<Neighbour> = bank.iter().enumerate().filter_map(cosine).collect();
    found.sort_unstable_by(order);
    found.truncate(count);
    found
}

/// How well pictures of a class are found by others of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Retrieval {
    /// `(k, recall@k)`: share of queries with one of their class among the `k` nearest, 0..1.
    pub recall: Vec<(usize, f32)>,
    /// Mean over queries of the average precision of the whole bank in order of nearness, 0..1 (Manning et al.,
    /// "Introduction to information retrieval", 2008, Sec. 8.4).
    pub mean_average_precision: f32,
    /// Queries that count: with a label that the bank has.
    pub queries: usize,
}

/// Asks `bank` for the like of each query, or with `None` each row of the bank for the like of itself among the others.
///
/// # Errors
/// Not one label a row, none that a query and the bank have in common, rows of different widths or with a number that is
/// none.
pub fn retrieve(
    bank: (&Embeddings, &[usize]),
    queries: Option<(&Embeddings, &[Option<usize>])>,
    ks: &[usize],
) -> Result<Retrieval, ProbeError> {
    let alone = queries.is_none();
    let own: Vec<Option<usize>> = bank.1.iter().copied().map(Some).collect();
    let (queries, labels) = queries.unwrap_or((bank.0, &own));
    for (rows, labels) in [(bank.0.rows(), bank.1.len()), (queries.rows(), labels.len())] {
        if rows != labels {
            return Err(ProbeError::Labels { rows, labels });
        }
    }
    let mut tally = Tally::new(ks);
    // Whole rankings are kept of a few queries at a time only.
    for start in (0..queries.rows()).step_by(AT_ONCE) {
        let found = rankings(queries, bank.0, start, alone)?;
        for (found, label) in found.iter().zip(&labels[start..]) {
            let relevant = |row: &Neighbour| Some(bank.1[row.0]) == *label;
            tally.count(ks, found.iter().map(relevant));
        }
    }
    tally.finish(ks).ok_or(ProbeError::NoLabels)
}

/// Queries ranked in one go.
const AT_ONCE: usize = 240;

fn rankings(queries: &Embeddings, bank: &Embeddings, start: usize, alone: bool) -> Result<Vec<Vec<Neighbour>>, ProbeError> {
    let mut found = neighbours(&queries.part(start, AT_ONCE), bank, bank.rows(), false)?;
    if alone {
        for (query, found) in (start..).zip(&mut found) {
            found.retain(|(row, _)| *row != query);
        }
    }
    Ok(found)
}

struct Tally {
    hits: Vec<usize>,
    precision: f64,
    queries: usize,
}

impl Tally {
    fn new(ks: &[usize]) -> Self {
        Self {
            hits: vec![0; ks.len()],
            precision: 0.0,
            queries: 0,
        }
    }

    /// A query's ranking: whether each row, nearest first, is of its class.
    fn count(&mut self, ks: &[usize], ranking: impl Iterator<Item = bool>) {
        let mut sum = 0.0;
        let mut seen = 0_usize;
        let mut first = None;
        for (rank, _) in (1..).zip(ranking).filter(|(_, relevant)| *relevant) {
            seen += 1;
            first = first.or(Some(rank));
            sum += seen as f64 / f64::from(rank);
        }
        let Some(first) = first else { return };
        self.queries += 1;
        self.precision += sum / seen as f64;
        for (hits, k) in self.hits.iter_mut().zip(ks) {
            *hits += usize::from(first as usize <= *k);
        }
    }

    fn finish(self, ks: &[usize]) -> Option<Retrieval> {
        let queries = self.queries.checked_sub(1)? + 1;
        let share = |(k, hits): (&usize, &usize)| (*k, *hits as f32 / queries as f32);
        Some(Retrieval {
            recall: ks.iter().zip(&self.hits).map(share).collect(),
            mean_average_precision: (self.precision / queries as f64) as f32,
            queries,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probes::cases::{clusters, labels_of};

    #[test]
    fn the_nearest_come_first_and_twins_by_number() {
        let bank = Embeddings::new(5, 2, vec![0.0, 1.0, 3.0, 0.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0]).unwrap();
        let found = nearest(&[2.0, 0.0], &bank, 9);
        let numbers: Vec<usize> = found.iter().map(|found| found.0).collect();
        assert_eq!(numbers, [1, 3, 2, 0, 4]);
        assert_eq!(found[0].1, 1.0);
        assert!((found[2].1 - 0.5_f32.sqrt()).abs() < 1e-6);
        assert_eq!(nearest(&[2.0, 0.0], &bank, 2).len(), 2);
        assert!(nearest(&[1.0], &bank, 2).is_empty());
        assert!(nearest(&[f32::NAN, 0.0], &bank, 2).is_empty());
    }

    #[test]
    fn rankings_are_judged_as_by_hand() {
        // On a half circle by angle: classes 0 1 0 1 as seen from the query at angle 0, which is of class 0.
        let at = |degrees: f32| [degrees.to_radians().cos(), degrees.to_radians().sin()];
        let bank = Embeddings::new(4, 2, [10.0, 20.0, 40.0, 80.0].map(at).concat()).unwrap();
        let query = Embeddings::new(2, 2, [0.0, 0.0].map(at).concat()).unwrap();
        let found = retrieve((&bank, &[1, 0, 1, 0]), Some((&query, &[Some(0), None])), &[1, 2]).unwrap();
        assert_eq!(found.recall, [(1, 0.0), (2, 1.0)]);
        assert_eq!(found.queries, 1);
        // Precision at the second and fourth place: 1/2 and 2/4.
        assert!((found.mean_average_precision - 0.5).abs() < 1e-6);
    }

    #[test]
    fn clusters_find_their_own_and_no_row_finds_itself() {
        let rows = clusters(40, 6, 4, 0.05, 3);
        let labels: Vec<usize> = (0..40).map(|row| row % 4).collect();
        let found = retrieve((&rows, &labels), None, &[1]).unwrap();
        assert_eq!((found.recall[0].1, found.mean_average_precision), (1.0, 1.0));
        let lonely: Vec<usize> = (0..40).collect();
        assert_eq!(retrieve((&rows, &lonely), None, &[1]), Err(ProbeError::NoLabels));
        let other = Some((&rows, &[None; 40][..]));
        assert_eq!(retrieve((&rows, &labels), other, &[1]), Err(ProbeError::NoLabels));
        assert!(retrieve((&rows, &labels[1..]), None, &[1]).is_err());
        assert!(retrieve((&rows, &labels), Some((&rows, &labels_of(40, 4))), &[1]).is_ok());
    }
}
