//! AdamW (Loshchilov & Hutter, 2019).

use super::{
    super::{EPSILON, PartRates, Rates},
    HostRows, follow, pieces,
};
use crate::kernels::threads;

impl HostRows {
    /// One step of the parts that it is for; answers the gradient's norm.
    pub(super) fn adamw(&mut self, betas: [f64; 2], rates: &Rates, parts: &[PartRates], is_for: fn(&PartRates) -> bool) -> f64 {
        let (norm, scale) = self.norm(rates);
        let passes = parts.iter().map(|part| {
            (
                part.len,
                (!part.is_frozen && is_for(part)).then(|| Pass::new(betas, part, rates, scale)),
            )
        });
        let rows = [
            self.rows.weights.as_mut_slice(),
            &mut self.rows.average,
            &mut self.rows.moment_1,
            &mut self.rows.moment_2,
        ];
        let average = (1.0 - rates.average) as f32;
        threads::each(pieces(passes, rows, &self.gradient), |piece| {
            let [weights, average_row, first, second] = piece.rows;
            let Some(pass) = piece.pass else {
                return follow(average_row, weights, average);
            };
            let state = weights.iter_mut().zip(average_row).zip(first).zip(second);
            for ((((weight, average), first), second), &gradient) in state.zip(piece.gradient) {
                pass.update(weight, average, first, second, gradient);
            }
        });
        norm
    }
}

/// A step's constants at the precision of the loop.
#[derive(Clone, Copy)]
struct Pass {
    scale: f32,
    betas: [f32; 2],
    rest: [f32; 2],
    step: f32,
    root: f32,
    decay: f32,
    average: f32,
}

impl Pass {
    fn new(betas: [f64; 2], part: &PartRates, rates: &Rates, scale: f64) -> Self {
        let [first, second] = part.corrections(betas);
        Self {
            scale: scale as f32,
            betas: betas.map(|b| b as f32),
            rest: betas.map(|b| (1.0 - b) as f32),
            step: (part.lr / first) as f32,
            root: (1.0 / second.sqrt()) as f32,
            decay: (part.lr * part.weight_decay) as f32,
            average: (1.0 - rates.average) as f32,
        }
    }

    #[inline(always)]
    fn update(&self, weight: &mut f32, average: &mut f32, first: &mut f32, second: &mut f32, gradient: f32) {
        let gradient = gradient * self.scale;
        *first = self.betas[0] * *first + self.rest[0] * gradient;
        *second = self.betas[1] * *second + self.rest[1] * gradient * gradient;
        *weight -= self.decay * *weight + self.step * *first / (second.sqrt() * self.root + EPSILON as f32);
        *average += self.average * (*weight - *average);
    }
}
