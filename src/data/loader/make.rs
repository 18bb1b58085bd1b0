//! How one slot of a batch is made, and a batch of its slots.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use super::{
    LoaderConfig,
    batch::{HostBatch, Pending, Piece, Plan},
};
use crate::{
    chance::Chance,
    data::{DataError, Sample, Scenes, Skipped, Source, cache::Cache, order::Order},
    mask::{Grid, Mask},
    picture::fill,
    views::{Drawn, Flip, RandomResizedCrop, Views, seed_of_view},
    worlds,
};

/// Pictures tried in a row before a batch is given up.
const TRIES: u64 = 64;

/// Everything that the threads share; nothing in it changes what a batch holds.
pub(super) struct Maker {
    config: LoaderConfig,
    grid: Grid,
    cache: Cache,
    order: Order,
    /// The first view of a stored picture.
    views: Views,
    /// The first view of a mixed-in scene.
    scene_view: Views,
    /// Further views of either.
    others: Vec<Views>,
    /// Parts in a million of the pictures that are mixed-in scenes.
    scenes_ppm: u64,
    scenes_seed: u64,
}

impl Maker {
    pub fn new(source: Arc<dyn Source>, config: LoaderConfig, grid: Grid) -> Self {
        let size_px = config.size_px;
        let order = Order::new(config.seed, source.len());
        let plain = |crop| Views::new(RandomResizedCrop::new(size_px, crop)).then(Flip { p: config.flip });
        let [views, scene_view] = match config.recipes.first() {
            Some(recipe) => [config.made_here(recipe), config.made_here(recipe)],
            // There is always another scene, so nothing need be cut from one.
            None => [plain(config.crop), plain([1.0, 1.0])],
        };
        Self {
            grid,
            cache: Cache::new(source, kept_side(&config), config.cache_bytes),
            order,
            views,
            scene_view,
            others: config.recipes.iter().skip(1).map(|recipe| config.made_here(recipe)).collect(),
            scenes_ppm: (f64::from(config.mix_scenes) * 1e6).round() as u64,
            scenes_seed: Chance::new(config.seed, "mixed scenes", 0).bits(),
            config,
        }
    }

    pub fn skipped(&self) -> Skipped {
        self.cache.skipped()
    }

    /// As in [`LoaderConfig::gives_way`].
    #[cfg(feature = "train")]
    pub fn gives_way(&self) -> bool {
        self.config.gives_way
    }

    /// Mixed-in scenes in all batches before `step`: whole numbers that keep to the wanted part over time.
    fn scenes_before(&self, step: u64) -> u64 {
        (u128::from(step) * self.config.batch as u128 * u128::from(self.scenes_ppm) / 1_000_000) as u64
    }

    fn plan(&self, step: u64) -> Plan {
        let batch = self.config.batch;
        let first_scene = self.scenes_before(step);
        let scenes = self.scenes_before(step + 1) - first_scene;
        let start = step * batch as u64 - first_scene;
        let count = batch - scenes as usize;
        Plan {
            start,
            samples: self.order.samples(start, count),
            first_scene,
            masks: self.config.masks.draw(self.grid, self.config.seed, step, batch),
            epoch: self.order.epoch(start + count as u64),
        }
    }

    /// Makes one slot. A decoder's panic is that slot's error, never the loader's end.
    pub fn piece(&self, pending: &Pending, slot: usize) -> Result<Piece, DataError> {
        let made = catch_unwind(AssertUnwindSafe(|| {
            // Not `get_or_init` alone: a thread that stands back in the middle of a plan would hold up all others.
            let plan = match pending.plan.get() {
                Some(plan) => plan,
                None => {
                    let plan = self.plan(pending.step);
                    pending.plan.get_or_init(|| plan)
                }
            };
            let mask = plan.masks.get(slot);
            match plan.samples.get(slot) {
                Some(&index) => self.stored(index, plan.start + slot as u64, mask),
                None => Ok(self.scene(plan.first_scene + (slot - plan.samples.len()) as u64, mask)),
            }
        }));
        made.unwrap_or_else(|panic| {
            Err(DataError::Thread {
                step: pending.step,
                why: words(&*panic),
            })
        })
    }

