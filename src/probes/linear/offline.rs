//! The offline probe: logistic regression on frozen embeddings.

use super::{
    Protocol,
    layer::{Layer, Stride, rank_of},
};
use crate::{
    chance::Chance,
    probes::{Embeddings, ProbeError},
};

/// ε of BatchNorm in front of the layer, as in `mae/main_linprobe.py`.
const EPSILON: f64 = 1e-6;

/// Share of pictures whose class is the first, and among the first five, 0..1.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize)]
pub struct Top {
    /// The first.
    pub one: f32,
    /// Among the first five.
    pub five: f32,
}

/// What a trained probe reaches.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Score {
    /// On the pictures that it learned from.
    pub train: Top,
    /// On others; `None` where none of them has a label.
    pub test: Option<Top>,
    /// Mean cross-entropy of the last pass.
    pub loss: f32,
}

/// A trained probe.
#[derive(Clone, Debug, PartialEq)]
pub struct LinearProbe {
    layer: Layer,
    shift: Option<Shift>,
    /// Mean cross-entropy of the last pass.
    pub loss: f32,
}

/// What brings each number to mean 0 and deviation 1.
#[derive(Clone, Debug, PartialEq)]
struct Shift {
    mean: Vec<f32>,
    scale: Vec<f32>,
}

impl LinearProbe {
    /// Trains on the rows that have a label, in an order that depends on `seed` alone. One label a row; as many classes as
    /// the highest label says.
    ///
    /// # Errors
    /// Not one label a row, no label at all, a number that is none, or weights that grow beyond all bounds.
    pub fn fit(rows: &Embeddings, labels: &[Option<usize>], protocol: &Protocol, seed: u64) -> Result<Self, ProbeError> {
        let (rows, labels) = labelled(rows, labels)?;
        let classes = labels.iter().max().ok_or(ProbeError::NoLabels)? + 1;
        let shift = protocol.normalise.then(|| Shift::of(&rows));
        let x = shifted(shift.as_ref(), &rows);
        let mut layer = Layer::new(rows.dim(), classes, seed);
        let batch = protocol.batch_of(labels.len());
        let steps = labels.len() / batch; // what is left of a pass waits for another one
        let mut loss = 0.0;
        for epoch in 0..protocol.epochs {
            let order = Chance::new(seed, "linear probe order", epoch as u64).permutation(labels.len());
            loss = 0.0;
            for (step, chosen) in order.chunks_exact(batch).enumerate() {
                let chosen_rows: Vec<f32> = chosen
                    .iter()
                    .flat_map(|row| &x[row * rows.dim()..][..rows.dim()])
                    .copied()
                    .collect();
                let chosen_labels: Vec<usize> = chosen.iter().map(|row| labels[*row]).collect();
                let logits = layer.logits(&chosen_rows);
                let stride = Stride {
                    rate: protocol.rate(epoch * steps + step, steps, batch),
                    weight_decay: protocol.weight_decay,
                    update: protocol.update,
                };
                loss += layer.learn(&chosen_rows, logits, &chosen_labels, stride) / steps as f64;
            }
        }
        if !layer.is_finite() || !loss.is_finite() {
            return Err(ProbeError::Diverged { protocol: protocol.name });
        }
        Ok(Self {
            layer,
            shift,
            loss: loss as f32,
        })
    }

    /// [`LinearProbe::fit`] and [`LinearProbe::top`] on both sets.
    ///
    /// # Errors
    /// As for these; test pictures without labels are none.
    pub fn score(
        train: (&Embeddings, &[Option<usize>]),
        test: (&Embeddings, &[Option<usize>]),
        protocol: &Protocol,
        seed: u64,
    ) -> Result<Score, ProbeError> {
        let probe = Self::fit(train.0, train.1, protocol, seed)?;
        let test = match probe.top(test.0, test.1) {
            Ok(top) => Some(top),
            Err(ProbeError::NoLabels) => None,
            Err(why) => return Err(why),
        };
        Ok(Score {
            train: probe.top(train.0, train.1)?,
            test,
            loss: probe.loss,
        })
    }

    /// Logits: `[rows, classes]`.
    ///
    /// # Errors
    /// Rows of another width.
    pub fn logits(&self, rows: &Embeddings) -> Result<Vec<f32>, ProbeError> {
        let (found, wanted) = (rows.dim(), self.layer.dim);
        if found != wanted {
            return Err(ProbeError::Dim { found, wanted });
        }
        Ok(self.layer.logits(&shifted(self.shift.as_ref(), rows)))
    }

    /// Share of the labelled rows that it tells. A class that it never saw is never right.
    ///
    /// # Errors
    /// Rows of another width, not one label a row, no label at all, or a number that is none.
    pub fn top(&self, rows: &Embeddings, labels: &[Option<usize>]) -> Result<Top, ProbeError> {
        let (rows, labels) = labelled(rows, labels)?;
        let logits = self.logits(&rows)?;
        let classes = self.layer.classes;
        let ranks: Vec<usize> = logits
            .chunks(classes)
            .zip(&labels)
            .filter(|(_, label)| **label < classes)
            .map(|(row, label)| rank_of(row, *label))
            .collect();
        let share = |most: usize| ranks.iter().filter(|rank| **rank < most).count() as f32 / labels.len() as f32;
        Ok(Top {
            one: share(1),
            five: share(5),
        })
    }
}

