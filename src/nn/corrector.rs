//! What corrects a whole drawing at once: a perceptron that sees all of it, coarsely.
//!
//! Attention learns where to look in a picture, and takes long to learn how bright a sky is above what kind of ground. A dense
//! layer over a few hundred coarse cells learns that soon, and costs next to nothing. It sees the drawing in *quarters* of its
//! patches, adds to each quarter's colour, and what it adds is laid over the pixels in straight lines between the quarters' middles.

use burn::{
    module::Module,
    tensor::{FloatDType, Tensor, TensorData, activation::gelu},
};

use super::{
    Builder, Init, LayerNorm, Linear,
    patches::{patchify, unpatchify},
};
use crate::{kernels::bridge, mask::Grid};

/// Quarters on a side of a patch.
const SPLIT: usize = 2;

/// Layers between the first product and the last.
pub const LAYERS: usize = 2;

/// What the output is multiplied with. Adam moves all weights equally far, and so an output faster the more weights it has; this
/// one has many. Files of weights mean this number, too: with another they would draw otherwise.
const PACE: f32 = 0.25;

/// Gain of the last weights of each layer, and of all: at first the drawing stays nearly as it is.
const FIRST_GAIN: f32 = 0.01;

/// Sizes of a corrector.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CorrectorConfig {
    /// Patches of a picture.
    pub grid: Grid,
    /// Side of a patch, pixels; even.
    pub patch_px: usize,
    /// Width of its layers.
    pub dim: usize,
    /// Added to variances in its norms.
    pub epsilon: f64,
}

impl CorrectorConfig {
    /// Numbers of a picture in quarters: three channels of each.
    #[must_use]
    pub fn values(&self) -> usize {
        3 * SPLIT * SPLIT * self.grid.len()
    }

    /// Numbers that it is shown: the quarters of what is visible, those of what is drawn, and what is hidden.
    #[must_use]
    pub fn shown(&self) -> usize {
        2 * self.values() + self.grid.len()
    }

    /// Multiplications, each with its addition, of one picture: products alone.
    #[must_use]
    pub fn multiply_adds(&self) -> usize {
        let Self { grid, patch_px, dim, .. } = *self;
        let [rows, columns] = [grid.rows, grid.columns].map(|count| SPLIT * count);
        let [height, width] = [grid.rows, grid.columns].map(|count| patch_px * count);
        let spread = 3 * rows * width * (columns + height);
        dim * (self.shown() + 2 * LAYERS * dim + self.values()) + spread
    }
}

/// `x + down(gelu(up(norm(x))))`.
#[derive(Module, Debug)]
pub struct Layer {
    /// Before both.
    pub norm: LayerNorm,
    /// `[dim, dim]`.
    pub up: Linear,
    /// `[dim, dim]`.
    pub down: Linear,
}

impl Layer {
    /// `[batch, 1, dim]` to the same.
    fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        if bridge::answers(&x)
            && let (Some(up), Some(down)) = (self.up.tensors(), self.down.tensors())
        {
            return bridge::mlp(x, self.norm.tensors(), [up, down]);
        }
        x.clone() + self.down.forward(gelu(self.up.forward(self.norm.forward(x))))
    }
}

/// Embedding, layers, norm, and what is added to each quarter.
#[derive(Module, Debug)]
pub struct Corrector {
    /// `[shown, dim]`, see [`CorrectorConfig::shown`].
    pub embed: Linear,
    /// In order.
    pub layers: Vec<Layer>,
    /// After the last.
    pub norm: LayerNorm,
    /// `[dim, values]`, see [`CorrectorConfig::values`].
    pub quarters: Linear,
    #[module(skip)]
    config: CorrectorConfig,
    #[module(skip)]
    precision: FloatDType,
}

impl Corrector {
    /// A corrector that corrects next to nothing.
    pub fn new(mut at: Builder<'_>, config: CorrectorConfig) -> Self {
        let CorrectorConfig { dim, epsilon, .. } = config;
        let late = Init::Xavier { gain: FIRST_GAIN };
        let layers = (0..LAYERS).map(|number| {
            let mut at = at.at("layers");
            let mut at = at.at(&number.to_string());
            Layer {
                norm: LayerNorm::new(at.at("norm"), dim, epsilon),
                up: Linear::new(at.at("up"), [dim, dim], true, 1.0),
                down: Linear::drawn(at.at("down"), [dim, dim], true, late.clone()),
            }
        });
        let layers = layers.collect();
        Self {
            embed: Linear::new(at.at("embed"), [config.shown(), dim], true, 1.0),
            layers,
            norm: LayerNorm::new(at.at("norm"), dim, epsilon),
            quarters: Linear::drawn(at.at("quarters"), [dim, config.values()], true, late),
            precision: at.precision(),
            config,
        }
    }

