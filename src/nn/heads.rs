//! What stands behind an encoder: projectors, predictors, prototypes.

use burn::{
    module::{Module, Param},
    tensor::{FloatDType, Tensor, activation::relu},
};

use super::{BatchNorm, Builder, Init, Linear};
use crate::kernels::bridge::gelu;

/// Keeps a row of zeros from being divided by nothing.
const LEAST_LENGTH: f32 = 1e-12;

/// Between two layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// `max(0, x)`.
    Relu,
    /// `x Φ(x)`.
    Gelu,
}

/// Which layers of heads are batch-normalised.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HeadNorms {
    /// Those that the method's paper has.
    #[default]
    Own,
    /// None.
    None,
    /// All but the last.
    Hidden,
    /// The last too.
    All,
}

impl HeadNorms {
    /// Reads `own`, `none`, `hidden` or `all`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "own" => Some(Self::Own),
            "none" => Some(Self::None),
            "hidden" => Some(Self::Hidden),
            "all" => Some(Self::All),
            _ => None,
        }
    }
}

/// Shape of a head.
#[derive(Clone, Debug, PartialEq)]
pub struct HeadConfig {
    /// Numbers that come in.
    pub input: usize,
    /// Width of each layer, the last its output.
    pub widths: Vec<usize>,
    /// Whether hidden layers are batch-normalised.
    pub norm: bool,
    /// Whether the output is.
    pub norm_last: bool,
    /// Whether the output's norm has a scale and a shift.
    pub affine_last: bool,
    /// Whether an output without a norm has a bias.
    pub bias_last: bool,
    /// Between layers.
    pub activation: Activation,
    /// Behind the last layer: so many prototypes, compared by angle (DINO's weight-normalised layer).
    pub prototypes: Option<usize>,
}

impl HeadConfig {
    /// Whether anything in it is batch-normalised.
    #[must_use]
    pub fn is_normed(&self) -> bool {
        self.norm_last || (self.norm && self.widths.len() > 1)
    }

    /// The same head with batch norms where `norms` says.
    #[must_use]
    pub fn with_norms(self, norms: HeadNorms) -> Self {
        let (norm, norm_last) = match norms {
            HeadNorms::Own => (self.norm, self.norm_last),
            HeadNorms::None => (false, false),
            HeadNorms::Hidden => (true, false),
            HeadNorms::All => (true, true),
        };
        Self { norm, norm_last, ..self }
    }

    /// Hidden layers with batch norm and ReLU, a plain output: the projectors of SimCLR, BYOL and SwAV.
    #[must_use]
    pub fn projector(input: usize, widths: &[usize]) -> Self {
        Self {
            input,
            widths: widths.to_vec(),
            norm: true,
            norm_last: false,
            affine_last: true,
            bias_last: true,
            activation: Activation::Relu,
            prototypes: None,
        }
    }

    /// The same without a bias at its end, as the authors of Barlow Twins and VICReg have it, whose losses are blind to one, and the
    /// predictor of MoCo v3 behind a residual network.
    #[must_use]
    pub fn unbiased(input: usize, widths: &[usize]) -> Self {
        Self {
            bias_last: false,
            ..Self::projector(input, widths)
        }
    }

    /// Without norms: the projector of MoCo v2.
    #[must_use]
    pub fn plain(input: usize, widths: &[usize]) -> Self {
        Self {
            norm: false,
            ..Self::projector(input, widths)
        }
    }

    /// A norm without scale and shift at its end, too: projector of MoCo v3, and its predictor behind a
    /// transformer.
    #[must_use]
    pub fn normed(input: usize, widths: &[usize]) -> Self {
        Self {
            norm_last: true,
            affine_last: false,
            ..Self::projector(input, widths)
        }
    }

    /// As [`HeadConfig::projector`] from a projector's width on: the predictors of BYOL, SimSiam and NNCLR.
    #[must_use]
    pub fn predictor(input: usize, widths: &[usize]) -> Self {
        Self::projector(input, widths)
    }

    /// DINO's: GELU, no norm, then prototypes (Caron et al., 2021, appendix C).
    #[must_use]
    pub fn dino(input: usize, widths: &[usize], prototypes: usize) -> Self {
        Self {
            norm: false,
            activation: Activation::Gelu,
            prototypes: Some(prototypes),
            ..Self::projector(input, widths)
        }
    }

    /// Numbers that come out.
    #[must_use]
    pub fn width(&self) -> usize {
        self.prototypes.unwrap_or_else(|| self.widths.last().copied().unwrap_or(self.input))
    }

    /// Multiplications, each with its addition, of one row.
    #[must_use]
    pub fn multiply_adds(&self) -> u64 {
        let layers = self.layers().map(|[from, to]| from * to).sum::<usize>();
        let last = self.widths.last().copied().unwrap_or(self.input);
        (layers + last * self.prototypes.unwrap_or(0)) as u64
    }

