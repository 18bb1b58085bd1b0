//! AdamW over the whole row of trainable numbers, with clipping by global norm and a moving average, in one pass.
//!
//! Two homes for the same arithmetic: [`host`] for the CPU, where one loop over memory beats twenty tensor
//! operations, and [`device`] for GPUs, where nothing may wait for a number to come back. Both keep the row in
//! f32, so that training at half precision has f32 master weights.

mod device;
mod host;

use burn::tensor::{Device, Tensor};

use super::layout::Row;
use crate::config::RunConfig;

/// What AdamW is to do in one step (Loshchilov & Hutter, 2019).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rates {
    /// Learning rate.
    pub lr: f64,
    /// First and second beta.
    pub betas: [f64; 2],
    /// Weight decay, where it applies.
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

/// Added to the root of the second moment, so that nothing is divided by zero.
pub const EPSILON: f64 = 1e-8;

impl Rates {
    /// The rates of the step after `index` steps.
    #[must_use]
    pub fn new(config: &RunConfig, lr: f64, index: u64) -> Self {
        // A short memory first: the average is not to carry the random start along.
        let young = (1 + index) as f64 / (10 + index) as f64;
        Self {
            lr,
            betas: config.betas,
            weight_decay: config.weight_decay,
            clip: config.clip,
            average: config.average.min(young),
            count: index + 1,
            scale: 1.0 / config.accumulate.max(1) as f64,
            forgive: config.precision == "f16",
        }
    }

    /// `1 - beta^count`, for the first and second moment.
    fn corrections(&self) -> [f64; 2] {
        self.betas.map(|beta| 1.0 - beta.powf(self.count as f64))
    }
}

/// Everything the optimiser carries from step to step, each of the row's length.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    /// The weights.
    pub weights: Vec<f32>,
    /// Their moving average.
    pub average: Vec<f32>,
    /// First moment of the gradient.
    pub moment_1: Vec<f32>,
    /// Second moment of the gradient.
    pub moment_2: Vec<f32>,
}

impl Rows {
    /// At the start of a run.
    #[must_use]
    pub fn new(weights: Vec<f32>) -> Self {
        let zeros = vec![0.0; weights.len()];
        Self {
            average: weights.clone(),
            moment_1: zeros.clone(),
            moment_2: zeros,
            weights,
        }
    }
}

/// AdamW, at home on the CPU or on a device.
pub enum Optimiser {
    /// On the CPU.
    Host(Box<host::HostAdamW>),
    /// On a device.
    Device(Box<device::DeviceAdamW>),
}

impl Optimiser {
    /// `decay` is 1 where weight decay applies. `device` is without autodiff.
    #[must_use]
    pub fn new(rows: Rows, decay: Vec<f32>, device: &Device, is_host: bool) -> Self {
        if is_host {
            Self::Host(Box::new(host::HostAdamW::new(rows, decay)))
        } else {
            Self::Device(Box::new(device::DeviceAdamW::new(rows, decay, device)))
        }
    }

    /// Adds one micro-batch's gradients, in the row's order.
    pub fn add(&mut self, gradients: Vec<Tensor<1>>) {
        match self {
            Self::Host(host) => host.add(gradients),
            Self::Device(device) => device.add(gradients),
        }
    }

    /// One step with what was added. Answers the gradient's norm before clipping, without waiting for a device.
    pub fn step(&mut self, rates: &Rates) -> Norm {
        match self {
            Self::Host(host) => Norm::Known(host.step(rates)),
            Self::Device(device) => Norm::Pending(Box::new(device.step(rates))),
        }
    }

    /// The weights.
    #[must_use]
    pub fn weights(&self) -> Row<'_> {
        match self {
            Self::Host(host) => Row::Host(&host.rows.weights),
            Self::Device(device) => Row::Device(&device.weights),
        }
    }

    /// Their moving average.
    #[must_use]
    pub fn average(&self) -> Row<'_> {
        match self {
            Self::Host(host) => Row::Host(&host.rows.average),
            Self::Device(device) => Row::Device(&device.average),
        }
    }

    /// Everything, read back: waits for the device.
    #[must_use]
    pub fn rows(&self) -> Rows {
        match self {
            Self::Host(host) => host.rows.clone(),
            Self::Device(device) => device.rows(),
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
