//! The one place where picture, mask and model become a drawing, energies and PSNR.
//!
//! Results are read back asynchronously throughout, since a browser cannot wait; native callers have [`block_on`].

mod block_on;
mod embed;
mod error;
mod evaluate;
#[cfg(test)]
mod tests;
#[cfg(feature = "joint")]
pub mod together;

use burn::tensor::{Device, Tensor};

pub use block_on::block_on;
pub use embed::{Embedded, embed};
pub use error::PredictError;
pub use evaluate::{AT_ONCE, evaluate};

use crate::{
    mask::{Grid, Mask},
    methods::{AnyMethod, Batch, Method},
    picture::{
        Picture, fill,
        measure::{energies, hidden_mse, psnr_db},
    },
    platform::now_ms,
    protocol::Psnr,
    weights::check,
};

/// What a model says of one picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Predicted {
    /// The model's drawing of every patch, the visible ones included; values around 0..1, not clamped.
    pub drawn: Picture,
    /// Mean squared error of the hidden pixels in 0..1, the drawing clamped to 0..1; `None` when nothing is hidden.
    pub energy: Option<f32>,
    /// The same for each patch, row by row; `None` where visible.
    pub patch_energy: Vec<Option<f32>>,
    /// PSNR over the hidden part, dB, beside the plain fills'; `None` when nothing is hidden.
    pub psnr: Option<Psnr>,
    /// From upload to read-back, the plain fills left out; milliseconds.
    pub network_ms: f32,
    /// All of it, milliseconds.
    pub total_ms: f32,
}

/// Draws what `mask` hides of `picture` and measures it.
///
/// # Errors
/// A picture or a grid that is not the model's, a mask that leaves nothing visible, a device that fails.
pub async fn predict(model: &AnyMethod, picture: &Picture, mask: &Mask, device: &Device) -> Result<Predicted, PredictError> {
    let start = now_ms();
    fits(model, picture, mask)?;
    let hides = mask.hidden_count() > 0;
    // Needed by some models, and by every comparison; without anything hidden it is the picture itself.
    let smooth = if hides { fill::smooth(picture, mask) } else { picture.clone() };
    let asked = now_ms();
    let fills = model.views().fill.then_some(std::slice::from_ref(&smooth));
    let batch = Batch::of(std::slice::from_ref(picture), std::slice::from_ref(mask), fills, device);
    let mut drawn = read(draw(model, &batch)?, picture).await?;
    let drawn = drawn.pop().ok_or_else(|| PredictError::Device("it answered with nothing".into()))?;
    let network_ms = (now_ms() - asked) as f32;
    let db = |guess: &Picture| hidden_mse(picture, guess, mask).map(|mse| psnr_db(mse) as f32);
    let (energy, patch_energy) = energies(picture, &drawn, mask);
    let psnr = || {
        Some(Psnr {
            model: psnr_db(energy?) as f32,
            mean: db(&fill::mean(picture, mask))?,
            smooth: db(&smooth)?,
        })
    };
    Ok(Predicted {
        energy: energy.map(|energy| energy as f32),
        patch_energy,
        psnr: psnr(),
        drawn,
        network_ms,
        total_ms: (now_ms() - start) as f32,
    })
}

/// The answer to the self-test on `device`, where `model` lives: to be compared with
/// [`SelfTest::error`](crate::weights::SelfTest::error).
///
/// # Errors
/// A device that fails.
pub async fn self_test(model: &AnyMethod, device: &Device) -> Result<Vec<f32>, PredictError> {
    let nothing = || PredictError::Device(format!("{} has no size that a picture could have", model.name()));
    let (picture, mask) = check::question(model).ok_or_else(nothing)?;
    let answer = check::answer(model, &picture, &mask, device);
    Ok(check::sample(&values(answer).await?))
}

fn fits(model: &AnyMethod, picture: &Picture, mask: &Mask) -> Result<(), PredictError> {
    let views = model.views();
    let (size_px, grid) = (views.size_px, Grid::of(views.size_px, views.patch_px).unwrap_or(Grid::new(0, 0)));
    if (picture.width, picture.height) != (size_px, size_px) {
        return Err(PredictError::Size {
            found: [picture.width, picture.height],
            wanted: size_px,
        });
    }
    if mask.grid != grid {
        return Err(PredictError::Grid {
            found: mask.grid,
            wanted: grid,
        });
    }
    if mask.hidden_count() == grid.len() {
        return Err(PredictError::NothingVisible);
    }
    Ok(())
}

fn draw(model: &AnyMethod, batch: &Batch) -> Result<Tensor<4>, PredictError> {
    model.complete(batch).ok_or_else(|| PredictError::DrawsNothing(model.name()))
}

/// `[batch, 3, size, size]` into pictures of the size of `like`.
async fn read(drawn: Tensor<4>, like: &Picture) -> Result<Vec<Picture>, PredictError> {
    let values = values(drawn).await?;
    let picture =
        |pixels: &[f32]| Picture::new(like.width, like.height, pixels.to_vec()).map_err(|error| PredictError::Device(error.to_string()));
    values.chunks(like.pixels.len().max(1)).map(picture).collect()
}

async fn values<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>, PredictError> {
    let data = tensor
        .into_data_async()
        .await
        .map_err(|error| PredictError::Device(error.to_string()))?;
    let values = match data.as_slice::<f32>() {
        Ok(values) => values.to_vec(),
        Err(_) => data.iter::<f32>().collect(),
    };
    match values.iter().all(|value| value.is_finite()) {
        true => Ok(values),
        false => Err(PredictError::NotFinite),
    }
}
