//! What the page knows, without a browser: plain structs with their tests.
//!
//! Compiled on every target and under every feature, so that `cargo test --no-default-features` runs their tests.

pub mod abilities;
pub mod bonds;
pub mod brush;
pub mod changes;
pub mod choice;
pub mod cursor;
pub mod curve;
pub mod figures;
pub mod first;
pub mod frame;
pub mod gathering;
pub mod grouping;
pub mod heat;
pub mod hide;
pub mod history;
pub mod hole;
pub mod likeness;
pub mod link;
pub mod matching;
pub mod panel;
pub mod plane;
pub mod ranking;
pub mod room_link;
pub mod run;
pub mod scenes;
pub mod session;
pub mod settings;
pub mod sniff;
pub mod strip;
