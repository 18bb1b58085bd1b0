//! Checkpoints: everything that a run needs to go on exactly, in one safetensors file.
//!
//! A file is written aside, synced and renamed, and the one before it stays until the next is complete, so that a
//! `kill -9` or a full disk at any moment leaves one that loads. A checksum tells a whole file from a broken one.

use std::{
    collections::{BTreeMap, HashMap},
    fs, io,
    path::{Path, PathBuf},
};

use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use serde::{Deserialize, Serialize};

use super::{CheckpointError, Validated};
pub use crate::learn::Tensors;
use crate::{platform::atomic, probes::Seen, protocol::ModelCard};

/// How many checkpoints stay.
const KEEP: usize = 2;

/// What a run counts, beside its tensors.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Progress {
    /// Optimiser steps done.
    pub step: u64,
    /// Pictures seen, repeats included.
    pub pictures: u64,
    /// Wall time so far, seconds.
    pub seconds: f64,
    /// What was typed to start the run.
    pub command: String,
    /// Loss of the last step.
    pub loss: Option<f32>,
    /// Loss of the first step that had one other than 0: a method that has to see all pictures first has none until then.
    pub first_loss: Option<f32>,
    /// Measurements so far: `[step, mean PSNR in dB]`.
    pub curve: Vec<[f64; 2]>,
    /// The last measurement.
    pub validated: Option<Validated>,
    /// What the instruments said so far, without spectra.
    pub seen: Vec<Seen>,
    /// Card of the weights that the run started from.
    pub before: Option<ModelCard>,
}

/// A run at one step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Checkpoint {
    /// Its counts.
    pub progress: Progress,
    /// Its tensors by name, f32.
    pub tensors: Tensors,
}

impl Checkpoint {
    /// Writes `step-00001000.safetensors` into `folder`, then removes all but the last two.
    ///
    /// # Errors
    /// [`CheckpointError::Write`]; those written before are untouched.
    pub fn write(&self, folder: &Path) -> Result<PathBuf, CheckpointError> {
        let path = folder.join(file_name(self.progress.step));
        let failed = |error| CheckpointError::Write { path: path.clone(), error };
        fs::create_dir_all(folder).map_err(failed)?;
        atomic::sweep(folder);
        let bytes = self.to_bytes().map_err(|why| failed(std::io::Error::other(why)))?;
        atomic::write(&path, &[&bytes]).map_err(failed)?;
        for (_, old) in list(folder).into_iter().rev().skip(KEEP) {
            let _ = fs::remove_file(old); // an old one more does no harm
        }
        Ok(path)
    }

    fn to_bytes(&self) -> Result<Vec<u8>, String> {
        let bytes: Vec<(&String, &Vec<usize>, Vec<u8>)> = self
            .tensors
            .iter()
            .map(|(name, (shape, values))| (name, shape, values.iter().flat_map(|v| v.to_le_bytes()).collect()))
            .collect();
        let progress = serde_json::to_string(&self.progress).map_err(|e| e.to_string())?;
        let sum = checksum(&progress, bytes.iter().map(|(name, _, bytes)| (name.as_str(), bytes.as_slice())));
        let about = HashMap::from([("progress".to_owned(), progress), ("crc32c".to_owned(), format!("{sum:08x}"))]);
        let views: Result<Vec<_>, _> = bytes
            .iter()
            .map(|(name, shape, bytes)| Ok((*name, TensorView::new(Dtype::F32, (*shape).clone(), bytes)?)))
            .collect();
        safetensors::serialize(views.map_err(|e: safetensors::SafeTensorError| e.to_string())?, Some(about)).map_err(|e| e.to_string())
    }

    /// Reads one file.
    ///
    /// # Errors
    /// [`CheckpointError::Broken`] when it is not, to the last bit, what was written.
    pub fn read(path: &Path) -> Result<Self, CheckpointError> {
        let broken = |why: String| CheckpointError::Broken { path: path.into(), why };
        let bytes = fs::read(path).map_err(|e| broken(e.to_string()))?;
        Self::from_bytes(&bytes).map_err(broken)
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(|e| e.to_string())?;
        let file = SafeTensors::deserialize(bytes).map_err(|e| e.to_string())?;
        let about = header.metadata().as_ref().ok_or("it says nothing of its run")?;
        let progress = about.get("progress").ok_or("it does not say at which step it was written")?;
        let mut views = file.tensors();
        views.sort_by(|a, b| a.0.cmp(&b.0));
        let sum = checksum(progress, views.iter().map(|(name, view)| (name.as_str(), view.data())));
        if about.get("crc32c") != Some(&format!("{sum:08x}")) {
            return Err("its checksum does not match what it holds".into());
        }
        let progress = serde_json::from_str(progress).map_err(|e| e.to_string())?;
        let mut tensors = BTreeMap::new();
        for (name, view) in views {
            if view.dtype() != Dtype::F32 {
                return Err(format!("tensor {name} is {:?}, not F32", view.dtype()));
            }
            let (values, _) = view.data().as_chunks::<4>();
            tensors.insert(
                name,
                (view.shape().to_vec(), values.iter().map(|v| f32::from_le_bytes(*v)).collect()),
            );
        }
        Ok(Self { progress, tensors })
    }

    /// Whether no checkpoint was ever whole in `folder`: it is not there, or holds nothing but what a killed process left of one that
    /// it was writing. Anything else may be one, under another name.
    ///
    /// # Errors
    /// What the system says where it does not tell what the folder holds.
    pub fn never(folder: &Path) -> io::Result<bool> {
        let entries = match fs::read_dir(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
            entries => entries?,
        };
        for entry in entries {
            if !atomic::is_unfinished(&entry?.path()) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The newest checkpoint of `folder` that is whole, and a sentence for each newer one that is not.
    ///
    /// # Errors
    /// [`CheckpointError::None`].
    pub fn last(folder: &Path) -> Result<(Self, PathBuf, Vec<String>), CheckpointError> {
        let mut notes = Vec::new();
        for (_, path) in list(folder).into_iter().rev() {
            match Self::read(&path) {
                Ok(checkpoint) => return Ok((checkpoint, path, notes)),
                Err(error) => notes.push(error.to_string()),
            }
        }
        Err(CheckpointError::None {
            folder: folder.into(),
            first: notes.into_iter().next(),
        })
    }
}

fn file_name(step: u64) -> String {
    format!("step-{step:08}.safetensors")
}

/// Checkpoints of a folder by step, oldest first.
fn list(folder: &Path) -> Vec<(u64, PathBuf)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<(u64, PathBuf)> = entries
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let step = name.strip_prefix("step-")?.strip_suffix(".safetensors")?.parse().ok()?;
            Some((step, entry.path()))
        })
        .collect();
    found.sort();
    found
}

fn checksum<'a>(progress: &str, tensors: impl Iterator<Item = (&'a str, &'a [u8])>) -> u32 {
    tensors.fold(crc32c::crc32c(progress.as_bytes()), |sum, (name, bytes)| {
        crc32c::crc32c_append(crc32c::crc32c_append(sum, name.as_bytes()), bytes)
    })
}

#[cfg(test)]
mod tests;
