//! I-JEPA's predictor (Assran et al., 2023, sec. 3): a narrow transformer that says, of patches it is not shown, what an
//! encoder would make of them.

use burn::{
    module::{Module, Param},
    tensor::{FloatDType, Tensor},
};

use super::{Block, BlockConfig, Builder, Init, LayerNorm, Linear, order::indices, positions::sine_cosine};
use crate::mask::Grid;

/// Sizes of a predictor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PredictorConfig {
    /// Patches of a picture.
    pub grid: Grid,
    /// Width of the encoder's tokens, which are its input and its output.
    pub encoder_dim: usize,
    /// Layers.
    pub depth: usize,
    /// Sizes of a layer; narrower than the encoder's in the paper.
    pub block: BlockConfig,
}

/// Embedding, mask token, fixed positions, pre-norm blocks, norm, and back to the encoder's width.
#[derive(Module, Debug)]
pub struct Predictor {
    /// `[encoder dim, dim]`.
    pub embed: Linear,
    /// `[dim]`: stands for every patch that is asked for.
    pub mask_token: Param<Tensor<1>>,
    /// `[1 + patches, dim]`, not trained; the first row, a class token's, is not used.
    pub positions: Param<Tensor<2>>,
    /// The layers.
    pub blocks: Vec<Block>,
    /// After the last layer.
    pub norm: LayerNorm,
    /// `[dim, encoder dim]`.
    pub output: Linear,
    #[module(skip)]
    precision: FloatDType,
}

impl Predictor {
    /// A predictor with MAE's first weights.
    pub fn new(mut at: Builder<'_>, config: PredictorConfig) -> Self {
        let PredictorConfig {
            grid,
            encoder_dim,
            depth,
            block,
        } = config;
        let rows = 1 + grid.len();
        Self {
            embed: Linear::new(at.at("embed"), [encoder_dim, block.dim], true, 1.0),
            mask_token: at.param("mask_token", [block.dim], Init::Normal(0.02)),
            positions: at.fixed("positions", [rows, block.dim], Init::Values(sine_cosine(grid, block.dim))),
            blocks: Block::stack(&mut at, "blocks", depth, block),
            norm: LayerNorm::new(at.at("norm"), block.dim, block.epsilon),
            output: Linear::new(at.at("output"), [block.dim, encoder_dim], true, 1.0),
            precision: at.precision(),
        }
    }

    /// What stands at the places that are asked for, out of the context's tokens `[batch, context, encoder dim]` and
    /// where in the grid each stands.
    ///
    /// `asked` holds one or more questions, each with a list of places for every picture, all of one length: no question
    /// knows of the others. The answers are `[questions batch, places, encoder dim]`, question by question.
    pub fn forward(&self, context: Tensor<3>, places: &[Vec<usize>], asked: &[Vec<Vec<usize>>]) -> Tensor<3> {
        let seen = self.embed.forward(context.cast(self.precision)) + self.at_places(places);
        let questions = asked.len();
        let seen = seen.repeat_dim(0, questions);
        let wanted: Vec<Vec<usize>> = asked.iter().flatten().cloned().collect();
        let count = wanted.first().map_or(0, Vec::len);
        let masks = self.at_places(&wanted) + self.mask_token.val().cast(self.precision).unsqueeze::<3>();
        let [_, known, _] = seen.dims();
        let tokens = Tensor::cat(vec![seen, masks], 1);
        let tokens = self.blocks.iter().fold(tokens, |tokens, block| block.forward(tokens));
        let answers = self.output.forward(self.norm.forward(tokens.narrow(1, known, count)));
        answers.cast(FloatDType::F32)
    }

    /// Positions of each picture's places, which are equally many: `[pictures, places, dim]`.
    fn at_places(&self, places: &[Vec<usize>]) -> Tensor<3> {
        let table = self.positions.val().cast(self.precision);
        let [_, dim] = table.dims();
        let count = places.first().map_or(0, Vec::len);
        let rows = places.iter().flatten().map(|place| place + 1);
        let index = indices(rows, &table.device());
        table.select(0, index).reshape([places.len(), count, dim])
    }
}
