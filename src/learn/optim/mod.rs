//! AdamW, Muon, SGD and LARS over the whole row of trainable numbers, with clipping by global norm and a moving average.
//!
//! Two homes for the same arithmetic: [`host`] for the CPU, where one loop over memory beats twenty tensor
//! operations, and [`device`] for GPUs, where nothing may wait for a number to come back. The row is f32 at every
//! precision, as parameters are.

mod device;
mod host;
mod orthogonal;
mod part;
mod rule;
mod saved;

use burn::tensor::{Device, Tensor};

use super::{layout::Row, reading::Reading, schedule::Schedule};
use crate::{config::RunConfig, methods::Pace};

pub use part::Part;
pub use rule::{NAMES, Rule};
pub use saved::{Tensors, restore, save, take};

use part::PartRates;

/// What every optimiser is told of one step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rates {
    /// Learning rate.
    pub lr: f64,
    /// Learning rate of what does not follow the schedule ([`Pace::Constant`]).
    pub constant_lr: f64,
    /// Learning rate of biases, norms and tokens, in that of the matrices.
    pub bias_lr: f64,
    /// Weight decay of the matrices.
    pub weight_decay: f64,
    /// Gradient norm to clip at; 0 leaves it alone.
    pub clip: f64,
    /// Part of the moving average that stays.
    pub average: f64,
    /// Steps done, this one included.
    pub count: u64,
    /// What the gradients are multiplied with: one over the number of micro-batches.
    pub scale: f64,
    /// Whether a gradient that overflowed (at half precision) is to be taken for none.
    pub forgive: bool,
}

/// Added to the root of AdamW's second moment, so that nothing is divided by zero.
pub const EPSILON: f64 = 1e-8;

impl Rates {
    /// The rates of the step after `index` steps.
    #[must_use]
    pub fn new(config: &RunConfig, schedule: &Schedule, index: u64) -> Self {
        // A short memory first: the average is not to carry the random start along.
        let young = (1 + index) as f64 / (10 + index) as f64;
        Self {
            lr: schedule.lr(index),
            constant_lr: schedule.peak_lr,
            bias_lr: config.bias_lr,
            weight_decay: schedule.weight_decay(index),
            clip: config.clip,
            average: config.average.min(young),
            count: index + 1,
            scale: 1.0 / config.accumulate.max(1) as f64,
            forgive: config.precision == "f16",
        }
    }
}

/// Everything the optimiser carries from step to step; rows are of the row's length.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    /// The weights.
    pub weights: Vec<f32>,
    /// Their moving average.
    pub average: Vec<f32>,
    /// First moment of the gradient, or the momentum.
    pub moment_1: Vec<f32>,
    /// Second moment of the gradient; empty where the rule has none.
    pub moment_2: Vec<f32>,
    /// Steps that each part stood still for, frozen.
    pub rested: Vec<u64>,
}

impl Rows {
    /// At the start of a run.
    #[must_use]
    pub fn new(rule: &Rule, weights: Vec<f32>, parts: usize) -> Self {
        let zeros = vec![0.0; weights.len()];
        Self {
            average: weights.clone(),
            moment_2: if rule.memories().len() > 1 { zeros.clone() } else { Vec::new() },
            moment_1: zeros,
            weights,
            rested: vec![0; parts],
        }
    }
}

/// An optimiser at home on the CPU or on a device.
pub struct Optimiser {
    rule: Rule,
    parts: Vec<Part>,
    rested: Vec<u64>,
    home: Home,
}

enum Home {
    Host(Box<host::HostRows>),
    Device(Box<device::DeviceRows>),
}

impl Optimiser {
    /// `device` is without autodiff.
    #[must_use]
    pub fn new(rule: Rule, mut rows: Rows, parts: Vec<Part>, device: &Device, is_host: bool) -> Self {
        let mut rested = std::mem::take(&mut rows.rested);
        rested.resize(parts.len(), 0);
        let home = if is_host {
            Home::Host(Box::new(host::HostRows::new(rows)))
        } else {
            Home::Device(Box::new(device::DeviceRows::new(rows, &parts, device)))
        };
        Self { rule, parts, rested, home }
    }

    /// Adds one micro-batch's gradients, in the row's order.
    pub fn add(&mut self, gradients: Vec<Tensor<1>>) {
        match &mut self.home {
            Home::Host(host) => host.add(gradients),
            Home::Device(device) => device.add(gradients),
        }
    }

    /// One step with what was added; `paces` are the parts' own, scheduled where there are none. Answers the norm before
    /// clipping of the gradients that were not frozen, without waiting for a device.
    pub fn step(&mut self, rates: &Rates, paces: &[Pace]) -> Norm {
        let parts = PartRates::all(&self.parts, &self.rested, rates, paces);
        for (rested, part) in self.rested.iter_mut().zip(&parts) {
            *rested += u64::from(part.is_frozen);
        }
        match &mut self.home {
            Home::Host(host) => Norm::Known(host.step(&self.rule, rates, &parts)),
            Home::Device(device) => Norm::Pending(Box::new(device.step(&self.rule, rates, &parts))),
        }
    }

    /// The weights.
    #[must_use]
    pub fn weights(&self) -> Row<'_> {
        match &self.home {
            Home::Host(host) => Row::Host(&host.rows.weights),
            Home::Device(device) => Row::Device(&device.weights),
        }
    }

    /// Their moving average.
    #[must_use]
    pub fn average(&self) -> Row<'_> {
        match &self.home {
            Home::Host(host) => Row::Host(&host.rows.average),
            Home::Device(device) => Row::Device(&device.average),
        }
    }

    /// Has everything read that is not on the host.
    pub fn read(&self, reading: &mut Reading) -> Owed {
        let (rows, count) = match &self.home {
            Home::Host(host) => (host.rows.clone(), 0),
            Home::Device(device) => (Rows::default(), device.read(reading)),
        };
        Owed {
            rule: self.rule,
            rows: Rows {
                rested: self.rested.clone(),
                ..rows
            },
            count,
        }
    }
}

/// The rows of an optimiser, as far as they are on the host.
pub struct Owed {
    rule: Rule,
    rows: Rows,
    count: usize,
}

impl Owed {
    /// All of them, with what was read first.
    fn rows(self, read: &mut impl Iterator<Item = Vec<f32>>) -> Rows {
        if self.count == 0 {
            return self.rows;
        }
        let mut read = read.take(self.count);
        let mut next = || read.next().unwrap_or_default();
        Rows {
            weights: next(),
            average: next(),
            moment_1: next(),
            moment_2: next(),
            rested: self.rows.rested,
        }
    }
}

/// A gradient's norm, or the promise of one.
#[derive(Clone, Debug)]
pub enum Norm {
    /// Computed on the CPU.
    Known(f64),
    /// `[1]`, still to be read.
    Pending(Box<Tensor<1>>),
}

#[cfg(test)]
mod tests;
