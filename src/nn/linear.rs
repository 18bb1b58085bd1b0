//! `y = x W + b`.

use burn::{
    module::{Module, Param},
    tensor::{Tensor, module::linear},
};

use super::{Builder, Init};
use crate::kernels::bridge::{self, MapTensors};

/// An affine map of the last axis.
#[derive(Module, Debug)]
pub struct Linear {
    /// `[d_input, d_output]`: published files hold its transpose.
    pub weight: Param<Tensor<2>>,
    /// `[d_output]`.
    pub bias: Option<Param<Tensor<1>>>,
    /// Further columns of the weight, on a device that cannot bind all of it at once.
    pub rest: Vec<Param<Tensor<2>>>,
}

impl Linear {
    /// Weights after Glorot & Bengio with `gain`, biases 0, as in MAE.
    pub fn new(at: Builder<'_>, shape: [usize; 2], bias: bool, gain: f32) -> Self {
        Self::drawn(at, shape, bias, Init::Xavier { gain })
    }

    /// Weights drawn as `init` says, biases 0.
    pub fn drawn(mut at: Builder<'_>, [d_input, d_output]: [usize; 2], bias: bool, init: Init) -> Self {
        let mut parts = at.matrix("weight", [d_input, d_output], init);
        let rest = parts.split_off(1);
        Self {
            weight: parts.remove(0),
            bias: bias.then(|| at.param("bias", [d_output], Init::Zeros)),
            rest,
        }
    }

    /// `[..., d_input]` to `[..., d_output]`.
    pub fn forward<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
        let bias = self.bias.as_ref().map(Param::val);
        if self.rest.is_empty() {
            return affine(x, self.weight.val(), bias);
        }
        let parts = std::iter::once(&self.weight).chain(&self.rest);
        let product = Tensor::cat(parts.map(|part| affine(x.clone(), part.val(), None)).collect(), D - 1);
        match bias {
            Some(bias) => {
                let bias = bias.cast(product.dtype());
                product + bias.unsqueeze()
            }
            None => product,
        }
    }

    /// Weight and bias, as half a layer takes them; `None` without a bias, or in parts.
    pub(super) fn tensors(&self) -> Option<MapTensors> {
        self.rest.is_empty().then_some(())?;
        Some((self.weight.val(), self.bias.as_ref()?.val()))
    }
}

/// `[..., d_input]` to `[..., d_output]` by a weight of `[d_input, d_output]` and a bias of `[d_output]`.
pub(super) fn affine<const D: usize>(x: Tensor<D>, weight: Tensor<2>, bias: Option<Tensor<1>>) -> Tensor<D> {
    if bridge::answers(&x) {
        bridge::linear(x, weight, bias)
    } else {
        let dtype = x.dtype();
        linear(x, weight.cast(dtype), bias.map(|bias| bias.cast(dtype)))
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, TensorData};

    use super::*;
    use crate::nn::{Drawn, Source};

    /// Draws as ever, for a device that binds little.
    struct Narrow(u64);

    impl Source for Narrow {
        fn take(&mut self, path: &str, shape: &[usize], init: Init) -> Vec<f32> {
            Drawn { seed: 4 }.take(path, shape, init)
        }

        fn largest_bytes(&self) -> u64 {
            self.0
        }
    }

    #[test]
    fn a_weight_in_parts_maps_as_the_whole_one() {
        let device = Device::flex();
        let made = |bytes: u64| Linear::new(Builder::new(&mut Narrow(bytes), &device), [6, 11], true, 1.0);
        let x = Tensor::<3>::from_data(TensorData::new((0..24).map(|i| (i as f32).sin()).collect(), [2, 2, 6]), &device);
        let answer = |linear: &Linear| linear.forward(x.clone()).into_data().iter::<f32>().collect::<Vec<_>>();
        let whole = made(u64::MAX);
        assert!(whole.rest.is_empty());
        for (bytes, parts) in [(6 * 4 * 4, 3), (1, 11), (6 * 10 * 4, 2)] {
            let split = made(bytes);
            assert_eq!(1 + split.rest.len(), parts);
            let near = answer(&split).iter().zip(answer(&whole)).all(|(a, b)| (a - b).abs() < 1e-5);
            assert!(near, "{parts} parts");
        }
    }
}
