//! The middle square of every picture, in order: what models are measured on.

use std::{collections::VecDeque, sync::Arc};

use rayon::prelude::*;

use super::{DataError, Skipped, Source};
use crate::picture::Picture;

/// Pictures decoded at a time.
const AT_ONCE: usize = 64;

/// The largest square in the middle of a picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Square {
    /// Number in the source.
    pub index: usize,
    /// As [`super::Sample::name`].
    pub name: String,
    /// As [`super::Sample::label`].
    pub label: Option<usize>,
    /// As [`super::Sample::factors`].
    pub factors: Vec<(&'static str, f32)>,
    /// `[3, size, size]`, 0..1.
    pub picture: Picture,
}

/// Middle squares of a source, in its order, some decoded ahead on all cores; broken pictures are passed over and counted.
pub struct Squares {
    source: Arc<dyn Source>,
    size_px: usize,
    next: usize,
    ready: VecDeque<Result<Square, DataError>>,
    skipped: Skipped,
}

impl Squares {
    /// Every picture of `source` at `size_px` a side.
    #[must_use]
    pub fn new(source: Arc<dyn Source>, size_px: usize) -> Self {
        Self {
            source,
            size_px,
            next: 0,
            ready: VecDeque::new(),
            skipped: Skipped::default(),
        }
    }

    /// What was passed over so far.
    #[must_use]
    pub fn skipped(&self) -> &Skipped {
        &self.skipped
    }

    fn read(&self, index: usize) -> Result<Square, DataError> {
        let sample = self.source.get_at(index, self.size_px)?;
        let picture = sample.picture.square(sample.picture.centre_frame(), self.size_px);
        Ok(Square {
            index,
            name: sample.name,
            label: sample.label,
            factors: sample.factors,
            picture,
        })
    }
}

impl Iterator for Squares {
    type Item = Square;

    fn next(&mut self) -> Option<Square> {
        loop {
            if self.ready.is_empty() {
                let end = self.source.len().min(self.next + AT_ONCE);
                let read: Vec<_> = (self.next..end).into_par_iter().map(|i| self.read(i)).collect();
                self.next = end;
                self.ready.extend(read);
            }
            match self.ready.pop_front()? {
                Ok(square) => return Some(square),
                Err(error) => self.skipped.add(error.to_string()),
            }
        }
    }
}
