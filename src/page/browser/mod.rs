//! What browsers lend: storage, files, canvases, and a value that comes later.

pub mod blobs;
pub mod canvas;
pub mod files;
pub mod later;
pub mod storage;
