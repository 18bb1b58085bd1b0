//! What several commands open: a model on a device, a data source.

use std::{fs, path::Path, sync::Arc};

use super::out::{Failure, say};
use crate::{
    data::{self, OpenOptions, Source},
    device::{self, OpenDevice},
    weights::{self, Opened},
};

/// The model in `file`, on the device of that name.
pub fn model(file: &Path, device: &str) -> Result<(Opened, OpenDevice), Failure> {
    let bytes = bytes(file)?;
    let on = device::open(device, "f32")?;
    let opened = weights::from_bytes(&bytes, &file.display().to_string(), &on.device)?;
    if let Some(note) = &opened.note {
        say(note);
    }
    Ok((opened, on))
}

/// A file's bytes, or a sentence that names it.
pub fn bytes(file: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(file).map_err(|error| Failure::Failed(format!("{} cannot be read: {error}", file.display())))
}

/// Writes `bytes`, or says why that failed.
pub fn write(file: &Path, bytes: &[u8]) -> Result<(), Failure> {
    fs::write(file, bytes).map_err(|error| {
        Failure::Failed(format!(
            "{} cannot be written: {error}; choose another place with --out",
            file.display()
        ))
    })
}

/// The pictures that `spec` names; what was left out is said.
pub fn source(spec: &str, seed: u64, size_px: usize) -> Result<Arc<dyn Source>, Failure> {
    let options = OpenOptions {
        seed,
        size_px,
        ..OpenOptions::default()
    };
    let opened = data::open(spec, &options)?;
    opened
        .notes
        .into_iter()
        .chain(opened.skipped.sentence())
        .for_each(|note| say(format_args!("{spec}: {note}")));
    Ok(opened.source)
}
