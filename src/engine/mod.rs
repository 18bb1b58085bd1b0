//! The worker behind the page: it owns the device, the weights and every tensor.
//!
//! What is plain logic compiles everywhere and is tested natively; what talks to the browser only in wasm.

pub mod gate;
pub mod kept;
pub mod queue;
pub mod range;
pub use crate::picture::header as sniff;
pub mod stored_name;

#[cfg(all(feature = "engine", target_family = "wasm"))]
mod browser;
#[cfg(feature = "joint")]
pub mod together;
#[cfg(all(feature = "engine", target_family = "wasm"))]
mod worker;

#[cfg(all(feature = "engine", target_family = "wasm"))]
pub use worker::start;

/// Starts the engine of the room that this worker's name speaks of: on a GPU both are one program, because most of it is what
/// computes there, which nobody should load twice.
#[cfg(all(feature = "joint", feature = "webgpu", target_family = "wasm"))]
pub fn start_by_name() {
    let name = browser::answer::scope().map(|scope| scope.name()).unwrap_or_default();
    if name.starts_with("together") { together::start() } else { start() }
}
