//! The decoder of a masked autoencoder (He et al., 2021, 3): light, and gone after training in the paper; here it is
//! what draws.

use burn::{
    module::{Module, Param},
    tensor::Tensor,
};

use super::{Block, BlockConfig, Builder, Init, LayerNorm, Linear, Order, Overlap, overlap::CORNERS, positions::sine_cosine};
use crate::mask::Grid;

/// Sizes of a decoder.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DecoderConfig {
    /// Patches of a picture.
    pub grid: Grid,
    /// Numbers in a patch.
    pub patch_values: usize,
    /// Width of the encoder's tokens.
    pub from_dim: usize,
    /// Layers.
    pub depth: usize,
    /// Sizes of a layer.
    pub block: BlockConfig,
    /// Whether it is shown a filled picture beside the encoder's tokens.
    pub fill: bool,
    /// Whether its patches overlap, and how they lie.
    pub overlap: Option<Overlap>,
    /// Gain of the last product's first weights; 1 in the paper.
    pub last_gain: f32,
}

/// Embedding, mask token, fixed positions, pre-norm blocks, norm, pixels.
#[derive(Module, Debug)]
pub struct Decoder {
    /// `[encoder dim, dim]`.
    pub embed: Linear,
    /// `[3 p p, dim]`, without bias: a patch of the filled picture, added to its token. `[3 p p, 4 dim]` where patches overlap.
    pub fill: Option<Linear>,
    /// `[dim]`: stands for every hidden patch.
    pub mask_token: Param<Tensor<1>>,
    /// `[1 + patches, dim]`, not trained.
    pub positions: Param<Tensor<2>>,
    /// The layers.
    pub blocks: Vec<Block>,
    /// After the last layer.
    pub norm: LayerNorm,
    /// `[dim, 3 p p]`, or `[4 dim, 3 p p]` where patches overlap.
    pub pixels: Linear,
    #[module(skip)]
    overlap: Option<Overlap>,
}

impl Decoder {
    /// A decoder with MAE's first weights.
    pub fn new(mut at: Builder<'_>, config: DecoderConfig) -> Self {
        let DecoderConfig {
            grid,
            patch_values,
            from_dim,
            depth,
            block,
            fill,
            overlap,
            last_gain,
        } = config;
        let rows = 1 + grid.rows * grid.columns;
        let wide = block.dim * if overlap.is_some() { CORNERS } else { 1 };
        Self {
            embed: Linear::new(at.at("embed"), [from_dim, block.dim], true, 1.0),
            fill: fill.then(|| Linear::new(at.at("fill"), [patch_values, wide], false, 1.0)),
            mask_token: at.param("mask_token", [block.dim], Init::Normal(0.02)),
            positions: at.fixed("positions", [rows, block.dim], Init::Values(sine_cosine(grid, block.dim))),
            blocks: Block::stack(&mut at, "blocks", depth, block),
            norm: LayerNorm::new(at.at("norm"), block.dim, block.epsilon),
            pixels: Linear::new(at.at("pixels"), [wide, patch_values], true, last_gain),
            overlap,
        }
    }

    /// Encoded `[batch, 1 + kept, encoder dim]`, and the filled picture's patches `[batch, patches, 3 p p]` in the
    /// order's order (its cells, `[batch, cells, 3 p p]`, where patches overlap), to tokens `[batch, 1 + patches, dim]`: class token, kept, hidden.
    pub fn forward(&self, encoded: Tensor<3>, fill: Option<Tensor<3>>, order: &Order) -> Tensor<3> {
        let dtype = encoded.dtype();
        let mut tokens = self.embed.forward(encoded);
        let [batch, _, dim] = tokens.dims();
        if order.hidden > 0 {
            let masks = self
                .mask_token
                .val()
                .cast(dtype)
                .unsqueeze::<3>()
                .expand([batch, order.hidden, dim]);
            tokens = Tensor::cat(vec![tokens, masks], 1);
        }
        tokens = tokens + order.positions(self.positions.val().cast(dtype), order.patches());
        if let (Some(project), Some(fill)) = (&self.fill, fill) {
            tokens = match &self.overlap {
                Some(overlap) => overlap.gather(tokens, fill, project, order),
                None => {
                    let nothing = Tensor::zeros([batch, 1, dim], (&tokens.device(), dtype));
                    tokens + Tensor::cat(vec![nothing, project.forward(fill)], 1)
                }
            };
        }
        self.norm
            .forward(self.blocks.iter().fold(tokens, |tokens, block| block.forward(tokens)))
    }

    /// The same decoder for answers alone: what depends on no picture is worked out once.
    #[must_use]
    pub fn folded(mut self) -> Self {
        if let Some(overlap) = self.overlap.filter(|overlap| !overlap.is_folded) {
            let (overlap, pixels) = overlap.fold(self.pixels);
            (self.overlap, self.pixels) = (Some(overlap), pixels);
        }
        self
    }

    /// Numbers of the last `count` patches in the order, from the tokens of [`Decoder::forward`]: `[batch, count, 3 p p]`.
    pub fn draw(&self, tokens: Tensor<3>, count: usize, order: &Order) -> Tensor<3> {
        match &self.overlap {
            Some(overlap) => overlap.draw(tokens, &self.pixels, count, order),
            None => self.pixels.forward(tokens.narrow(1, 1 + order.patches() - count, count)),
        }
    }
}