    /// What belongs to a layer beside its weight.
    pub(crate) fn extras(&self, number: usize) -> LayerExtras {
        let is_last = number + 1 == self.widths.len();
        let norm = if is_last { self.norm_last } else { self.norm };
        let affine = norm && (!is_last || self.affine_last);
        LayerExtras {
            norm,
            affine,
            bias: !affine && (norm || !is_last || self.bias_last),
        }
    }

    /// Input and output of each layer.
    pub fn layers(&self) -> impl Iterator<Item = [usize; 2]> {
        let inputs = std::iter::once(self.input).chain(self.widths.iter().copied());
        inputs.zip(self.widths.iter().copied()).map(|(from, to)| [from, to])
    }
}

/// What belongs to a layer of a head beside its weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LayerExtras {
    /// A batch norm behind it.
    pub(crate) norm: bool,
    /// The norm's scale and shift.
    pub(crate) affine: bool,
    /// A bias of its own.
    pub(crate) bias: bool,
}

/// One layer of a head.
#[derive(Module, Debug)]
pub struct HeadLayer {
    /// `[from, to]`; without a bias where a norm with a shift follows, or where [`HeadConfig::bias_last`] says so.
    pub linear: Linear,
    /// Behind it.
    pub norm: Option<BatchNorm>,
}

/// A head: affine maps, norms between.
#[derive(Module, Debug)]
pub struct Head {
    /// In order.
    pub layers: Vec<HeadLayer>,
    /// Behind the last.
    pub last: Option<Prototypes>,
    #[module(skip)]
    activation: Activation,
    #[module(skip)]
    precision: FloatDType,
}

impl Head {
    /// A head with its first weights: even within `1 / sqrt(inputs)`, as PyTorch draws them for the papers' code; biases 0.
    pub fn new(mut at: Builder<'_>, config: &HeadConfig) -> Self {
        let mut layers = Vec::with_capacity(config.widths.len());
        for (number, [from, to]) in config.layers().enumerate() {
            let LayerExtras { norm, affine, bias } = config.extras(number);
            let mut at = at.at("layers");
            let mut at = at.at(&number.to_string());
            let limit = (from.max(1) as f32).sqrt().recip();
            layers.push(HeadLayer {
                linear: Linear::drawn(at.at("linear"), [from, to], bias, Init::Even(limit)),
                norm: norm.then(|| BatchNorm::new(at.at("norm"), to, affine, 1.0)),
            });
        }
        let width = config.widths.last().copied().unwrap_or(config.input);
        Self {
            layers,
            last: config.prototypes.map(|count| Prototypes::new(at.at("last"), [width, count])),
            activation: config.activation,
            precision: at.precision(),
        }
    }

    /// `[rows, input]` to `[rows, output]`.
    pub fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        let count = self.layers.len();
        let mut x = x;
        for (number, layer) in self.layers.iter().enumerate() {
            x = layer.linear.forward(x.cast(self.precision));
            let is_last = number + 1 == count;
            x = match (&layer.norm, self.activation) {
                (Some(norm), Activation::Relu) if !is_last => norm.forward_relu(x),
                (Some(norm), _) => norm.forward(x),
                (None, _) => x,
            };
            x = match self.activation {
                _ if is_last => x,
                Activation::Relu if layer.norm.is_some() => x,
                Activation::Relu => relu(x),
                Activation::Gelu => gelu(x),
            };
        }
        let x = x.cast(FloatDType::F32);
        match &self.last {
            Some(prototypes) => prototypes.forward(unit(x, 1).cast(self.precision)).cast(FloatDType::F32),
            None => x,
        }
    }
}

/// Directions that rows are compared with.
#[derive(Module, Debug)]
pub struct Prototypes {
    /// `[dim, prototypes]`, taken at length 1 a column: where SwAV's code shortens them after every step, they are so in every pass.
    pub weight: Param<Tensor<2>>,
}

impl Prototypes {
    /// Normal around 0, which is even over directions.
    pub fn new(mut at: Builder<'_>, shape: [usize; 2]) -> Self {
        let deviation = (shape[0].max(1) as f32).sqrt().recip();
        Self {
            weight: at.param("weight", shape, Init::Normal(deviation)),
        }
    }

    /// How many directions there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.weight.dims()[1]
    }

    /// Rows `[rows, dim]` of length 1 to their cosines with each prototype, `[rows, prototypes]`.
    pub fn forward(&self, rows: Tensor<2>) -> Tensor<2> {
        let directions = unit(self.weight.val(), 0).cast(rows.dtype());
        rows.matmul(directions)
    }
}

/// Lines along `axis` at length 1.
fn unit(x: Tensor<2>, axis: usize) -> Tensor<2> {
    let length = (x.clone().square().sum_dim(axis) + LEAST_LENGTH).sqrt();
    x / length
}
