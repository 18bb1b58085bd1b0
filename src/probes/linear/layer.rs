//! Softmax regression: one layer, its loss and its gradient.

use super::Update;
use crate::{
    chance::Chance,
    kernels::{rows::Map, softmax::soften},
};

/// Momentum of every protocol.
const MOMENTUM: f32 = 0.9;
/// Trust coefficient of layer-wise adaptive rates, as in `mae/util/lars.py`.
const TRUST: f32 = 0.001;
/// A gradient shorter than this is the rounding of a softmax that is already sure, and no direction to stretch a step along.
const ROUNDING: f64 = 1e-6;
/// Deviation of first weights, as in MoCo, DINO and MAE.
const FIRST: f32 = 0.01;

/// A layer with what momentum keeps.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    pub dim: usize,
    pub classes: usize,
    /// `[dim, classes]`.
    pub weight: Vec<f32>,
    /// `[classes]`.
    pub bias: Vec<f32>,
    pub weight_momentum: Vec<f32>,
    pub bias_momentum: Vec<f32>,
}

/// One step's settings.
#[derive(Clone, Copy, Debug)]
pub struct Stride {
    pub rate: f32,
    pub weight_decay: f32,
    pub update: Update,
}

impl Layer {
    /// Weights normal with deviation 0.01, biases 0.
    pub fn new(dim: usize, classes: usize, seed: u64) -> Self {
        let mut chance = Chance::new(seed, "linear probe", 0);
        Self {
            dim,
            classes,
            weight: (0..dim * classes).map(|_| FIRST * chance.normal()).collect(),
            bias: vec![0.0; classes],
            weight_momentum: vec![0.0; dim * classes],
            bias_momentum: vec![0.0; classes],
        }
    }

    /// Whether every number is one.
    pub fn is_finite(&self) -> bool {
        self.weight.iter().chain(&self.bias).all(|x| x.is_finite())
    }

    fn map(&self) -> Map<'_> {
        Map {
            weight: &self.weight,
            packed: false,
            bias: Some(&self.bias),
            shape: [self.dim, self.classes],
        }
    }

    /// `[rows, dim]` to `[rows, classes]`.
    pub fn logits(&self, x: &[f32]) -> Vec<f32> {
        self.map().forward(x)
    }

    /// The mean cross-entropy of `logits` for `labels`, and one step down from there.
    pub fn learn(&mut self, x: &[f32], logits: Vec<f32>, labels: &[usize], stride: Stride) -> f64 {
        let mut gradient = logits;
        let own: Vec<f32> = (0..)
            .zip(labels)
            .map(|(row, label): (usize, _)| gradient[row * self.classes + label])
            .collect();
        let mut sums = vec![0.0; labels.len()];
        soften(&mut gradient, &mut sums, 1.0);
        let loss = sums.iter().zip(&own).map(|(sum, own)| f64::from(sum - own)).sum::<f64>() / labels.len() as f64;
        for (row, label) in gradient.chunks_exact_mut(self.classes).zip(labels) {
            row[*label] -= 1.0;
        }
        let share = 1.0 / labels.len() as f32;
        gradient.iter_mut().for_each(|x| *x *= share);
        let found = self.map().backward(x, &gradient, false);
        step(&mut self.weight, &mut self.weight_momentum, &found.weight, stride);
        // Neither decay nor trust for biases.
        let plain = if stride.update == Update::Lars {
            Update::Sgd
        } else {
            stride.update
        };
        step(
            &mut self.bias,
            &mut self.bias_momentum,
            &found.bias,
            Stride {
                weight_decay: 0.0,
                update: plain,
                ..stride
            },
        );
        loss
    }
}

/// `m ← 0.9 m + g`, `w ← w − rate m`, with `g` as the update has it.
fn step(weight: &mut [f32], momentum: &mut [f32], gradient: &[f32], stride: Stride) {
    let decayed = |weight: f32, gradient: f32| gradient + stride.weight_decay * weight;
    let trust = match stride.update {
        Update::Lars => {
            let lengths = weight.iter().zip(gradient).fold([0.0_f64; 2], |[w, g], (weight, gradient)| {
                let gradient = f64::from(decayed(*weight, *gradient));
                [w + f64::from(*weight) * f64::from(*weight), g + gradient * gradient]
            });
            let [weight, gradient] = lengths.map(libm::sqrt);
            if weight > 0.0 && gradient > ROUNDING {
                TRUST * (weight / gradient) as f32
            } else {
                1.0
            }
        }
        Update::Sgd | Update::Nesterov => 1.0,
    };
    for ((weight, momentum), gradient) in weight.iter_mut().zip(momentum).zip(gradient) {
        let gradient = trust * decayed(*weight, *gradient);
        *momentum = MOMENTUM * *momentum + gradient;
        let along = if stride.update == Update::Nesterov {
            gradient + MOMENTUM * *momentum
        } else {
            *momentum
        };
        *weight -= stride.rate * along;
    }
}

/// How many numbers of a row of logits are above its label's, or as large and before it: 0 is right, below 5 is among the
/// first five.
pub fn rank_of(row: &[f32], label: usize) -> usize {
    let own = row[label];
    let before = |(class, logit): (usize, &f32)| *logit > own || (*logit == own && class < label) || logit.is_nan();
    row.iter().enumerate().filter(|x| before(*x)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_those_of_plain_code() {
        // torch.optim.SGD and mae/util/lars.py (without its skip of vectors): two steps, rate 0.1, decay 0.01.
        let cases = [
            (Update::Sgd, [0.922_151, -2.043_192]),
            (Update::Nesterov, [0.898_074_1, -2.074_851]),
            (Update::Lars, [0.999_705_8, -2.000_250_9]),
        ];
        for (update, expected) in cases {
            let (mut weight, mut momentum) = ([1.0, -2.0], [0.0; 2]);
            let stride = Stride {
                rate: 0.1,
                weight_decay: 0.01,
                update,
            };
            for gradient in [[0.5, 0.1], [-0.2, 0.3]] {
                step(&mut weight, &mut momentum, &gradient, stride);
            }
            assert!(
                weight.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6),
                "{update:?}: {weight:?}"
            );
        }
    }

    #[test]
    fn a_step_goes_down_the_slope_of_the_cross_entropy() {
        let (x, labels) = ([0.5, -1.0, 2.0, 0.3, 0.7, -0.2], [2, 0]);
        let loss = |layer: &Layer| {
            let stride = Stride {
                rate: 0.0,
                weight_decay: 0.0,
                update: Update::Sgd,
            };
            layer.clone().learn(&x, layer.logits(&x), &labels, stride)
        };
        let layer = Layer::new(3, 3, 5);
        let mut after = layer.clone();
        let stride = Stride {
            rate: 1.0,
            weight_decay: 0.0,
            update: Update::Sgd,
        };
        after.learn(&x, layer.logits(&x), &labels, stride);
        for at in 0..9 {
            let at_offset = |offset: f32| {
                let mut other = layer.clone();
                other.weight[at] += offset;
                loss(&other)
            };
            let slope = (at_offset(0.01) - at_offset(-0.01)) / 0.02;
            let taken = f64::from(layer.weight[at] - after.weight[at]);
            assert!((slope - taken).abs() < 1e-3, "{at}: {slope} {taken}");
        }
    }

    #[test]
    fn a_rank_counts_what_comes_before() {
        assert_eq!([0, 1, 2, 3].map(|label| rank_of(&[1.0, 3.0, 1.0, f32::NAN], label)), [2, 1, 3, 1]);
    }
}
