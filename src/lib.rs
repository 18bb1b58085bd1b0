//! Darkroom: self-supervised learning one can touch.
//!
//! Every idea here is an energy `F(x, y)`, low where `y` fits `x`; every method is one way to keep that energy
//! from being low everywhere. Rooms are listed lowest floor first; a lower room knows nothing of a higher one.
//! `CONTRIBUTING.md` holds the map.

pub mod chance;
pub mod mask;
pub mod names;
pub mod picture;
pub mod platform;
pub mod worlds;

#[cfg(feature = "joint")]
pub mod data;
#[cfg(feature = "kernels")]
pub mod kernels;
#[cfg(feature = "model")]
pub mod nn;
#[cfg(feature = "model")]
pub mod views;

#[cfg(feature = "model")]
pub mod methods;

#[cfg(feature = "model")]
pub mod probes;
#[cfg(feature = "model")]
pub mod weights;

#[cfg(feature = "joint")]
pub mod device;
#[cfg(feature = "joint")]
pub mod learn;
#[cfg(feature = "model")]
pub mod predict;
#[cfg(feature = "train")]
pub mod train;

pub mod config;
pub mod protocol;

#[cfg(feature = "cli")]
pub mod cli;
pub mod engine;
pub mod page;
