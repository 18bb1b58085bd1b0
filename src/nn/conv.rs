//! Convolutions of maps whose channels lie together: `[batch, rows, columns, channels]`.

use burn::{
    module::{Module, Param},
    tensor::{Tensor, module::conv2d, ops::ConvOptions},
};

use super::{Builder, Init};
use crate::kernels::{
    bridge::{self, maps},
    conv::Window,
};

/// A convolution without a bias, its maps padded so that a stride of 1 keeps their size where its side is odd.
#[derive(Module, Debug)]
pub struct Conv {
    /// `[out, in, side, side]`, as in published files.
    pub weight: Param<Tensor<4>>,
    #[module(skip)]
    window: Window,
}

impl Conv {
    /// Normal with variance `2 / (out side²)` (He et al., 2015, fan-out).
    pub fn new(at: Builder<'_>, shape: [usize; 3], stride: usize) -> Self {
        let [outputs, _, side] = shape;
        let deviation = (2.0 / (outputs * side * side).max(1) as f32).sqrt();
        Self::drawn(at, shape, stride, Init::Normal(deviation))
    }

    /// Weights drawn as `init` says.
    pub fn drawn(mut at: Builder<'_>, [outputs, inputs, side]: [usize; 3], stride: usize, init: Init) -> Self {
        Self {
            weight: at.param("weight", [outputs, inputs, side, side], init),
            window: Window {
                side,
                stride,
                padding: side / 2,
            },
        }
    }

    /// `[batch, rows, columns, in]` to `[batch, rows, columns, out]`, of which a stride leaves fewer.
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        if bridge::serves(&x) {
            return maps::conv(x, self.weight.val(), self.window);
        }
        let Window { stride, padding, .. } = self.window;
        let options = ConvOptions::new([stride; 2], [padding; 2], [1; 2], 1);
        let weight = self.weight.val().cast(x.dtype());
        let maps = conv2d(channels_first(x), weight, None, options);
        channels_last(maps)
    }
}

/// `[batch, channels, rows, columns]` to `[batch, rows, columns, channels]`.
pub fn channels_last(x: Tensor<4>) -> Tensor<4> {
    x.permute([0, 2, 3, 1])
}

/// `[batch, rows, columns, channels]` to `[batch, channels, rows, columns]`.
pub fn channels_first(x: Tensor<4>) -> Tensor<4> {
    x.permute([0, 3, 1, 2])
}
