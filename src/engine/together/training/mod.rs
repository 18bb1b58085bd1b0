//! Training in the room: a run that a person watches, slows, breaks and mends.
//!
//! | file | what |
//! | --- | --- |
//! | `settings` | which methods, and how they are set: whole and broken |
//! | `pool` | pictures to train on and to watch |
//! | `session` | the run itself, step by step |
//! | `watched` | the watched pictures on a map that keeps its scale |
//! | `pacing` | when the next step is due |
//! | `diary` | what is told of it, and when |

mod diary;
mod pacing;
mod pool;
mod session;
mod settings;
#[cfg(test)]
mod tests;
mod watched;

pub use diary::Diary;
pub use pacing::{Due, Pacing};
pub use pool::{SCENE_PX, SCENES, scene};
pub use session::{Left, Session, host};
pub use settings::{Plan, trainable};
pub use watched::{Places, WATCHED};
