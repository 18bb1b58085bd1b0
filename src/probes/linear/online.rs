//! The online probe: a layer that learns beside the network, step by step, from features that lead no gradient back.

use super::{
    Update,
    layer::{Layer, Stride, rank_of},
};
use crate::probes::ProbeError;

/// Softmax regression that is fed a batch a step.
///
/// Features are brought to mean 0 and deviation 1 by running statistics, and divided by √dim: rows then have about length
/// 1 whatever the network, and one rate serves all.
#[derive(Clone, Debug, PartialEq)]
pub struct OnlineProbe {
    layer: Layer,
    mean: Vec<f32>,
    variance: Vec<f32>,
    /// Running sums of right answers, of answers, and of loss.
    tally: [f32; 3],
}

/// A tensor of the probe's state.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// `weight`, `bias`, …
    pub name: &'static str,
    /// Its shape.
    pub shape: Vec<usize>,
    /// Its numbers.
    pub values: Vec<f32>,
}

/// What one batch said, before it was learned from.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Fed {
    /// Rows with a label and finite numbers.
    pub seen: usize,
    /// Of these, right.
    pub right: usize,
    /// Their mean cross-entropy; 0 where there are none.
    pub loss: f32,
}

/// For rows of length 1: softmax's slope is at most half there, so that steps with momentum 0.9 are far from overshooting.
const RATE: f32 = 1.0;
/// What running statistics keep at each step, as BatchNorm's default does.
const KEPT: f32 = 0.9;
/// What the running accuracy keeps: it covers some hundred steps.
const REMEMBERED: f32 = 0.99;
/// ε of the deviation.
const EPSILON: f32 = 1e-6;

impl OnlineProbe {
    /// For features of `dim` numbers and so many classes.
    #[must_use]
    pub fn new(dim: usize, classes: usize, seed: u64) -> Self {
        Self {
            layer: Layer::new(dim, classes, seed),
            mean: vec![0.0; dim],
            variance: vec![1.0; dim],
            tally: [0.0; 3],
        }
    }

    /// Judges a batch, `[batch, dim]`, then learns from it. Rows without a label, with one beyond the classes or with a
    /// number that is none are skipped.
    ///
    /// # Errors
    /// Not one label a row.
    pub fn feed(&mut self, features: &[f32], labels: &[Option<usize>]) -> Result<Fed, ProbeError> {
        let dim = self.layer.dim;
        if dim == 0 || labels.len().checked_mul(dim) != Some(features.len()) {
            return Err(ProbeError::Labels {
                rows: features.len() / dim.max(1),
                labels: labels.len(),
            });
        }
        let usable = |(row, label): (&[f32], &Option<usize>)| {
            let label = label.filter(|label| *label < self.layer.classes)?;
            row.iter().all(|x| x.is_finite()).then(|| (row.to_vec(), label))
        };
        let (rows, labels): (Vec<Vec<f32>>, Vec<usize>) = features.chunks(dim).zip(labels).filter_map(usable).unzip();
        if labels.is_empty() {
            return Ok(Fed::default());
        }
        let mut x = rows.concat();
        self.follow(&x);
        self.shift(&mut x);
        let logits = self.layer.logits(&x);
        let right = |(row, label): (&[f32], &usize)| rank_of(row, *label) == 0;
        let right = logits.chunks(self.layer.classes).zip(&labels).filter(|x| right(*x)).count();
        let stride = Stride {
            rate: RATE,
            weight_decay: 0.0,
            update: Update::Sgd,
        };
        let loss = self.layer.learn(&x, logits, &labels, stride) as f32;
        let seen = labels.len();
        for (sum, new) in self.tally.iter_mut().zip([right as f32, seen as f32, loss * seen as f32]) {
            *sum = REMEMBERED * *sum + new;
        }
        Ok(Fed { seen, right, loss })
    }

    /// Share of right answers over the last hundred steps or so, each judged before it was learned from, 0..1. `None`
    /// before the first label.
    #[must_use]
    pub fn accuracy(&self) -> Option<f32> {
        let [right, seen, _] = self.tally;
        (seen > 0.0).then(|| right / seen)
    }

    /// Mean cross-entropy over the same steps.
    #[must_use]
    pub fn loss(&self) -> Option<f32> {
        let [_, seen, loss] = self.tally;
        (seen > 0.0).then(|| loss / seen)
    }

    /// All that a checkpoint has to keep.
    #[must_use]
    pub fn tensors(&self) -> Vec<State> {
        let fields = self.fields().into_iter();
        fields
            .map(|(name, shape, values)| State {
                name,
                shape,
                values: values.to_vec(),
            })
            .collect()
    }