/// Rows that have a label, with it.
fn labelled(rows: &Embeddings, labels: &[Option<usize>]) -> Result<(Embeddings, Vec<usize>), ProbeError> {
    if rows.rows() != labels.len() {
        return Err(ProbeError::Labels {
            rows: rows.rows(),
            labels: labels.len(),
        });
    }
    let known: Vec<usize> = (0..labels.len()).filter(|row| labels[*row].is_some()).collect();
    if known.is_empty() || rows.dim() == 0 {
        return Err(ProbeError::NoLabels);
    }
    let bad = |row: &&usize| rows.row(**row).iter().any(|x| !x.is_finite());
    if let Some(row) = known.iter().find(bad) {
        return Err(ProbeError::NotFinite { row: *row });
    }
    Ok((rows.select(&known), labels.iter().copied().flatten().collect()))
}

impl Shift {
    fn of(rows: &Embeddings) -> Self {
        let count = rows.rows() as f64;
        let mut sums = vec![[0.0_f64; 2]; rows.dim()];
        for row in rows.iter() {
            sums.iter_mut().zip(row).for_each(|(sums, x)| sums[0] += f64::from(*x));
        }
        sums.iter_mut().for_each(|sums| sums[0] /= count);
        for row in rows.iter() {
            for ([mean, squares], x) in sums.iter_mut().zip(row) {
                *squares += (f64::from(*x) - *mean) * (f64::from(*x) - *mean);
            }
        }
        Self {
            mean: sums.iter().map(|sums| sums[0] as f32).collect(),
            scale: sums
                .iter()
                .map(|sums| (1.0 / libm::sqrt(sums[1] / count + EPSILON)) as f32)
                .collect(),
        }
    }
}

fn shifted(shift: Option<&Shift>, rows: &Embeddings) -> Vec<f32> {
    let mut values = rows.values().to_vec();
    if let Some(shift) = shift {
        for row in values.chunks_exact_mut(rows.dim().max(1)) {
            for ((x, mean), scale) in row.iter_mut().zip(&shift.mean).zip(&shift.scale) {
                *x = (*x - mean) * scale;
            }
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probes::{
        cases::{clusters, gaussian, labels_of, point},
        linear::PROTOCOLS,
    };

    #[test]
    fn every_protocol_tells_clusters_apart_and_noise_not() {
        let (train, test) = (clusters(300, 24, 6, 0.3, 1), clusters(120, 24, 6, 0.3, 2));
        let (train_labels, test_labels) = (labels_of(300, 6), labels_of(120, 6));
        let noise = gaussian(120, 24, 9);
        for protocol in PROTOCOLS {
            let score = LinearProbe::score((&train, &train_labels), (&test, &test_labels), &protocol, 1).unwrap();
            let top = score.test.unwrap();
            assert!(top.one > 0.95 && score.train.one > 0.95, "{}: {score:?}", protocol.name);
            let chance = LinearProbe::score((&train, &train_labels), (&noise, &test_labels), &protocol, 1).unwrap();
            let chance = chance.test.unwrap();
            assert!(chance.one < 0.4 && chance.five >= chance.one, "{}: {chance:?}", protocol.name);
        }
    }

    #[test]
    fn the_seed_decides_and_nothing_else() {
        let rows = clusters(100, 8, 4, 1.0, 1);
        let fit = |seed| LinearProbe::fit(&rows, &labels_of(100, 4), &PROTOCOLS[0], seed).unwrap();
        assert_eq!(fit(1), fit(1));
        assert_ne!(fit(1), fit(2));
    }

    #[test]
    fn rows_without_labels_are_skipped_and_without_any_it_says_so() {
        let rows = clusters(90, 8, 3, 0.1, 1);
        let mut labels = labels_of(90, 3);
        labels.iter_mut().step_by(2).for_each(|label| *label = None);
        let score = |test: &[Option<usize>]| LinearProbe::score((&rows, &labels), (&rows, test), &PROTOCOLS[0], 1);
        assert_eq!(score(&labels_of(90, 3)).unwrap().test.unwrap().one, 1.0);
        assert_eq!(score(&[None; 90]).unwrap().test, None);
        // A class that never came in training.
        assert_eq!(score(&[Some(7); 90]).unwrap().test.unwrap(), Top::default());
        let fit = |rows: &Embeddings, labels: &[Option<usize>]| LinearProbe::fit(rows, labels, &PROTOCOLS[0], 1);
        assert_eq!(fit(&rows, &[None; 90]), Err(ProbeError::NoLabels));
        assert!(fit(&rows, &labels[1..]).is_err());
        assert!(fit(&point(3, 2), &labels_of(3, 1)).is_ok());
        let huge = Embeddings::new(64, 8, rows.values()[..512].iter().map(|x| x * 1e30).collect()).unwrap();
        assert!(matches!(fit(&huge, &labels_of(64, 3)), Err(ProbeError::Diverged { .. })));
        let broken = Embeddings::new(2, 1, vec![1.0, f32::NAN]).unwrap();
        assert_eq!(fit(&broken, &labels_of(2, 2)), Err(ProbeError::NotFinite { row: 1 }));
    }
}
