//! Learning: one optimiser step after another, without files, threads of its own or a word to anybody, so that a browser
//! takes the very steps that a run on the command line takes. Whole runs are in [`crate::train`].

mod carry;
mod colours;
mod host;
mod layout;
mod optim;
mod outcome;
mod reading;
mod schedule;
pub mod set;
mod standing;
mod step;

pub use host::on_host;
pub use optim::{NAMES as OPTIMISERS, Tensors};
pub use outcome::{Features, Numbers, Outcome, read, read_later};
pub use reading::Reading;
pub use schedule::{SCALES, SHAPES, Schedule};
pub use standing::Standing;
pub use step::{Trainer, put, to_device};
