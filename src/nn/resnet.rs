//! Residual networks (He et al., "Deep Residual Learning for Image Recognition", 2016).

use burn::{
    module::Module,
    tensor::{Tensor, module::max_pool2d, ops::MaxPoolOptions},
};

use super::{
    BatchNorm, Builder, Conv,
    conv::{channels_first, channels_last},
};

/// What a picture meets first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stem {
    /// 7x7 of stride 2, then a max-pool of stride 2: for photographs.
    Imagenet,
    /// 3x3 of stride 1, no pool: for pictures as small as CIFAR's.
    Cifar,
}

/// Shape of a residual network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResNetConfig {
    /// Blocks of each of the four stages: 2, 2, 2, 2 for ResNet-18; 3, 4, 6, 3 for ResNet-50.
    pub blocks: [usize; 4],
    /// Whether a block is a bottleneck of 1x1, 3x3, 1x1 (ResNet-50) or two of 3x3 (ResNet-18).
    pub bottleneck: bool,
    /// What a picture meets first.
    pub stem: Stem,
    /// Channels of the first stage: 64.
    pub width: usize,
    /// Whether the last norm of every block starts at 0, so that at first a block lets everything by (Goyal et al., 2017):
    /// as Barlow Twins and VICReg have it, unlike torchvision's default.
    pub zero_last: bool,
}

/// A bottleneck's output, in its width.
const EXPANSION: usize = 4;

impl ResNetConfig {
    /// ResNet-18.
    #[must_use]
    pub const fn resnet18(stem: Stem) -> Self {
        Self {
            blocks: [2; 4],
            bottleneck: false,
            stem,
            width: 64,
            zero_last: false,
        }
    }

    /// ResNet-50.
    #[must_use]
    pub const fn resnet50(stem: Stem) -> Self {
        Self {
            blocks: [3, 4, 6, 3],
            bottleneck: true,
            stem,
            width: 64,
            zero_last: false,
        }
    }

    /// The same with every block's last norm scaled by 0 at first, so that it begins as the identity.
    #[must_use]
    pub const fn zeroed(self) -> Self {
        Self { zero_last: true, ..self }
    }

    /// Width of a picture's features.
    #[must_use]
    pub fn dim(&self) -> usize {
        8 * self.width * self.expansion()
    }

    fn expansion(&self) -> usize {
        if self.bottleneck { EXPANSION } else { 1 }
    }

    /// Every convolution in order: its path, its shape `[out, in, side, side]`, and how many places of a picture of
    /// `size_px` it looks at.
    #[must_use]
    pub fn convolutions(&self, size_px: usize) -> Vec<(String, [usize; 4], usize)> {
        let (side, stride) = self.stem_shape();
        let mut px = size_px.div_ceil(stride);
        let mut list = vec![("conv1".to_owned(), [self.width, 3, side, side], px * px)];
        if self.stem == Stem::Imagenet {
            px = px.div_ceil(2);
        }
        let mut from = self.width;
        for (stage, count) in self.blocks.into_iter().enumerate() {
            let width = self.width << stage;
            for block in 0..count {
                let stride = if stage > 0 && block == 0 { 2 } else { 1 };
                let (before, out) = (px, width * self.expansion());
                px = px.div_ceil(stride);
                let at = |name: &str| format!("layer{}.{block}.{name}", stage + 1);
                for (number, [outputs, inputs, side, first]) in self.inner(from, width).into_iter().enumerate() {
                    let places = if first == 1 { before * before } else { px * px };
                    list.push((at(&format!("conv{}", number + 1)), [outputs, inputs, side, side], places));
                }
                if stride > 1 || from != out {
                    list.push((at("downsample.0"), [out, from, 1, 1], px * px));
                }
                from = out;
            }
        }
        list
    }

    /// Outputs, inputs and side of a block's convolutions, and 1 for one that stands before the stride.
    fn inner(&self, from: usize, width: usize) -> Vec<[usize; 4]> {
        if self.bottleneck {
            vec![[width, from, 1, 1], [width, width, 3, 0], [EXPANSION * width, width, 1, 0]]
        } else {
            vec![[width, from, 3, 0], [width, width, 3, 0]]
        }
    }

    /// Side and stride of the first convolution.
    fn stem_shape(&self) -> (usize, usize) {
        match self.stem {
            Stem::Imagenet => (7, 2),
            Stem::Cifar => (3, 1),
        }
    }
}

/// A residual block: two convolutions, or three in a bottleneck.
#[derive(Module, Debug)]
pub struct Residual {
    /// In order.
    pub convolutions: Vec<Conv>,
    /// Behind each.
    pub norms: Vec<BatchNorm>,
    /// The way around, where sizes differ.
    pub shortcut: Option<Shortcut>,
}

