//! What corrects a smooth fill all at once: convolutions over coarse cells that grow coarser and fine again (after the U-Net of
//! Ronneberger, Fischer & Brox, 2015).
//!
//! Attention takes long to learn that a line goes on and a shade does too, wherever in a picture; a convolution begins with that.
//! At the coarsest a perceptron sees everything at once: how bright a sky is above what kind of ground. A picture is seen in
//! *cells*, of which a patch has four by four; what is added to each cell's colour is laid over the pixels in straight lines between
//! the cells' middles.

use burn::{
    module::Module,
    tensor::{FloatDType, Tensor, TensorData},
};

use super::{
    Builder, Conv, Init, LayerNorm, Linear,
    conv::{channels_first, channels_last},
    patches::{patchify, unpatchify},
};
use crate::{
    kernels::bridge::{self, gelu},
    mask::Grid,
};

/// Cells on a side of a patch.
pub const SPLIT: usize = 4;

/// How often cells are joined two by two, where their number allows.
const MOST_HALVINGS: usize = 3;

/// Widths of the maps, each coarser than the one before, in multiples of the finest's.
const WIDTHS: [usize; MOST_HALVINGS + 1] = [1, 2, 4, 6];

/// Blocks at each fineness, on the way down as on the way up.
const BLOCKS: [usize; MOST_HALVINGS + 1] = [1, 1, 2, 2];

/// Width of the perceptron that sees everything, in multiples of the finest map's.
const WHOLE: usize = 16;

/// Channels that it is shown: the colours, and what is hidden.
pub const SHOWN: usize = 4;

/// Side of a convolution's window.
pub const SIDE: usize = 3;

/// Gain of the last weights of each part, and of all: at first the fill stays nearly as it is.
const FIRST_GAIN: f32 = 0.01;

/// Sizes of a corrector.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CorrectorConfig {
    /// Patches of a picture.
    pub grid: Grid,
    /// Side of a patch, pixels; a multiple of [`SPLIT`].
    pub patch_px: usize,
    /// Channels of its finest map.
    pub dim: usize,
    /// Added to variances in its norms.
    pub epsilon: f64,
}

impl CorrectorConfig {
    /// Rows and columns of the finest map.
    fn cells(&self) -> [usize; 2] {
        [self.grid.rows, self.grid.columns].map(|count| SPLIT * count)
    }

    /// How often cells are joined two by two.
    #[must_use]
    pub fn halvings(&self) -> usize {
        let of = |count: usize| (count.trailing_zeros() as usize).min(MOST_HALVINGS);
        let [rows, columns] = self.cells();
        of(rows).min(of(columns))
    }

    /// Channels of a map whose cells were joined so often.
    #[must_use]
    pub fn width(&self, level: usize) -> usize {
        self.dim * WIDTHS[level]
    }

    /// Blocks at such a level, on either way.
    #[must_use]
    pub fn blocks(&self, level: usize) -> usize {
        BLOCKS[level]
    }

    /// Numbers of the coarsest map, and of the perceptron that sees all of them.
    #[must_use]
    pub fn whole(&self) -> [usize; 2] {
        let last = self.halvings();
        let [rows, columns] = self.cells().map(|count| count >> last);
        [rows * columns * self.width(last), WHOLE * self.dim]
    }

    /// Multiplications, each with its addition, of one picture: products alone.
    #[must_use]
    pub fn multiply_adds(&self) -> usize {
        let [rows, columns] = self.cells();
        let [height, width] = [self.grid.rows, self.grid.columns].map(|count| self.patch_px * count);
        let last = self.halvings();
        let window = SIDE * SIDE;
        let levels = (0..=last).map(|level| {
            let (cells, dim) = ((rows * columns) >> (2 * level), self.width(level));
            let ways = if level < last { 2 } else { 1 };
            let resized = if level < last { 2 * cells * dim * self.width(level + 1) } else { 0 };
            ways * self.blocks(level) * 2 * cells * window * dim * dim + resized
        });
        let [all, inner] = self.whole();
        let ends = rows * columns * window * self.dim * (SHOWN + 3);
        levels.sum::<usize>() + 2 * all * inner + ends + 3 * rows * width * (columns + height)
    }
}

/// `x + second(gelu(first(norm(x))))`, of maps `[batch, rows, columns, dim]`.
#[derive(Module, Debug)]
pub struct Block {
    /// Over the channels of each cell.
    pub norm: LayerNorm,
    /// `[dim, dim, 3, 3]`.
    pub first: Conv,
    /// `[dim, dim, 3, 3]`.
    pub second: Conv,
}

