//! What a step leaves on the device, and how several steps' numbers are read in one go.

use burn::tensor::{DType, Tensor};

use super::{optim::Norm, reading::Reading};
use crate::methods::Loss;

/// Pictures of a batch whose embeddings are read at most: the probe beside the training learns from no more, and a step on
/// a GPU costs the same with it as without.
const SEEN_AT_MOST: usize = 256;

/// What a step leaves to be read later.
#[derive(Debug)]
pub struct Outcome {
    /// Steps done, this one included.
    pub step: u64,
    /// Learning rate.
    pub lr: f64,
    pub(super) losses: Vec<Loss>,
    pub(super) norm: Norm,
    pub(super) seen: Vec<Unread>,
}

/// Embeddings of a batch, still on the device, with what is known of its pictures.
#[derive(Debug)]
pub struct Unread {
    features: Tensor<2>,
    labels: Vec<Option<usize>>,
}

impl Unread {
    /// `[batch, dim]`, without a graph, and one label a row.
    #[must_use]
    pub fn new(features: Tensor<2>, mut labels: Vec<Option<usize>>) -> Self {
        let rows = features.dims()[0].min(SEEN_AT_MOST);
        labels.truncate(rows);
        Self {
            features: features.narrow(0, 0, rows),
            labels,
        }
    }
}

/// The same on the host.
#[derive(Clone, Debug, PartialEq)]
pub struct Features {
    /// Numbers in a row.
    pub dim: usize,
    /// `[batch, dim]`.
    pub values: Vec<f32>,
    /// One a row.
    pub labels: Vec<Option<usize>>,
}

/// What was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Numbers {
    /// Mean over the micro-batches.
    pub loss: f32,
    /// Its parts.
    pub parts: Vec<(&'static str, f32)>,
    /// The gradient's norm before clipping.
    pub gradient_norm: f32,
    /// Embeddings that the step left, one a micro-batch; none where it left none.
    pub features: Vec<Features>,
}

/// The loss without its graph.
pub(super) fn detached(loss: Loss) -> Loss {
    Loss {
        parts: loss.parts.into_iter().map(|(name, part)| (name, part.inner())).collect(),
        ..Loss::new(loss.total.inner())
    }
}

/// Reads what several steps left in one go: the only wait.
#[must_use]
pub fn read(outcomes: Vec<Outcome>) -> Vec<(u64, f64, Numbers)> {
    let (reading, has_scalars) = owed(&outcomes);
    told(outcomes, has_scalars, reading.now())
}

/// The same for a browser, which cannot wait.
///
/// # Errors
/// A sentence: the device gives nothing back.
pub async fn read_later(outcomes: Vec<Outcome>) -> Result<Vec<(u64, f64, Numbers)>, String> {
    let (reading, has_scalars) = owed(&outcomes);
    Ok(told(outcomes, has_scalars, reading.later().await?))
}

/// Everything to be read: all scalars as one row, where there are any, then embeddings.
fn owed(outcomes: &[Outcome]) -> (Reading, bool) {
    let mut scalars = Vec::new();
    let mut reading = Reading::default();
    for outcome in outcomes {
        for loss in &outcome.losses {
            scalars.extend([&loss.total].into_iter().chain(loss.parts.iter().map(|(_, part)| part)).map(as_f32));
        }
        if let Norm::Pending(norm) = &outcome.norm {
            scalars.push(as_f32(norm));
        }
    }
    let has_scalars = !scalars.is_empty();
    if has_scalars {
        reading.add(Tensor::cat(scalars, 0));
    }
    for seen in outcomes.iter().flat_map(|outcome| &outcome.seen) {
        reading.add(seen.features.clone());
    }
    (reading, has_scalars)
}

fn told(outcomes: Vec<Outcome>, has_scalars: bool, read: Vec<Vec<f32>>) -> Vec<(u64, f64, Numbers)> {
    let mut read = read.into_iter();
    let values = if has_scalars { read.next() } else { None };
    let mut values = values.unwrap_or_default().into_iter();
    outcomes
        .into_iter()
        .map(|outcome| (outcome.step, outcome.lr, numbers(outcome, &mut values, &mut read)))
        .collect()
}

fn as_f32(scalar: &Tensor<1>) -> Tensor<1> {
    if scalar.dtype() == DType::F32 {
        scalar.clone()
    } else {
        scalar.clone().cast(DType::F32)
    }
}

fn numbers(outcome: Outcome, values: &mut impl Iterator<Item = f32>, rows: &mut impl Iterator<Item = Vec<f32>>) -> Numbers {
    let mut next = || values.next().unwrap_or(f32::NAN);
    let share = 1.0 / outcome.losses.len().max(1) as f32;
    let mut total = 0.0;
    let mut parts: Vec<(&'static str, f32)> = Vec::new();
    for loss in &outcome.losses {
        total += share * next();
        for (name, _) in &loss.parts {
            let part = share * next();
            match parts.iter_mut().find(|(known, _)| known == name) {
                Some((_, sum)) => *sum += part,
                None => parts.push((name, part)),
            }
        }
    }
    let gradient_norm = match outcome.norm {
        Norm::Known(norm) => norm as f32,
        Norm::Pending(_) => next(),
    };
    let features = outcome.seen.into_iter().map(|seen| Features {
        dim: seen.features.dims()[1],
        values: rows.next().unwrap_or_default(),
        labels: seen.labels,
    });
    Numbers {
        loss: total,
        parts,
        gradient_norm,
        features: features.collect(),
    }
}