/// A 1x1 convolution and its norm.
#[derive(Module, Debug)]
pub struct Shortcut {
    /// `[out, in, 1, 1]`.
    pub convolution: Conv,
    /// Behind it.
    pub norm: BatchNorm,
}

impl Residual {
    fn new(mut at: Builder<'_>, config: &ResNetConfig, [from, width, stride]: [usize; 3]) -> Self {
        let shapes = config.inner(from, width);
        let count = shapes.len();
        let out = width * config.expansion();
        // torchvision has the stride in the 3x3 of a bottleneck, not in its first 1x1.
        let strided = if config.bottleneck { 1 } else { 0 };
        let mut convolutions = Vec::new();
        let mut norms = Vec::new();
        for (number, [outputs, inputs, side, _]) in shapes.into_iter().enumerate() {
            let stride = if number == strided { stride } else { 1 };
            let mut list = at.at("convolutions");
            convolutions.push(Conv::new(list.at(&number.to_string()), [outputs, inputs, side], stride));
            let mut list = at.at("norms");
            let gain = if config.zero_last && number + 1 == count { 0.0 } else { 1.0 };
            norms.push(BatchNorm::new(list.at(&number.to_string()), outputs, true, gain));
        }
        let shortcut = (stride > 1 || from != out).then(|| {
            let mut at = at.at("shortcut");
            Shortcut {
                convolution: Conv::new(at.at("convolution"), [out, from, 1], stride),
                norm: BatchNorm::new(at.at("norm"), out, true, 1.0),
            }
        });
        Self {
            convolutions,
            norms,
            shortcut,
        }
    }

    /// `[batch, rows, columns, channels]` to as many, or, after a stride, fewer places.
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let mut around = Some(match &self.shortcut {
            Some(shortcut) => shortcut.norm.forward(shortcut.convolution.forward(x.clone())),
            None => x.clone(),
        });
        let last = self.convolutions.len();
        let layers = self.convolutions.iter().zip(&self.norms).enumerate();
        layers.fold(x, |x, (number, (convolution, norm))| {
            let x = convolution.forward(x);
            match around.take_if(|_| number + 1 == last) {
                Some(around) => norm.forward_add_relu(x, around),
                None => norm.forward_relu(x),
            }
        })
    }
}

/// A residual network without its classifier.
#[derive(Module, Debug)]
pub struct ResNet {
    /// The first convolution.
    pub stem: Conv,
    /// Behind it.
    pub norm: BatchNorm,
    /// All blocks of all stages, in order.
    pub blocks: Vec<Residual>,
    #[module(skip)]
    config: ResNetConfig,
}

impl ResNet {
    /// A network with its first weights.
    pub fn new(mut at: Builder<'_>, config: ResNetConfig) -> Self {
        let (side, stride) = config.stem_shape();
        let mut blocks = Vec::new();
        let mut from = config.width;
        for (stage, count) in config.blocks.into_iter().enumerate() {
            let width = config.width << stage;
            for block in 0..count {
                let stride = if stage > 0 && block == 0 { 2 } else { 1 };
                let mut list = at.at("blocks");
                blocks.push(Residual::new(list.at(&blocks.len().to_string()), &config, [from, width, stride]));
                from = width * config.expansion();
            }
        }
        Self {
            stem: Conv::new(at.at("stem"), [config.width, 3, side], stride),
            norm: BatchNorm::new(at.at("norm"), config.width, true, 1.0),
            blocks,
            config,
        }
    }

    /// Standardised pictures `[batch, 3, height, width]` to maps `[batch, dim, rows, columns]`.
    pub fn maps(&self, x: Tensor<4>) -> Tensor<4> {
        channels_first(self.places(x))
    }

    /// Standardised pictures `[batch, 3, height, width]` to `[batch, rows, columns, dim]`: the maps, place by place.
    pub fn places(&self, x: Tensor<4>) -> Tensor<4> {
        let mut x = self.norm.forward_relu(self.stem.forward(channels_last(x)));
        if self.config.stem == Stem::Imagenet {
            let options = MaxPoolOptions {
                stride: [2; 2],
                padding: [(1, 1); 2],
                ..MaxPoolOptions::new([3; 2])
            };
            x = channels_last(max_pool2d(channels_first(x), options));
        }
        self.blocks.iter().fold(x, |x, block| block.forward(x))
    }

    /// The mean of the maps: `[batch, dim]`.
    pub fn forward(&self, x: Tensor<4>) -> Tensor<2> {
        let places = self.places(x);
        let [batch, rows, columns, dim] = places.dims();
        places.reshape([batch, rows * columns, dim]).mean_dim(1).reshape([batch, dim])
    }
}
