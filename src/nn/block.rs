//! One layer of a pre-norm transformer.

use burn::{
    module::{Module, Param},
    tensor::{FloatDType, Tensor},
};

use super::{Attention, Builder, Init, LayerNorm, Linear};
use crate::kernels::bridge;

/// What a new layer scale multiplies with, as in DINOv2.
const FIRST_SCALE: f32 = 1e-5;

/// Sizes of a block.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BlockConfig {
    /// Width of a token.
    pub dim: usize,
    /// Attention heads; divides `dim`.
    pub heads: usize,
    /// Width of the hidden layer.
    pub hidden: usize,
    /// Added to the variance under the root.
    pub epsilon: f64,
    /// Whether what each half adds is scaled, channel by channel (LayerScale; Touvron et al., 2021, eq. 4).
    pub layer_scale: bool,
}

/// `x += attention(norm1(x)); x += down(gelu(up(norm2(x))))` (Dosovitskiy et al., 2021, eq. 2 and 3).
#[derive(Module, Debug)]
pub struct Block {
    /// Before attention.
    pub norm1: LayerNorm,
    /// Tokens to tokens.
    pub attention: Attention,
    /// Before the two-layer network.
    pub norm2: LayerNorm,
    /// `[dim, hidden]`.
    pub up: Linear,
    /// `[hidden, dim]`.
    pub down: Linear,
    /// `[dim]`: what attention adds is multiplied with it.
    pub scale1: Option<Param<Tensor<1>>>,
    /// `[dim]`: the same for the two-layer network.
    pub scale2: Option<Param<Tensor<1>>>,
}

impl Block {
    /// A block with the paper's first weights.
    pub fn new(mut at: Builder<'_>, config: BlockConfig) -> Self {
        let BlockConfig {
            dim,
            heads,
            hidden,
            epsilon,
            layer_scale,
        } = config;
        let mut scale = |name| layer_scale.then(|| at.param(name, [dim], Init::Values(vec![FIRST_SCALE; dim])));
        let (scale1, scale2) = (scale("scale1"), scale("scale2"));
        Self {
            norm1: LayerNorm::new(at.at("norm1"), dim, epsilon),
            attention: Attention::new(at.at("attention"), dim, heads),
            norm2: LayerNorm::new(at.at("norm2"), dim, epsilon),
            up: Linear::new(at.at("up"), [dim, hidden], true, 1.0),
            down: Linear::new(at.at("down"), [hidden, dim], true, 1.0),
            scale1,
            scale2,
        }
    }

    /// `depth` blocks under `name`.
    pub fn stack(at: &mut Builder<'_>, name: &str, depth: usize, config: BlockConfig) -> Vec<Self> {
        let mut at = at.at(name);
        (0..depth).map(|index| Self::new(at.at(&index.to_string()), config)).collect()
    }

    /// `[batch, tokens, dim]` to the same. GELU is the exact one, by the error function.
    pub fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        if bridge::answers(&x)
            && let Some(x) = self.in_halves(&x)
        {
            return x;
        }
        let x = x.clone() + scaled(self.attention.forward(self.norm1.forward(x)), self.scale1.as_ref());
        let hidden = bridge::gelu(self.up.forward(self.norm2.forward(x.clone())));
        x + scaled(self.down.forward(hidden), self.scale2.as_ref())
    }

    /// What part of its attention each token gives to each: `[batch, heads, tokens, tokens]`.
    #[must_use]
    pub fn attention_of(&self, x: Tensor<3>) -> Tensor<4> {
        self.attention.probabilities(self.norm1.forward(x))
    }

    /// [`Block::forward`] in two operations; `None` where a map has no bias, or what is added is scaled.
    fn in_halves(&self, x: &Tensor<3>) -> Option<Tensor<3>> {
        (self.scale1.is_none() && self.scale2.is_none()).then_some(())?;
        let attention = [self.attention.qkv.tensors()?, self.attention.output.tensors()?];
        let mlp = [self.up.tensors()?, self.down.tensors()?];
        let x = bridge::attention(x.clone(), self.norm1.tensors(), attention, self.attention.heads());
        Some(bridge::mlp(x, self.norm2.tensors(), mlp))
    }
}

fn scaled(x: Tensor<3>, scale: Option<&Param<Tensor<1>>>) -> Tensor<3> {
    match scale {
        // It begins below what half precision tells from nothing.
        Some(scale) => {
            let dtype = x.dtype();
            (x.cast(FloatDType::F32) * scale.val().unsqueeze()).cast(dtype)
        }
        None => x,
    }
}
