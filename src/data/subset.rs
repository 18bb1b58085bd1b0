//! A part of a source, and the part held out for validation.

use std::sync::Arc;

use super::{DataError, Sample, Source, beyond};
use crate::chance::Chance;

/// Some pictures of a source, by number.
pub struct Subset {
    source: Arc<dyn Source>,
    indices: Vec<usize>,
}

impl Subset {
    /// The pictures `indices` of `source`, in that order.
    #[must_use]
    pub fn new(source: Arc<dyn Source>, indices: Vec<usize>) -> Self {
        Self { source, indices }
    }

    /// At most `count` pictures, evenly spread over the source.
    #[must_use]
    pub fn spread(source: Arc<dyn Source>, count: usize) -> Self {
        let len = source.len();
        let count = count.min(len);
        let indices = (0..count)
            .map(|i| (i as u128 * len as u128 / count.max(1) as u128) as usize)
            .collect();
        Self { source, indices }
    }

    /// Numbers of these pictures in the source they come from.
    #[must_use]
    pub fn indices(&self) -> &[usize] {
        &self.indices
    }

    fn of(&self, index: usize) -> Result<usize, DataError> {
        self.indices.get(index).copied().ok_or_else(|| beyond(self, index))
    }
}

impl Source for Subset {
    fn name(&self) -> &str {
        self.source.name()
    }

    fn len(&self) -> usize {
        self.indices.len()
    }

    fn get(&self, index: usize) -> Result<Sample, DataError> {
        self.source.get(self.of(index)?)
    }

    fn get_at(&self, index: usize, short_side_px: usize) -> Result<Sample, DataError> {
        self.source.get_at(self.of(index)?, short_side_px)
    }

    fn classes(&self) -> &[String] {
        self.source.classes()
    }

    fn label(&self, index: usize) -> Option<usize> {
        self.source.label(*self.indices.get(index)?)
    }
}

/// A source in two parts that share no picture.
pub struct HeldOut {
    /// To train on.
    pub train: Arc<dyn Source>,
    /// To measure on.
    pub validation: Arc<dyn Source>,
}

/// Holds out `count` pictures, at most a fifth of the source and at least one; which ones depends on `seed` and the
/// source's length alone. Both parts keep the source's order.
///
/// # Errors
/// [`DataError::TooFew`] for fewer than two pictures.
pub fn held_out(source: Arc<dyn Source>, count: usize, seed: u64) -> Result<HeldOut, DataError> {
    let len = source.len();
    if len < 2 {
        return Err(DataError::TooFew {
            name: source.name().into(),
            len,
        });
    }
    let count = count.min(len / 5).max(1);
    let mut train = Chance::new(seed, "held out", 0).permutation(len);
    let mut validation = train.split_off(len - count);
    train.sort_unstable();
    validation.sort_unstable();
    Ok(HeldOut {
        train: Arc::new(Subset::new(source.clone(), train)),
        validation: Arc::new(Subset::new(source, validation)),
    })
}
