//! `y = x W + b`.

use burn::{
    module::{Module, Param},
    tensor::{Tensor, module::linear},
};

use super::{Builder, Init};

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
        linear(x, self.weight.val(), self.bias.as_ref().map(Param::val))
    }
}