    /// Standardised patches `[batch, patches, 3 p p]` in the grid's rows, visible ones as they are and hidden ones as they are
    /// drawn, and which are hidden, `[batch, patches]` of 0 and 1, to what should be added to each: `[batch, patches, 3 p p]`. Of
    /// visible ones that means nothing.
    pub fn forward(&self, patches: Tensor<3>, hidden: Tensor<2>) -> Tensor<3> {
        let CorrectorConfig { grid, patch_px, .. } = self.config;
        let [batch, count, _] = patches.dims();
        let quarters = self.in_quarters(patches); // [batch, patches, 12]
        let drawn = quarters.clone() * hidden.clone().unsqueeze_dim(2);
        let seen = quarters - drawn.clone();
        let flat = |quarters: Tensor<3>| quarters.reshape([batch, self.config.values()]);
        let shown = Tensor::cat(vec![flat(seen), flat(drawn), hidden], 1).unsqueeze_dim::<3>(1);
        let x = self.embed.forward(shown.cast(self.precision));
        let x = self.layers.iter().fold(x, |x, layer| layer.forward(x));
        let added = self.quarters.forward(self.norm.forward(x)).cast(FloatDType::F32) * PACE;
        let added = unpatchify(added.reshape([batch, count, 3 * SPLIT * SPLIT]), SPLIT, grid.columns);
        let device = added.device();
        let [tall, wide] = [grid.rows, grid.columns].map(|count| {
            let [from, to] = [SPLIT * count, patch_px * count];
            Tensor::<2>::from_data(TensorData::new(straight(from, to), [to, from]), &device)
        });
        let rows = added.matmul(wide.transpose().unsqueeze());
        patchify(tall.unsqueeze::<4>().matmul(rows), patch_px)
    }

    /// `[batch, patches, 3 p p]` to the mean colours of each patch's quarters, `[batch, patches, 12]`.
    fn in_quarters(&self, patches: Tensor<3>) -> Tensor<3> {
        let [batch, count, _] = patches.dims();
        let half = self.config.patch_px / SPLIT;
        patches
            .reshape([batch * count * 3, SPLIT, half, SPLIT, half])
            .mean_dim(4)
            .mean_dim(2)
            .reshape([batch, count, 3 * SPLIT * SPLIT])
    }
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
        patch_px: 8,
        dim: 8,
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
    fn it_sees_quarters_and_adds_smoothly() {
        let device = Device::flex();
        let corrector = Corrector::new(Builder::new(&mut Drawn { seed: 2 }, &device), CONFIG);
        let waves = (0..2 * 3 * 16 * 24).map(|at| (at as f32 * 0.7).sin()).collect();
        let picture = Tensor::<4>::from_data(TensorData::new(waves, [2, 3, 16, 24]), &device);
        let hidden = Tensor::<2>::from_data([[1., 0., 1., 0., 0., 1.], [0., 1., 1., 1., 0., 0.]], &device);
        let masked = |picture: Tensor<4>, hidden: &Tensor<2>| unpatchify(corrector.forward(patchify(picture, 8), hidden.clone()), 8, 3);
        let added = |picture| masked(picture, &hidden);
        let most = |tensor: Tensor<4>| tensor.abs().max().into_scalar::<f32>();
        let found = added(picture.clone());
        assert_eq!(found.dims(), [2, 3, 16, 24]);
        let size = most(found.clone());
        assert!(size > 0.0 && size < 0.1, "at first it adds next to nothing: {size}");

        // Whatever a quarter's pixels are, their mean is what counts.
        let mean = picture.reshape([6, 4, 4, 6, 4]).mean_dim(4).mean_dim(2);
        let coarse = mean.expand([6, 4, 4, 6, 4]).reshape([2, 3, 16, 24]);
        assert!(most(added(coarse.clone()) - found.clone()) < 1e-6);
        // One quarter's colour counts everywhere in its picture and nowhere else, and so does what is hidden.
        let other = coarse.clone() + coarse.zeros_like().slice_fill([0..1, 0..1, 0..4, 0..4], 1.0);
        let hidden_otherwise = hidden.clone().slice_fill([0..1, 1..2], 1.0);
        for changed in [added(other), masked(coarse, &hidden_otherwise)] {
            let change = changed - found.clone();
            assert!(most(change.clone().narrow(0, 0, 1)) > 0.0 && most(change.narrow(0, 1, 1)) == 0.0);
        }

        // Four pixels lie between the middles of two quarters, and two before the first.
        let line = |at: usize| found.clone().narrow(3, at, 1);
        for middle in [3, 4, 7, 8, 19, 20] {
            let bend = line(middle - 1) - line(middle) * 2.0 + line(middle + 1);
            assert!(most(bend) < 1e-6, "column {middle}");
        }
        assert!(most(line(1) - line(0)) < 1e-6);
    }
}
