//! The page: what a person sees and touches. No tensors and no Burn, so that it stays small and never blocks.
//!
//! `state/` knows the page without a browser; `studio/` and `together/` hold it in signals, one for each room, and do
//! what a person asks; `desk/` is what both rooms have: messages, light, files that come in; `engines.rs` talks to the
//! workers; `rooms/` and `widgets/` only show; `browser/` is the glue to what browsers lend.

pub mod state;

#[cfg(all(feature = "page", target_family = "wasm"))]
mod app;
#[cfg(all(feature = "page", target_family = "wasm"))]
mod browser;
#[cfg(all(feature = "page", target_family = "wasm"))]
mod desk;
#[cfg(all(feature = "page", target_family = "wasm"))]
mod engines;
#[cfg(all(feature = "page", target_family = "wasm"))]
mod rooms;
#[cfg(all(feature = "page", target_family = "wasm"))]
mod studio;
#[cfg(all(feature = "page", target_family = "wasm"))]
mod together;
#[cfg(all(feature = "page", target_family = "wasm"))]
mod widgets;

#[cfg(all(feature = "page", target_family = "wasm"))]
pub use app::start;
#[cfg(all(feature = "page", target_family = "wasm"))]
pub use together::start as start_together;
