//! SGD with momentum, and LARS, which is the same with a factor for each matrix.

use std::ops::Range;

use super::{
    super::{
        PartRates, Rates,
        rule::{Momentum, Trust},
    },
    CHUNK, HostRows, follow, pieces, shorten,
};
use crate::kernels::threads;

impl HostRows {
    /// One step; answers the gradient's norm.
    pub(super) fn sgd(&mut self, momentum: Momentum, rates: &Rates, parts: &[PartRates]) -> f64 {
        let (norm, scale) = self.norm(rates);
        let trusts = vec![1.0; parts.len()];
        self.descend(momentum, rates, parts, scale, &trusts);
        norm
    }

    /// One step; answers the gradient's norm.
    pub(super) fn lars(&mut self, momentum: Momentum, trust: Trust, rates: &Rates, parts: &[PartRates]) -> f64 {
        let products = self.products(parts);
        let norm = products.iter().map(|p| p.gradients).sum::<f64>().sqrt() * rates.scale;
        let scale = rates.scale * shorten(norm, rates.clip);
        let trusts: Vec<f64> = parts
            .iter()
            .zip(&products)
            .map(|(part, products)| if part.is_matrix { trust.ratio(products, part, scale) } else { 1.0 })
            .collect();
        self.descend(momentum, rates, parts, scale, &trusts);
        norm
    }

    fn descend(&mut self, momentum: Momentum, rates: &Rates, parts: &[PartRates], scale: f64, trusts: &[f64]) {
        let passes = parts.iter().zip(trusts).map(|(part, &trust)| {
            let pass = || Pass::new(momentum, part, rates, scale, trust);
            (part.len, (!part.is_frozen).then(pass))
        });
        let rows = [self.rows.weights.as_mut_slice(), &mut self.rows.average, &mut self.rows.moment_1];
        let average = (1.0 - rates.average) as f32;
        threads::each(pieces(passes, rows, &self.gradient), |piece| {
            let [weights, average_row, memory] = piece.rows;
            let Some(pass) = piece.pass else {
                return follow(average_row, weights, average);
            };
            let state = weights.iter_mut().zip(average_row).zip(memory);
            for (((weight, average), memory), &gradient) in state.zip(piece.gradient) {
                pass.update(weight, average, memory, gradient);
            }
        });
    }

    /// What the norms of every part are made of, in one pass.
    fn products(&self, parts: &[PartRates]) -> Vec<Products> {
        let pieces: Vec<_> = parts
            .iter()
            .enumerate()
            .flat_map(|(index, part)| {
                let end = part.begin + part.len;
                (part.begin..end).step_by(CHUNK).map(move |at| (index, at..end.min(at + CHUNK)))
            })
            .collect();
        let mut sums = vec![Products::default(); pieces.len()];
        threads::each(
            sums.iter_mut().zip(&pieces).collect(),
            |(sum, (_, range)): (&mut Products, &(usize, Range<usize>))| {
                *sum = Products::of(&self.gradient[range.clone()], &self.rows.weights[range.clone()]);
            },
        );
        let mut products = vec![Products::default(); parts.len()];
        for ((index, _), sum) in pieces.into_iter().zip(sums) {
            products[index].add(sum);
        }
        products
    }
}

/// Three sums over a part. In f64 every product of two f32 is exact, so that the norm of `g + λ w` follows from them
/// whatever the factor of `g` turns out to be.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Products {
    /// `g · g`.
    gradients: f64,
    /// `g · w`.
    mixed: f64,
    /// `w · w`.
    weights: f64,
}

impl Products {
    /// Sums side by side: vectors of them, and one order of additions on every processor.
    const LANES: usize = 8;

    fn of(gradient: &[f32], weights: &[f32]) -> Self {
        let mut lanes = [[0.0f64; 3]; Self::LANES];
        let (gradients, last_gradients) = gradient.as_chunks::<{ Self::LANES }>();
        let (whole, last) = weights.as_chunks::<{ Self::LANES }>();
        for (gradients, weights) in gradients.iter().zip(whole) {
            multiply(&mut lanes, gradients, weights);
        }
        multiply(&mut lanes, last_gradients, last);
        let [gradients, mixed, weights] = [0, 1, 2].map(|sum| lanes.iter().map(|lane| lane[sum]).sum());
        Self { gradients, mixed, weights }
    }

    fn add(&mut self, more: Self) {
        self.gradients += more.gradients;
        self.mixed += more.mixed;
        self.weights += more.weights;
    }
}

/// Adds the products of each lane's two numbers to its sums.
#[inline(always)]
fn multiply(lanes: &mut [[f64; 3]], gradients: &[f32], weights: &[f32]) {
    for ((lane, &g), &w) in lanes.iter_mut().zip(gradients).zip(weights) {
        let (g, w) = (f64::from(g), f64::from(w));
        lane[0] += g * g;
        lane[1] += g * w;
        lane[2] += w * w;
    }
}

impl Trust {
    /// The trust ratio of a matrix, its gradient times `scale`. 1 where there is no matrix, 0 where it has no gradient.
    fn ratio(&self, products: &Products, part: &PartRates, scale: f64) -> f64 {
        let decay = part.weight_decay;
        let (weights, gradients) = (products.weights.sqrt(), products.gradients.sqrt() * scale);
        if weights == 0.0 {
            return 1.0;
        }
        if gradients == 0.0 {
            return 0.0;
        }
        if self.clip {
            let ratio = self.coefficient * weights / (gradients + decay * weights + Self::EPSILON);
            return (ratio / part.lr).min(1.0);
        }
        let square = products.gradients * scale * scale + 2.0 * scale * decay * products.mixed + decay * decay * products.weights;
        let update = square.max(0.0).sqrt();
        if update > 0.0 { self.coefficient * weights / update } else { 1.0 }
    }
}

/// A step's constants at the precision of the loop.
#[derive(Clone, Copy)]
struct Pass {
    scale: f32,
    decay: f32,
    trust: f32,
    stays: f32,
    /// How much of the step is the gradient's own and the momentum's: Nesterov's has both.
    own: f32,
    carried: f32,
    lr: f32,
    average: f32,
}

impl Pass {
    fn new(momentum: Momentum, part: &PartRates, rates: &Rates, scale: f64, trust: f64) -> Self {
        let stays = momentum.stays as f32;
        Self {
            scale: scale as f32,
            decay: part.weight_decay as f32,
            trust: trust as f32,
            stays,
            own: f32::from(u8::from(momentum.nesterov)),
            carried: if momentum.nesterov { stays } else { 1.0 },
            lr: part.lr as f32,
            average: (1.0 - rates.average) as f32,
        }
    }

    #[inline(always)]
    fn update(&self, weight: &mut f32, average: &mut f32, memory: &mut f32, gradient: f32) {
        let gradient = (gradient * self.scale + self.decay * *weight) * self.trust;
        *memory = self.stays * *memory + gradient;
        *weight -= self.lr * (self.own * gradient + self.carried * *memory);
        *average += self.average * (*weight - *average);
    }
}
