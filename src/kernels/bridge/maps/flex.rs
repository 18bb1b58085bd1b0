//! On the CPU backend's tensors.

use burn::{
    backend::{Flex, flex::FlexTensor},
    tensor::Shape,
};

use super::{Manner, Maps, Moments, Numbers};
use crate::kernels::{
    batch_norm::{self, BatchNorm},
    bridge::flex::{last, shape, slice, tensor, whole},
    conv::{Conv, Window},
    product::panel_width,
};

impl Numbers<Flex> {
    /// Each in one piece.
    pub fn whole(self) -> Self {
        Self {
            weight: whole(self.weight),
            bias: whole(self.bias),
            moments: whole(self.moments),
        }
    }

    /// For rows such as those of `x`.
    ///
    /// # Panics
    /// When they have another number of channels.
    pub fn norm(&self, x: &FlexTensor, manner: Manner) -> BatchNorm<'_> {
        let [weight, bias, moments] = [&self.weight, &self.bias, &self.moments].map(slice);
        let channels = last(x);
        assert!(
            weight.len() == channels && bias.len() == channels && moments.len() == 2 * channels,
            "a batch norm of {} weights, {} biases and {} moments for {channels} channels",
            weight.len(),
            bias.len(),
            moments.len()
        );
        BatchNorm {
            moments,
            weight,
            bias,
            epsilon: manner.epsilon,
            relu: manner.relu,
        }
    }
}

/// A convolution of maps such as `x`, which are [`whole`], as is the weight.
///
/// # Panics
/// When shapes do not match.
pub fn convolution<'a>(x: &FlexTensor, weight: &'a FlexTensor, window: Window) -> Conv<'a> {
    let (from, kernel) = (shape(x), shape(weight));
    assert!(
        from.num_dims() == 4 && kernel.num_dims() == 4,
        "a convolution takes [batch, rows, columns, in] and [out, in, side, side], not {from:?} and {kernel:?}"
    );
    let taps = window.side.pow(2);
    let packed = kernel[2] == taps && kernel[3] == panel_width() && kernel[3] != window.side;
    let channels = [kernel[1], kernel[0] * if packed { kernel[3] } else { 1 }];
    assert!(
        from[3] == channels[0] && (packed || kernel[2] == window.side && kernel[3] == window.side) && window.side > 0 && window.stride > 0,
        "a weight {kernel:?} for maps {from:?} and {window:?}"
    );
    assert!(channels.iter().all(|count| *count > 0), "a convolution of no channels");
    Conv {
        weight: slice(weight),
        packed,
        channels,
        size: [from[1], from[2]],
        window,
    }
}

/// A weight `[out, in, side, side]` in panels, `[panels, in, side², width]` by its shape, which is how [`convolution`] tells it.
/// It stays as it is where the last panel would not be full, or where the shape would not tell.
pub fn packed(weight: FlexTensor) -> FlexTensor {
    let weight = whole(weight);
    let kernel = shape(&weight);
    let conv = Conv {
        weight: slice(&weight),
        packed: false,
        channels: [kernel[1], kernel[0]],
        size: [1, 1],
        window: Window {
            side: kernel[2],
            stride: 1,
            padding: 0,
        },
    };
    let width = panel_width();
    if kernel[2] != kernel[3] || kernel[2] == width {
        return weight;
    }
    match conv.panels() {
        Some(panels) => tensor(panels, Shape::new([kernel[0] / width, kernel[1], kernel[2].pow(2), width])),
        None => weight,
    }
}

/// The shape of what a convolution makes of `x`.
pub fn convolved(x: &FlexTensor, conv: &Conv<'_>) -> Shape {
    let [rows, columns] = conv.places();
    Shape::new([shape(x)[0], rows, columns, conv.channels[1]])
}

impl Maps for Flex {
    fn kernel_conv(x: FlexTensor, weight: FlexTensor, window: Window) -> FlexTensor {
        let (x, weight) = (whole(x), whole(weight));
        let conv = convolution(&x, &weight, window);
        tensor(conv.forward(slice(&x)), convolved(&x, &conv))
    }

    fn kernel_batch_norm(x: FlexTensor, numbers: Numbers<Self>, manner: Manner) -> FlexTensor {
        let (x, numbers) = (whole(x), numbers.whole());
        tensor(numbers.norm(&x, manner).forward(slice(&x), None), shape(&x))
    }

    fn kernel_batch_norm_add(x: FlexTensor, add: FlexTensor, numbers: Numbers<Self>, manner: Manner) -> FlexTensor {
        let (x, add, numbers) = (whole(x), whole(add), numbers.whole());
        assert_eq!(shape(&x), shape(&add), "what is added has the shape of what is normalised");
        tensor(numbers.norm(&x, manner).forward(slice(&x), Some(slice(&add))), shape(&x))
    }
}

impl Moments for Flex {
    fn kernel_moments(x: FlexTensor) -> FlexTensor {
        let x = whole(x);
        tensor(batch_norm::moments(slice(&x), last(&x)), Shape::new([2, last(&x)]))
    }
}
