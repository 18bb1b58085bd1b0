//! Training: a small loop, one stream of events, and files that survive whatever happens.
//!
//! A run lives in a folder:
//!
//! | file | holds |
//! |---|---|
//! | `config.toml` | the configuration; `--config` with it repeats the run |
//! | `metrics.jsonl` | a line a step: `step`, `loss`, learning rate, gradient norm, … |
//! | `validation.jsonl` | a line a measurement: PSNR for each mask, or what the embeddings are worth |
//! | `tensorboard/` | the same for TensorBoard |
//! | `curves.svg` | the same to look at |
//! | `pictures/`, `picture.png` | the same held-out examples as training goes on, and the newest |
//! | `checkpoints/` | the last two; `--resume` goes on from the newest that is whole |
//! | `lock` | the number of the process that trains here, while it does |
//! | `weights.safetensors` | the moving average of the weights, for use |

mod begin;
mod checkpoint;
mod curves;
mod error;
mod event;
mod export;
mod files;
mod lock;
mod measures;
mod neighbours;
mod online;
mod pictures;
mod probing;
pub mod record;
mod rhythm;
mod run;
pub mod settings;
mod sheet;
mod tensorboard;
mod validate;

pub use crate::learn::{Features, Numbers, Schedule, Trainer, read, to_device};
pub use begin::{resume, run};
pub use checkpoint::{Checkpoint, Progress};
pub use error::{CONFIG_FILE, CheckpointError, TrainError};
pub use event::{Control, Event, Started, StepLine, Summary, Validated};
pub use probing::{VIEWED, two_views};
pub use sheet::together;
pub use validate::MASKS as VALIDATION_MASKS;
