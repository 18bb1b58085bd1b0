//! The loader: batches in step order, decoded, augmented, hidden and filled by threads of its own, ahead of the model; or
//! one by one, by whoever asks, where there are no threads.
//!
//! What a batch holds is a pure function of the source and `(seed, step)`: neither the number of threads nor the step
//! it started at changes a bit, so a run resumes by starting at its next step.

#[cfg(feature = "train")]
mod ahead;
mod batch;
mod config;
mod make;
#[cfg(feature = "train")]
mod queue;

use std::sync::Arc;

#[cfg(feature = "train")]
pub use ahead::Loader;
pub use batch::HostBatch;
pub use config::LoaderConfig;

use super::{DataError, Skipped, Source};
use batch::Pending;
use make::Maker;

/// The loader's batches made one by one, on the thread of whoever asks.
pub struct Batches {
    maker: Maker,
    batch: usize,
}

impl Batches {
    /// Makes nothing yet.
    ///
    /// # Errors
    /// A sentence for settings that cannot work, or an empty source.
    pub fn new(source: Arc<dyn Source>, config: LoaderConfig) -> Result<Self, DataError> {
        let grid = config.check(&*source)?;
        let batch = config.batch;
        let maker = Maker::new(source, config, grid);
        Ok(Self { maker, batch })
    }

    /// Broken pictures met so far; others were taken in their place.
    #[must_use]
    pub fn skipped(&self) -> Skipped {
        self.maker.skipped()
    }

    /// Batch number `step`.
    ///
    /// # Errors
    /// As many pictures in a row that cannot be read as the loader tries.
    pub fn make(&self, step: u64) -> Result<HostBatch, DataError> {
        let pending = Pending::new(step, self.batch);
        for slot in 0..self.batch {
            pending.put(slot, self.maker.piece(&pending, slot)?);
        }
        self.maker.batch(&pending, pending.take())
    }
}
