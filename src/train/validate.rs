//! The model's PSNR on the validation pictures, mask by mask, beside the plain fills'.
//!
//! Pictures, masks and fills are the same all through a run: what does not change is computed once.

use burn::tensor::Device;
use rayon::prelude::*;

use super::TrainError;
use crate::{
    learn::put,
    mask::{Grid, Mask, MaskKind},
    methods::{AnyMethod, Batch, Method},
    picture::{Picture, fill, measure::hidden_psnr_db},
    protocol::Psnr,
};

/// What every run is measured with.
pub const MASKS: [&str; 4] = ["random:0.75", "random:0.5", "block", "half"];

/// Seed of the random masks: the same for every run, so that runs can be compared.
const SEED: u64 = 0;

/// Pictures drawn at once.
const AT_ONCE: usize = 64;

/// One picture under one mask.
pub struct Case {
    /// Which of the validation pictures.
    pub picture: usize,
    /// What is hidden.
    pub mask: Mask,
    /// The hidden part filled smoothly from the visible part.
    pub smooth: Picture,
    mean_db: f64,
    smooth_db: f64,
}

/// Validation pictures under each of [`MASKS`].
pub struct Validator {
    pictures: Vec<Picture>,
    cases: Vec<(&'static str, Vec<Case>)>,
    size_px: usize,
}

impl Validator {
    /// Draws the masks and fills them plainly.
    ///
    /// # Errors
    /// Patches that do not divide the size.
    pub fn new(pictures: Vec<Picture>, size_px: usize, patch_px: usize) -> Result<Self, TrainError> {
        let grid = Grid::of(size_px, patch_px)
            .ok_or_else(|| TrainError::Setting(format!("patches of {patch_px} px do not divide a side of {size_px} px")))?;
        let cases = MASKS
            .iter()
            .filter_map(|name| Some((*name, cases(&pictures, &name.parse().ok()?, grid))))
            .collect();
        Ok(Self { pictures, cases, size_px })
    }

    /// How many pictures.
    #[must_use]
    pub fn len(&self) -> usize {
        self.pictures.len()
    }

    /// Picture `index` of the validation pictures.
    #[must_use]
    pub fn picture(&self, index: usize) -> Option<&Picture> {
        self.pictures.get(index)
    }

    /// The cases of each mask.
    #[must_use]
    pub fn cases(&self) -> &[(&'static str, Vec<Case>)] {
        &self.cases
    }

    /// PSNR over the hidden pixels, mean over the pictures, for each mask. Waits for the device.
    ///
    /// # Errors
    /// A method that draws nothing, or a device that fails.
    pub fn measure(&self, model: &AnyMethod, device: &Device) -> Result<Vec<(String, Psnr)>, TrainError> {
        self.cases
            .iter()
            .map(|(name, cases)| Ok(((*name).to_owned(), self.measure_one(model, cases, device)?)))
            .collect()
    }

    fn measure_one(&self, model: &AnyMethod, cases: &[Case], device: &Device) -> Result<Psnr, TrainError> {
        let mut model_db = 0.0;
        for part in cases.chunks(AT_ONCE) {
            let drawn = self.draw(model, &part.iter().collect::<Vec<_>>(), device)?;
            let db: Vec<f64> = part
                .par_iter()
                .zip(drawn)
                .filter_map(|(case, drawn)| hidden_psnr_db(self.picture(case.picture)?, &drawn, &case.mask))
                .collect();
            model_db += db.iter().sum::<f64>();
        }
        let mean = |sum: f64| (sum / cases.len().max(1) as f64) as f32;
        Ok(Psnr {
            model: mean(model_db),
            mean: mean(cases.iter().map(|case| case.mean_db).sum()),
            smooth: mean(cases.iter().map(|case| case.smooth_db).sum()),
        })
    }

    /// What the model draws of `cases`, which all hide equally many patches. Waits for the device.
    ///
    /// # Errors
    /// As [`Validator::measure`].
    pub fn draw(&self, model: &AnyMethod, cases: &[&Case], device: &Device) -> Result<Vec<Picture>, TrainError> {
        let truth: Vec<f32> = cases
            .iter()
            .filter_map(|case| self.picture(case.picture))
            .flat_map(|picture| picture.pixels.iter().copied())
            .collect();
        let fill = model
            .views()
            .fill
            .then(|| cases.iter().flat_map(|case| case.smooth.pixels.iter().copied()).collect());
        let put = |values: Vec<f32>| put(values, cases.len(), self.size_px, device);
        let masks = cases.iter().map(|case| case.mask.clone()).collect();
        let batch = Batch {
            fill: fill.map(put),
            ..Batch::plain(put(truth), masks)
        };
        let drawn = model
            .complete(&batch)
            .ok_or_else(|| TrainError::Predict(format!("{} draws nothing to measure", model.name())))?;
        let data = drawn
            .try_into_data()
            .map_err(|e| TrainError::Predict(format!("the device failed while measuring: {e}")))?;
        let values: Vec<f32> = data.iter::<f32>().collect();
        let plane = 3 * self.size_px * self.size_px;
        let picture =
            |pixels: &[f32]| Picture::new(self.size_px, self.size_px, pixels.to_vec()).map_err(|e| TrainError::Predict(e.to_string()));
        values.chunks_exact(plane.max(1)).map(picture).collect()
    }
}

fn cases(pictures: &[Picture], kind: &MaskKind, grid: Grid) -> Vec<Case> {
    let numbered = pictures.par_iter().enumerate();
    numbered
        .filter_map(|(index, picture)| {
            let mask = kind.draw(grid, SEED, index as u64);
            let smooth = fill::smooth(picture, &mask);
            let mean_db = hidden_psnr_db(picture, &fill::mean(picture, &mask), &mask)?;
            let smooth_db = hidden_psnr_db(picture, &smooth, &mask)?;
            Some(Case {
                picture: index,
                mask,
                smooth,
                mean_db,
                smooth_db,
            })
        })
        .collect()
}
