//! Weighted k nearest neighbours (Wu et al., "Unsupervised feature learning via non-parametric instance
//! discrimination", CVPR 2018, Sec. 3.4): does a picture land beside pictures of its class?

use serde::{Deserialize, Serialize};

use super::{Embeddings, Instrument, ProbeError, neighbours::neighbours};

pub(super) const INSTRUMENT: Instrument = Instrument {
    name: "kNN",
    unit: "of 1",
    healthy: |_| "towards 1; the share of the commonest class is chance".into(),
    read: |_| None,
};

/// How neighbours vote. Each of the `k` nearest by cosine gives its class `exp(cosine / temperature)`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Knn {
    /// Neighbours that vote; all of the bank where it has fewer.
    pub k: usize,
    /// What cosines are divided by.
    pub temperature: f32,
}

impl Knn {
    /// `k` 200, `T` 0.1: Wu et al. 2018, and lightly's benchmarks on CIFAR-10
    /// (`lightly/utils/benchmarking/knn.py`).
    pub const BENCHMARK: Self = Self { k: 200, temperature: 0.1 };
    /// `k` 20, `T` 0.07: Caron et al. 2021 and Meta's code for it (`eval_knn.py`, of whose four `k` 20 is the usual choice).
    pub const DISTILLED: Self = Self { k: 20, temperature: 0.07 };

    /// The class of each query: the one with most votes, of two with as many the lower one.
    ///
    /// # Errors
    /// An empty bank, not one label a row of it, rows of different widths or with a number that is none.
    pub fn classify(&self, bank: &Embeddings, bank_labels: &[usize], queries: &Embeddings) -> Result<Vec<usize>, ProbeError> {
        let (rows, labels) = (bank.rows(), bank_labels.len());
        if rows != labels {
            return Err(ProbeError::Labels { rows, labels });
        }
        if rows == 0 {
            return Err(ProbeError::NoLabels);
        }
        let found = neighbours(queries, bank, self.k.max(1), false)?;
        let mut votes = Votes::default();
        let class = |found: &Vec<(usize, f32)>| {
            let near = found.iter().map(|(row, cosine)| (bank_labels[*row], self.weight(*cosine)));
            votes.winner(near)
        };
        Ok(found.iter().map(class).collect())
    }

    /// Share of queries, of those with a label, that get their own class, 0..1. Chance is the share of the commonest class.
    /// `None` where no query has a label, the bank is empty, or [`Knn::classify`] refuses it.
    #[must_use]
    pub fn accuracy(&self, bank: (&Embeddings, &[usize]), queries: (&Embeddings, &[Option<usize>])) -> Option<f32> {
        let (rows, labels) = queries;
        let known: Vec<usize> = (0..rows.rows())
            .filter(|row| labels.get(*row).is_some_and(Option::is_some))
            .collect();
        if known.is_empty() || labels.len() != rows.rows() {
            return None;
        }
        let classes = self.classify(bank.0, bank.1, &rows.select(&known)).ok()?;
        let right = known
            .iter()
            .zip(&classes)
            .filter(|(row, class)| labels[**row] == Some(**class))
            .count();
        Some(right as f32 / known.len() as f32)
    }

    /// The same within one set: each row with a label is given a class by its neighbours among the others that have one.
    /// `None` for fewer than two of them, or a number that is none.
    #[must_use]
    pub fn among_themselves(&self, rows: &Embeddings, labels: &[Option<usize>]) -> Option<f32> {
        let known: Vec<(usize, usize)> = (0..rows.rows()).filter_map(|row| Some((row, (*labels.get(row)?)?))).collect();
        if known.len() < 2 || labels.len() != rows.rows() {
            return None;
        }
        let rows = rows.select(&known.iter().map(|(row, _)| *row).collect::<Vec<_>>());
        let found = neighbours(&rows, &rows, self.k.max(1), true).ok()?;
        let mut votes = Votes::default();
        let mut class = |found: &Vec<(usize, f32)>| votes.winner(found.iter().map(|(row, cosine)| (known[*row].1, self.weight(*cosine))));
        let right = found.iter().zip(&known).filter(|(found, (_, own))| class(found) == *own).count();
        Some(right as f32 / known.len() as f32)
    }