impl Block {
    fn new(mut at: Builder<'_>, dim: usize, epsilon: f64) -> Self {
        Self {
            norm: LayerNorm::new(at.at("norm"), dim, epsilon),
            first: Conv::new(at.at("first"), [dim, dim, SIDE], 1),
            second: Conv::drawn(at.at("second"), [dim, dim, SIDE], 1, late(dim)),
        }
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let inner = self.first.forward(self.norm.forward(x.clone()));
        x + self.second.forward(gelu(inner))
    }
}

/// First weights of a convolution that should say next to nothing.
fn late(outputs: usize) -> Init {
    Init::Normal(FIRST_GAIN * (2.0 / (outputs * SIDE * SIDE).max(1) as f32).sqrt())
}

/// Blocks, and the map to the next fineness.
#[derive(Module, Debug)]
pub struct Stage {
    /// In order.
    pub blocks: Vec<Block>,
    /// Four cells into one, `[4 dim, dim']`, behind the blocks; on the way up one into four, `[dim', 4 dim]`, before them.
    pub resize: Linear,
}

/// `x + down(gelu(up(norm(x))))`.
#[derive(Module, Debug)]
pub struct Whole {
    /// Before both.
    pub norm: LayerNorm,
    /// `[all, inner]`, see [`CorrectorConfig::whole`].
    pub up: Linear,
    /// `[inner, all]`.
    pub down: Linear,
}

impl Whole {
    /// `[batch, 1, all]` to the same.
    fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        if bridge::answers(&x)
            && let (Some(up), Some(down)) = (self.up.tensors(), self.down.tensors())
        {
            return bridge::mlp(x, self.norm.tensors(), [up, down]);
        }
        x.clone() + self.down.forward(gelu(self.up.forward(self.norm.forward(x))))
    }
}

/// Cells into maps, down to the coarsest and up again, and what is added to each cell.
#[derive(Module, Debug)]
pub struct Corrector {
    /// `[dim, 4, 3, 3]`.
    pub enter: Conv,
    /// From fine to coarse.
    pub down: Vec<Stage>,
    /// At the coarsest.
    pub middle: Vec<Block>,
    /// Behind them.
    pub whole: Whole,
    /// By the level that they lead to, the finest first.
    pub up: Vec<Stage>,
    /// Before the last.
    pub norm: LayerNorm,
    /// `[3, dim, 3, 3]`.
    pub cells: Conv,
    #[module(skip)]
    config: CorrectorConfig,
    #[module(skip)]
    precision: FloatDType,
}

