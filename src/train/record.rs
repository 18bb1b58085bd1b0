//! `metrics.jsonl`, a line a step, and `validation.jsonl`, a line a measurement.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::TrainError;
use crate::platform::atomic;

/// A file of JSON lines that only grows.
pub struct Record {
    path: PathBuf,
    file: BufWriter<File>,
}

/// All that cutting needs to know of a line.
#[derive(Deserialize)]
struct Numbered {
    step: u64,
}

impl Record {
    /// Opens `path`, keeping its whole lines up to and with `step` and cutting what is past them: what a killed run
    /// wrote after its last checkpoint will be written again.
    ///
    /// # Errors
    /// [`TrainError::File`].
    pub fn open(path: &Path, step: u64) -> Result<Self, TrainError> {
        let kept = match fs::read(path) {
            Ok(bytes) => kept(&bytes, step),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(TrainError::reading(path)(error)),
        };
        atomic::write(path, &[&kept]).map_err(TrainError::writing(path))?;
        let file = OpenOptions::new().append(true).open(path).map_err(TrainError::writing(path))?;
        Ok(Self {
            path: path.into(),
            file: BufWriter::new(file),
        })
    }

    /// Adds a line.
    ///
    /// # Errors
    /// [`TrainError::File`].
    pub fn add(&mut self, line: &impl Serialize) -> Result<(), TrainError> {
        let mut text = serde_json::to_vec(line).map_err(|e| TrainError::writing(&self.path)(e.into()))?;
        text.push(b'\n');
        self.file.write_all(&text).map_err(TrainError::writing(&self.path))
    }

    /// Hands all lines to the system, so that others can read them.
    ///
    /// # Errors
    /// [`TrainError::File`].
    pub fn flush(&mut self) -> Result<(), TrainError> {
        self.file.flush().map_err(TrainError::writing(&self.path))
    }

    /// Makes all lines safe on disk: before a checkpoint that counts on them.
    ///
    /// # Errors
    /// [`TrainError::File`].
    pub fn sync(&mut self) -> Result<(), TrainError> {
        self.flush()?;
        self.file.get_ref().sync_data().map_err(TrainError::writing(&self.path))
    }
}

/// The whole lines of `bytes` that are not past `step`, in order.
fn kept(bytes: &[u8], step: u64) -> Vec<u8> {
    let whole = bytes.iter().rposition(|&b| b == b'\n').map_or(0, |end| end + 1);
    let mut kept = Vec::with_capacity(whole);
    for line in bytes.get(..whole).unwrap_or_default().split_inclusive(|&b| b == b'\n') {
        if serde_json::from_slice::<Numbered>(line).is_ok_and(|line| line.step <= step) {
            kept.extend_from_slice(line);
        }
    }
    kept
}

/// Reads back the lines of `path` that are readable as `T`; none where there is no file.
#[must_use]
pub fn lines<T: for<'a> Deserialize<'a>>(path: &Path) -> Vec<T> {
    let text = fs::read(path).unwrap_or_default();
    text.split(|&b| b == b'\n')
        .filter_map(|line| serde_json::from_slice(line).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Line {
        step: u64,
        loss: f32,
    }

    #[test]
    fn lines_past_the_checkpoint_and_half_lines_are_cut() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("metrics.jsonl");
        let mut record = Record::open(&path, 0)?;
        for step in 1..=5 {
            record.add(&Line { step, loss: 0.1 })?;
        }
        record.sync()?;
        fs::write(&path, [fs::read(&path)?, br#"{"step":6,"lo"#.to_vec()].concat())?;
        let mut record = Record::open(&path, 3)?;
        record.add(&Line { step: 4, loss: 0.5 })?;
        record.flush()?;
        let text = fs::read_to_string(&path)?;
        assert_eq!(text.lines().count(), 4, "{text}");
        assert!(text.ends_with("{\"step\":4,\"loss\":0.5}\n"), "{text}");
        Ok(())
    }
}
