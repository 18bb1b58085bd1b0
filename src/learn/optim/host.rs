//! The optimisers on the CPU: a pass over memory that measures, and one that moves, both on all threads.

mod adamw;
mod muon;
mod sgd;

use burn::tensor::Tensor;

use super::{PartRates, Rates, Rows, rule::Rule};
use crate::kernels::threads;

/// Numbers that one thread takes at a time. Fixed, so that sums do not depend on the number of threads.
const CHUNK: usize = 1 << 14;

/// See the module's words.
pub struct HostRows {
    pub(super) rows: Rows,
    gradient: Vec<f32>,
    is_empty: bool,
}

impl HostRows {
    pub(super) fn new(rows: Rows) -> Self {
        let gradient = vec![0.0; rows.weights.len()];
        Self {
            rows,
            gradient,
            is_empty: true,
        }
    }

    pub(super) fn add(&mut self, gradients: Vec<Tensor<1>>) {
        let mut rest = self.gradient.as_mut_slice();
        for gradient in gradients {
            let data = gradient.into_data();
            let (part, tail) = std::mem::take(&mut rest).split_at_mut(data.num_elements());
            match data.as_slice::<f32>() {
                Ok(values) if self.is_empty => part.copy_from_slice(values),
                Ok(values) => part.iter_mut().zip(values).for_each(|(sum, value)| *sum += value),
                Err(_) => {
                    for (sum, value) in part.iter_mut().zip(data.iter::<f32>()) {
                        *sum = if self.is_empty { value } else { *sum + value };
                    }
                }
            }
            rest = tail;
        }
        self.is_empty = false;
    }

    pub(super) fn step(&mut self, rule: &Rule, rates: &Rates, parts: &[PartRates]) -> f64 {
        self.still(parts);
        let norm = match *rule {
            Rule::AdamW { betas } => self.adamw(betas, rates, parts, |_| true),
            Rule::Muon { momentum, betas } => self.muon(momentum, betas, rates, parts),
            Rule::Sgd(momentum) => self.sgd(momentum, rates, parts),
            Rule::Lars(momentum, trust) => self.lars(momentum, trust, rates, parts),
        };
        self.is_empty = true;
        norm
    }

    /// No gradient for what is frozen.
    fn still(&mut self, parts: &[PartRates]) {
        let mut rest = self.gradient.as_mut_slice();
        for part in parts {
            let head = front(&mut rest, part.len);
            if part.is_frozen {
                head.fill(0.0);
            }
        }
    }

    /// The gradient's norm, and what it is to be multiplied with.
    fn norm(&self, rates: &Rates) -> (f64, f64) {
        let mut squares = vec![0.0; self.gradient.len().div_ceil(CHUNK)];
        threads::each(
            squares.iter_mut().zip(self.gradient.chunks(CHUNK)).collect(),
            |(sum, part): (&mut f64, &[f32])| {
                *sum = part.iter().map(|&g| f64::from(g) * f64::from(g)).sum();
            },
        );
        let norm = squares.iter().sum::<f64>().sqrt() * rates.scale;
        (norm, rates.scale * shorten(norm, rates.clip))
    }
}

/// What a gradient of this norm is to be multiplied with to be no longer than `clip`.
fn shorten(norm: f64, clip: f64) -> f64 {
    if clip > 0.0 && norm > clip { clip / norm } else { 1.0 }
}

/// A stretch of the rows for one thread.
struct Piece<'a, P, const N: usize> {
    /// What to do with it; `None` leaves all but the average alone.
    pass: Option<P>,
    rows: [&'a mut [f32]; N],
    gradient: &'a [f32],
}

/// Cuts the rows at the parts' ends and into chunks, each with the constants of its part.
fn pieces<'a, P: Copy, const N: usize>(
    parts: impl Iterator<Item = (usize, Option<P>)>,
    mut rows: [&'a mut [f32]; N],
    mut gradient: &'a [f32],
) -> Vec<Piece<'a, P, N>> {
    let mut pieces = Vec::with_capacity(gradient.len() / CHUNK);
    for (len, pass) in parts {
        let mut left = len.min(gradient.len());
        while left > 0 {
            let len = left.min(CHUNK);
            let (head, tail) = gradient.split_at(len);
            gradient = tail;
            pieces.push(Piece {
                pass,
                rows: rows.each_mut().map(|row| front(row, len)),
                gradient: head,
            });
            left -= len;
        }
    }
    pieces
}

/// Takes the first `len` numbers off a slice.
fn front<'a>(rest: &mut &'a mut [f32], len: usize) -> &'a mut [f32] {
    let whole = std::mem::take(rest);
    let (head, tail) = whole.split_at_mut(len.min(whole.len()));
    *rest = tail;
    head
}

/// The moving average's way to the weights, where nothing else moves.
fn follow(average: &mut [f32], weights: &[f32], by: f32) {
    for (average, weight) in average.iter_mut().zip(weights) {
        *average += by * (*weight - *average);
    }
}