    /// Takes what [`OnlineProbe::tensors`] gave, by name, in any order.
    ///
    /// # Errors
    /// A tensor that is missing or of another size; then nothing has changed.
    pub fn restore<'a>(&mut self, tensors: impl IntoIterator<Item = (&'a str, &'a [f32])>) -> Result<(), ProbeError> {
        let given: std::collections::BTreeMap<&str, &[f32]> = tensors.into_iter().collect();
        let mut found = Vec::new();
        for (name, _, own) in self.fields() {
            let values = given.get(name).ok_or(ProbeError::Missing { name })?;
            if values.len() != own.len() {
                return Err(ProbeError::State {
                    name,
                    found: values.len(),
                    wanted: own.len(),
                });
            }
            found.push(values.to_vec());
        }
        for (own, values) in self.fields_mut().into_iter().zip(found) {
            own.copy_from_slice(&values);
        }
        Ok(())
    }

    fn fields(&self) -> [(&'static str, Vec<usize>, &[f32]); 7] {
        let layer = &self.layer;
        let (dim, classes) = (layer.dim, layer.classes);
        [
            ("weight", vec![dim, classes], &layer.weight),
            ("bias", vec![classes], &layer.bias),
            ("weight_momentum", vec![dim, classes], &layer.weight_momentum),
            ("bias_momentum", vec![classes], &layer.bias_momentum),
            ("mean", vec![dim], &self.mean),
            ("variance", vec![dim], &self.variance),
            ("tally", vec![3], &self.tally),
        ]
    }

    /// In the order of [`OnlineProbe::fields`].
    fn fields_mut(&mut self) -> [&mut [f32]; 7] {
        let layer = &mut self.layer;
        [
            &mut layer.weight,
            &mut layer.bias,
            &mut layer.weight_momentum,
            &mut layer.bias_momentum,
            &mut self.mean,
            &mut self.variance,
            &mut self.tally,
        ]
    }

    /// Moves the running statistics towards a batch's.
    fn follow(&mut self, x: &[f32]) {
        let rows = (x.len() / self.layer.dim) as f32;
        // The first batch sets them: there is nothing to keep yet.
        let kept = if self.tally[1] > 0.0 { KEPT } else { 0.0 };
        for column in 0..self.layer.dim {
            let values = || x.iter().skip(column).step_by(self.layer.dim);
            let mean = values().sum::<f32>() / rows;
            let variance = values().map(|x| (x - mean) * (x - mean)).sum::<f32>() / rows;
            for (own, new) in [(&mut self.mean[column], mean), (&mut self.variance[column], variance)] {
                *own = kept * *own + (1.0 - kept) * new;
            }
        }
    }

    fn shift(&self, x: &mut [f32]) {
        let dim = self.layer.dim as f32;
        let scale: Vec<f32> = self
            .variance
            .iter()
            .map(|variance| 1.0 / libm::sqrtf((variance + EPSILON) * dim))
            .collect();
        for row in x.chunks_exact_mut(self.layer.dim) {
            for ((x, mean), scale) in row.iter_mut().zip(&self.mean).zip(&scale) {
                *x = (*x - mean) * scale;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probes::cases::{clusters, labels_of, point};

    fn fed(probe: &mut OnlineProbe, steps: u64, scale: f32) {
        for step in 0..steps {
            let rows = clusters(32, 20, 4, 0.3, step);
            let features: Vec<f32> = rows.values().iter().map(|x| 5.0 + scale * x).collect();
            probe.feed(&features, &labels_of(32, 4)).unwrap();
        }
    }

    #[test]
    fn it_learns_whatever_the_features_scale() {
        for scale in [1e-3, 1.0, 1e3] {
            let mut probe = OnlineProbe::new(20, 4, 1);
            assert_eq!(probe.accuracy(), None);
            fed(&mut probe, 200, scale);
            assert!(probe.accuracy().unwrap() > 0.95, "{scale}: {:?}", probe.accuracy());
            assert!(probe.loss().unwrap() < 0.6, "{scale}: {:?}", probe.loss());
        }
    }

    #[test]
    fn where_all_features_are_the_same_it_stays_at_chance() {
        let mut probe = OnlineProbe::new(20, 4, 1);
        for _ in 0..100 {
            probe.feed(point(32, 20).values(), &labels_of(32, 4)).unwrap();
        }
        assert!(probe.accuracy().unwrap() <= 0.26);
    }

    #[test]
    fn what_cannot_be_used_is_skipped() {
        let mut probe = OnlineProbe::new(2, 3, 1);
        let before = probe.clone();
        let features = [f32::NAN, 1.0, 2.0, 3.0, 4.0, 5.0];
        assert_eq!(probe.feed(&features, &[Some(1), None, Some(3)]).unwrap(), Fed::default());
        assert_eq!(probe, before);
        assert_eq!(probe.feed(&features, &[Some(1), None, Some(2)]).unwrap().seen, 1);
        assert!(probe.feed(&features, &[None]).is_err());
        assert!(probe.accuracy().is_some());
    }

    #[test]
    fn a_restored_probe_goes_on_to_the_bit() {
        let mut probe = OnlineProbe::new(20, 4, 1);
        fed(&mut probe, 5, 1.0);
        let saved = probe.tensors();
        let mut other = OnlineProbe::new(20, 4, 2);
        other
            .restore(saved.iter().map(|state| (state.name, state.values.as_slice())))
            .unwrap();
        fed(&mut probe, 3, 1.0);
        fed(&mut other, 3, 1.0);
        assert_eq!(probe, other);
        assert!(
            saved
                .iter()
                .all(|state| state.shape.iter().product::<usize>() == state.values.len())
        );
        let short = saved.iter().skip(1).map(|state| (state.name, state.values.as_slice()));
        assert_eq!(other.restore(short), Err(ProbeError::Missing { name: "weight" }));
        let mut narrow = OnlineProbe::new(19, 4, 2);
        let why = narrow
            .restore(saved.iter().map(|state| (state.name, state.values.as_slice())))
            .unwrap_err();
        assert!(why.to_string().contains("weight"), "{why}");
    }
}
