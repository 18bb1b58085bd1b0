use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use crate::{mask::Mask, picture::Picture, views::Drawn};

/// A batch in host memory, ready for a device.
#[derive(Clone, Debug, PartialEq)]
pub struct HostBatch {
    /// Its number.
    pub step: u64,
    /// Passes over the source that are done once this batch is.
    pub epoch: f64,
    /// `[batch, 3, size, size]`, 0..1: the first view.
    pub pictures: Vec<f32>,
    /// The other views, in the recipes' order: each `[batch, 3, side, side]` with a side of its own.
    pub others: Vec<Vec<f32>>,
    /// What is still to be done to the colours of each view, the first view's first, one a picture; empty where nothing is.
    pub colours: Vec<Vec<Drawn>>,
    /// `[batch, 3, size, size]`: hidden pixels filled smoothly from the visible ones.
    pub fill: Option<Vec<f32>>,
    /// One a picture; all hide equally many patches.
    pub masks: Vec<Mask>,
    /// Number in the source; `None` for a mixed-in scene.
    pub indices: Vec<Option<usize>>,
    /// Class in the source; `None` where it has none, and for mixed-in scenes.
    pub labels: Vec<Option<usize>>,
    /// Named facts of each picture, for probes.
    pub factors: Vec<Vec<(&'static str, f32)>>,
}

/// What a batch will be made of: pure in `(seed, step)`.
pub(super) struct Plan {
    /// Position of the first picture in the endless order of the source.
    pub start: u64,
    /// Numbers in the source, in the batch's first slots.
    pub samples: Vec<usize>,
    /// Number of the first mixed-in scene; scenes fill the other slots.
    pub first_scene: u64,
    /// One a slot.
    pub masks: Vec<Mask>,
    /// As in [`HostBatch`].
    pub epoch: f64,
}

/// One finished slot of a batch.
pub(super) struct Piece {
    pub picture: Picture,
    pub others: Vec<Picture>,
    /// One a view, or none at all.
    pub colours: Vec<Drawn>,
    pub fill: Option<Picture>,
    pub index: Option<usize>,
    pub label: Option<usize>,
    pub factors: Vec<(&'static str, f32)>,
}

/// A batch in the making, shared by the threads that make it. Its lock is held to hand a slot over, never while one is made.
pub(super) struct Pending {
    pub step: u64,
    pub plan: OnceLock<Plan>,
    slots: Mutex<Slots>,
}

struct Slots {
    pieces: Vec<Option<Arc<Piece>>>,
    left: usize,
}

impl Pending {
    pub fn new(step: u64, batch: usize) -> Self {
        let slots = Slots {
            pieces: vec![None; batch],
            left: batch,
        };
        Self {
            step,
            plan: OnceLock::new(),
            slots: Mutex::new(slots),
        }
    }

    fn slots(&self) -> MutexGuard<'_, Slots> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a finished slot; true for the last one. One that is there already, or that nobody wants any more, changes nothing.
    pub fn put(&self, slot: usize, piece: Piece) -> bool {
        let mut slots = self.slots();
        let Some(place @ None) = slots.pieces.get_mut(slot) else {
            return false;
        };
        *place = Some(Arc::new(piece));
        slots.left -= 1;
        slots.left == 0
    }

    /// Slots that are not there.
    #[cfg(feature = "train")]
    pub fn missing(&self) -> Vec<usize> {
        let slots = self.slots();
        slots
            .pieces
            .iter()
            .enumerate()
            .filter_map(|(slot, piece)| piece.is_none().then_some(slot))
            .collect()
    }

    /// The finished slots, in order.
    #[cfg(feature = "train")]
    pub fn pieces(&self) -> Vec<Arc<Piece>> {
        self.slots().pieces.iter().flatten().cloned().collect()
    }

    /// The finished slots, in order; leaves nothing behind, and takes nothing more.
    pub fn take(&self) -> Vec<Arc<Piece>> {
        std::mem::take(&mut self.slots().pieces).into_iter().flatten().collect()
    }
}