    /// A view of a stored picture; where it is broken, of another one, which `(seed, position)` chooses.
    fn stored(&self, index: usize, position: u64, mask: Option<&Mask>) -> Result<Piece, DataError> {
        let mut instead = Chance::new(self.config.seed, "instead", position);
        let mut index = index;
        let mut last = String::new();
        for _ in 0..TRIES {
            match self.cache.get(index) {
                Ok(sample) => {
                    let piece = self.piece_of(&self.views, &sample, (self.config.seed, position), mask);
                    return Ok(Piece {
                        index: Some(index),
                        ..piece
                    });
                }
                Err(error) => last = error.to_string(),
            }
            index = instead.below(self.cache.source().len());
        }
        Err(DataError::AllBroken {
            name: self.cache.source().name().into(),
            tried: TRIES as usize,
            why: last,
        })
    }

    /// A scene of its own world.
    fn scene(&self, number: u64, mask: Option<&Mask>) -> Piece {
        let sample = Scenes::sample(self.scenes_seed, number, worlds::BOND, self.config.size_px);
        let piece = self.piece_of(&self.scene_view, &sample, (self.scenes_seed, number), mask);
        Piece { label: None, ..piece }
    }

    /// All views of a picture, the first made by `first`, with what its mask hides filled.
    fn piece_of(&self, first: &Views, sample: &Sample, (seed, position): (u64, u64), mask: Option<&Mask>) -> Piece {
        let picture = first.make(&sample.picture, seed, position);
        let further = self.others.iter().zip(1..);
        let others = further.map(|(views, number)| views.make(&sample.picture, seed_of_view(seed, number), position));
        let left = self.config.recipes.iter().filter(|_| self.config.leaves()).zip(0..);
        let colours = left.map(|(recipe, number)| match recipe.jigsaw {
            Some(_) => Drawn::default(), // tiles are coloured one by one, before they are put together
            None => recipe.colours(seed_of_view(seed, number), position),
        });
        Piece {
            colours: colours.collect(),
            fill: mask.filter(|_| self.config.fill).map(|mask| fill::smooth(&picture, mask)),
            others: others.collect(),
            picture,
            index: None,
            label: sample.label,
            factors: sample.factors.clone(),
        }
    }

    /// Puts the slots of a finished batch together. What nobody else holds is freed on the way.
    pub fn batch(&self, pending: &Pending, pieces: Vec<Arc<Piece>>) -> Result<HostBatch, DataError> {
        let thread_failed = || DataError::Thread {
            step: pending.step,
            why: "its plan is missing".into(),
        };
        let plan = pending.plan.get().ok_or_else(thread_failed)?;
        let values = self.config.batch * 3 * self.config.size_px * self.config.size_px;
        let mut batch = HostBatch {
            step: pending.step,
            epoch: plan.epoch,
            pictures: Vec::with_capacity(values),
            others: vec![Vec::new(); self.others.len()],
            colours: Vec::new(),
            fill: self.config.fill.then(|| Vec::with_capacity(values)),
            masks: plan.masks.clone(),
            indices: Vec::with_capacity(self.config.batch),
            labels: Vec::with_capacity(self.config.batch),
            factors: Vec::with_capacity(self.config.batch),
        };
        for piece in pieces {
            batch.pictures.extend_from_slice(&piece.picture.pixels);
            for (all, one) in batch.others.iter_mut().zip(&piece.others) {
                all.extend_from_slice(&one.pixels);
            }
            batch.colours.resize(piece.colours.len(), Vec::new());
            for (all, one) in batch.colours.iter_mut().zip(&piece.colours) {
                all.push(*one);
            }
            if let (Some(all), Some(one)) = (&mut batch.fill, &piece.fill) {
                all.extend_from_slice(&one.pixels);
            }
            batch.indices.push(piece.index);
            batch.labels.push(piece.label);
            batch.factors.push(piece.factors.clone());
        }
        Ok(batch)
    }
}

/// Short side that pictures are kept at: such that the smallest crop need not be enlarged, between 1.5 and 2 times the
/// view's side.
fn kept_side(config: &LoaderConfig) -> usize {
    let side = |size_px: usize, crop: [f32; 2]| (size_px as f32 * crop[0].sqrt().recip().clamp(1.5, 2.0)).ceil() as usize;
    let sides = config.recipes.iter().map(|recipe| side(recipe.size_px, recipe.area));
    sides.max().unwrap_or_else(|| side(config.size_px, config.crop))
}

fn words(panic: &(dyn Any + Send)) -> String {
    let said = panic
        .downcast_ref::<&str>()
        .map(ToString::to_string)
        .or_else(|| panic.downcast_ref::<String>().cloned());
    said.unwrap_or_else(|| "it gave no reason".into())
}
