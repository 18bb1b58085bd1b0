//! Convolutions and batch normalisation as operations on tensors whose last axis are the channels.

#[cfg(feature = "joint")]
mod autodiff;
pub(super) mod flex;

use burn::{
    backend::{Backend, Dispatch, ExtensionType, backend_extension, tensor::FloatTensor},
    tensor::Tensor,
};

use super::constant;
use crate::kernels::conv::Window;

/// The numbers of a batch norm.
#[derive(Clone, Debug, ExtensionType)]
pub struct Numbers<B: Backend> {
    /// `[channels]`.
    pub weight: FloatTensor<B>,
    /// `[channels]`.
    pub bias: FloatTensor<B>,
    /// Means and variances: `[2, channels]`.
    pub moments: FloatTensor<B>,
}

/// What comes with a batch norm beside tensors.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Manner {
    /// Added to variances under the root.
    pub epsilon: f32,
    /// Whether what is below 0 becomes 0, last of all.
    pub relu: bool,
}

/// The operations that a backend must have.
#[backend_extension(Flex, Autodiff: cfg(feature = "joint"))]
pub trait Maps: Backend {
    /// A convolution.
    fn kernel_conv(x: FloatTensor<Self>, weight: FloatTensor<Self>, window: Window) -> FloatTensor<Self>;
    /// A batch norm.
    fn kernel_batch_norm(x: FloatTensor<Self>, #[extension_type] numbers: Numbers<Self>, manner: Manner) -> FloatTensor<Self>;
    /// A batch norm, and something added to it.
    fn kernel_batch_norm_add(
        x: FloatTensor<Self>,
        add: FloatTensor<Self>,
        #[extension_type] numbers: Numbers<Self>,
        manner: Manner,
    ) -> FloatTensor<Self>;
}

/// An operation on what no gradient reaches.
#[backend_extension(Flex)]
pub trait Moments: Backend {
    /// Means and variances of the channels.
    fn kernel_moments(x: FloatTensor<Self>) -> FloatTensor<Self>;
}

/// A convolution without a bias of `[batch, rows, columns, in]` by a weight `[out, in, side, side]`, as published files have
/// it, or by what [`pack`](super::pack) made of that, to `[batch, rows, columns, out]`.
#[must_use]
pub fn conv(x: Tensor<4>, weight: Tensor<4>, window: Window) -> Tensor<4> {
    Tensor::from_dispatch(<Dispatch as Maps>::kernel_conv(x.into_dispatch(), weight.into_dispatch(), window))
}

/// Means and (biased) variances of the channels, `[2, channels]`, over all rows of `[..., channels]`: constants.
#[must_use]
pub fn moments<const D: usize>(x: &Tensor<D>) -> Tensor<2> {
    let moments = <Dispatch as Moments>::kernel_moments(x.clone().inner().into_dispatch());
    constant(Tensor::from_dispatch(moments), x)
}

/// A batch norm's numbers.
#[derive(Clone, Debug)]
pub struct BatchNormTensors {
    /// `[channels]`.
    pub weight: Tensor<1>,
    /// `[channels]`.
    pub bias: Tensor<1>,
    /// [`moments`] of what is normalised, or others, `[2, channels]`. The way back takes them for those of what is
    /// normalised, which it therefore goes through as well.
    pub moments: Tensor<2>,
}

/// `(x − mean) / sqrt(variance + ε) · weight + bias` of `[..., channels]`; `add` is then added, and what is below 0 becomes 0
/// where that is wanted.
#[must_use]
pub fn batch_norm<const D: usize>(x: Tensor<D>, add: Option<Tensor<D>>, numbers: BatchNormTensors, manner: Manner) -> Tensor<D> {
    let numbers = Numbers {
        weight: numbers.weight.into_dispatch(),
        bias: numbers.bias.into_dispatch(),
        moments: numbers.moments.into_dispatch(),
    };
    let x = x.into_dispatch();
    Tensor::from_dispatch(match add {
        Some(add) => <Dispatch as Maps>::kernel_batch_norm_add(x, add.into_dispatch(), numbers, manner),
        None => <Dispatch as Maps>::kernel_batch_norm(x, numbers, manner),
    })
}
