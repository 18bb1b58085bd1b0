//! The kernels as operations on Burn's tensors, registered through its own extension point.
//!
//! They serve the CPU backend at full precision. Whoever has another device, or wants Burn's own composition for
//! comparison, is told by [`serves`].

#[cfg(feature = "train")]
mod autodiff;
mod flex;

use std::sync::atomic::{AtomicBool, Ordering};

use burn::{
    backend::{Backend, Dispatch, DispatchDevice, ExtensionType, backend_extension, tensor::FloatTensor},
    tensor::{DType, Tensor},
};

/// Whether Burn's own composition runs everywhere.
static PLAIN: AtomicBool = AtomicBool::new(false);

/// Turns the kernels off (or on again) for the whole process.
pub fn use_plain(plain: bool) {
    PLAIN.store(plain, Ordering::Relaxed);
}

/// Whether the kernels can take this tensor.
#[must_use]
pub fn serves<const D: usize>(x: &Tensor<D>) -> bool {
    !PLAIN.load(Ordering::Relaxed) && x.dtype() == DType::F32 && matches!(x.device().as_dispatch(), DispatchDevice::Flex(_))
}

/// The numbers of half a layer: a norm, a first and a second affine map.
#[derive(Clone, Debug, ExtensionType)]
pub struct Half<B: Backend> {
    /// `[dim]`.
    pub norm_weight: FloatTensor<B>,
    /// `[dim]`.
    pub norm_bias: FloatTensor<B>,
    /// `[dim, 3 dim]` or `[dim, hidden]`.
    pub first_weight: FloatTensor<B>,
    /// `[3 dim]` or `[hidden]`.
    pub first_bias: FloatTensor<B>,
    /// `[dim, dim]` or `[hidden, dim]`.
    pub second_weight: FloatTensor<B>,
    /// `[dim]`.
    pub second_bias: FloatTensor<B>,
}

/// The operations that a backend must have.
#[backend_extension(Flex, Autodiff: cfg(feature = "train"))]
pub trait Kernels: Backend {
    /// `x W`.
    fn kernel_product(x: FloatTensor<Self>, weight: FloatTensor<Self>) -> FloatTensor<Self>;
    /// `x W + b`.
    fn kernel_linear(x: FloatTensor<Self>, weight: FloatTensor<Self>, bias: FloatTensor<Self>) -> FloatTensor<Self>;
    /// Layer normalisation of the last axis.
    fn kernel_norm(x: FloatTensor<Self>, weight: FloatTensor<Self>, bias: FloatTensor<Self>, epsilon: f32) -> FloatTensor<Self>;
    /// `x + output(attention(norm(x)))`.
    fn kernel_attention(x: FloatTensor<Self>, #[extension_type] numbers: Half<Self>, heads: usize, epsilon: f32) -> FloatTensor<Self>;
    /// `x + down(gelu(up(norm(x))))`.
    fn kernel_mlp(x: FloatTensor<Self>, #[extension_type] numbers: Half<Self>, epsilon: f32) -> FloatTensor<Self>;
}

/// A layer norm's weight and bias, each `[dim]`, and what is added to the variance.
#[derive(Clone, Debug)]
pub struct NormTensors {
    /// `[dim]`.
    pub weight: Tensor<1>,
    /// `[dim]`.
    pub bias: Tensor<1>,
    /// Under the root.
    pub epsilon: f64,
}

/// An affine map's weight `[d_input, d_output]` and bias `[d_output]`.
pub type MapTensors = (Tensor<2>, Tensor<1>);

/// `x W + b` over the last axis: `[..., d_input]` to `[..., d_output]`.
#[must_use]
pub fn linear<const D: usize>(x: Tensor<D>, weight: Tensor<2>, bias: Option<Tensor<1>>) -> Tensor<D> {
    let (x, weight) = (x.into_dispatch(), weight.into_dispatch());
    Tensor::from_dispatch(match bias {
        Some(bias) => <Dispatch as Kernels>::kernel_linear(x, weight, bias.into_dispatch()),
        None => <Dispatch as Kernels>::kernel_product(x, weight),
    })
}

/// Layer normalisation of the last axis.
#[must_use]
pub fn layer_norm<const D: usize>(x: Tensor<D>, norm: NormTensors) -> Tensor<D> {
    let (weight, bias) = (norm.weight.into_dispatch(), norm.bias.into_dispatch());
    Tensor::from_dispatch(<Dispatch as Kernels>::kernel_norm(
        x.into_dispatch(),
        weight,
        bias,
        norm.epsilon as f32,
    ))
}

/// `x + output(attention(norm(x)))`: `[batch, tokens, dim]` to the same; `maps` are queries, keys and values, and the
/// output.
#[must_use]
pub fn attention(x: Tensor<3>, norm: NormTensors, maps: [MapTensors; 2], heads: usize) -> Tensor<3> {
    let epsilon = norm.epsilon as f32;
    let numbers = half(norm, maps);
    Tensor::from_dispatch(<Dispatch as Kernels>::kernel_attention(x.into_dispatch(), numbers, heads, epsilon))
}

/// `x + down(gelu(up(norm(x))))` over the last axis; `maps` are `up` and `down`.
#[must_use]
pub fn mlp(x: Tensor<3>, norm: NormTensors, maps: [MapTensors; 2]) -> Tensor<3> {
    let epsilon = norm.epsilon as f32;
    let numbers = half(norm, maps);
    Tensor::from_dispatch(<Dispatch as Kernels>::kernel_mlp(x.into_dispatch(), numbers, epsilon))
}

fn half(norm: NormTensors, [first, second]: [MapTensors; 2]) -> Half<Dispatch> {
    Half {
        norm_weight: norm.weight.into_dispatch(),
        norm_bias: norm.bias.into_dispatch(),
        first_weight: first.0.into_dispatch(),
        first_bias: first.1.into_dispatch(),
        second_weight: second.0.into_dispatch(),
        second_bias: second.1.into_dispatch(),
    }
}
