//! Training: a small loop, one stream of events, and files that survive whatever happens.
//!
//! A run lives in a folder:
//!
//! | file | holds |
//! |---|---|
//! | `config.toml` | the configuration; `--config` with it repeats the run |
//! | `metrics.jsonl` | a line a step: `step`, `loss`, learning rate, gradient norm, … |
//! | `validation.jsonl` | a line a measurement: PSNR for each mask |
//! | `tensorboard/` | the same for TensorBoard |
//! | `curves.svg` | the same to look at |
//! | `pictures/`, `picture.png` | the same held-out examples as training goes on, and the newest |
//! | `checkpoints/` | the last two; `--resume` goes on from the newest that is whole |
//! | `weights.safetensors` | the moving average of the weights, for use |

pub mod atomic;
mod checkpoint;
mod curves;
mod error;
mod event;
mod export;
mod files;
mod layout;
mod optim;
mod pictures;
pub mod record;
mod run;
mod schedule;
pub mod settings;
mod sheet;
mod step;
mod tensorboard;
mod validate;

pub use checkpoint::{Checkpoint, Progress};
pub use error::{CONFIG_FILE, CheckpointError, TrainError};
pub use event::{Control, Event, Started, StepLine, Summary, Validated};
pub use run::{resume, run};
pub use schedule::Schedule;
pub use sheet::together;
pub use step::{Numbers, Trainer, read, to_device};
pub use validate::MASKS as VALIDATION_MASKS;
