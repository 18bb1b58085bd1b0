//! `y = x W + b`.

use burn::{
    module::{Module, Param},
    tensor::{Tensor, module::linear},
};

use super::{Builder, Init};
use crate::kernels::bridge::{self, MapTensors};

/// An affine map of the last axis.
#[derive(Module, Debug)]
pub struct Linear {
    /// `[d_input, d_output]`: published files hold its transpose.
    pub weight: Param<Tensor<2>>,
    /// `[d_output]`.
    pub bias: Option<Param<Tensor<1>>>,
}

impl Linear {
    /// Weights after Glorot & Bengio with `gain`, biases 0, as in MAE.
    pub fn new(mut at: Builder<'_>, [d_input, d_output]: [usize; 2], bias: bool, gain: f32) -> Self {
        Self {
            weight: at.param("weight", [d_input, d_output], Init::Xavier { gain }),
            bias: bias.then(|| at.param("bias", [d_output], Init::Zeros)),
        }
    }

    /// `[..., d_input]` to `[..., d_output]`.
    pub fn forward<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
        affine(x, self.weight.val(), self.bias.as_ref().map(Param::val))
    }

    /// Weight and bias, as half a layer takes them; `None` without a bias.
    pub(super) fn tensors(&self) -> Option<MapTensors> {
        Some((self.weight.val(), self.bias.as_ref()?.val()))
    }
}

/// `[..., d_input]` to `[..., d_output]` by a weight of `[d_input, d_output]` and a bias of `[d_output]`.
pub(super) fn affine<const D: usize>(x: Tensor<D>, weight: Tensor<2>, bias: Option<Tensor<1>>) -> Tensor<D> {
    if bridge::serves(&x) {
        bridge::linear(x, weight, bias)
    } else {
        linear(x, weight, bias)
    }
}
