//! One optimiser step: forward, backward, sum, clip, the optimiser's rule, moving average. Nothing here waits for a device.

use burn::{
    module::Module,
    tensor::{Device, Tensor, TensorData},
};

use super::{
    colours::colour,
    layout::{Layout, Row},
    optim::{self, Optimiser, Part, Rates, Rows, Rule, Tensors},
    outcome::{Outcome, Unread, detached},
    reading::Reading,
    schedule::Schedule,
    standing::Standing,
};
use crate::{
    config::RunConfig,
    data::HostBatch,
    device::OpenDevice,
    kernels::threads,
    methods::{AnyMethod, Batch, Method, Step},
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
    is_host: bool,
    loss_scale: f64,
    features_every: u64,
    done: u64,
}

impl Trainer {
    /// A fresh model at step 0 of `steps`, which lies on an autodiff device: this one, or the processor's, where its numbers
    /// are at hand for one who cannot wait.
    #[must_use]
    pub fn new(model: AnyMethod, config: &RunConfig, steps: u64, on: &OpenDevice) -> Self {
        let layout = Layout::of(&model);
        let (rule, parts) = (Rule::of(config), Part::all(&layout));
        let rows = Rows::new(&rule, layout.row_of(&model), parts.len());
        let optimiser = Optimiser::new(rule, rows, parts, &on.device, on.is_host());
        let schedule = Schedule::of(config, steps);
        let loss_scale = if config.precision == "f16" { F16_LOSS_SCALE } else { 1.0 };
        let device = on.device.clone().autodiff();
        Self {
            model: if on.is_host() { model } else { model.fork(&device) },
            layout,
            optimiser,
            schedule,
            config: config.clone(),
            device,
            is_host: on.is_host(),
            loss_scale,
            features_every: 0,
            done: 0,
        }
    }

    /// Leaves the embeddings of every so many steps to be read with their numbers; 0 leaves none.
    pub fn leave_features(&mut self, every: u64) {
        self.features_every = every;
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
        if self.is_host {
            threads::among(|| self.step_here(batches))
        } else {
            self.step_here(batches) // whoever waits for a GPU is not to hold a core that views are made on
        }
    }

    fn step_here(&mut self, batches: Vec<HostBatch>) -> Outcome {
        let step = Step {
            index: self.done,
            of: self.schedule.steps,
        };
        let mut losses = Vec::with_capacity(batches.len());
        let mut kept = Vec::with_capacity(batches.len());
        let mut seen = Vec::new();
        let leaves_features = self.features_every > 0 && (self.done + 1).is_multiple_of(self.features_every);
        for batch in batches {
            let batch = to_device(batch, &self.device);
            let mut loss = self.model.loss(&batch, step);
            kept.push(std::mem::take(&mut loss.kept));
            if let Some(features) = loss.features.take().filter(|_| leaves_features) {
                seen.push(Unread::new(features.inner(), batch.labels));
            }
            let scaled = if self.loss_scale == 1.0 {
                loss.total.clone()
            } else {
                loss.total.clone().mul_scalar(self.loss_scale)
            };
            let mut gradients = scaled.backward();
            self.optimiser.add(self.layout.gradients(&self.model, &mut gradients));
            losses.push(detached(loss));
        }
        let mut rates = Rates::new(&self.config, &self.schedule, self.done);
        rates.scale /= self.loss_scale;
        let paces = self.layout.trainable().map(|(_, slot)| self.model.pace(&slot.name, step));
        let norm = self.optimiser.step(&rates, &paces.collect::<Vec<_>>());
        self.model = self.layout.fill(self.model.clone(), &self.optimiser.weights());
        self.model.settle(step, kept);
        self.done += 1;
        Outcome {
            step: self.done,
            lr: rates.lr,
            losses,
            norm,
            seen,
        }
    }

    /// The model with the moving average of its weights, without autodiff.
    #[must_use]
    pub fn averaged(&self) -> AnyMethod {
        self.layout.fill(self.model.valid(), &self.optimiser.average())
    }

    /// Everything that the next step depends on, by name. Waits for the device.
    #[must_use]
    pub fn tensors(&self) -> Tensors {
        self.standing().now()
    }

    /// The same as it is now, to be read whenever it comes.
    #[must_use]
    pub fn standing(&self) -> Standing {
        let mut reading = Reading::default();
        let owed = self.optimiser.read(&mut reading);
        self.layout.read_rest(&self.model, &mut reading);
        Standing {
            layout: self.layout.clone(),
            owed,
            reading,
        }
    }

    /// Goes on from [`Trainer::tensors`] after `done` steps.
    ///
    /// # Errors
    /// A sentence that names a tensor that is missing, left over or of another shape.
    pub fn restore(&mut self, done: u64, mut tensors: Tensors, on: &OpenDevice) -> Result<(), String> {
        let rule = Rule::of(&self.config);
        let rows = optim::restore(&rule, &self.layout, &mut tensors)?;
        let rest: Vec<Vec<f32>> = self
            .layout
            .rest()
            .map(|slot| optim::take(&mut tensors, &format!("model.{}", slot.name), &slot.shape))
            .collect::<Result<_, _>>()?;
        if let Some(name) = tensors.keys().next() {
            return Err(format!("tensor {name} belongs to nothing"));
        }
        let model = self.layout.fill(self.model.clone(), &Row::Host(&rows.weights));
        self.model = self.layout.fill_rest(model, rest);
        self.optimiser = Optimiser::new(rule, rows, Part::all(&self.layout), &on.device, on.is_host());
        self.done = done;
        Ok(())
    }
}

/// Moves a batch onto `device`, and finishes there what its loader left.
#[must_use]
pub fn to_device(batch: HostBatch, device: &Device) -> Batch {
    let count = batch.masks.len();
    let put = |values: Vec<f32>| {
        let side = ((values.len() / (3 * count).max(1)) as f64).sqrt().round() as usize;
        put(values, count, side, device)
    };
    let view = |values: Vec<f32>, number: usize| match batch.colours.get(number) {
        Some(drawn) => colour(put(values), drawn),
        None => put(values),
    };
    Batch {
        pictures: view(batch.pictures, 0),
        others: batch
            .others
            .into_iter()
            .zip(1..)
            .map(|(values, number)| view(values, number))
            .collect(),
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