impl Corrector {
    /// A corrector that corrects next to nothing.
    pub fn new(mut at: Builder<'_>, config: CorrectorConfig) -> Self {
        let CorrectorConfig { dim, epsilon, .. } = config;
        let last = config.halvings();
        let stages = |mut at: Builder<'_>, resize: fn(usize, usize) -> [usize; 2]| {
            let stage = |level: usize| {
                let mut at = at.at(&level.to_string());
                let [fine, coarse] = [level, level + 1].map(|level| config.width(level));
                Stage {
                    blocks: blocks(at.at("blocks"), config, level),
                    resize: Linear::new(at.at("resize"), resize(fine, coarse), true, 1.0),
                }
            };
            (0..last).map(stage).collect()
        };
        let [all, inner] = config.whole();
        Self {
            enter: Conv::new(at.at("enter"), [dim, SHOWN, SIDE], 1),
            down: stages(at.at("down"), |fine, coarse| [4 * fine, coarse]),
            middle: blocks(at.at("middle"), config, last),
            whole: {
                let mut at = at.at("whole");
                Whole {
                    norm: LayerNorm::new(at.at("norm"), all, epsilon),
                    up: Linear::new(at.at("up"), [all, inner], true, 1.0),
                    down: Linear::drawn(at.at("down"), [inner, all], true, Init::Xavier { gain: FIRST_GAIN }),
                }
            },
            up: stages(at.at("up"), |fine, coarse| [coarse, 4 * fine]),
            norm: LayerNorm::new(at.at("norm"), dim, epsilon),
            cells: Conv::drawn(at.at("cells"), [3, dim, SIDE], 1, late(3)),
            precision: at.precision(),
            config,
        }
    }

    /// Standardised patches `[batch, patches, 3 p p]` in the grid's rows, visible ones as they are and hidden ones filled,
    /// and which are hidden, `[batch, patches]` of 0 and 1, to what should be added to each: `[batch, patches, 3 p p]`. Of
    /// visible ones that means nothing.
    pub fn forward(&self, patches: Tensor<3>, hidden: Tensor<2>) -> Tensor<3> {
        let CorrectorConfig { grid, patch_px, .. } = self.config;
        let x = channels_last(self.shown(patches, hidden)).cast(self.precision);
        let mut x = self.enter.forward(x);
        let mut passed = Vec::with_capacity(self.down.len());
        for stage in &self.down {
            x = through(&stage.blocks, x);
            passed.push(x.clone());
            x = stage.resize.forward(joined(x));
        }
        x = through(&self.middle, x);
        let [batch, rows, columns, dim] = x.dims();
        let whole = self.whole.forward(x.reshape([batch, 1, rows * columns * dim]));
        x = whole.reshape([batch, rows, columns, dim]);
        for (stage, before) in self.up.iter().zip(passed).rev() {
            x = through(&stage.blocks, parted(stage.resize.forward(x)) + before);
        }
        let added = channels_first(self.cells.forward(self.norm.forward(x))).cast(FloatDType::F32);
        let device = added.device();
        let [tall, wide] = [grid.rows, grid.columns].map(|count| {
            let [from, to] = [SPLIT * count, patch_px * count];
            Tensor::<2>::from_data(TensorData::new(straight(from, to), [to, from]), &device)
        });
        let rows = added.matmul(wide.transpose().unsqueeze());
        patchify(tall.unsqueeze::<4>().matmul(rows), patch_px)
    }

    /// Mean colours of the cells, and which are hidden: `[batch, 4, rows, columns]`.
    fn shown(&self, patches: Tensor<3>, hidden: Tensor<2>) -> Tensor<4> {
        let CorrectorConfig { grid, patch_px, .. } = self.config;
        let [batch, count, _] = patches.dims();
        let cell = patch_px / SPLIT;
        let colours = patches
            .reshape([batch * count * 3, SPLIT, cell, SPLIT, cell])
            .mean_dim(4)
            .mean_dim(2)
            .reshape([batch, count, 3 * SPLIT * SPLIT]);
        let hidden = hidden.reshape([batch, count, 1]).expand([batch, count, SPLIT * SPLIT]);
        unpatchify(Tensor::cat(vec![colours, hidden], 2), SPLIT, grid.columns)
    }
}

fn blocks(mut at: Builder<'_>, config: CorrectorConfig, level: usize) -> Vec<Block> {
    let block = |number: usize| Block::new(at.at(&number.to_string()), config.width(level), config.epsilon);
    (0..config.blocks(level)).map(block).collect()
}

fn through(blocks: &[Block], x: Tensor<4>) -> Tensor<4> {
    blocks.iter().fold(x, |x, block| block.forward(x))
}

/// Two by two cells into one: `[batch, 2 rows, 2 columns, dim]` to `[batch, rows, columns, 4 dim]`.
fn joined(x: Tensor<4>) -> Tensor<4> {
    let [batch, rows, columns, dim] = x.dims();
    x.reshape([batch, rows / 2, 2, columns / 2, 2, dim])
        .permute([0, 1, 3, 2, 4, 5])
        .reshape([batch, rows / 2, columns / 2, 4 * dim])
}

/// The way back.
fn parted(x: Tensor<4>) -> Tensor<4> {
    let [batch, rows, columns, dim] = x.dims();
    x.reshape([batch, rows, columns, 2, 2, dim / 4])
        .permute([0, 1, 3, 2, 4, 5])
        .reshape([batch, 2 * rows, 2 * columns, dim / 4])
}

