//! What several commands open: a model on a device, a data source.

use std::{
    fs::{self, File},
    io::Read,
    path::Path,
    sync::Arc,
};

use super::out::{Failure, bytes as size, say};
use crate::{
    data::{self, OpenOptions, Source},
    device::{self, OpenDevice},
    picture::{Decoded, MAX_BYTES, decode},
    weights::{self, Opened},
};

/// The largest published network in single precision is a third of this.
const MAX_WEIGHTS_BYTES: u64 = 8 << 30;

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

/// A file of weights, or a sentence that names it. Devices and pipes, which may never end, are not asked.
pub fn bytes(file: &Path) -> Result<Vec<u8>, Failure> {
    let failed = |why: String| Failure::Failed(format!("{} cannot be read: {why}", file.display()));
    let about = fs::metadata(file).map_err(|error| failed(error.to_string()))?;
    if !about.is_file() {
        return Err(failed("it is no file".into()));
    }
    if about.len() > MAX_WEIGHTS_BYTES {
        return Err(failed(format!("it has {}, more than any weights known here", size(about.len()))));
    }
    fs::read(file).map_err(|error| failed(error.to_string()))
}

/// A picture file, decoded. No more of it is read than a picture may have.
pub fn picture(file: &Path) -> Result<Decoded, Failure> {
    let failed = |error: std::io::Error| Failure::Failed(format!("{} cannot be read: {error}", file.display()));
    let mut bytes = Vec::new();
    File::open(file)
        .and_then(|file| file.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes))
        .map_err(failed)?;
    Ok(decode(&bytes, &file.display().to_string())?)
}

/// Writes `bytes`, or says why that failed.
pub fn write(file: &Path, bytes: &[u8]) -> Result<(), Failure> {
    fs::write(file, bytes).map_err(|error| Failure::Failed(format!("{} cannot be written: {error}; choose another place", file.display())))
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
