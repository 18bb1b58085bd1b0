//! Pictures on the host into one batch on a device.

use burn::tensor::{Device, Tensor, TensorData};

use super::Batch;
use crate::{mask::Mask, picture::Picture};

impl Batch {
    /// A batch of pictures of one size, a mask each, and their smooth fills where the method asks for them.
    #[must_use]
    pub fn of(pictures: &[Picture], masks: &[Mask], fills: Option<&[Picture]>, device: &Device) -> Self {
        Self {
            pictures: stack(pictures, device),
            masks: masks.to_vec(),
            fill: fills.map(|fills| stack(fills, device)),
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
