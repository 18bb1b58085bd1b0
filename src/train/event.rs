use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};

use crate::{
    config::RunConfig,
    probes::{Instruments, Verdict},
    protocol::Psnr,
};

/// All that a run says; terminal, files and page read the same stream.
#[derive(Clone, Debug)]
pub enum Event {
    /// First.
    Started(Box<Started>),
    /// One optimiser step, in order, each exactly once; on a GPU some steps late.
    Step(StepLine),
    /// Measured on the validation pictures, with the moving average of the weights.
    Validated(Validated),
    /// A checkpoint is safe on disk.
    Checkpoint {
        /// Steps done.
        step: u64,
        /// The file.
        path: PathBuf,
    },
    /// A picture of the held-out examples.
    Picture {
        /// Steps done.
        step: u64,
        /// The file, PNG.
        path: PathBuf,
    },
    /// Gone on with, and said.
    Warning(String),
    /// Last, unless the run failed.
    Finished(Box<Summary>),
}

/// What a run starts with.
#[derive(Clone, Debug)]
pub struct Started {
    /// The run folder.
    pub folder: PathBuf,
    /// Its configuration, as resolved.
    pub config: RunConfig,
    /// The device's name.
    pub device: String,
    /// Trainable numbers of the model.
    pub parameters: usize,
    /// Pictures to train on.
    pub pictures: usize,
    /// Pictures to measure on.
    pub validation_pictures: usize,
    /// Steps of the whole run.
    pub steps: u64,
    /// Steps done already.
    pub from_step: u64,
}

/// One step's numbers: a line of `metrics.jsonl`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StepLine {
    /// Steps done, this one included: 1 is the first.
    pub step: u64,
    /// What was minimised.
    pub loss: f32,
    /// Its parts, where it has several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<(&'static str, f32)>,
    /// Learning rate of this step.
    pub lr: f64,
    /// The gradient's norm before clipping.
    pub gradient_norm: f32,
    /// Share of pictures that the linear probe beside the training told right lately, 0..1; `None` without labels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub linear: Option<f32>,
    /// Passes over the data so far.
    pub epoch: f64,
    /// Pictures seen so far, repeats included.
    pub pictures: u64,
    /// Lately.
    pub pictures_per_s: f32,
}

/// One measurement: a line of `validation.jsonl`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Validated {
    /// Steps done.
    pub step: u64,
    /// Mask kind to PSNR in dB over the hidden pixels, mean over the validation pictures; empty for a method that draws
    /// nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub psnr: Vec<(String, Psnr)>,
    /// What the embeddings are worth; `None` for a method that is measured by its drawing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instruments: Option<Instruments>,
    /// What is happening, in a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
}

impl Validated {
    /// The model's mean PSNR over the masks, dB; `None` where nothing is drawn.
    #[must_use]
    pub fn mean_db(&self) -> Option<f64> {
        let sum: f64 = self.psnr.iter().map(|(_, psnr)| f64::from(psnr.model)).sum();
        (!self.psnr.is_empty()).then(|| sum / self.psnr.len() as f64)
    }

    /// The one number that a run is followed by: PSNR in dB where something is drawn, otherwise the share of pictures that
    /// get their class from their neighbours, otherwise the spread.
    #[must_use]
    pub fn figure(&self) -> Option<f64> {
        let instruments = self.instruments.as_ref();
        let of_embeddings = || instruments.and_then(|found| found.knn.or(found.spread)).map(f64::from);
        self.mean_db().or_else(of_embeddings)
    }
}

/// How a run ended.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    /// The run folder.
    pub folder: PathBuf,
    /// Whether the run reached its own end.
    pub complete: bool,
    /// Whether a person (or a signal) asked it to stop.
    pub interrupted: bool,
    /// Steps done.
    pub step: u64,
    /// Steps of the whole run.
    pub steps: u64,
    /// Loss of the last step.
    pub loss: Option<f32>,
    /// Pictures seen, repeats included.
    pub pictures: u64,
    /// Wall time over all parts of the run, seconds.
    pub seconds: f64,
    /// Pictures a second, over this part of the run, pauses for measuring included.
    pub pictures_per_s: f64,
    /// The last measurement: PSNR for each mask; empty for a method that draws nothing.
    pub validation: Vec<(String, Psnr)>,
    /// The last measurement of embeddings; `None` for a method that is measured by its drawing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instruments: Option<Instruments>,
    /// What they say, in a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// Whether the model draws what is hidden.
    pub draws: bool,
    /// Weights to use: the moving average.
    pub weights: PathBuf,
    /// Loss and measurements over the steps, SVG.
    pub curves: PathBuf,
    /// The last picture of held-out examples, PNG: drawings, or nearest neighbours.
    pub picture: Option<PathBuf>,
}

/// How a run is stopped from outside.
#[derive(Clone, Debug, Default)]
pub struct Control {
    stop: Arc<AtomicBool>,
    deadline: Option<Instant>,
}

impl Control {
    /// Nothing stops it but its end.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Stops, saved, after this much time.
    #[must_use]
    pub fn stop_after(mut self, time: Duration) -> Self {
        self.deadline = Instant::now().checked_add(time);
        self
    }

    /// Asks the run to save and leave after the step at hand.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::SeqCst);
    }

    /// Whether a person asked.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    /// Whether the run is to leave, for either reason.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.is_stopped() || self.deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }
}
