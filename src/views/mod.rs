//! Augmentations: one file each. A view is a pure function of `(seed, position)`, where the position counts samples over
//! all epochs and so names sample and epoch at once.
//!
//! To add one: a file with a [`Change`], and a line where the [`Views`] of a method are put together.

mod crop;
mod flip;
mod recipe;

pub use crop::RandomResizedCrop;
pub use flip::Flip;
pub use recipe::Recipe;

use crate::{
    chance::Chance,
    picture::{Picture, Rgb8},
};

/// A random change of a view that keeps its size.
pub trait Change: Send + Sync {
    /// Name of its stream of chance; never changed once runs depend on it.
    fn name(&self) -> &'static str;

    /// Changes the picture in place.
    fn apply(&self, picture: &mut Picture, chance: &mut Chance);
}

/// Seed of view `number` of a picture: the first view keeps the run's, so that one view alone is what it is among many.
#[must_use]
pub fn seed_of_view(seed: u64, number: u64) -> u64 {
    match number {
        0 => seed,
        _ => Chance::new(seed, "view", number).bits(),
    }
}

/// How a picture becomes a view: a crop, then changes in their order.
pub struct Views {
    crop: RandomResizedCrop,
    changes: Vec<Box<dyn Change>>,
}

impl Views {
    /// A crop alone.
    #[must_use]
    pub fn new(crop: RandomResizedCrop) -> Self {
        Self { crop, changes: Vec::new() }
    }

    /// And then this.
    #[must_use]
    pub fn then(mut self, change: impl Change + 'static) -> Self {
        self.changes.push(Box::new(change));
        self
    }

    /// The view of `picture` at `position`. Each change draws from a stream of its own, so that adding one leaves the
    /// others as they are.
    #[must_use]
    pub fn make(&self, picture: &Rgb8, seed: u64, position: u64) -> Picture {
        let mut view = self.crop.apply(picture, &mut Chance::new(seed, "crop", position));
        for change in &self.changes {
            change.apply(&mut view, &mut Chance::new(seed, change.name(), position));
        }
        view
    }
}
