use std::{
    io,
    path::{Path, PathBuf},
};

use super::regular;
use crate::picture::PictureError;

/// What can go wrong with a data source, each a sentence that names the thing and says what to do.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// The words of `--data` say nothing that can be opened.
    #[error("data `{spec}`: {why}")]
    Spec {
        /// As typed.
        spec: String,
        /// What is wrong, and what to write instead.
        why: String,
    },
    /// Nothing at that path.
    #[error("data `{}`: there is no such file or folder; {}", .0.display(), instead(.0))]
    NotFound(PathBuf),
    /// The file system refused.
    #[error("cannot read `{}`: {}", path.display(), regular::unread(path, error))]
    Read {
        /// Which file or folder.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// Opened, and nothing to train on in it.
    #[error("data `{spec}` holds no picture that can be read: {why}")]
    Empty {
        /// As typed.
        spec: String,
        /// What was found instead.
        why: String,
    },
    /// One sample is no picture.
    #[error(transparent)]
    Picture(#[from] PictureError),
    /// One sample cannot be read.
    #[error("{name}: {why}")]
    Broken {
        /// The sample.
        name: String,
        /// What is wrong with it.
        why: String,
    },
    /// Not CIFAR's binary format.
    #[error("`{}` is no CIFAR binary file: {why}", path.display())]
    NotCifar {
        /// Which file.
        path: PathBuf,
        /// How that was seen.
        why: String,
    },
    /// An index beyond the source's end.
    #[error("data `{name}` has {len} pictures, number {index} was asked for")]
    Beyond {
        /// The source.
        name: String,
        /// Its length.
        len: usize,
        /// What was asked for.
        index: usize,
    },
    /// Too small to be split.
    #[error("data `{name}` has {len} picture(s), too few to hold any out for validation: give validation pictures of their own")]
    TooFew {
        /// The source.
        name: String,
        /// Its length.
        len: usize,
    },
    /// No picture to measure on has a class that one to learn from has.
    #[error(
        "data `{measured}` has none of the classes of `{learnt}`, so that nothing could be told right: {theirs} there, {ours} here; \
         classes are the same where their names are, so name them alike"
    )]
    OtherClasses {
        /// The source to learn from.
        learnt: String,
        /// Its classes, the first of many.
        ours: String,
        /// The source to measure on.
        measured: String,
        /// Its classes.
        theirs: String,
    },
    /// A loader's settings cannot work.
    #[error("loader: {0}")]
    Config(String),
    /// No sample of a batch could be read, nor any of those tried instead.
    #[error("data `{name}`: {tried} pictures in a row cannot be read, the last: {why}")]
    AllBroken {
        /// The source.
        name: String,
        /// How many were tried.
        tried: usize,
        /// What was wrong with the last.
        why: String,
    },
    /// A loader thread failed.
    #[error("step {step}: a loader thread failed: {why}")]
    Thread {
        /// Which batch.
        step: u64,
        /// What it said.
        why: String,
    },
}

/// What may have been meant by a path that leads nowhere, or what to do.
fn instead(path: &Path) -> String {
    let near = || Some(format!("did you mean \"{}\"?", regular::nearest(path)?.display()));
    match regular::dangling(path).or_else(near) {
        Some(instead) => instead,
        None => "check the path, or use `scenes`, which needs no files".into(),
    }
}

impl DataError {
    /// Whether what was typed cannot be, whatever there is on the disk.
    #[must_use]
    pub fn is_of_words(&self) -> bool {
        matches!(self, Self::Spec { .. } | Self::Config(_))
    }
}
