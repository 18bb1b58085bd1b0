//! One run's configuration: what the command line, a file and the page fill in, saved with every run.
//!
//! Field docs are the `--help` lines and the page's hints.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// One training run. `config.toml` in a run folder is this, and repeats the run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RunConfig {
    /// Method to train (see `darkroom methods`).
    pub method: String,
    /// Where pictures come from: `scenes`, a folder, tar shards (`shard-{000..099}.tar`, a glob) or CIFAR binary files.
    pub data: String,
    /// Pictures to measure on; empty holds some of `data` out.
    pub val_data: String,
    /// How many validation pictures to measure on.
    pub val_count: usize,
    /// Pictures of `data` to embed beside the validation pictures at every measurement: the bank that the kNN probe
    /// votes with. 0 leaves kNN out.
    pub probe: usize,
    /// Pictures in `data`: the run counts them itself, for methods that remember each.
    pub pictures: usize,
    /// Weights to start from, of the same shape at any picture size, a corrector at its own, or of another method whose encoder has
    /// that shape; empty draws them by chance.
    pub from: String,
    /// Pictures in a batch.
    pub batch: usize,
    /// Batches whose gradients are summed into one optimiser step.
    pub accumulate: usize,
    /// Optimiser steps; 0 leaves it to `epochs`.
    pub steps: u64,
    /// Passes over the data, where `steps` is 0.
    pub epochs: f64,
    /// adamw, muon, sgd or lars.
    pub optimiser: String,
    /// Learning rate before it is scaled as `lr_scale` says.
    pub base_lr: f64,
    /// How the learning rate grows with the pictures a step, batch * accumulate: linear256 (by them / 256), sqrt (by
    /// their root) or none.
    pub lr_scale: String,
    /// What the learning rate does after the warm-up: cosine (down to `final_lr`), constant, or steps (times `gamma`
    /// at each of `milestones`).
    pub schedule: String,
    /// Part of the run that warms the learning rate up, 0..1.
    pub warmup: f64,
    /// Learning rate where the cosine ends, not scaled.
    pub final_lr: f64,
    /// Parts of the run, 0..1 and rising, after which the schedule `steps` lowers the learning rate.
    pub milestones: Vec<f64>,
    /// What the learning rate is multiplied with at each of `milestones`.
    pub gamma: f64,
    /// Learning rate of biases, norms and tokens, in that of the matrices.
    pub bias_lr: f64,
    /// Weight decay, on matrices only: not on biases, norms and tokens, whatever the source of a preset does. AdamW and muon
    /// decay apart from the gradient, sgd and lars add it to the gradient.
    pub weight_decay: f64,
    /// Weight decay at the run's end, on half a cosine from `weight_decay`; 0 keeps that.
    pub weight_decay_end: f64,
    /// AdamW's first and second beta; of muon for what is no matrix.
    pub betas: [f64; 2],
    /// Momentum of sgd, lars and muon; 0.95 in muon's paper.
    pub momentum: f64,
    /// Whether sgd, lars and muon look ahead along their momentum (Nesterov); so in muon's paper.
    pub nesterov: bool,
    /// Trust coefficient of lars: a matrix moves by this part of its norm, times the learning rate. Not for biases,
    /// norms and tokens.
    pub trust: f64,
    /// Whether lars never moves faster than sgd would (LARC, `clip_lr`).
    pub trust_clip: bool,
    /// Gradient norm to clip at; 0 leaves it alone.
    pub clip: f64,
    /// Moving average over the weights: what is measured and exported; 0 turns it off.
    pub average: f64,
    /// Area of the random resized crop, smallest and largest part of the picture.
    pub crop: [f32; 2],
    /// Probability of a horizontal flip.
    pub flip: f32,
    /// Part of the pictures drawn from the procedural worlds, beside `data`, 0..1.
    pub mix_scenes: f32,
    /// Seed of everything.
    pub seed: u64,
    /// auto, cpu, webgpu, vulkan, metal or cuda.
    pub device: String,
    /// f32, f16 or bf16.
    pub precision: String,
    /// Loader threads; 0 takes every core.
    pub threads: usize,
    /// Steps between measurements on the validation pictures; 0 picks about 20 a run.
    pub validate_every: u64,
    /// Steps between checkpoints; 0 picks about 10 a run.
    pub checkpoint_every: u64,
    /// The model's name, for its card; empty takes the preset's or the run folder's.
    pub name: String,
    /// One sentence on the model, for its card.
    pub title: String,
    /// Whose pictures these are, for the model's card.
    pub attribution: String,
    /// Licence of the weights, for the model's card; empty says nothing.
    pub license: String,
    /// Power that the device is taken to draw, watts, for the energy on the model's card; 0 guesses by its kind.
    pub watts: f64,
    /// Precision of the exported weights: f16 or f32.
    pub export: String,
    /// Knobs of the method.
    pub knobs: BTreeMap<String, toml::Value>,
}

impl Default for RunConfig {
    fn default() -> Self {
        Self {
            method: "mae".into(),
            data: "scenes".into(),
            val_data: String::new(),
            val_count: 64,
            probe: 0,
            pictures: 0,
            from: String::new(),
            batch: 64,
            accumulate: 1,
            steps: 0,
            epochs: 0.0,
            optimiser: "adamw".into(),
            base_lr: 6e-3,
            lr_scale: "linear256".into(),
            schedule: "cosine".into(),
            warmup: 0.05,
            final_lr: 0.0,
            milestones: vec![0.6, 0.8],
            gamma: 0.1,
            bias_lr: 1.0,
            weight_decay: 0.05,
            weight_decay_end: 0.0,
            betas: [0.9, 0.95],
            momentum: 0.9,
            nesterov: false,
            trust: 0.001,
            trust_clip: false,
            clip: 1.0,
            average: 0.999,
            crop: [0.35, 1.0],
            flip: 0.5,
            mix_scenes: 0.0,
            seed: 0,
            device: "auto".into(),
            precision: "f32".into(),
            threads: 0,
            validate_every: 0,
            checkpoint_every: 0,
            name: String::new(),
            title: String::new(),
            attribution: String::new(),
            license: String::new(),
            watts: 0.0,
            export: "f16".into(),
            knobs: BTreeMap::new(),
        }
    }
}

impl RunConfig {
    /// Optimiser steps of a pass over the pictures, at least 1.
    #[must_use]
    pub fn steps_a_pass(&self) -> u64 {
        let a_step = self.batch.max(1) * self.accumulate.max(1);
        self.pictures.max(1).div_ceil(a_step) as u64
    }
}
