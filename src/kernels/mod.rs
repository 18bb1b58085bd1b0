//! Fast arithmetic for the CPU: plain functions over slices of f32, forward and backward, that know of no network; shaders
//! for the way forward on GPUs; and a bridge that makes both operations on Burn's tensors.
//!
//! What is computed is what the composition of Burn's own operations computes, to rounding. Every sum has a fixed order
//! that depends on shapes and on the kind of processor (its tiles and its fused instructions), but neither on the number of
//! threads nor on which of them was first. So one machine repeats itself to the bit; two kinds of processor agree to rounding.
//!
//! | file | what |
//! | --- | --- |
//! | [`product`] | products of matrices with what comes after them |
//! | [`rows`] | affine maps of rows, their gradients, how rows are dealt out to threads |
//! | [`norm`], [`softmax`], [`gelu`], [`functions`] | layer normalisation, softmax, GELU |
//! | [`attention`], [`mlp`] | the two halves of a transformer's layer, each in one go |
//! | [`conv`], [`batch_norm`] | convolutions, batch normalisation with what follows it in a residual network |
//! | [`patches`], [`cells`], [`error`] | pictures into patches, and into patches that overlap; squared errors |
//! | [`gather`] | sums of rows picked from a table |
//! | `levels`, [`number`], `vector` | one text for every kind of processor |
//! | [`pool`], [`threads`] | memory that is used again; work on every core |
//! | `gpu` | a transformer's way forward as shaders |
//! | [`bridge`] | operations on tensors |

pub mod attention;
pub mod batch_norm;
#[cfg(feature = "model")]
pub mod bridge;
pub mod cells;
pub mod conv;
pub mod error;
pub mod functions;
pub mod gather;
pub mod gelu;
#[cfg(feature = "shaders")]
mod gpu;
pub(crate) mod levels;
pub mod mlp;
pub mod norm;
pub mod number;
pub mod patches;
pub mod pool;
pub mod product;
pub mod rows;
pub mod softmax;
pub mod threads;
pub(crate) mod vector;

pub use vector::Level;
