//! What the page knows, without a browser: plain structs with their tests.
//!
//! Compiled on every target and under every feature, so that `cargo test --no-default-features` runs their tests.

pub mod brush;
pub mod choice;
pub mod cursor;
pub mod figures;
pub mod first;
pub mod frame;
pub mod gathering;
pub mod grouping;
pub mod heat;
pub mod hide;
pub mod history;
pub mod link;
pub mod panel;
pub mod plane;
pub mod room_link;
pub mod session;
pub mod settings;
pub mod sniff;
pub mod strip;
