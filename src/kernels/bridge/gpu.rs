//! The way forward on GPUs, as operations on Burn's tensors.

use burn::backend::{Backend, backend_extension, tensor::FloatTensor};
use burn_cubecl::{CubeBackend, tensor::CubeTensor};

use super::{Half, PatchCut};
use crate::kernels::gpu::{self, Ending};

/// The operations that a backend must have. No gradient goes through them.
#[backend_extension(Cube, Fusion: cfg(feature = "fused"))]
pub trait Shaders: Backend {
    /// `x W`.
    #[fusion(dtype = x, shape = mapped(x, weight))]
    fn shader_product(x: FloatTensor<Self>, weight: FloatTensor<Self>) -> FloatTensor<Self>;
    /// `x W + b`.
    #[fusion(dtype = x, shape = mapped(x, weight))]
    fn shader_linear(x: FloatTensor<Self>, weight: FloatTensor<Self>, bias: FloatTensor<Self>) -> FloatTensor<Self>;
    /// Layer normalisation of the last axis.
    #[fusion(dtype = x, shape = x)]
    fn shader_norm(x: FloatTensor<Self>, weight: FloatTensor<Self>, bias: FloatTensor<Self>, epsilon: f32) -> FloatTensor<Self>;
    /// `x + output(attention(norm(x)))`.
    #[fusion(dtype = x, shape = x)]
    fn shader_attention(x: FloatTensor<Self>, #[extension_type] numbers: Half<Self>, heads: usize, epsilon: f32) -> FloatTensor<Self>;
    /// `x + down(gelu(up(norm(x))))`.
    #[fusion(dtype = x, shape = x)]
    fn shader_mlp(x: FloatTensor<Self>, #[extension_type] numbers: Half<Self>, epsilon: f32) -> FloatTensor<Self>;
    /// Pictures into standardised patches.
    #[fusion(dtype = pictures, shape = cut_up(pictures, cut, places))]
    fn shader_patches(pictures: FloatTensor<Self>, cut: PatchCut, places: Vec<Vec<usize>>) -> FloatTensor<Self>;
}

#[cfg(feature = "fused")]
fn mapped(x: &burn::tensor::Shape, weight: &burn::tensor::Shape) -> burn::tensor::Shape {
    let mut shape = x.clone();
    let last = shape.num_dims() - 1;
    shape[last] = weight[1];
    shape
}

#[cfg(feature = "fused")]
fn cut_up(pictures: &burn::tensor::Shape, cut: &PatchCut, places: &[Vec<usize>]) -> burn::tensor::Shape {
    let count = places.first().map_or(0, Vec::len);
    [pictures[0], count, pictures[1] * cut.patch_px * cut.patch_px].into()
}

impl Shaders for CubeBackend {
    fn shader_product(x: CubeTensor, weight: CubeTensor) -> CubeTensor {
        gpu::linear(x, weight, None, Ending::default())
    }

    fn shader_linear(x: CubeTensor, weight: CubeTensor, bias: CubeTensor) -> CubeTensor {
        gpu::linear(x, weight, Some(bias), Ending::default())
    }

    fn shader_norm(x: CubeTensor, weight: CubeTensor, bias: CubeTensor, epsilon: f32) -> CubeTensor {
        gpu::norm(x, weight, bias, epsilon)
    }

    fn shader_attention(x: CubeTensor, numbers: Half<Self>, heads: usize, epsilon: f32) -> CubeTensor {
        let normed = gpu::norm(x.clone(), numbers.norm_weight, numbers.norm_bias, epsilon);
        let qkv = gpu::linear(normed, numbers.first_weight, Some(numbers.first_bias), Ending::default());
        let mixed = gpu::attention(qkv, heads);
        gpu::linear(mixed, numbers.second_weight, Some(numbers.second_bias), Ending::Added(Box::new(x)))
    }

    fn shader_mlp(x: CubeTensor, numbers: Half<Self>, epsilon: f32) -> CubeTensor {
        let normed = gpu::norm(x.clone(), numbers.norm_weight, numbers.norm_bias, epsilon);
        let hidden = gpu::linear(normed, numbers.first_weight, Some(numbers.first_bias), Ending::Gelu);
        gpu::linear(hidden, numbers.second_weight, Some(numbers.second_bias), Ending::Added(Box::new(x)))
    }

    fn shader_patches(pictures: CubeTensor, cut: PatchCut, places: Vec<Vec<usize>>) -> CubeTensor {
        gpu::patches(pictures, cut, &places)
    }
}
