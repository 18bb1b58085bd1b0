//! A picture of the same held-out examples as training goes on: the truth, what the model sees, what it draws.

use std::{
    fs,
    path::{Path, PathBuf},
};

use burn::tensor::Device;

use super::{
    TrainError,
    validate::{Case, Validator},
};
use crate::{
    methods::AnyMethod,
    picture::{Picture, Rgb8, encode_png},
    platform::atomic,
};

/// Examples of each mask.
const EACH: usize = 2;

/// Between two pictures.
const GAP_PX: usize = 4;

/// What is shown where something is hidden.
const HIDDEN: f32 = 0.5;

/// Which examples are drawn: the same all through a run.
pub struct Sheet {
    /// For each mask its examples' numbers.
    chosen: Vec<Vec<usize>>,
}

impl Sheet {
    /// Two examples a mask, other pictures for each.
    #[must_use]
    pub fn new(validator: &Validator) -> Self {
        let number = |mask: usize, i: usize, len: usize| (mask * EACH + i) % len.max(1);
        let of =
            |(mask, (_, cases)): (usize, &(&str, Vec<Case>))| (0..EACH.min(cases.len())).map(|i| number(mask, i, cases.len())).collect();
        Self {
            chosen: validator.cases().iter().enumerate().map(of).collect(),
        }
    }

    /// Draws the examples and saves them as [`save`] does; the path of the first file. Waits for the device.
    ///
    /// # Errors
    /// A model that cannot draw, or a file that cannot be written.
    pub fn draw(&self, validator: &Validator, model: &AnyMethod, device: &Device, folder: &Path, step: u64) -> Result<PathBuf, TrainError> {
        let mut columns = Vec::new();
        for ((_, cases), chosen) in validator.cases().iter().zip(&self.chosen) {
            let cases: Vec<&Case> = chosen.iter().filter_map(|&i| cases.get(i)).collect();
            let drawn = validator.draw(model, &cases, device)?;
            for (case, drawn) in cases.into_iter().zip(drawn) {
                let Some(truth) = validator.picture(case.picture) else { continue };
                let grey = Picture::grey(truth.width, truth.height, HIDDEN);
                let seen = case.mask.set_in(truth, &grey);
                columns.push([
                    truth.to_rgb8(),
                    seen.to_rgb8(),
                    case.mask.set_in(truth, &drawn).to_rgb8(),
                    drawn.to_rgb8(),
                ]);
            }
        }
        save(folder, step, &together(&columns)?)
    }
}

/// Writes a run's picture of step `step` into `pictures/step-00001000.png` and `picture.png`; the path of the first.
///
/// # Errors
/// A file that cannot be written.
pub fn save(folder: &Path, step: u64, picture: &Rgb8) -> Result<PathBuf, TrainError> {
    let png = encode_png(picture);
    let pictures = folder.join("pictures");
    fs::create_dir_all(&pictures).map_err(TrainError::writing(&pictures))?;
    let path = pictures.join(format!("step-{step:08}.png"));
    for path in [&path, &folder.join("picture.png")] {
        atomic::write(path, &[&png]).map_err(TrainError::writing(path))?;
    }
    Ok(path)
}

/// Columns of equal pictures on white; a column may be shorter than others.
///
/// # Errors
/// A sheet beyond what a picture may be.
pub fn together<C: AsRef<[Rgb8]>>(columns: &[C]) -> Result<Rgb8, TrainError> {
    let first = columns.iter().find_map(|column| column.as_ref().first());
    let (cell_width, cell_height) = first.map_or((1, 1), |p| (p.width, p.height));
    let rows = columns.iter().map(|column| column.as_ref().len()).max().unwrap_or(0);
    let width = columns.len() * (cell_width + GAP_PX) + GAP_PX;
    let height = rows * (cell_height + GAP_PX) + GAP_PX;
    let mut pixels = vec![255u8; 3 * width * height];
    for (column, row, picture) in columns
        .iter()
        .enumerate()
        .flat_map(|(c, rows)| rows.as_ref().iter().enumerate().map(move |(r, p)| (c, r, p)))
    {
        let (left, top) = (column * (cell_width + GAP_PX) + GAP_PX, row * (cell_height + GAP_PX) + GAP_PX);
        for (y, line) in picture.pixels.chunks_exact(3 * picture.width.max(1)).enumerate() {
            let start = 3 * ((top + y) * width + left);
            if let Some(place) = pixels.get_mut(start..start + line.len()) {
                place.copy_from_slice(line);
            }
        }
    }
    Rgb8::new(width, height, pixels).map_err(|e| TrainError::Predict(e.to_string()))
}
