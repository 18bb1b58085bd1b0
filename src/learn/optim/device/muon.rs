//! Muon (Jordan et al., 2024) for matrices, AdamW for the rest.

use burn::tensor::{Bool, Tensor};

use super::{
    super::{
        PartRates,
        orthogonal::orthogonal,
        rule::{Momentum, muon_scale},
    },
    DeviceRows, but,
};

impl DeviceRows {
    pub(super) fn muon(
        &mut self,
        gradient: Tensor<1>,
        (momentum, betas): (Momentum, [f64; 2]),
        parts: &[PartRates],
        still: Option<&Tensor<1, Bool>>,
    ) {
        let (weights, memory) = (self.weights.clone(), self.moment_1.clone());
        self.adamw(gradient.clone(), betas, parts, still);
        let (mut new_weights, mut new_memory) = (Vec::with_capacity(parts.len()), Vec::with_capacity(parts.len()));
        for part in parts {
            let of = |row: &Tensor<1>| row.clone().narrow(0, part.begin, part.len);
            if !part.is_matrix || part.is_frozen {
                new_weights.push(of(&self.weights));
                new_memory.push(of(&self.moment_1));
                continue;
            }
            let gradient = of(&gradient);
            let toward = |from: Tensor<1>, to: Tensor<1>, by: f64| from.clone() + (to - from).mul_scalar(by);
            let memory = toward(of(&memory), gradient.clone(), 1.0 - momentum.stays);
            let ahead = if momentum.nesterov {
                toward(gradient, memory.clone(), momentum.stays)
            } else {
                memory.clone()
            };
            let shape = part.shape();
            let turned = orthogonal(ahead.reshape(shape)).reshape([part.len]);
            let kept = of(&weights).mul_scalar(1.0 - part.lr * part.weight_decay);
            new_weights.push(kept - turned.mul_scalar(part.lr * muon_scale(shape)));
            new_memory.push(memory);
        }
        self.weights = but(Tensor::cat(new_weights, 0), &weights, still);
        self.moment_1 = but(Tensor::cat(new_memory, 0), &memory, still);
        // AdamW alone remembers squares. Not times 0: a square that overflowed would leave what is no number.
        let matrices = self.matrices.clone().greater_elem(0.5);
        self.moment_2 = self.moment_2.take().map(|squares| squares.mask_fill(matrices, 0.0));
    }
}
