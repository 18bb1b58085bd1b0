//! AdamW on the CPU: one parallel pass over memory.

use burn::tensor::Tensor;
use rayon::prelude::*;

use super::{EPSILON, Rates, Rows};

/// Numbers that one thread takes at a time. Fixed, so that sums do not depend on the number of threads.
const CHUNK: usize = 1 << 14;

/// See the module's words.
pub struct HostAdamW {
    pub(super) rows: Rows,
    decay: Vec<f32>,
    gradient: Vec<f32>,
    is_empty: bool,
}

impl HostAdamW {
    pub(super) fn new(rows: Rows, decay: Vec<f32>) -> Self {
        let gradient = vec![0.0; rows.weights.len()];
        Self {
            rows,
            decay,
            gradient,
            is_empty: true,
        }
    }

    pub(super) fn add(&mut self, gradients: Vec<Tensor<1>>) {
        let mut rest = self.gradient.as_mut_slice();
        for gradient in gradients {
            let data = gradient.into_data();
            let (part, tail) = std::mem::take(&mut rest).split_at_mut(data.num_elements());
            match data.as_slice::<f32>() {
                Ok(values) if self.is_empty => part.copy_from_slice(values),
                Ok(values) => part.iter_mut().zip(values).for_each(|(sum, value)| *sum += value),
                Err(_) => {
                    for (sum, value) in part.iter_mut().zip(data.iter::<f32>()) {
                        *sum = if self.is_empty { value } else { *sum + value };
                    }
                }
            }
            rest = tail;
        }
        self.is_empty = false;
    }

    pub(super) fn step(&mut self, rates: &Rates) -> f64 {
        let squares: Vec<f64> = self
            .gradient
            .par_chunks(CHUNK)
            .map(|part| part.iter().map(|&g| f64::from(g) * f64::from(g)).sum())
            .collect();
        let norm = squares.iter().sum::<f64>().sqrt() * rates.scale;
        let clip = if rates.clip > 0.0 && norm > rates.clip {
            rates.clip / norm
        } else {
            1.0
        };
        let pass = Pass::new(rates, rates.scale * clip);
        let Rows {
            weights,
            average,
            moment_1,
            moment_2,
        } = &mut self.rows;
        (
            weights.par_chunks_mut(CHUNK),
            average.par_chunks_mut(CHUNK),
            moment_1.par_chunks_mut(CHUNK),
            moment_2.par_chunks_mut(CHUNK),
        )
            .into_par_iter()
            .zip(self.gradient.par_chunks(CHUNK).zip(self.decay.par_chunks(CHUNK)))
            .for_each(|((weights, average, moment_1, moment_2), (gradient, decay))| {
                let state = weights.iter_mut().zip(average).zip(moment_1).zip(moment_2);
                for ((((weight, average), first), second), (&gradient, &decay)) in state.zip(gradient.iter().zip(decay)) {
                    pass.update(weight, average, first, second, gradient, decay);
                }
            });
        self.is_empty = true;
        norm
    }
}

/// A step's constants at the precision of the loop.
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
    fn new(rates: &Rates, scale: f64) -> Self {
        let [first, second] = rates.corrections();
        Self {
            scale: scale as f32,
            betas: rates.betas.map(|b| b as f32),
            rest: rates.betas.map(|b| (1.0 - b) as f32),
            step: (rates.lr / first) as f32,
            root: (1.0 / second.sqrt()) as f32,
            decay: (rates.lr * rates.weight_decay) as f32,
            average: (1.0 - rates.average) as f32,
        }
    }

    #[inline(always)]
    fn update(&self, weight: &mut f32, average: &mut f32, first: &mut f32, second: &mut f32, gradient: f32, decay: f32) {
        let gradient = gradient * self.scale;
        *first = self.betas[0] * *first + self.rest[0] * gradient;
        *second = self.betas[1] * *second + self.rest[1] * gradient * gradient;
        *weight -= self.decay * decay * *weight + self.step * *first / (second.sqrt() * self.root + EPSILON as f32);
        *average += self.average * (*weight - *average);
    }
}
