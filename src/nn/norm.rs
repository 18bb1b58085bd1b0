//! Layer normalisation (Ba, Kiros & Hinton, 2016).

use burn::{
    module::{Module, Param},
    tensor::{DType, Tensor, module::layer_norm},
};

use super::{Builder, Init};
use crate::kernels::bridge::{
    self, NormTensors,
    halves::{self, Along},
};

/// `(x - mean) / sqrt(variance + epsilon) * weight + bias` over the last axis.
#[derive(Module, Debug)]
pub struct LayerNorm {
    /// `[dim]`.
    pub weight: Param<Tensor<1>>,
    /// `[dim]`.
    pub bias: Param<Tensor<1>>,
    epsilon: f64,
}

impl LayerNorm {
    /// Weights 1, biases 0.
    pub fn new(mut at: Builder<'_>, dim: usize, epsilon: f64) -> Self {
        Self {
            weight: at.param("weight", [dim], Init::Ones),
            bias: at.param("bias", [dim], Init::Zeros),
            epsilon,
        }
    }

    /// `[..., dim]` to the same.
    pub fn forward<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
        if bridge::answers(&x) {
            bridge::layer_norm(x, self.tensors())
        } else if x.dtype() == DType::F32 {
            layer_norm(x, self.weight.val(), Some(self.bias.val()), self.epsilon)
        } else {
            let shape = x.shape();
            let dim = shape[D - 1];
            let rows = x.reshape([shape.num_elements() / dim.max(1), dim]);
            let moments = halves::moments(&rows, Along::Rows);
            let affine = [self.weight.val(), self.bias.val()];
            halves::norm(rows, moments, affine, self.epsilon, Along::Rows).reshape(shape)
        }
    }

    /// As half a layer takes it.
    pub(super) fn tensors(&self) -> NormTensors {
        NormTensors {
            weight: self.weight.val(),
            bias: self.bias.val(),
            epsilon: self.epsilon,
        }
    }
}
