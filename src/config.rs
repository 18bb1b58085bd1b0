//! One run's configuration: what the command line, a file and the page fill in, saved with every run.
//!
//! Field docs are the `--help` lines and the page's hints.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// One training run. `config.toml` in a run folder is this, and repeats the run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RunConfig {
    /// Method to train (see `darkroom models`).
    pub method: String,
    /// Where pictures come from: `scenes`, a folder, tar shards (`shard-{000..099}.tar`, a glob) or CIFAR binary files.
    pub data: String,
    /// Pictures to measure on; empty holds some of `data` out.
    pub val_data: String,
    /// How many validation pictures to measure on.
    pub val_count: usize,
    /// Weights to start from, of the same shape; empty draws them by chance.
    pub from: String,
    /// Pictures in a batch.
    pub batch: usize,
    /// Batches whose gradients are summed into one optimiser step.
    pub accumulate: usize,
    /// Optimiser steps; 0 leaves it to `epochs`.
    pub steps: u64,
    /// Passes over the data, where `steps` is 0.
    pub epochs: f64,
    /// Learning rate for 256 pictures a step; scaled by batch * accumulate / 256.
    pub base_lr: f64,
    /// Part of the run that warms the learning rate up, 0..1.
    pub warmup: f64,
    /// Weight decay, on matrices only: not on biases, norms and tokens.
    pub weight_decay: f64,
    /// AdamW's first and second beta.
    pub betas: [f64; 2],
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
    /// Licence of the weights, for the model's card.
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
            from: String::new(),
            batch: 64,
            accumulate: 1,
            steps: 0,
            epochs: 0.0,
            base_lr: 6e-3,
            warmup: 0.05,
            weight_decay: 0.05,
            betas: [0.9, 0.95],
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
            license: "CC0-1.0".into(),
            watts: 0.0,
            export: "f16".into(),
            knobs: BTreeMap::new(),
        }
    }
}
