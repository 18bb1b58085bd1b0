//! One optimiser step: forward, backward, sum, clip, AdamW, moving average. Nothing here waits for a device.

use std::collections::BTreeMap;

use burn::tensor::{DType, Device, Tensor, TensorData};

use super::{
    layout::{Layout, Row, host_values},
    optim::{Norm, Optimiser, Rates, Rows},
    schedule::Schedule,
};
use crate::{
    config::RunConfig,
    data::HostBatch,
    device::OpenDevice,
    methods::{AnyMethod, Batch, Loss, Method, Step},
};

/// What gradients are multiplied with on their way through half precision, whose smallest number is 6e-8.
const F16_LOSS_SCALE: f64 = 1024.0;

/// A model in training.
pub struct Trainer {
    model: AnyMethod,
    layout: Layout,
    optimiser: Optimiser,
    schedule: Schedule,
    config: RunConfig,
    device: Device,
    loss_scale: f64,
    done: u64,
}

/// What a step leaves to be read later.
#[derive(Debug)]
pub struct Outcome {
    /// Steps done, this one included.
    pub step: u64,
    /// Learning rate.
    pub lr: f64,
    losses: Vec<Loss>,
    norm: Norm,
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
}

impl Trainer {
    /// A fresh model (on an autodiff device) at step 0 of `steps`.
    #[must_use]
    pub fn new(model: AnyMethod, config: &RunConfig, steps: u64, on: &OpenDevice) -> Self {
        let layout = Layout::of(&model);
        let rows = Rows::new(layout.row_of(&model));
        let optimiser = Optimiser::new(rows, layout.decay(), &on.device, on.is_host());
        let schedule = Schedule::new(config.base_lr, config.batch * config.accumulate.max(1), config.warmup, steps);
        let loss_scale = if config.precision == "f16" { F16_LOSS_SCALE } else { 1.0 };
        Self {
            model,
            layout,
            optimiser,
            schedule,
            config: config.clone(),
            device: on.device.clone().autodiff(),
            loss_scale,
            done: 0,
        }
    }

    /// Steps done.
    #[must_use]
    pub fn done(&self) -> u64 {
        self.done
    }

    /// Numbers that gradients train.
    #[must_use]
    pub fn parameters(&self) -> usize {
        self.layout.len
    }

    /// One step on `batches`, whose gradients are summed.
    pub fn step(&mut self, batches: Vec<HostBatch>) -> Outcome {
        let step = Step {
            index: self.done,
            of: self.schedule.steps,
        };
        let mut losses = Vec::with_capacity(batches.len());
        let mut kept = Vec::with_capacity(batches.len());
        for batch in batches {
            let batch = to_device(batch, &self.device);
            let mut loss = self.model.loss(&batch, step);
            kept.push(std::mem::take(&mut loss.kept));
            let scaled = if self.loss_scale == 1.0 {
                loss.total.clone()
            } else {
                loss.total.clone().mul_scalar(self.loss_scale)
            };
            let mut gradients = scaled.backward();
            self.optimiser.add(self.layout.gradients(&self.model, &mut gradients));
            losses.push(detached(loss));
        }
        let lr = self.schedule.lr(self.done);
        let mut rates = Rates::new(&self.config, lr, self.done);
        rates.scale /= self.loss_scale;
        let norm = self.optimiser.step(&rates);
        self.model = self.layout.fill(self.model.clone(), &self.optimiser.weights());
        self.model.settle(step, kept);
        self.done += 1;
        Outcome {
            step: self.done,
            lr,
            losses,
            norm,
        }
    }

    /// The model with the moving average of its weights, without autodiff.
    #[must_use]
    pub fn averaged(&self) -> AnyMethod {
        use burn::module::Module;
        self.layout.fill(self.model.valid(), &self.optimiser.average())
    }

    /// Everything that the next step depends on, by name.
    #[must_use]
    pub fn tensors(&self) -> BTreeMap<String, (Vec<usize>, Vec<f32>)> {
        let rows = self.optimiser.rows();
        let parts = [
            ("model", rows.weights),
            ("average", rows.average),
            ("moment_1", rows.moment_1),
            ("moment_2", rows.moment_2),
        ];
        let mut tensors = BTreeMap::new();
        for (part, row) in parts {
            for (start, slot) in self.layout.trainable() {
                let values = row.get(start..start + slot.len()).unwrap_or_default().to_vec();
                tensors.insert(format!("{part}.{}", slot.name), (slot.shape.clone(), values));
            }
        }
        for (slot, values) in self.layout.rest_of(&self.model) {
            tensors.insert(format!("model.{}", slot.name), (slot.shape.clone(), values));
        }
        tensors
    }

