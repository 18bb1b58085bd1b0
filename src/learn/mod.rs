//! Learning: one optimiser step after another, without files, threads of its own or a word to anybody, so that a browser
//! takes the very steps that a run on the command line takes. Whole runs are in [`crate::train`].

mod carry;
mod colours;
mod layout;
mod optim;
mod outcome;
mod schedule;
pub mod set;
mod step;

pub use optim::{NAMES as OPTIMISERS, Tensors};
pub use outcome::{Features, Numbers, Outcome, read};
pub use schedule::{SCALES, SHAPES, Schedule};
pub use step::{Trainer, put, to_device};
