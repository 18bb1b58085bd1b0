//! Pictures on the host into one batch on a device.

use burn::tensor::{Device, Tensor, TensorData};

use super::Batch;
use crate::{mask::Mask, picture::Picture};

impl Batch {
    /// Pictures `[batch, 3, size, size]` with a mask each, of no source and no class.
    #[must_use]
    pub fn plain(pictures: Tensor<4>, masks: Vec<Mask>) -> Self {
        let count = masks.len();
        Self {
            pictures,
            others: Vec::new(),
            masks,
            fill: None,
            indices: vec![None; count],
            labels: vec![None; count],
        }
    }

    /// The first two views, each `[batch, 3, side, side]`; twice the first where there is one alone.
    #[must_use]
    pub fn two_views(&self) -> [Tensor<4>; 2] {
        [self.pictures.clone(), self.others.first().unwrap_or(&self.pictures).clone()]
    }

    /// All views, the first first: each `[batch, 3, side, side]`.
    #[must_use]
    pub fn views(&self) -> Vec<Tensor<4>> {
        std::iter::once(&self.pictures).chain(&self.others).cloned().collect()
    }

    /// A batch of pictures of one size, a mask each, and their smooth fills where the method asks for them.
    #[must_use]
    pub fn of(pictures: &[Picture], masks: &[Mask], fills: Option<&[Picture]>, device: &Device) -> Self {
        Self {
            fill: fills.map(|fills| stack(fills, device)),
            ..Self::plain(stack(pictures, device), masks.to_vec())
        }
    }
}

/// `[batch, 3, height, width]`.
fn stack(pictures: &[Picture], device: &Device) -> Tensor<4> {
    let [height, width] = pictures.first().map_or([0, 0], |picture| [picture.height, picture.width]);
    let mut pixels = Vec::with_capacity(pictures.len() * 3 * height * width);
    pictures.iter().for_each(|picture| pixels.extend_from_slice(&picture.pixels));
    Tensor::from_data(TensorData::new(pixels, [pictures.len(), 3, height, width]), device)
}
