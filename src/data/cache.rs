//! Decoded pictures kept in memory, shrunk to what training needs of them.

use std::sync::{
    Arc, Mutex, OnceLock, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use super::{DataError, Sample, Skipped, Source};
use crate::picture::Rgb8;

/// A source whose pictures are decoded once, as far as the budget reaches; beyond it they are decoded each time.
///
/// No thread waits for another: two that want the same picture at the same moment both decode it. Whether a picture
/// was kept never changes what it is.
pub(super) struct Cache {
    source: Arc<dyn Source>,
    short_side_px: usize,
    /// `None` inside: broken, and counted.
    slots: Vec<OnceLock<Option<Arc<Sample>>>>,
    room: AtomicU64,
    skipped: Mutex<Skipped>,
}

impl Cache {
    /// Pictures of `source` with their short side at most `short_side_px`, kept up to `budget_bytes`.
    pub fn new(source: Arc<dyn Source>, short_side_px: usize, budget_bytes: u64) -> Self {
        let slots = (0..source.len()).map(|_| OnceLock::new()).collect();
        Self {
            source,
            short_side_px,
            slots,
            room: AtomicU64::new(budget_bytes),
            skipped: Mutex::default(),
        }
    }

    pub fn source(&self) -> &dyn Source {
        &*self.source
    }

    /// Picture `index`.
    ///
    /// # Errors
    /// As [`Source::get`].
    pub fn get(&self, index: usize) -> Result<Arc<Sample>, DataError> {
        let slot = self.slots.get(index).ok_or_else(|| super::beyond(self.source(), index))?;
        match slot.get() {
            Some(Some(sample)) => return Ok(sample.clone()),
            Some(None) => {
                let name = format!("{}, picture {index}", self.source.name());
                return Err(DataError::Broken {
                    name,
                    why: "could not be read before".into(),
                });
            }
            None => {}
        }
        match self.source.get_at(index, self.short_side_px) {
            Ok(mut sample) => {
                sample.picture = shrink(sample.picture, self.short_side_px);
                let sample = Arc::new(sample);
                if self.reserve(sample.picture.pixels.len() as u64 + 256) {
                    let _ = slot.set(Some(sample.clone())); // another thread may have been first: the same picture
                }
                Ok(sample)
            }
            Err(error) => {
                if slot.set(None).is_ok() {
                    self.skipped.lock().unwrap_or_else(PoisonError::into_inner).add(error.to_string());
                }
                Err(error)
            }
        }
    }

    /// Broken pictures met so far.
    pub fn skipped(&self) -> Skipped {
        self.skipped.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn reserve(&self, bytes: u64) -> bool {
        self.room
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |room| room.checked_sub(bytes))
            .is_ok()
    }
}

/// Shrinks a picture until its short side is `short_side_px`, its shape kept; smaller ones stay as they are.
fn shrink(mut picture: Rgb8, short_side_px: usize) -> Rgb8 {
    let short = picture.width.min(picture.height);
    if short <= short_side_px {
        picture.pixels.shrink_to_fit();
        return picture;
    }
    let scaled = |side: usize| (side as f64 * short_side_px as f64 / short as f64).round().max(1.0) as usize;
    picture.resized(
        [0.0, 0.0, picture.width as f32, picture.height as f32],
        scaled(picture.width),
        scaled(picture.height),
    )
}
