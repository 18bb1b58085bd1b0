//! The way forward on GPUs: shaders, written in CubeCL, over tensors that lie there.
//!
//! A network that draws a picture has short matrices: a device spends its time between shaders rather than in them, and
//! before the first drawing in compiling them. So there are few, each knows its sizes only when it runs, and what comes after
//! a product is part of it. None needs more than what every WebGPU device has.
//!
//! | file | what |
//! | --- | --- |
//! | [`linear`] | affine maps with GELU or a sum behind them |
//! | [`norm`] | layer normalisation |
//! | [`attention`] | attention between the tokens of a picture |
//! | [`patches`] | pictures into patches |
#![allow(
    clippy::too_many_arguments,
    clippy::needless_range_loop,
    reason = "a shader is told all that it works on, and counts where it is"
)]

mod attention;
mod functions;
mod linear;
mod norm;
mod patches;

use burn_cubecl::{cubecl::prelude::*, kernel::into_contiguous, tensor::CubeTensor};

use burn::tensor::Shape;

pub use attention::attention;
pub use linear::{Ending, linear};
pub use norm::norm;
pub use patches::patches;

/// Units of a cube that work in a row.
const UNITS: u32 = 64;
/// Units in either direction of a cube that works on a square.
const SQUARE: u32 = 8;

/// The tensor with its numbers in one piece, row by row.
fn whole(tensor: CubeTensor) -> CubeTensor {
    into_contiguous(tensor)
}

/// Numbers of the last axis.
fn last(tensor: &CubeTensor) -> usize {
    let shape = tensor.meta.shape();
    shape[shape.num_dims() - 1]
}

/// Rows of the last axis.
fn rows(tensor: &CubeTensor) -> usize {
    tensor.meta.shape().num_elements() / last(tensor).max(1)
}

/// A tensor of this shape, where the other one is.
fn empty(like: &CubeTensor, shape: Shape) -> CubeTensor {
    let size = shape.num_elements() * like.dtype.size();
    let handle = like.client.empty(size);
    CubeTensor::new_contiguous(like.client.clone(), like.device.clone(), shape, handle, like.dtype)
}

/// A tensor of the same shape but for so many numbers in the last axis.
fn like(tensor: &CubeTensor, last: usize) -> CubeTensor {
    let mut shape = tensor.meta.shape().clone();
    let axis = shape.num_dims() - 1;
    shape[axis] = last;
    empty(tensor, shape)
}

/// Numbers that are read at a time where rows have so many.
fn width(sizes: &[usize]) -> usize {
    if sizes.iter().all(|size| size.is_multiple_of(4)) { 4 } else { 1 }
}

/// Cubes of [`SQUARE`] units for `count` things, of which a unit takes `each`.
fn squares(count: usize, each: usize) -> usize {
    count.div_ceil(SQUARE as usize * each)
}

fn tiles(x: usize, y: usize, z: usize) -> CubeCount {
    CubeCount::Static(x as u32, y as u32, z as u32)
}
