//! How batches are to be made, and whether they can be.

use crate::{
    data::{DataError, Source},
    mask::{Grid, MaskMix},
    platform,
    views::{Recipe, Views},
};

/// Part of the machine's memory that the pictures of batches may take: the network wants some, too.
const MOST_MEMORY: f64 = 0.8;

/// How to make batches.
#[derive(Clone, Debug, PartialEq)]
pub struct LoaderConfig {
    /// Pictures in a batch.
    pub batch: usize,
    /// Side of a view, pixels.
    pub size_px: usize,
    /// Side of a patch, pixels.
    pub patch_px: usize,
    /// Which masks to draw; all of one batch hide equally many patches.
    pub masks: MaskMix,
    /// Whether to fill the hidden part smoothly from the visible part.
    pub fill: bool,
    /// Area of the random resized crop, smallest and largest part of the picture, 0..1.
    pub crop: [f32; 2],
    /// Probability of a horizontal flip.
    pub flip: f32,
    /// How each view of a picture is made; empty for the one view that `crop` and `flip` make.
    pub recipes: Vec<Recipe>,
    /// Leaves the colours of views that recipes make to whoever moves the batch onto a device; see [`HostBatch::colours`]. Not
    /// together with `fill`, which takes its colours from the view.
    ///
    /// [`HostBatch::colours`]: super::HostBatch::colours
    pub leave_colours: bool,
    /// Whether other threads go before those that make batches, for where the model is on the same processor. Where a second program
    /// keeps that busy they may get next to no turns: whoever waits for a batch then makes what is missing of it.
    pub gives_way: bool,
    /// Part of every batch drawn from the procedural worlds, never the same scene twice, 0..1.
    pub mix_scenes: f32,
    /// Seed of order, views, masks and mixed-in worlds.
    pub seed: u64,
    /// Threads; 0 takes every core.
    pub threads: usize,
    /// Batches that may be in the making or ready at once, at least 1.
    pub ahead: usize,
    /// Number of the first batch.
    pub start_step: u64,
    /// Number of the batch to stop before; `None` never stops.
    pub steps: Option<u64>,
    /// Bytes of decoded pictures to keep; beyond it pictures are decoded anew each time.
    pub cache_bytes: u64,
}

impl Default for LoaderConfig {
    /// Batches of 64 at 128 px without fill, no end; three quarters of the patches hidden at random.
    fn default() -> Self {
        Self {
            batch: 64,
            size_px: 128,
            patch_px: 16,
            masks: MaskMix::default(),
            fill: false,
            crop: [0.35, 1.0],
            flip: 0.5,
            recipes: Vec::new(),
            leave_colours: false,
            gives_way: false,
            mix_scenes: 0.0,
            seed: 0,
            threads: 0,
            ahead: 4,
            start_step: 0,
            steps: None,
            cache_bytes: 2 << 30,
        }
    }
}

impl LoaderConfig {
    /// Whether colours are left: not where a fill is made of them.
    pub(super) fn leaves(&self) -> bool {
        self.leave_colours && !self.fill
    }

    /// What the loader makes of a recipe: all of it, or what does not change colours.
    pub(super) fn made_here(&self, recipe: &Recipe) -> Views {
        match recipe.jigsaw {
            None if self.leaves() => recipe.shape(),
            _ => recipe.views(),
        }
    }

    /// Checks that these settings can work; the grid of the masks.
    pub(super) fn check(&self, source: &dyn Source) -> Result<Grid, DataError> {
        let wrong = |why: String| Err(DataError::Config(why));
        let is_part = |x: f32| (0.0..=1.0).contains(&x);
        let Some(grid) = Grid::of(self.size_px, self.patch_px) else {
            return wrong(format!(
                "patches of {} px do not divide a side of {} px; choose a patch that does",
                self.patch_px, self.size_px
            ));
        };
        if self.batch == 0 {
            return wrong("a batch of 0 pictures; choose 1 or more".into());
        }
        if !(self.crop[0] > 0.0 && self.crop[0] <= self.crop[1] && self.crop[1] <= 1.0) {
            return wrong(format!("crop {:?} is no range of areas; write for instance [0.35, 1.0]", self.crop));
        }
        if !is_part(self.flip) || !is_part(self.mix_scenes) {
            return wrong(format!(
                "flip {} and mix_scenes {} must lie between 0 and 1",
                self.flip, self.mix_scenes
            ));
        }
        if let Some(recipe) = self.recipes.iter().find(|recipe| recipe.size_px == 0) {
            return wrong(format!("a view of {} px; choose 1 or more", recipe.size_px));
        }
        if source.is_empty() {
            return Err(DataError::Empty {
                spec: source.name().into(),
                why: "it is empty".into(),
            });
        }
        match platform::memory_bytes() {
            Some(has) if self.bytes() as f64 > MOST_MEMORY * has as f64 => wrong(format!(
                "the pictures of {} batches of {} take {:.0} GB, and this machine has {:.0} GB of memory; choose a smaller batch",
                self.batches(),
                self.batch,
                self.bytes() as f64 / 1e9,
                has as f64 / 1e9
            )),
            _ => Ok(grid),
        }
    }

    /// Batches whose pictures are there at once: those ahead, and the one that the model has; and where somebody else may have to put
    /// one together again, its pieces until that is done.
    fn batches(&self) -> usize {
        self.ahead.max(1) + 1 + usize::from(self.gives_way)
    }

    /// Bytes of their pictures.
    fn bytes(&self) -> u64 {
        let numbers = |size_px: usize| 3 * (size_px as u64).saturating_pow(2);
        let views: u64 = match self.recipes.as_slice() {
            [] => numbers(self.size_px) * if self.fill { 2 } else { 1 },
            recipes => recipes.iter().map(|recipe| numbers(recipe.size_px)).sum(),
        };
        let a_batch = (self.batch as u64).saturating_mul(4).saturating_mul(views);
        a_batch.saturating_mul(self.batches() as u64)
    }
}
