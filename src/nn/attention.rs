//! Multi-head self-attention (Vaswani et al., 2017, 3.2).

use burn::{
    module::Module,
    tensor::{Tensor, activation::softmax, module::attention},
};

use super::{Builder, Linear};

/// `softmax(Q K^T / sqrt(d_head)) V` in `heads` parts; queries, keys and values come out of one product.
#[derive(Module, Debug)]
pub struct Attention {
    /// `[dim, 3 dim]`: queries, keys, values side by side.
    pub qkv: Linear,
    /// `[dim, dim]`.
    pub output: Linear,
    heads: usize,
}

impl Attention {
    /// `dim` must be divisible by `heads`.
    pub fn new(mut at: Builder<'_>, dim: usize, heads: usize) -> Self {
        Self {
            qkv: Linear::new(at.at("qkv"), [dim, 3 * dim], true, 1.0),
            output: Linear::new(at.at("output"), [dim, dim], true, 1.0),
            heads,
        }
    }

    /// Heads.
    #[must_use]
    pub fn heads(&self) -> usize {
        self.heads
    }

    /// `[batch, tokens, dim]` to the same.
    pub fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        let [batch, tokens, dim] = x.dims();
        let d_head = dim / self.heads;
        let qkv = self
            .qkv
            .forward(x)
            .reshape([batch, tokens, 3, self.heads, d_head])
            .permute([2, 0, 3, 1, 4]);
        let part = |i: usize| qkv.clone().narrow(0, i, 1).squeeze_dim::<4>(0); // [batch, heads, tokens, d_head]
        let mixed = mix(part(0), part(1), part(2));
        self.output.forward(mixed.swap_dims(1, 2).reshape([batch, tokens, dim]))
    }
}

/// Attention over `[batch, heads, tokens, d_head]`. Without gradients the device's own kernel; with them a
/// composition, since that kernel has no backward pass and its stand-in guards against masks that are not used here.
fn mix(query: Tensor<4>, key: Tensor<4>, value: Tensor<4>) -> Tensor<4> {
    if !query.is_autodiff() {
        return attention(query, key, value, None, None, Default::default());
    }
    let [_, _, _, d_head] = query.dims();
    let scores = query.mul_scalar(1.0 / (d_head as f32).sqrt()).matmul(key.swap_dims(2, 3));
    softmax(scores, 3).matmul(value)
}
