//! Batch normalisation (Ioffe & Szegedy, 2015).

use burn::{
    module::{Module, Param},
    tensor::{DType, Device, Tensor, activation::relu},
};

use super::{Builder, Init, running::Running};
use crate::kernels::bridge::{
    self,
    halves::{self, Along},
    maps::{self, BatchNormTensors, Manner},
};

/// Part of the running statistics that a batch replaces, as in PyTorch.
const SHARE: f64 = 0.1;

/// Added to variances under the root, as in PyTorch.
const EPSILON: f32 = 1e-5;

/// `(x − mean) / sqrt(variance + ε) · weight + bias` for each channel: the numbers of the last axis.
///
/// On an autodiff device, which is where a network is trained, mean and variance are the batch's own, and the running
/// ones follow; elsewhere the running ones are taken. A batch with a single value a channel has no variance: it comes
/// out as the bias, and its running variance stays. PyTorch refuses it; whoever needs more than one row has to ask for
/// them before.
#[derive(Module, Debug)]
pub struct BatchNorm {
    /// `[channels]`; none for a norm without scale and shift.
    pub weight: Option<Param<Tensor<1>>>,
    /// `[channels]`.
    pub bias: Option<Param<Tensor<1>>>,
    /// `[channels]`.
    pub running_mean: Running,
    /// `[channels]`, unbiased.
    pub running_var: Running,
}

impl BatchNorm {
    /// Weights of `gain`, biases 0, running mean 0 and variance 1; `affine` with weight and bias.
    pub fn new(mut at: Builder<'_>, channels: usize, affine: bool, gain: f32) -> Self {
        Self {
            weight: affine.then(|| at.param("weight", [channels], Init::Values(vec![gain; channels]))),
            bias: affine.then(|| at.param("bias", [channels], Init::Zeros)),
            running_mean: Running::new(&at.fixed("running_mean", [channels], Init::Zeros)),
            running_var: Running::new(&at.fixed("running_var", [channels], Init::Ones)),
        }
    }

    /// `[..., channels]` to the same.
    pub fn forward<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
        self.normalise(x, None, false)
    }

    /// The same, and `max(0, x)` of it.
    pub fn forward_relu<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
        self.normalise(x, None, true)
    }

    /// `max(0, norm(x) + around)`: the end of a residual block.
    pub fn forward_add_relu<const D: usize>(&self, x: Tensor<D>, around: Tensor<D>) -> Tensor<D> {
        self.normalise(x, Some(around), true)
    }

    fn normalise<const D: usize>(&self, x: Tensor<D>, add: Option<Tensor<D>>, is_relu: bool) -> Tensor<D> {
        let channels = x.dims()[D - 1];
        let count = x.shape().num_elements() / channels.max(1);
        let is_own = x.is_autodiff() && count > 0;
        if !bridge::serves(&x) {
            let own = is_own.then_some(count);
            return match x.dtype() {
                DType::F32 => self.composed(x, add, is_relu, own),
                _ => self.of_half(x, add, is_relu, own),
            };
        }
        let moments = if is_own {
            let moments = maps::moments(&x);
            let line = |index: usize| moments.clone().narrow(0, index, 1).reshape([channels]);
            self.follow(line(0), line(1), count);
            moments
        } else {
            Tensor::stack(vec![self.running_mean.value(), self.running_var.value()], 0)
        };
        let [weight, bias] = self.affine(channels, &x.device());
        let numbers = BatchNormTensors { weight, bias, moments };
        let manner = Manner {
            epsilon: EPSILON,
            relu: is_relu,
        };
        maps::batch_norm(x, add, numbers, manner)
    }

    /// Weight and bias, or what does nothing in their place.
    fn affine(&self, channels: usize, device: &Device) -> [Tensor<1>; 2] {
        let of = |param: &Option<Param<Tensor<1>>>, other: fn([usize; 1], &Device) -> Tensor<1>| match param {
            Some(param) => param.val(),
            None => other([channels], device),
        };
        [
            of(&self.weight, |shape, device| Tensor::ones(shape, device)),
            of(&self.bias, |shape, device| Tensor::zeros(shape, device)),
        ]
    }

    /// The same in half precision.
    fn of_half<const D: usize>(&self, x: Tensor<D>, add: Option<Tensor<D>>, is_relu: bool, count: Option<usize>) -> Tensor<D> {
        let shape = x.shape();
        let channels = shape[D - 1];
        let rows = x.reshape([shape.num_elements() / channels.max(1), channels]);
        let moments = match count {
            Some(count) => {
                let [mean, variance] = halves::moments(&rows, Along::Columns);
                self.follow(mean.clone().reshape([channels]), variance.clone().reshape([channels]), count);
                [mean, variance]
            }
            None => [&self.running_mean, &self.running_var].map(|running| running.value().unsqueeze()),
        };
        let affine = self.affine(channels, &rows.device());
        let y = halves::norm(rows, moments, affine, EPSILON.into(), Along::Columns).reshape(shape);
        let y = match add {
            Some(add) => y + add,
            None => y,
        };
        if is_relu { relu(y) } else { y }
    }

    /// The same of Burn's own operations.
    fn composed<const D: usize>(&self, x: Tensor<D>, add: Option<Tensor<D>>, is_relu: bool, count: Option<usize>) -> Tensor<D> {
        let shape = x.shape();
        let channels = shape[D - 1];
        let rows = x.reshape([shape.num_elements() / channels.max(1), channels]);
        let (mean, variance) = match count {
            Some(count) => {
                let mean = rows.clone().mean_dim(0);
                let variance = (rows.clone() - mean.clone()).square().mean_dim(0);
                self.follow(mean.clone().reshape([channels]), variance.clone().reshape([channels]), count);
                (mean, variance)
            }
            None => (self.running_mean.value().unsqueeze(), self.running_var.value().unsqueeze()),
        };
        let scale: Tensor<2> = (variance + EPSILON).sqrt().recip();
        let scale = match &self.weight {
            Some(weight) => scale * weight.val().unsqueeze(),
            None => scale,
        };
        let mut y = (rows - mean) * scale;
        if let Some(bias) = &self.bias {
            y = y + bias.val().unsqueeze();
        }
        let mut y = y.reshape(shape);
        if let Some(add) = add {
            y = y + add;
        }
        if is_relu { relu(y) } else { y }
    }

    /// Running statistics after a batch of `count` values a channel.
    fn follow(&self, mean: Tensor<1>, variance: Tensor<1>, count: usize) {
        self.running_mean.follow(mean, SHARE);
        if count > 1 {
            let unbiased = variance * (count as f64 / (count - 1) as f64);
            self.running_var.follow(unbiased, SHARE);
        }
    }
}
