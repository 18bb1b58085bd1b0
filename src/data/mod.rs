//! Where pictures come from, and the loader that feeds them to a model.
//!
//! A [`Source`] is pictures by number, however they are stored; [`open`] finds the right one for what was typed.
//! [`Loader`] decodes, augments, hides and fills on all cores, ahead of the model, and what it delivers depends on
//! `(seed, step)` alone. To add a source: one file here, one line in `spec.rs`.

mod cache;
#[cfg(feature = "train")]
pub mod cifar;
#[cfg(feature = "train")]
mod classes;
mod error;
#[cfg(feature = "train")]
pub mod folder;
mod loader;
mod order;
mod pool;
pub mod regular;
mod scenes;
#[cfg(feature = "train")]
mod sheet;
#[cfg(feature = "train")]
mod spec;
#[cfg(feature = "train")]
mod squares;
#[cfg(feature = "train")]
mod stats;
#[cfg(feature = "train")]
mod subset;
#[cfg(feature = "train")]
pub mod tar_index;
#[cfg(feature = "train")]
pub mod webdataset;

use std::sync::Arc;

#[cfg(feature = "train")]
pub use classes::{same_classes, unlearnt_classes};
pub use error::DataError;
#[cfg(feature = "train")]
pub use folder::{is_picture, list};
#[cfg(feature = "train")]
pub use loader::Loader;
pub use loader::{Batches, HostBatch, LoaderConfig};
pub use pool::Pool;
pub use scenes::Scenes;
#[cfg(feature = "train")]
pub use sheet::contact_sheet;
#[cfg(feature = "train")]
pub use spec::{expand_braces, open, reads};
#[cfg(feature = "train")]
pub use squares::{Square, Squares};
#[cfg(feature = "train")]
pub use stats::{Stats, stats};
#[cfg(feature = "train")]
pub use subset::{HeldOut, Subset, held_out};

use crate::picture::Rgb8;

/// Largest file or tar member that is read as a picture, bytes.
pub const MAX_PICTURE_BYTES: u64 = 64 << 20;

/// A picture and what is known of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// As stored: any size and shape.
    pub picture: Rgb8,
    /// Index into [`Source::classes`], where the source knows one. Never used for training, only by probes.
    pub label: Option<usize>,
    /// What to call it in messages: a path below the source, or a number.
    pub name: String,
    /// Named continuous facts, for probes: a scene's hour, colours, places.
    pub factors: Vec<(&'static str, f32)>,
}

/// Pictures by number. Reading one takes no lock: any number of threads may.
pub trait Source: Send + Sync {
    /// As typed.
    fn name(&self) -> &str;

    /// How many pictures.
    fn len(&self) -> usize;

    /// Whether there is none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Picture `index`, decoded.
    ///
    /// # Errors
    /// [`DataError::Picture`] or [`DataError::Broken`] when this one cannot be read (others may), [`DataError::Beyond`] past the end.
    fn get(&self, index: usize) -> Result<Sample, DataError>;

    /// Picture `index` for use at a short side of about `short_side_px`: sources that render do it at that size,
    /// stored pictures come as they are.
    ///
    /// # Errors
    /// As [`Source::get`].
    fn get_at(&self, index: usize, short_side_px: usize) -> Result<Sample, DataError> {
        let _ = short_side_px;
        self.get(index)
    }

    /// Names of the classes; empty when there are none.
    fn classes(&self) -> &[String];

    /// The label of picture `index` without decoding it, where the source knows.
    fn label(&self, index: usize) -> Option<usize>;
}

/// How to open a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenOptions {
    /// Which world `scenes` renders.
    pub seed: u64,
    /// Side of a scene where nobody asks for another, pixels.
    pub size_px: usize,
    /// Sources up to this many encoded bytes are decoded once when opened, so that broken pictures are known from
    /// the start. In larger ones they come to light while loading.
    pub check_bytes: u64,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self {
            seed: 0,
            size_px: 128,
            check_bytes: 64 << 20,
        }
    }
}

/// An open source and what was left out of it.
pub struct Opened {
    /// The pictures.
    pub source: Arc<dyn Source>,
    /// Those that cannot be read.
    pub skipped: Skipped,
    /// What a person should know: test files left aside, …
    pub notes: Vec<String>,
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { source, skipped, notes } = self;
        f.debug_struct("Opened")
            .field("source", &source.name())
            .field("len", &source.len())
            .field("skipped", skipped)
            .field("notes", notes)
            .finish()
    }
}

/// Broken pictures that were passed over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Skipped {
    /// How many.
    pub count: usize,
    /// The first of them and what is wrong with it.
    pub first: Option<String>,
}

impl Skipped {
    /// Counts one more.
    pub fn add(&mut self, what: impl Into<String>) {
        self.count += 1;
        self.first.get_or_insert_with(|| what.into());
    }

    /// Counts another's as well.
    pub fn merge(&mut self, other: Self) {
        self.count += other.count;
        self.first = self.first.take().or(other.first);
    }

    /// A sentence for a person; `None` when nothing was skipped.
    #[must_use]
    pub fn sentence(&self) -> Option<String> {
        let first = self.first.as_deref().unwrap_or("unknown");
        match self.count {
            0 => None,
            1 => Some(format!("1 broken file skipped: {first}")),
            n => Some(format!("{n} broken files skipped, the first: {first}")),
        }
    }
}

/// What a source's file makes of its files, before any picture was decoded.
#[cfg(feature = "train")]
struct Built {
    source: Arc<dyn Source>,
    skipped: Skipped,
    notes: Vec<String>,
    /// Encoded bytes in all; `None` where no picture can be broken.
    bytes: Option<u64>,
}

fn beyond(source: &(impl Source + ?Sized), index: usize) -> DataError {
    DataError::Beyond {
        name: source.name().into(),
        len: source.len(),
        index,
    }
}