    /// Divided by what the nearest possible neighbour would give, so that no temperature overflows: shares of votes stay.
    fn weight(&self, cosine: f32) -> f64 {
        let temperature = f64::from(self.temperature).max(f64::from(f32::EPSILON));
        libm::exp((f64::from(cosine) - 1.0) / temperature)
    }
}

impl Default for Knn {
    fn default() -> Self {
        Self::BENCHMARK
    }
}

/// Votes by class, in the order of classes; used again from query to query.
#[derive(Default)]
struct Votes {
    by_class: std::collections::BTreeMap<usize, f64>,
}

impl Votes {
    fn winner(&mut self, votes: impl Iterator<Item = (usize, f64)>) -> usize {
        self.by_class.clear();
        for (class, weight) in votes {
            *self.by_class.entry(class).or_default() += weight;
        }
        let first_largest = |best: (usize, f64), (class, sum): (&usize, &f64)| if *sum > best.1 { (*class, *sum) } else { best };
        let start = (self.by_class.keys().next().copied().unwrap_or_default(), f64::NEG_INFINITY);
        self.by_class.iter().fold(start, first_largest).0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probes::cases::{clusters, labels_of};

    #[test]
    fn pictures_beside_their_class_are_told() {
        let (bank, queries) = (clusters(60, 8, 3, 0.2, 1), clusters(30, 8, 3, 0.2, 2));
        let knn = Knn { k: 7, temperature: 0.1 };
        let labels: Vec<usize> = (0..60).map(|row| row % 3).collect();
        assert_eq!(knn.accuracy((&bank, &labels), (&queries, &labels_of(30, 3))), Some(1.0));
        // A `k` beyond the bank is the whole bank: the near ones weigh more, and win.
        let all = Knn {
            k: 10_000,
            temperature: 0.1,
        };
        assert_eq!(all.accuracy((&bank, &labels), (&queries, &labels_of(30, 3))), Some(1.0));
    }

    #[test]
    fn one_near_neighbour_outvotes_two_far_ones_when_cold() {
        let bank = Embeddings::new(3, 2, vec![1.0, 0.0, 0.6, 0.8, 0.6, -0.8]).unwrap();
        let query = Embeddings::new(1, 2, vec![2.0, 0.1]).unwrap();
        let class = |temperature| Knn { k: 3, temperature }.classify(&bank, &[5, 9, 9], &query).unwrap();
        assert_eq!(class(0.1), [5]);
        assert_eq!(class(10.0), [9]);
        assert_eq!(class(1e-30), [5]);
    }

    #[test]
    fn among_themselves_no_row_votes_for_itself() {
        let rows = clusters(60, 8, 3, 0.2, 1);
        let knn = Knn { k: 7, temperature: 0.1 };
        let mut labels = labels_of(60, 3);
        assert_eq!(knn.among_themselves(&rows, &labels), Some(1.0));
        // With classes of its own for each row, a vote for oneself would be right.
        let own: Vec<Option<usize>> = (0..60).map(Some).collect();
        assert_eq!(knn.among_themselves(&rows, &own), Some(0.0));
        labels[..59].fill(None);
        assert_eq!(knn.among_themselves(&rows, &labels), None);
        assert_eq!(knn.among_themselves(&rows, &own[1..]), None);
    }

    #[test]
    fn without_labels_it_says_nothing() {
        let rows = clusters(6, 4, 2, 0.1, 1);
        let labels: Vec<usize> = vec![0; 6];
        assert_eq!(Knn::BENCHMARK.accuracy((&rows, &labels), (&rows, &[None; 6])), None);
        assert_eq!(Knn::BENCHMARK.accuracy((&rows, &labels[1..]), (&rows, &labels_of(6, 2))), None);
        let none = Embeddings::default();
        assert_eq!(Knn::BENCHMARK.accuracy((&none, &[]), (&rows, &labels_of(6, 2))), None);
        assert_eq!(Knn::BENCHMARK.classify(&none, &[], &rows), Err(ProbeError::NoLabels));
        let mut broken = rows.values().to_vec();
        broken[9] = f32::NAN;
        let broken = Embeddings::new(6, 4, broken).unwrap();
        assert_eq!(
            Knn::BENCHMARK.classify(&broken, &labels, &rows),
            Err(ProbeError::NotFinite { row: 2 })
        );
    }
}