/// `[to, from]`, row by row: how much each of `from` equal stretches counts at the middle of each of `to`, on straight lines
/// between the stretches' middles; rows sum to 1, and beyond the outermost middles nothing changes.
fn straight(from: usize, to: usize) -> Vec<f32> {
    let mut table = vec![0.0; to * from];
    for (row, weights) in table.chunks_exact_mut(from).enumerate() {
        let place = ((row as f32 + 0.5) * from as f32 / to as f32 - 0.5).clamp(0.0, (from - 1) as f32);
        let first = place as usize;
        let part = place - first as f32;
        weights[first] += 1.0 - part;
        if part > 0.0 {
            weights[first + 1] += part;
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;
    use crate::nn::Drawn;

    const CONFIG: CorrectorConfig = CorrectorConfig {
        grid: Grid::new(2, 3),
        patch_px: 16,
        dim: 4,
        epsilon: 1e-6,
    };

    #[test]
    fn lines_between_middles_are_straight() {
        assert_eq!(straight(2, 4), [1.0, 0.0, 0.75, 0.25, 0.25, 0.75, 0.0, 1.0]);
        for (from, to) in [(1, 3), (2, 8), (16, 128), (6, 6)] {
            let table = straight(from, to);
            assert!(table.chunks(from).all(|row| (row.iter().sum::<f32>() - 1.0).abs() < 1e-6));
        }
    }

    #[test]
    fn cells_are_joined_as_often_as_their_number_allows() {
        let of = |rows, columns| {
            let grid = Grid::new(rows, columns);
            CorrectorConfig { grid, ..CONFIG }.halvings()
        };
        assert_eq!([of(8, 8), of(2, 3), of(14, 14), of(1, 7)], [3, 2, 3, 2]);
    }

    #[test]
    fn four_cells_are_joined_and_parted() {
        let device = Device::flex();
        let x = Tensor::<1, burn::tensor::Int>::arange(0..2 * 4 * 6 * 3, &device)
            .float()
            .reshape([2, 4, 6, 3]);
        let one = joined(x.clone());
        assert_eq!(one.dims(), [2, 2, 3, 12]);
        let corner = one.clone().slice([0..1, 0..1, 1..2]).into_data().try_into_vec::<f32>();
        // Rows 0 and 1, columns 2 and 3: 18 numbers a row.
        assert_eq!(corner.ok(), Some(vec![6., 7., 8., 9., 10., 11., 24., 25., 26., 27., 28., 29.]));
        assert_eq!(parted(one).into_data(), x.into_data());
    }

    #[test]
    fn it_sees_cells_and_adds_smoothly() {
        let device = Device::flex();
        let corrector = Corrector::new(Builder::new(&mut Drawn { seed: 2 }, &device), CONFIG);
        let waves = (0..2 * 3 * 32 * 48).map(|at| (at as f32 * 0.7).sin()).collect();
        let picture = Tensor::<4>::from_data(TensorData::new(waves, [2, 3, 32, 48]), &device);
        let hidden = Tensor::<2>::from_data([[1., 0., 1., 0., 0., 1.], [0., 1., 1., 1., 0., 0.]], &device);
        let masked = |picture: Tensor<4>, hidden: &Tensor<2>| unpatchify(corrector.forward(patchify(picture, 16), hidden.clone()), 16, 3);
        let added = |picture| masked(picture, &hidden);
        let most = |tensor: Tensor<4>| tensor.abs().max().into_scalar::<f32>();
        let found = added(picture.clone());
        assert_eq!(found.dims(), [2, 3, 32, 48]);
        let size = most(found.clone());
        assert!(size > 0.0 && size < 0.1, "at first it adds next to nothing: {size}");

        // Whatever a cell's pixels are, their mean is what counts.
        let mean = picture.reshape([6, 8, 4, 12, 4]).mean_dim(4).mean_dim(2);
        let coarse = mean.expand([6, 8, 4, 12, 4]).reshape([2, 3, 32, 48]);
        assert!(most(added(coarse.clone()) - found.clone()) < 1e-6);
        // One cell's colour counts in its picture and nowhere else, and so does what is hidden.
        let other = coarse.clone() + coarse.zeros_like().slice_fill([0..1, 0..1, 0..4, 0..4], 1.0);
        let hidden_otherwise = hidden.clone().slice_fill([0..1, 1..2], 1.0);
        for changed in [added(other), masked(coarse, &hidden_otherwise)] {
            let change = changed - found.clone();
            assert!(most(change.clone().narrow(0, 0, 1)) > 0.0 && most(change.narrow(0, 1, 1)) == 0.0);
        }

        // Four pixels lie between the middles of two cells, and two before the first.
        let line = |at: usize| found.clone().narrow(3, at, 1);
        for middle in [3, 4, 7, 8, 43, 44] {
            let bend = line(middle - 1) - line(middle) * 2.0 + line(middle + 1);
            assert!(most(bend) < 1e-6, "column {middle}");
        }
        assert!(most(line(1) - line(0)) < 1e-6);
    }
}
