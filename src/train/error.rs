use std::{io, path::PathBuf};

use crate::{
    data::{
        DataError,
        regular::{unread, unwritten},
    },
    device::DeviceError,
    learn::set::SettingError,
};

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
    #[error("cannot {verb} `{}`: {}", path.display(), if *verb == "read" { unread(path, error) } else { unwritten(error) })]
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
    /// Another process trains there.
    #[error("`{}` is in use by another run{}; wait for its end, or train into another folder", folder.display(), process.as_ref().map(|id| format!(" (process {id})")).unwrap_or_default())]
    Busy {
        /// The run folder.
        folder: PathBuf,
        /// The other's number, where it can be read.
        process: Option<String>,
    },
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
        "step {step}: the loss is {loss}{what}; the run stops, and {}. Lower base_lr (it was {base_lr:?}), keep clip above 0{}",
        last_good(good.as_ref()),
        if *in_half { ", or use --precision f32" } else { "" }
    )]
    Diverged {
        /// At which step.
        step: u64,
        /// What it was.
        loss: f32,
        /// Which of its parts, or what else, is no number: the end of a clause, or empty.
        what: String,
        /// Step and file of the last checkpoint, which is good.
        good: Option<(u64, PathBuf)>,
        /// [`RunConfig::base_lr`](crate::config::RunConfig::base_lr).
        base_lr: f64,
        /// Whether it was trained in half precision.
        in_half: bool,
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

impl From<SettingError> for TrainError {
    fn from(SettingError(why): SettingError) -> Self {
        Self::Setting(why)
    }
}

impl TrainError {
    /// Whether what was typed cannot be, whatever there is on the disk.
    #[must_use]
    pub fn is_of_words(&self) -> bool {
        match self {
            Self::Setting(_) | Self::Method(_) | Self::Config { .. } => true,
            Self::Data(error) => error.is_of_words(),
            Self::Device(error) => error.is_of_words(),
            _ => false,
        }
    }

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
}

fn last_good(good: Option<&(u64, PathBuf)>) -> String {
    match good {
        Some((step, path)) => format!("its last good checkpoint is that of step {step}, `{}`", path.display()),
        None => "it had written no checkpoint".into(),
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
    #[error("`{}` holds no checkpoint that loads{}; make one of them readable, or move that folder away to train from the first step", folder.display(), first.as_ref().map(|f| format!(": {f}")).unwrap_or_default())]
    None {
        /// Where they were looked for.
        folder: PathBuf,
        /// What was wrong with the newest.
        first: Option<String>,
    },
    /// Of another model or optimiser.
    #[error("checkpoint `{}` does not fit this run: {why}", path.display())]
    Other {
        /// Which file.
        path: PathBuf,
        /// What differs.
        why: String,
    },
}
