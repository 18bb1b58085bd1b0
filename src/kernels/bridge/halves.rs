//! Norms of what is of half precision, for training on GPUs: statistics and all that is done with them in f32, and the way back
//! by hand. Burn's own would go through each step by itself, and keep what each step leaves in f32, twice as large as what
//! came in; this keeps what came in. Made of Burn's operations, which a GPU puts together.

#[cfg(feature = "joint")]
mod autodiff;

use burn::{
    backend::{Backend, Dispatch, ExtensionType, Flex, TensorMetadata, backend_extension, tensor::FloatTensor},
    tensor::{FloatDType, Tensor},
};

use super::constant;

/// Which numbers are normalised together, of rows `[rows, columns]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Along {
    /// Those of a column: a batch norm.
    Columns,
    /// Those of a row: a layer norm.
    Rows,
}

impl Along {
    /// The axis that is summed over.
    fn axis(self) -> usize {
        match self {
            Self::Columns => 0,
            Self::Rows => 1,
        }
    }
}

/// The numbers of a norm, f32.
#[derive(Clone, Debug, ExtensionType)]
pub struct Numbers<B: Backend> {
    /// `[1, columns]`.
    pub weight: FloatTensor<B>,
    /// `[1, columns]`.
    pub bias: FloatTensor<B>,
    /// `[1, columns]` or `[rows, 1]`: subtracted.
    pub mean: FloatTensor<B>,
    /// As `mean`: what is then multiplied with.
    pub scale: FloatTensor<B>,
}

/// The operation that a backend must have.
#[backend_extension(Flex, Cube: cfg(any(feature = "fused", feature = "shaders")), Autodiff: cfg(feature = "joint"))]
pub trait Halves: Backend {
    /// A norm.
    fn norm_of_half(x: FloatTensor<Self>, #[extension_type] numbers: Numbers<Self>, _along: Along) -> FloatTensor<Self> {
        let dtype = x.dtype().into();
        let Numbers { weight, bias, mean, scale } = numbers;
        let y = Self::float_mul(standard::<Self>(x, mean, scale), weight);
        Self::float_cast(Self::float_add(y, bias), dtype)
    }
}

impl Halves for Flex {}

#[cfg(any(feature = "fused", feature = "shaders"))]
impl Halves for burn::backend::Cube {}

/// `(x − mean) scale` in f32.
fn standard<B: Backend>(x: FloatTensor<B>, mean: FloatTensor<B>, scale: FloatTensor<B>) -> FloatTensor<B> {
    B::float_mul(B::float_sub(B::float_cast(x, FloatDType::F32), mean), scale)
}

/// Means and (biased) variances of `[rows, columns]`, f32 constants: `[1, columns]` or `[rows, 1]`.
#[must_use]
pub fn moments(x: &Tensor<2>, along: Along) -> [Tensor<2>; 2] {
    let values = x.clone().inner().cast(FloatDType::F32);
    let mean = values.clone().mean_dim(along.axis());
    let variance = (values - mean.clone()).square().mean_dim(along.axis());
    [mean, variance].map(|moment| constant(moment, x))
}

/// `(x − mean) / sqrt(variance + ε) · weight + bias` of `[rows, columns]`, in the precision of `x`; weight and bias are
/// `[columns]`. [`moments`] must be those of `x`: the way back goes through them as well.
#[must_use]
pub fn norm(x: Tensor<2>, [mean, variance]: [Tensor<2>; 2], [weight, bias]: [Tensor<1>; 2], epsilon: f64, along: Along) -> Tensor<2> {
    let line = |values: Tensor<1>| values.unsqueeze::<2>().into_dispatch();
    let numbers = Numbers {
        weight: line(weight),
        bias: line(bias),
        mean: mean.into_dispatch(),
        scale: (variance + epsilon).sqrt().recip().into_dispatch(),
    };
    Tensor::from_dispatch(<Dispatch as Halves>::norm_of_half(x.into_dispatch(), numbers, along))
}
