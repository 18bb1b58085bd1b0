//! Augmentations: one file each. A view is a pure function of `(seed, position)`, where the position counts samples over
//! all epochs and so names sample and epoch at once.
//!
//! A [`Recipe`] says how one view is made; several views are a list of them, as the papers publish it. Each file also has
//! its change as a plain function of given strength, for whoever wants to disturb a picture by hand.
//!
//! To add one: a file with a [`Change`], and a line in [`Recipe::views`]; one that changes colours has another in
//! [`Recipe::colours`], in the same order, and its form for a device in `learn/colours.rs`. Values are the same on every
//! processor: no platform's sines, no multiplication and addition in one, sums in a fixed order. A GPU's agree to rounding.

pub mod blur;
pub mod crop;
mod drawn;
pub mod flip;
pub mod grey;
pub mod jigsaw;
pub mod jitter;
pub(crate) mod planes;
mod published;
mod recipe;
pub mod solarise;
pub mod turn;

pub use blur::{Blur, Kernel};
pub use crop::RandomResizedCrop;
pub use drawn::Drawn;
pub use flip::Flip;
pub use grey::Grey;
pub use jigsaw::{Jigsaw, Puzzle};
pub use jitter::Jitter;
pub use recipe::{Recipe, multi_crop};
pub use solarise::Solarise;

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
    jigsaw: Option<Jigsaw>,
}

impl Views {
    /// A crop alone.
    #[must_use]
    pub fn new(crop: RandomResizedCrop) -> Self {
        Self {
            crop,
            changes: Vec::new(),
            jigsaw: None,
        }
    }

    /// And then this.
    #[must_use]
    pub fn then(mut self, change: impl Change + 'static) -> Self {
        self.changes.push(Box::new(change));
        self
    }

    /// And then into a puzzle, its tiles side by side.
    #[must_use]
    pub fn cut(self, jigsaw: Jigsaw) -> Self {
        Self {
            jigsaw: Some(jigsaw),
            ..self
        }
    }

    /// The view of `picture` at `position`. Each change draws from a stream of its own, so that adding one leaves the
    /// others as they are.
    #[must_use]
    pub fn make(&self, picture: &Rgb8, seed: u64, position: u64) -> Picture {
        if let Some(jigsaw) = &self.jigsaw {
            return jigsaw.make(self, picture, seed, position).together();
        }
        let mut view = self.crop(picture, seed, position);
        self.change(&mut view, seed, position);
        view
    }

    /// The crop alone.
    fn crop(&self, picture: &Rgb8, seed: u64, position: u64) -> Picture {
        self.crop.apply(picture, &mut Chance::new(seed, "crop", position))
    }

    /// The changes alone.
    fn change(&self, view: &mut Picture, seed: u64, position: u64) {
        for change in &self.changes {
            change.apply(view, &mut Chance::new(seed, change.name(), position));
        }
    }
}

/// Several views of one picture, the first of them what [`Views::make`] gives, each drawn by a seed of its own
/// ([`seed_of_view`]).
#[must_use]
pub fn views_of(views: &[Views], picture: &Rgb8, seed: u64, position: u64) -> Vec<Picture> {
    let numbered = views.iter().zip(0..);
    numbered
        .map(|(views, number)| views.make(picture, seed_of_view(seed, number), position))
        .collect()
}