    /// Goes on from [`Trainer::tensors`] after `done` steps.
    ///
    /// # Errors
    /// A sentence that names a tensor that is missing, left over or of another shape.
    pub fn restore(&mut self, done: u64, mut tensors: BTreeMap<String, (Vec<usize>, Vec<f32>)>, on: &OpenDevice) -> Result<(), String> {
        let mut take = |name: String, shape: &[usize]| match tensors.remove(&name) {
            Some((found, values)) if found == shape => Ok(values),
            Some((found, _)) => Err(format!("tensor {name} is {found:?}, not {shape:?}")),
            None => Err(format!("tensor {name} is missing")),
        };
        let mut row = |part: &str| -> Result<Vec<f32>, String> {
            let mut row = Vec::with_capacity(self.layout.len);
            for (_, slot) in self.layout.trainable() {
                row.extend(take(format!("{part}.{}", slot.name), &slot.shape)?);
            }
            Ok(row)
        };
        let rows = Rows {
            weights: row("model")?,
            average: row("average")?,
            moment_1: row("moment_1")?,
            moment_2: row("moment_2")?,
        };
        let rest = self.layout.slots.iter().filter(|slot| slot.start.is_none());
        let rest: Vec<Vec<f32>> = rest
            .map(|slot| take(format!("model.{}", slot.name), &slot.shape))
            .collect::<Result<_, _>>()?;
        if let Some(name) = tensors.keys().next() {
            return Err(format!("tensor {name} belongs to nothing"));
        }
        let model = self.layout.fill(self.model.clone(), &Row::Host(&rows.weights));
        self.model = self.layout.fill_rest(model, rest);
        self.optimiser = Optimiser::new(rows, self.layout.decay(), &on.device, on.is_host());
        self.done = done;
        Ok(())
    }
}

/// Moves a batch onto `device`.
#[must_use]
pub fn to_device(batch: HostBatch, device: &Device) -> Batch {
    let count = batch.masks.len();
    let put = |values: Vec<f32>| {
        let side = ((values.len() / (3 * count).max(1)) as f64).sqrt().round() as usize;
        put(values, count, side, device)
    };
    Batch {
        pictures: put(batch.pictures),
        others: batch.others.into_iter().map(put).collect(),
        masks: batch.masks,
        fill: batch.fill.map(put),
        indices: batch.indices,
        labels: batch.labels,
    }
}

/// `[count, 3, side, side]` out of planar pixels.
#[must_use]
pub fn put(values: Vec<f32>, count: usize, side: usize, device: &Device) -> Tensor<4> {
    Tensor::from_data(TensorData::new(values, [count, 3, side, side]), device)
}

/// The loss without its graph.
fn detached(loss: Loss) -> Loss {
    Loss {
        parts: loss.parts.into_iter().map(|(name, part)| (name, part.inner())).collect(),
        ..Loss::new(loss.total.inner())
    }
}

/// Reads the numbers of several steps in one go: the only wait.
#[must_use]
pub fn read(outcomes: Vec<Outcome>) -> Vec<(u64, f64, Numbers)> {
    let mut scalars = Vec::new();
    for outcome in &outcomes {
        for loss in &outcome.losses {
            scalars.extend([&loss.total].into_iter().chain(loss.parts.iter().map(|(_, part)| part)).map(as_f32));
        }
        if let Norm::Pending(norm) = &outcome.norm {
            scalars.push(as_f32(norm));
        }
    }
    let values = if scalars.is_empty() {
        Vec::new()
    } else {
        host_values(Tensor::cat(scalars, 0).into_data())
    };
    let mut values = values.into_iter();
    outcomes
        .into_iter()
        .map(|outcome| (outcome.step, outcome.lr, numbers(outcome, &mut values)))
        .collect()
}

fn as_f32(scalar: &Tensor<1>) -> Tensor<1> {
    if scalar.dtype() == DType::F32 {
        scalar.clone()
    } else {
        scalar.clone().cast(DType::F32)
    }
}

fn numbers(outcome: Outcome, values: &mut impl Iterator<Item = f32>) -> Numbers {
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
    Numbers {
        loss: total,
        parts,
        gradient_norm,
    }
}
