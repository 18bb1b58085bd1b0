//! The messages between page and engine.
//!
//! A message is JSON beside a list of buffers that are transferred, never copied: `{ json, buffers }`. Every
//! request carries a [`Job`]; every job is answered once by its answer or by [`FromEngine::Failed`], with any
//! number of [`FromEngine::Progress`] before. Of predictions only the newest is answered; those it overtook are
//! answered by [`FromEngine::Overtaken`]. [`FromEngine::Ready`] comes first: nothing sent before it is heard.

pub mod together;

use serde::{Deserialize, Serialize};

pub use crate::picture::Frame;

use crate::mask::{Grid, Mask};

/// Raised whenever a message changes its meaning; page and engine compare theirs.
pub const VERSION: u32 = 1;

/// Number of a request.
pub type Job = u32;

/// A message and the request it belongs to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Envelope<T> {
    /// 0 for what nobody asked for.
    pub job: Job,
    /// What is said.
    pub body: T,
}

/// Which device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeviceKind {
    /// Rust on the processor.
    Cpu,
    /// The browser's GPU.
    WebGpu,
}

/// What the page may ask.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum ToEngine {
    /// Buffer 0: the file's bytes. Decodes it (browser first, Rust second), keeps it under `id`. Answer: `Picture`.
    AddPicture {
        /// The page's own number for it.
        id: u32,
        /// The file's name, for messages.
        name: String,
    },
    /// Renders a scene of the procedural worlds, keeps it under `id`. Answer: `Picture`.
    AddScene {
        /// The page's own number for it.
        id: u32,
        /// Which scene.
        seed: u64,
    },
    /// Forgets a picture. Answer: `Done`.
    DropPicture {
        /// As given when it was added.
        id: u32,
    },
    /// Fetches (or takes from storage) and opens a shipped model: a name out of `models/index.json`, or one that
    /// `Stored` lists. Predictions go on meanwhile. Answer: `Model`, or `Overtaken` by a newer model.
    OpenShipped {
        /// `photos`.
        name: String,
    },
    /// Buffer 0: a `.safetensors` file. Opens and stores it. Answer: `Model`.
    OpenFile {
        /// The file's name.
        name: String,
    },
    /// Predicts with the model in hand. Answer: `Predicted` or `Overtaken`.
    Predict {
        /// Which picture.
        picture: u32,
        /// Which square of it.
        frame: Frame,
        /// What is hidden; scaled to the model's grid when it has another.
        mask: Mask,
    },
    /// Weights kept in the browser's storage. Answer: `Stored`.
    ListStored,
    /// Deletes one of them. Answer: `Stored`.
    DeleteStored {
        /// As listed.
        name: String,
    },
    /// Runs the model's self-test and times one prediction. Answer: `Device`.
    Check,
}

/// What the engine says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum FromEngine {
    /// First, once: the engine is up.
    Ready {
        /// [`VERSION`] of the engine.
        version: u32,
        /// The device this engine computes on.
        device: DeviceKind,
        /// The adapter's own name, or the processor's features.
        adapter: String,
    },
    /// How far a job is.
    Progress {
        /// What is happening.
        stage: Stage,
        /// Bytes (or steps) done.
        done: u64,
        /// Bytes (or steps) in all; 0 when unknown.
        of: u64,
    },
    /// Buffer 0: RGBA of the whole picture at `shown`, its long side at most 640 pixels.
    Picture {
        /// As asked.
        id: u32,
        /// The file's name.
        name: String,
        /// Width and height after orientation, in pixels.
        size: [usize; 2],
        /// Width and height of the buffer, in pixels.
        shown: [usize; 2],
        /// What a person should know: cut short, first frame of several, …
        note: Option<String>,
    },
    /// A model is open.
    Model(Box<ModelInfo>),
    /// Buffers, RGBA of `size_px` squared: 0 the picture as the model gets it, 1 the model's drawing of every patch.
    Predicted(Prediction),
    /// A newer prediction was asked for; or, while a model was being fetched, a newer model.
    Overtaken,
    /// What storage holds.
    Stored(Vec<StoredModel>),
    /// The self-test's outcome.
    Device(DeviceReport),
    /// Done, nothing to say.
    Done,
    /// The job failed: a sentence that says what happened, to what, and what to do.
    Failed(String),
    /// The device is gone; this engine answers nothing more. The page ends the worker and goes on with another.
    Lost(String),
}

/// What takes time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// Bytes over the network.
    Download,
    /// Bytes out of storage, checked against the hash.
    Check,
    /// The first prediction, which compiles.
    WarmUp,
}

