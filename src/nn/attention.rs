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
        let [query, key, value] = self.parts(x);
        self.collect(mix(query, key, value))
    }

    /// What part of its attention each token gives to each, `[batch, heads, tokens, tokens]`; rows sum to 1. Never worked out
    /// on the way of [`Attention::forward`], whose kernels keep no row longer than they need it.
    #[must_use]
    pub fn probabilities(&self, x: Tensor<3>) -> Tensor<4> {
        let [query, key, _] = self.parts(x);
        probabilities(query, key)
    }

    /// Queries, keys and values, each `[batch, heads, tokens, d_head]`.
    fn parts(&self, x: Tensor<3>) -> [Tensor<4>; 3] {
        let [batch, tokens, dim] = x.dims();
        let d_head = dim / self.heads;
        let qkv = self
            .qkv
            .forward(x)
            .reshape([batch, tokens, 3, self.heads, d_head])
            .permute([2, 0, 3, 1, 4]);
        [0, 1, 2].map(|part| qkv.clone().narrow(0, part, 1).squeeze_dim(0))
    }

    /// What the heads gave, side by side and mapped: `[batch, tokens, dim]`.
    fn collect(&self, mixed: Tensor<4>) -> Tensor<3> {
        let [batch, heads, tokens, d_head] = mixed.dims();
        self.output.forward(mixed.swap_dims(1, 2).reshape([batch, tokens, heads * d_head]))
    }
}

/// Attention over `[batch, heads, tokens, d_head]`. Without gradients the device's own kernel; with them a
/// composition, since that kernel has no backward pass and its stand-in guards against masks that are not used here.
fn mix(query: Tensor<4>, key: Tensor<4>, value: Tensor<4>) -> Tensor<4> {
    if !query.is_autodiff() {
        return attention(query, key, value, None, None, Default::default());
    }
    probabilities(query, key).matmul(value)
}

fn probabilities(query: Tensor<4>, key: Tensor<4>) -> Tensor<4> {
    let [_, _, _, d_head] = query.dims();
    let scores = query.mul_scalar(1.0 / (d_head as f32).sqrt()).matmul(key.swap_dims(2, 3));
    softmax(scores, 3)
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, TensorData};

    use super::*;
    use crate::nn::Drawn;

    #[test]
    fn values_in_these_proportions_are_what_the_layer_gives() {
        let device = Device::flex();
        let (batch, tokens, dim) = (2, 7, 12);
        let layer = Attention::new(Builder::new(&mut Drawn { seed: 3 }, &device), dim, 3);
        let numbers = (0..batch * tokens * dim).map(|i| 3.0 * (i as f32 * 0.7).sin()).collect();
        let x = Tensor::<3>::from_data(TensorData::new(numbers, [batch, tokens, dim]), &device);
        let found = layer.probabilities(x.clone());
        assert_eq!(found.dims(), [batch, 3, tokens, tokens]);
        let sums = found.clone().sum_dim(3).into_data().iter::<f32>().collect::<Vec<_>>();
        assert!(sums.iter().all(|sum| (sum - 1.0).abs() < 1e-5), "{sums:?}");
        let [_, _, value] = layer.parts(x.clone());
        let by_hand = layer.collect(found.matmul(value));
        let worst = (by_hand - layer.forward(x)).abs().max().into_data().iter::<f32>().next();
        assert!(worst.is_some_and(|worst| worst < 1e-5), "{worst:?}");
    }
}
