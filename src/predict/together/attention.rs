//! Where the heads of the last layer look.

use burn::tensor::Device;

use super::{grid_of, kept::batch};
use crate::{
    mask::Grid,
    methods::{AnyMethod, Method},
    picture::Picture,
    predict::{PredictError, values},
};

/// What one token's heads look at.
#[derive(Clone, Debug, PartialEq)]
pub struct Attention {
    /// The picture's patches.
    pub grid: Grid,
    /// Of each head what part of its attention each patch gets, row by row, 0..1; they sum to what class token and registers
    /// leave.
    pub heads: Vec<Vec<f32>>,
}

/// Where the heads of the last layer look from `patch`, or from what stands for the picture; `None` where the model has no attention.
///
/// # Errors
/// A patch that is none of the picture's, a picture of another size, a device that fails.
pub async fn attention(
    model: &AnyMethod,
    picture: &Picture,
    patch: Option<usize>,
    device: &Device,
) -> Result<Option<Attention>, PredictError> {
    let seen = batch(model, std::slice::from_ref(picture), device)?;
    let Some(found) = seen.and_then(|seen| model.attention(seen)) else {
        return Ok(None);
    };
    let [_, heads, tokens, _] = found.dims();
    let patches = tokens.saturating_sub(1);
    if let Some(patch) = patch.filter(|patch| *patch >= patches) {
        return Err(PredictError::Patch { patch, patches });
    }
    let row = patch.map_or(0, |patch| 1 + patch);
    let of_row = found.narrow(2, row, 1).narrow(3, 1, patches).reshape([heads, patches]);
    let numbers = values(of_row).await?;
    Ok(Some(Attention {
        grid: grid_of(patches),
        heads: numbers.chunks(patches.max(1)).map(<[f32]>::to_vec).collect(),
    }))
}