/// Numbers of one prediction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Prediction {
    /// Which picture.
    pub picture: u32,
    /// Side of the buffers, pixels.
    pub size_px: usize,
    /// The mask as used, on the model's grid.
    pub mask: Mask,
    /// Mean squared error of the hidden pixels in 0..1, the prediction clamped to 0..1; `None` when nothing is hidden.
    pub energy: Option<f32>,
    /// The same for each patch, row by row; `None` where visible.
    pub patch_energy: Vec<Option<f32>>,
    /// PSNR over the hidden part, dB; `None` when nothing is hidden.
    pub psnr: Option<Psnr>,
    /// The network alone, milliseconds.
    pub network_ms: f32,
    /// All of it, milliseconds.
    pub total_ms: f32,
    /// Memory of the engine's wasm module, bytes. It never shrinks, so it must stop growing.
    pub memory_bytes: u64,
}

/// PSNR over the hidden pixels in dB: `10 log10(1 / MSE)`, higher is better.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Psnr {
    /// The model.
    pub model: f32,
    /// Mean colour of the visible pixels.
    pub mean: f32,
    /// Smooth (harmonic) interpolation from the visible pixels.
    pub smooth: f32,
}

/// A model, for its card on the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelInfo {
    /// Its name: a shipped one's, or the file's.
    pub name: String,
    /// Side of the square it takes, pixels.
    pub size_px: usize,
    /// Its patches.
    pub grid: Grid,
    /// Parameters.
    pub parameters: u64,
    /// Bytes of the file.
    pub bytes: u64,
    /// Its card, when it carries one.
    pub card: Option<ModelCard>,
    /// What a person should know: normalised targets drawn with estimated statistics, …
    pub note: Option<String>,
}

/// What a model says of itself; travels in the weights' header.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ModelCard {
    /// `photos`.
    pub name: String,
    /// One sentence: what it is.
    pub title: String,
    /// Method's name.
    pub method: String,
    /// What it was trained on, with attribution.
    pub data: String,
    /// The command.
    pub command: String,
    /// Optimiser steps.
    pub steps: u64,
    /// Pictures seen, repeats included.
    pub pictures: u64,
    /// Wall time of training, hours.
    pub hours: f64,
    /// What it was trained on.
    pub device: String,
    /// Estimated energy, and how it was estimated.
    pub energy_used: String,
    /// `[step, validation PSNR in dB]`; of a model that draws nothing `[step, kNN]`, 0..1, or its spread where its pictures
    /// have no classes.
    pub curve: Vec<[f64; 2]>,
    /// Mask kind to PSNR, in order; empty for a model that draws nothing.
    pub validation: Vec<(String, Psnr)>,
    /// What its embeddings are worth; `None` for a model that is measured by its drawing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub embeddings: Option<EmbeddingCard>,
    /// Licence of the weights.
    pub license: String,
}

/// What the embeddings of a model were worth when it was last measured, on held-out pictures.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct EmbeddingCard {
    /// Pictures measured.
    pub pictures: u64,
    /// Share that gets its class from its neighbours (k = 200, T = 0.1), 0..1; `None` without classes.
    pub knn: Option<f32>,
    /// Share that the linear probe beside the training told right, on views of pictures trained on, 0..1.
    pub linear: Option<f32>,
    /// Mean deviation of the numbers of projections of length 1.
    pub spread: Option<f32>,
    /// What that is for projections that fill the sphere evenly: 1/√width.
    pub healthy_spread: f32,
    /// Rank of the embeddings.
    pub rank_me: Option<f32>,
    /// The highest that so many embeddings of such a width can have.
    pub highest_rank: u64,
    /// What the instruments said, in a sentence.
    pub verdict: String,
}

/// A model in the browser's storage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoredModel {
    /// Its name.
    pub name: String,
    /// Bytes held; fewer than `of` when a download broke off.
    pub bytes: u64,
    /// Bytes in all.
    pub of: u64,
}

/// Outcome of the self-test.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeviceReport {
    /// On which device.
    pub device: DeviceKind,
    /// The adapter's own name.
    pub adapter: String,
    /// Largest difference to the stored answer, relative to its largest value; `None` where the model's file carries no answer.
    pub error: Option<f32>,
    /// Whether that is small enough to be trusted. Without an answer: whether every value is a finite number.
    pub right: bool,
    /// Median time of one prediction, milliseconds.
    pub ms: f32,
}

/// A line of `models/index.json`: what can be fetched.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShippedModel {
    /// `photos`.
    pub name: String,
    /// One sentence.
    pub title: String,
    /// Path beside the index.
    pub file: String,
    /// Bytes.
    pub bytes: u64,
    /// SHA-256, lower-case hex.
    pub sha256: String,
    /// Whether it draws what is hidden; one that only embeds is of no use to the first room.
    pub draws: bool,
}
