//! The kernels as operations on Burn's tensors, registered through its own extension point.
//!
//! They serve the CPU backend at full precision, and the way forward on GPUs. Whoever has another device, or wants Burn's own
//! composition for comparison, is told by [`serves`] and [`answers`].

#[cfg(feature = "joint")]
mod autodiff;
mod flex;
#[cfg(feature = "shaders")]
mod gpu;
pub mod halves;
pub mod maps;
pub mod picks;

use std::sync::atomic::{AtomicBool, Ordering};

use burn::{
    backend::{Backend, Dispatch, DispatchDevice, ExtensionType, backend_extension, tensor::FloatTensor},
    tensor::{DType, Tensor},
};

use super::vector::Level;

/// Whether Burn's own composition runs everywhere.
static PLAIN: AtomicBool = AtomicBool::new(false);

/// Turns the kernels off (or on again) for the whole process.
pub fn use_plain(plain: bool) {
    PLAIN.store(plain, Ordering::Relaxed);
}

/// Whether there is code for this processor. Natively Burn's products have some for more of them (NEON, say), so that where
/// ours would be what the compiler makes of plain Rust they are left to Burn, unless a person asks for that; a browser gets its tiles
/// when it starts.
fn has_code() -> bool {
    cfg!(target_family = "wasm") || Level::best() != Level::Plain || Level::is_asked()
}

/// Whether all kernels can take this tensor, there and back, and are the faster choice on this processor.
#[must_use]
pub fn serves<const D: usize>(x: &Tensor<D>) -> bool {
    !PLAIN.load(Ordering::Relaxed)
        && has_code()
        && x.dtype() == DType::F32
        && matches!(x.device().without_autodiff().as_dispatch(), DispatchDevice::Flex(_))
}

/// Whether those of a transformer's way forward can: [`patches`], [`linear`], [`layer_norm`], [`attention`] and [`mlp`]. GPUs
/// have them as shaders, for networks that only answer.
#[must_use]
pub fn answers<const D: usize>(x: &Tensor<D>) -> bool {
    serves(x) || (on_gpu(x) && !PLAIN.load(Ordering::Relaxed) && !x.is_autodiff() && x.dtype() == DType::F32)
}

/// Whether it lies on a device that [`gpu`] is for. Beside wgpu, CubeCL has CUDA, whose products by tensor cores are Burn's.
#[cfg(feature = "shaders")]
fn on_gpu<const D: usize>(x: &Tensor<D>) -> bool {
    use burn::backend::CubeDevice;
    matches!(
        x.device().without_autodiff().as_dispatch(),
        DispatchDevice::Cube(CubeDevice::Wgpu(_))
    )
}

#[cfg(not(feature = "shaders"))]
fn on_gpu<const D: usize>(_: &Tensor<D>) -> bool {
    false
}

/// Calls an operation by the name that it has on the tensors' device.
macro_rules! at_home {
    ($trait:ident::$kernel:ident / $shader:ident ($x:expr $(, $more:expr)* $(,)?)) => {{
        #[cfg(feature = "shaders")]
        if on_gpu(&$x) {
            return Tensor::from_dispatch(<Dispatch as gpu::Shaders>::$shader($x.into_dispatch() $(, $more)*));
        }
        Tensor::from_dispatch(<Dispatch as $trait>::$kernel($x.into_dispatch() $(, $more)*))
    }};
}

/// The numbers of half a layer: a norm, a first and a second affine map.
#[derive(Clone, Debug, ExtensionType)]
#[extension_type(fusion: cfg(feature = "fused"))]
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
#[backend_extension(Flex, Autodiff: cfg(feature = "joint"))]
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
    /// GELU of each number.
    fn kernel_gelu(x: FloatTensor<Self>) -> FloatTensor<Self>;
    /// Mean squared error of each picture.
    fn kernel_errors(said: FloatTensor<Self>, #[extension_type] aim: Aim<Self>) -> FloatTensor<Self>;
}

/// Operations on what no gradient reaches.
#[backend_extension(Flex)]
pub trait Constants: Backend {
    /// A weight as products read it.
    fn kernel_pack(weight: FloatTensor<Self>) -> FloatTensor<Self>;
    /// Mean square of what should be said of each picture.
    fn kernel_powers(#[extension_type] aim: Aim<Self>) -> FloatTensor<Self>;
    /// Pictures into standardised patches.
    fn kernel_patches(pictures: FloatTensor<Self>, cut: PatchCut, places: Vec<Vec<usize>>) -> FloatTensor<Self>;
    /// Pictures into standardised cells.
    fn kernel_cells(pictures: FloatTensor<Self>, cut: PatchCut) -> FloatTensor<Self>;
}

/// How pictures are cut up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PatchCut {
    /// Side of a patch.
    pub patch_px: usize,
    /// Subtracted from each channel.
    pub mean: [f32; 3],
    /// What each channel is then divided by.
    pub deviation: [f32; 3],
}

impl PatchCut {
    /// Pixels as they are.
    #[must_use]
    pub fn plain(patch_px: usize) -> Self {
        Self {
            patch_px,
            mean: [0.0; 3],
            deviation: [1.0; 3],
        }
    }
}

