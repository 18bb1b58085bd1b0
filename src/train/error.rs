use std::{io, path::PathBuf};

use crate::{config::RunConfig, data::DataError, device::DeviceError};

/// What can end a training run, each a sentence that names the thing and says what to do.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// A setting that cannot be.
    #[error("{0}")]
    Setting(String),
    /// Pictures.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The device.
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// The method refused its knobs.
    #[error("{0}")]
    Method(String),
    /// A checkpoint that cannot be written or read.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// A file of the run.
    #[error("cannot {verb} `{}`: {error}", path.display())]
    File {
        /// `read` or `write`.
        verb: &'static str,
        /// Which file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// `--resume` of something that is no run.
    #[error("`{}` is no run folder: it holds no {CONFIG_FILE}; give the folder that `darkroom train` named", .0.display())]
    NoRun(PathBuf),
    /// `--out` where a run is already.
    #[error("`{}` already holds a run; go on with `darkroom train --resume {}`, or choose another --out", .0.display(), .0.display())]
    RunExists(PathBuf),
    /// The run's own configuration cannot be read.
    #[error("`{}` is no run configuration: {why}", path.display())]
    Config {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// The loss is no number any more.
    #[error(
        "step {step}: the loss is {loss}, no number to go on with; lower base_lr (it was {base_lr}), keep clip above 0, or use --precision f32"
    )]
    Diverged {
        /// At which step.
        step: u64,
        /// What it was.
        loss: f32,
        /// [`RunConfig::base_lr`].
        base_lr: f64,
    },
    /// Weights that cannot be written.
    #[error("{0}")]
    Weights(String),
    /// Prediction for validation or pictures.
    #[error("{0}")]
    Predict(String),
}

/// The file in a run folder that repeats the run.
pub const CONFIG_FILE: &str = "config.toml";

impl TrainError {
    pub(super) fn reading(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |error| Self::File { verb: "read", path, error }
    }

    pub(super) fn writing(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |error| Self::File {
            verb: "write",
            path,
            error,
        }
    }

    pub(super) fn diverged(step: u64, loss: f32, config: &RunConfig) -> Self {
        Self::Diverged {
            step,
            loss,
            base_lr: config.base_lr,
        }
    }
}

/// What can go wrong with a checkpoint.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// The file system.
    #[error("cannot write checkpoint `{}`: {error}; free some room and go on with --resume", path.display())]
    Write {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// Not what was written.
    #[error("checkpoint `{}` cannot be used: {why}", path.display())]
    Broken {
        /// Which file.
        path: PathBuf,
        /// How that was seen.
        why: String,
    },
    /// None of them is whole, or there is none.
    #[error("`{}` holds no checkpoint that loads{}", folder.display(), first.as_ref().map(|f| format!(": {f}")).unwrap_or_default())]
    None {
        /// Where they were looked for.
        folder: PathBuf,
        /// What was wrong with the newest.
        first: Option<String>,
    },
    /// Of another model.
    #[error("checkpoint `{}` is of another model: {why}", path.display())]
    Other {
        /// Which file.
        path: PathBuf,
        /// What differs.
        why: String,
    },
}
