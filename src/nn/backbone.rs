//! Encoders by name: pictures to embeddings.

mod extras;
mod named;

use std::{fmt, sync::Arc};

use burn::{
    module::{Module, Param},
    tensor::{FloatDType, Tensor, TensorData},
};

pub use extras::Extras;
pub use named::spelt;

use super::{BlockConfig, Builder, Order, ResNet, ResNetConfig, Vit, VitConfig, patches::patchify, positions::resized};
use crate::{
    kernels::bridge::{self, PatchCut},
    mask::Grid,
};

/// Added to variances in layer norms, as in the published code of DINO and MAE.
pub const EPSILON: f64 = 1e-6;

/// Which encoder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A vision transformer: width, layers, heads, side of a patch in pixels.
    Vit {
        /// Width of a token.
        dim: usize,
        /// Layers.
        depth: usize,
        /// Attention heads.
        heads: usize,
        /// Side of a patch, pixels.
        patch: usize,
    },
    /// A residual network.
    ResNet(ResNetConfig),
}

/// What stands for a whole picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pool {
    /// A transformer's class token.
    #[default]
    Class,
    /// The mean of its patch tokens, where no loss teaches the class token anything.
    Mean,
}

impl Pool {
    /// Attention `[batch, heads, 1 + patches, 1 + patches]` as [`Vit::attention`] gives it, with the first row of what stands
    /// for the whole picture: the class token's, or the mean of the patches' where those stand for it and nothing taught the
    /// class token where to look.
    #[must_use]
    pub fn attention(self, found: Tensor<4>) -> Tensor<4> {
        if self == Self::Class {
            return found;
        }
        let patches = found.dims()[2] - 1;
        let patches = found.narrow(2, 1, patches);
        Tensor::cat(vec![patches.clone().mean_dim(2), patches], 2)
    }
}

/// An encoder and what it takes pictures to be standardised by.
#[derive(Clone, Debug, PartialEq)]
pub struct BackboneConfig {
    /// Which encoder.
    pub kind: Kind,
    /// What some transformers have besides.
    pub extras: Extras,
    /// What stands for a whole picture; a residual network has the mean of its maps.
    pub pool: Pool,
    /// Channel means.
    pub mean: [f32; 3],
    /// Channel deviations.
    pub std: [f32; 3],
    name: Arc<str>,
}

/// What a picture gives.
#[derive(Clone, Debug)]
pub struct Features {
    /// `[batch, dim]`: the class token or the mean of the patch tokens, or the mean of a residual network's maps.
    pub pooled: Tensor<2>,
    /// `[batch, patches, dim]` in the grid's rows: patch tokens, or the places of the maps.
    pub tokens: Tensor<3>,
}

impl BackboneConfig {
    /// `resnet18-cifar`, `vit-tiny/16`, or `vit:192x4/3/8` for width x layers / heads / patch; a transformer's [`Extras`]
    /// behind it, as in `vit-small/14+scale+registers:4`.
    ///
    /// # Errors
    /// A sentence that says what is known.
    pub fn parse(text: &str, mean: [f32; 3], std: [f32; 3]) -> Result<Self, String> {
        let (network, extras) = text.split_once('+').map_or((text, ""), |(network, extras)| (network, extras));
        let extras = Extras::parse(extras)?;
        let kind = named::kind(network.trim())?;
        if let Kind::Vit { dim, heads, .. } = kind
            && (dim % 4 > 0 || dim % heads > 0)
        {
            return Err(format!("its width {dim} must be divisible by 4 and by its {heads} heads"));
        }
        if matches!(kind, Kind::ResNet(_)) && extras != Extras::default() {
            return Err("only transformers have a layer scale, registers or patches to take the mean of".into());
        }
        if std.iter().any(|std| *std <= 0.0) {
            return Err("the channels' deviations it divides by must be above 0".into());
        }
        Ok(Self {
            kind,
            extras,
            pool: if extras.mean { Pool::Mean } else { Pool::Class },
            mean,
            std,
            name: text.trim().into(),
        })
    }

    /// The same for a method that wants all tokens to stand for a picture, whatever was asked for.
    #[must_use]
    pub fn pooled(self, pool: Pool) -> Self {
        Self {
            pool: if pool == Pool::Mean { pool } else { self.pool },
            ..self
        }
    }

