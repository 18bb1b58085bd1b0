//! The engine of the room "Together": it embeds, compares and trains.
//!
//! What it computes is in [`predict::together`](crate::predict::together) and [`learn`](crate::learn); here is what a
//! worker needs around it. What is plain logic compiles everywhere and is tested natively; `worker/` talks to the browser.

mod requests;
mod rounds;
pub mod training;
#[cfg(all(feature = "engine", target_family = "wasm"))]
mod worker;

pub use requests::Kind;
pub use rounds::Rounds;
#[cfg(all(feature = "engine", target_family = "wasm"))]
pub use worker::start;
