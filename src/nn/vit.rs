//! A vision transformer over the patches that are kept (Dosovitskiy et al., 2021; He et al., 2021, 3).

use burn::{
    module::{Module, Param},
    tensor::Tensor,
};

use super::{Block, BlockConfig, Builder, Init, LayerNorm, Linear, Order, positions::sine_cosine};
use crate::mask::Grid;

/// Sizes of a vision transformer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VitConfig {
    /// Patches of a picture.
    pub grid: Grid,
    /// Numbers in a patch.
    pub patch_values: usize,
    /// Layers.
    pub depth: usize,
    /// Sizes of a layer.
    pub block: BlockConfig,
    /// Register tokens (Darcet et al., 2024); 0 in most.
    pub registers: usize,
}

/// Patch embedding, class token, fixed positions, pre-norm blocks, a last norm.
#[derive(Module, Debug)]
pub struct Vit {
    /// `[3 p p, dim]`: the convolution whose stride is its kernel, as a product.
    pub patch: Linear,
    /// `[dim]`.
    pub class_token: Param<Tensor<1>>,
    /// `[registers, dim]`: tokens without a place and without an answer, room for the layers to note things down.
    pub registers: Option<Param<Tensor<2>>>,
    /// `[1 + patches, dim]`, not trained.
    pub positions: Param<Tensor<2>>,
    /// The layers.
    pub blocks: Vec<Block>,
    /// After the last layer.
    pub norm: LayerNorm,
}

impl Vit {
    /// A network with MAE's first weights.
    pub fn new(mut at: Builder<'_>, config: VitConfig) -> Self {
        let VitConfig {
            grid,
            patch_values,
            depth,
            block,
            registers,
        } = config;
        let rows = 1 + grid.rows * grid.columns;
        Self {
            patch: Linear::new(at.at("patch"), [patch_values, block.dim], true, 1.0),
            class_token: at.param("class_token", [block.dim], Init::Normal(0.02)),
            registers: (registers > 0).then(|| at.param("registers", [registers, block.dim], Init::Normal(0.02))),
            positions: at.fixed("positions", [rows, block.dim], Init::Values(sine_cosine(grid, block.dim))),
            blocks: Block::stack(&mut at, "blocks", depth, block),
            norm: LayerNorm::new(at.at("norm"), block.dim, block.epsilon),
        }
    }

    /// Kept patches `[batch, kept, 3 p p]`, in the order's order, to `[batch, 1 + kept, dim]`: class token first.
    pub fn forward(&self, kept: Tensor<3>, order: &Order) -> Tensor<3> {
        let tokens = through(&self.blocks, self.embedded(kept, order));
        let tokens = match &self.registers {
            // Its own norm of each token: those of registers need none.
            Some(registers) => without(tokens, registers.dims()[0]),
            None => tokens,
        };
        self.norm.forward(tokens)
    }

    /// Where the last layer's heads look, `[batch, heads, 1 + kept, 1 + kept]`: class token first, registers left out of rows
    /// and columns. `None` without layers.
    #[must_use]
    pub fn attention(&self, kept: Tensor<3>, order: &Order) -> Option<Tensor<4>> {
        let (last, before) = self.blocks.split_last()?;
        let found = last.attention_of(through(before, self.embedded(kept, order)));
        Some(match &self.registers {
            Some(registers) => among_patches(found, registers.dims()[0]),
            None => found,
        })
    }

    /// Tokens with their places, as the first layer gets them.
    fn embedded(&self, kept: Tensor<3>, order: &Order) -> Tensor<3> {
        let [batch, count, _] = kept.dims();
        let dtype = kept.dtype();
        let class = self.class_token.val().cast(dtype).unsqueeze::<3>().repeat_dim(0, batch); // [batch, 1, dim]
        let tokens = Tensor::cat(vec![class, self.patch.forward(kept)], 1);
        let tokens = tokens + order.positions(self.positions.val().cast(dtype), count);
        match &self.registers {
            Some(registers) => between(tokens, registers.val().cast(dtype)),
            None => tokens,
        }
    }
}

fn through(blocks: &[Block], tokens: Tensor<3>) -> Tensor<3> {
    blocks.iter().fold(tokens, |tokens, block| block.forward(tokens))
}

/// Registers `[registers, dim]` behind the class token, ahead of the patches, as in the published files.
fn between(tokens: Tensor<3>, registers: Tensor<2>) -> Tensor<3> {
    let [batch, count, _] = tokens.dims();
    let registers = registers.unsqueeze::<3>().repeat_dim(0, batch);
    let [class, patches] = [(0, 1), (1, count - 1)].map(|(from, length)| tokens.clone().narrow(1, from, length));
    Tensor::cat(vec![class, registers, patches], 1)
}

/// The same without them.
fn without(tokens: Tensor<3>, registers: usize) -> Tensor<3> {
    let [_, count, _] = tokens.dims();
    let [class, patches] = [(0, 1), (1 + registers, count - 1 - registers)].map(|(from, length)| tokens.clone().narrow(1, from, length));
    Tensor::cat(vec![class, patches], 1)
}

/// `[batch, heads, tokens, tokens]` without registers, neither as those that look nor as those that are looked at.
fn among_patches(found: Tensor<4>, registers: usize) -> Tensor<4> {
    let less = |found: Tensor<4>, axis: usize| {
        let count = found.dims()[axis];
        let parts = [(0, 1), (1 + registers, count - 1 - registers)];
        Tensor::cat(parts.map(|(from, length)| found.clone().narrow(axis, from, length)).to_vec(), axis)
    };
    less(less(found, 2), 3)
}