    /// Whether pictures of this side can be seen.
    ///
    /// # Errors
    /// A sentence.
    pub fn fits(&self, size_px: usize) -> Result<(), String> {
        match self.kind {
            Kind::Vit { patch, .. } if size_px < patch || !size_px.is_multiple_of(patch) => {
                Err(format!("its patches of {patch} px do not divide a side of {size_px} px"))
            }
            _ => Ok(()),
        }
    }

    /// The largest side up to `size_px` that it can see.
    #[must_use]
    pub fn fitting(&self, size_px: usize) -> usize {
        match self.kind {
            Kind::Vit { patch, .. } => (size_px / patch).max(1) * patch,
            Kind::ResNet(_) => size_px,
        }
    }

    /// Side of a transformer's patch, pixels.
    #[must_use]
    pub fn patch(&self) -> Option<usize> {
        match self.kind {
            Kind::Vit { patch, .. } => Some(patch),
            Kind::ResNet(_) => None,
        }
    }

    /// Width of an embedding.
    #[must_use]
    pub fn dim(&self) -> usize {
        match self.kind {
            Kind::Vit { dim, .. } => dim,
            Kind::ResNet(config) => config.dim(),
        }
    }

    /// Multiplications, each with its addition, of one picture of this side: products, attention and convolutions.
    #[must_use]
    pub fn multiply_adds(&self, size_px: usize) -> u64 {
        let sum = match self.kind {
            Kind::Vit { dim, depth, patch, .. } => {
                let tokens = (size_px / patch).pow(2) + 1 + self.extras.registers;
                let layer = tokens * 12 * dim * dim + 2 * tokens * tokens * dim;
                tokens * 3 * patch * patch * dim + depth * layer
            }
            Kind::ResNet(config) => {
                let convolutions = config.convolutions(size_px).into_iter();
                convolutions
                    .map(|(_, shape, places)| shape.iter().product::<usize>() * places)
                    .sum()
            }
        };
        sum as u64
    }

    /// Whether its last batch norms have one number a picture and channel: with one picture they would make it zero.
    #[must_use]
    pub fn norms_by_batch_alone(&self, size_px: usize) -> bool {
        let Kind::ResNet(config) = self.kind else { return false };
        config.convolutions(size_px).last().is_some_and(|(_, _, places)| *places == 1)
    }

    /// The transformer for pictures of this side.
    pub(super) fn vit(&self, size_px: usize) -> Option<VitConfig> {
        let Kind::Vit { dim, depth, heads, patch } = self.kind else {
            return None;
        };
        let side = size_px / patch;
        let block = BlockConfig {
            dim,
            heads,
            hidden: 4 * dim,
            epsilon: EPSILON,
            layer_scale: self.extras.layer_scale,
        };
        let registers = self.extras.registers;
        Some(VitConfig {
            grid: Grid::new(side, side),
            patch_values: 3 * patch * patch,
            depth,
            block,
            registers,
        })
    }
}

impl fmt::Display for BackboneConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// The network itself.
#[derive(Module, Debug)]
#[allow(clippy::large_enum_variant)] // one a model
enum Network {
    Vit(Vit),
    ResNet(ResNet),
}

/// An encoder: pictures in 0..1 to embeddings.
#[derive(Module, Debug)]
pub struct Backbone {
    network: Network,
    #[module(skip)]
    config: BackboneConfig,
    #[module(skip)]
    grid: Grid,
    #[module(skip)]
    precision: FloatDType,
}

impl Backbone {
    /// An encoder with its first weights, for pictures of `size_px` a side; others are seen as well.
    pub fn new(mut at: Builder<'_>, config: &BackboneConfig, size_px: usize) -> Self {
        let network = match (config.vit(size_px), config.kind) {
            (Some(vit), _) => Network::Vit(Vit::new(at.at("network"), vit)),
            (None, Kind::ResNet(shape)) => Network::ResNet(ResNet::new(at.at("network"), shape)),
            (None, Kind::Vit { .. }) => unreachable!("a transformer has a configuration"),
        };
        Self {
            network,
            config: config.clone(),
            grid: config.vit(size_px).map_or(Grid::new(1, 1), |vit| vit.grid),
            precision: at.precision(),
        }
    }

