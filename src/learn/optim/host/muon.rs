//! Muon (Jordan et al., 2024) for matrices, AdamW for the rest.

use burn::tensor::{Device, Tensor, TensorData};

use super::{
    super::{
        PartRates, Rates,
        orthogonal::orthogonal,
        rule::{Momentum, muon_scale},
    },
    HostRows, front,
};
use crate::kernels::threads;

impl HostRows {
    /// One step; answers the gradient's norm.
    pub(super) fn muon(&mut self, momentum: Momentum, betas: [f64; 2], rates: &Rates, parts: &[PartRates]) -> f64 {
        struct Matrix<'a> {
            part: &'a PartRates,
            weights: &'a mut [f32],
            memory: &'a mut [f32],
            gradient: &'a [f32],
        }
        let (_, scale) = self.norm(rates);
        let (mut weights, mut memory) = (self.rows.weights.as_mut_slice(), self.rows.moment_1.as_mut_slice());
        let mut gradient = self.gradient.as_slice();
        let mut matrices = Vec::new();
        for part in parts {
            let (head, tail) = gradient.split_at(part.len);
            gradient = tail;
            let (weights, memory) = (front(&mut weights, part.len), front(&mut memory, part.len));
            if part.is_matrix && !part.is_frozen {
                matrices.push(Matrix {
                    part,
                    weights,
                    memory,
                    gradient: head,
                });
            }
        }
        // The largest first, so that no thread is left alone with one at the end.
        matrices.sort_by_key(|matrix| std::cmp::Reverse(matrix.part.len));
        let (stays, scale) = (momentum.stays as f32, scale as f32);
        threads::each(matrices, |matrix| {
            let Matrix {
                part,
                weights,
                memory,
                gradient,
            } = matrix;
            let look_ahead = |memory: f32, gradient: f32| {
                if momentum.nesterov {
                    gradient + stays * (memory - gradient)
                } else {
                    memory
                }
            };
            let ahead = memory.iter_mut().zip(gradient).map(|(memory, &gradient)| {
                let gradient = scale * gradient;
                *memory += (1.0 - stays) * (gradient - *memory);
                look_ahead(*memory, gradient)
            });
            let shape = part.shape();
            let ahead = Tensor::from_data(TensorData::new(ahead.collect::<Vec<f32>>(), shape), &Device::flex());
            let turned = orthogonal(ahead).into_data();
            let (keep, step) = ((1.0 - part.lr * part.weight_decay) as f32, (part.lr * muon_scale(shape)) as f32);
            for (weight, turned) in weights.iter_mut().zip(turned.iter::<f32>()) {
                *weight = keep * *weight - step * turned;
            }
        });
        self.adamw(betas, rates, parts, |part| !part.is_matrix)
    }
}