/// What should have been said: the truth, or what something else lacks of it. `[batch, rows, values]`; constants.
#[derive(Clone, Debug, ExtensionType)]
pub enum Aim<B: Backend> {
    /// The truth.
    Truth(FloatTensor<B>),
    /// The first without the second.
    Lack(FloatTensor<B>, FloatTensor<B>),
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

/// A weight `[d_input, d_output]`, or a convolution's `[out, in, side, side]`, laid out once as products read it, for a network
/// that only answers: the functions of this room take it in place of the weight, Burn's own do not.
#[must_use]
pub fn pack<const D: usize>(weight: Tensor<D>) -> Tensor<D> {
    Tensor::from_dispatch(<Dispatch as Constants>::kernel_pack(weight.into_dispatch()))
}

/// `x W + b` over the last axis: `[..., d_input]` to `[..., d_output]`.
#[must_use]
pub fn linear<const D: usize>(x: Tensor<D>, weight: Tensor<2>, bias: Option<Tensor<1>>) -> Tensor<D> {
    let weight = weight.into_dispatch();
    match bias {
        Some(bias) => at_home!(Kernels::kernel_linear / shader_linear(x, weight, bias.into_dispatch())),
        None => at_home!(Kernels::kernel_product / shader_product(x, weight)),
    }
}

/// Layer normalisation of the last axis.
#[must_use]
pub fn layer_norm<const D: usize>(x: Tensor<D>, norm: NormTensors) -> Tensor<D> {
    let (weight, bias) = (norm.weight.into_dispatch(), norm.bias.into_dispatch());
    at_home!(Kernels::kernel_norm / shader_norm(x, weight, bias, norm.epsilon as f32))
}

/// `x + output(attention(norm(x)))`: `[batch, tokens, dim]` to the same; `maps` are queries, keys and values, and the
/// output.
#[must_use]
pub fn attention(x: Tensor<3>, norm: NormTensors, maps: [MapTensors; 2], heads: usize) -> Tensor<3> {
    let epsilon = norm.epsilon as f32;
    let numbers = half(norm, maps);
    at_home!(Kernels::kernel_attention / shader_attention(x, numbers, heads, epsilon))
}

/// `x + down(gelu(up(norm(x))))` over the last axis; `maps` are `up` and `down`.
#[must_use]
pub fn mlp(x: Tensor<3>, norm: NormTensors, maps: [MapTensors; 2]) -> Tensor<3> {
    let epsilon = norm.epsilon as f32;
    let numbers = half(norm, maps);
    at_home!(Kernels::kernel_mlp / shader_mlp(x, numbers, epsilon))
}

/// GELU by the error function, of each number of a tensor that [`serves`] speaks for; Burn's own of any other.
#[must_use]
pub fn gelu<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    if serves(&x) {
        Tensor::from_dispatch(<Dispatch as Kernels>::kernel_gelu(x.into_dispatch()))
    } else {
        burn::tensor::activation::gelu(x)
    }
}

/// What should be said, for [`errors`] and [`powers`]: `truth`, without `less` where there is one. Both are taken for
/// constants.
#[derive(Clone, Debug)]
pub struct AimTensors {
    /// `[batch, rows, values]`.
    pub truth: Tensor<3>,
    /// `[batch, rows, values]`.
    pub less: Option<Tensor<3>>,
}

impl AimTensors {
    fn into_dispatch(self) -> Aim<Dispatch> {
        let truth = self.truth.inner().into_dispatch();
        match self.less {
            Some(less) => Aim::Lack(truth, less.inner().into_dispatch()),
            None => Aim::Truth(truth),
        }
    }
}

/// Mean squared error of what was said of each picture: `[batch, rows, values]` to `[batch]`.
#[must_use]
pub fn errors(said: Tensor<3>, aim: AimTensors) -> Tensor<1> {
    Tensor::from_dispatch(<Dispatch as Kernels>::kernel_errors(said.into_dispatch(), aim.into_dispatch()))
}

/// Mean square of what should be said of each picture: `[batch]`, a constant.
#[must_use]
pub fn powers(aim: AimTensors, like: &Tensor<3>) -> Tensor<1> {
    let powers = <Dispatch as Constants>::kernel_powers(aim.into_dispatch());
    constant(Tensor::from_dispatch(powers), like)
}

/// `[batch, 3, height, width]`, taken for constants, to standardised patches `[batch, places, 3 p p]`: of each picture
/// those at its places, counted row by row.
#[must_use]
pub fn patches(pictures: Tensor<4>, cut: PatchCut, places: &[Vec<usize>]) -> Tensor<3> {
    let like = pictures.clone();
    constant(cut_up(pictures.inner(), cut, places.to_vec()), &like)
}

fn cut_up(pictures: Tensor<4>, cut: PatchCut, places: Vec<Vec<usize>>) -> Tensor<3> {
    at_home!(Constants::kernel_patches / shader_patches(pictures, cut, places))
}

/// `[batch, 3, height, width]`, taken for constants, to standardised cells `[batch, cells, 3 p p]`, one on each corner of the
/// grid of patches, row by row. Beyond its edge a picture goes on as it ends. For tensors that [`serves`] speaks for.
#[must_use]
pub fn cells(pictures: Tensor<4>, cut: PatchCut) -> Tensor<3> {
    let like = pictures.clone();
    let cells = <Dispatch as Constants>::kernel_cells(pictures.inner().into_dispatch(), cut);
    constant(Tensor::from_dispatch(cells), &like)
}

/// On the side of autodiff that the other tensor is on.
fn constant<const D: usize, const E: usize>(values: Tensor<D>, like: &Tensor<E>) -> Tensor<D> {
    if like.is_autodiff() { Tensor::from_inner(values) } else { values }
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