    /// `[batch, 3, side, side]` in 0..1 to embeddings.
    pub fn forward(&self, pictures: Tensor<4>) -> Features {
        match &self.network {
            Network::Vit(vit) => {
                let [batch, _, height, _] = pictures.dims();
                let side = height / self.patch_px();
                let vit = self.for_grid(vit, Grid::new(side, side));
                let order = Order::all_kept(batch, side * side);
                let tokens = vit.forward(self.patches(pictures, &order), &order).cast(FloatDType::F32);
                let [_, count, dim] = tokens.dims();
                let patches = tokens.clone().narrow(1, 1, count - 1);
                let pooled = match self.config.pool {
                    Pool::Class => tokens.narrow(1, 0, 1),
                    Pool::Mean => patches.clone().mean_dim(1),
                };
                Features {
                    pooled: pooled.reshape([batch, dim]),
                    tokens: patches,
                }
            }
            Network::ResNet(resnet) => {
                let places = resnet.places(self.standard(pictures).cast(self.precision)).cast(FloatDType::F32);
                let [batch, rows, columns, dim] = places.dims();
                let tokens = places.reshape([batch, rows * columns, dim]);
                Features {
                    pooled: tokens.clone().mean_dim(1).reshape([batch, dim]),
                    tokens,
                }
            }
        }
    }

    /// Where the heads of a transformer's last layer look, `[batch, heads, 1 + patches, 1 + patches]`; see [`Pool::attention`].
    /// `None` for a residual network.
    #[must_use]
    pub fn attention(&self, pictures: Tensor<4>) -> Option<Tensor<4>> {
        let [batch, _, height, _] = pictures.dims();
        let side = height / self.patch_px();
        let vit = self.for_grid(self.as_vit()?, Grid::new(side, side));
        let order = Order::all_kept(batch, side * side);
        let found = vit.attention(self.patches(pictures, &order), &order)?;
        Some(self.config.pool.attention(found.cast(FloatDType::F32)))
    }

    /// The transformer, where it is one.
    #[must_use]
    pub fn as_vit(&self) -> Option<&Vit> {
        match &self.network {
            Network::Vit(vit) => Some(vit),
            Network::ResNet(_) => None,
        }
    }

    /// Tokens of the patches that `order` keeps, which see nothing of the others: `[batch, kept, dim]`, in its order. Pictures
    /// `[batch, 3, side, side]` in 0..1, of the size that the encoder was made for.
    ///
    /// # Panics
    /// For a residual network, which has no patches to leave out: the caller sees to it ([`BackboneConfig::patch`]).
    #[must_use]
    pub fn tokens_of_kept(&self, pictures: Tensor<4>, order: &Order) -> Tensor<3> {
        let Network::Vit(vit) = &self.network else {
            panic!("a residual network has no patches to leave out")
        };
        let kept = self.patches(pictures, order).narrow(1, 0, order.kept);
        vit.forward(kept, order).narrow(1, 1, order.kept).cast(FloatDType::F32)
    }

    /// Pictures `[batch, 3, side, side]` in 0..1 as a transformer's standardised patches, `[batch, patches, 3 p p]`, in the
    /// order's order, and in the network's precision.
    pub fn patches(&self, pictures: Tensor<4>, order: &Order) -> Tensor<3> {
        if bridge::answers(&pictures) {
            let cut = PatchCut {
                patch_px: self.patch_px(),
                mean: self.config.mean,
                deviation: self.config.std,
            };
            return bridge::patches(pictures, cut, order.places()).cast(self.precision);
        }
        order
            .arrange(patchify(self.standard(pictures), self.patch_px()))
            .cast(self.precision)
    }

    fn patch_px(&self) -> usize {
        self.config.patch().unwrap_or(1)
    }

    fn standard(&self, pictures: Tensor<4>) -> Tensor<4> {
        let device = pictures.device();
        let wide = |values: [f32; 3]| Tensor::<4>::from_data(TensorData::new(values.to_vec(), [1, 3, 1, 1]), &device);
        (pictures - wide(self.config.mean)) / wide(self.config.std)
    }

    /// The same transformer with its positions stretched over another grid: small crops.
    fn for_grid(&self, vit: &Vit, grid: Grid) -> Vit {
        if grid == self.grid {
            return vit.clone();
        }
        let positions = resized(vit.positions.val(), self.grid, grid);
        Vit {
            positions: Param::from_tensor(positions).set_require_grad(false),
            ..vit.clone()
        }
    }
}
