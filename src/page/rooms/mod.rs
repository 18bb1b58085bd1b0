//! Rooms of the page, one file each, with a folder for its panels.

pub mod hidden;
pub mod together;
