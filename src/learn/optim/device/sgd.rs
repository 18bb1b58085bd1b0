//! SGD with momentum, and LARS, which is the same with a factor for each matrix.

use burn::tensor::{Bool, DType, Tensor, TensorData};

use super::{
    super::{
        PartRates, Rates,
        rule::{Momentum, Trust},
    },
    DeviceRows, but,
};

impl DeviceRows {
    /// `g + λ w`.
    pub(super) fn decayed(&self, gradient: Tensor<1>, parts: &[PartRates]) -> Tensor<1> {
        gradient + self.weights.clone() * self.of_matrices(parts, |part| part.weight_decay)
    }

    /// The same, with each matrix's times its trust ratio.
    pub(super) fn trusted(&self, gradient: Tensor<1>, trust: Trust, parts: &[PartRates]) -> Tensor<1> {
        let decayed = self.decayed(gradient.clone(), parts);
        let matrices: Vec<&PartRates> = parts.iter().filter(|part| part.is_matrix).collect();
        if matrices.is_empty() {
            return decayed;
        }
        let norms = |row: &Tensor<1>| {
            let squares = row.clone() * row.clone();
            let sum = |part: &&PartRates| squares.clone().narrow(0, part.begin, part.len).sum();
            Tensor::cat(matrices.iter().map(sum).collect(), 0).sqrt()
        };
        let (weights, gradients) = (norms(&self.weights), norms(&gradient));
        let ratios = if trust.clip {
            clipped(&trust, weights.clone(), gradients.clone(), &matrices)
        } else {
            let updates = norms(&decayed);
            let nothing = weights.clone().equal_elem(0.0).bool_or(updates.clone().equal_elem(0.0));
            (weights.clone().mul_scalar(trust.coefficient) / updates).mask_fill(nothing, 1.0)
        };
        let without_gradient = gradients.equal_elem(0.0).bool_and(weights.equal_elem(0.0).bool_not());
        let ratios = ratios.mask_fill(without_gradient, 0.0);
        decayed * self.over_parts(&ratios, parts)
    }

    /// The matrices' ratios as a row, 1 elsewhere.
    fn over_parts(&self, ratios: &Tensor<1>, parts: &[PartRates]) -> Tensor<1> {
        let on = (&self.weights.device(), DType::F32);
        let mut index = 0;
        let stretch = |part: &PartRates| {
            if part.is_matrix {
                index += 1;
                ratios.clone().narrow(0, index - 1, 1).expand([part.len])
            } else {
                Tensor::full([part.len], 1.0, on)
            }
        };
        Tensor::cat(parts.iter().map(stretch).collect(), 0)
    }

    /// Momentum and step; nothing moves where the mask lies.
    pub(super) fn descend(&mut self, gradient: Tensor<1>, momentum: Momentum, parts: &[PartRates], mask: Option<&Tensor<1, Bool>>) {
        let memory = self.moment_1.clone().mul_scalar(momentum.stays) + gradient.clone();
        let step = if momentum.nesterov {
            gradient + memory.clone().mul_scalar(momentum.stays)
        } else {
            memory.clone()
        };
        let weights = self.weights.clone() - self.factor(parts, |part| part.lr).times(step);
        self.moment_1 = but(memory, &self.moment_1, mask);
        self.weights = but(weights, &self.weights, mask);
    }
}

/// `min(η ‖w‖ / (‖g‖ + λ ‖w‖ + ε) / lr, 1)`; 1 where there is no weight.
fn clipped(trust: &Trust, weights: Tensor<1>, gradients: Tensor<1>, matrices: &[&PartRates]) -> Tensor<1> {
    let row = |of: fn(&PartRates) -> f64| {
        let values: Vec<f32> = matrices.iter().map(|part| of(part) as f32).collect();
        Tensor::<1>::from_data(TensorData::new(values, [matrices.len()]), (&weights.device(), DType::F32))
    };
    let (decay, lr) = (row(|part| part.weight_decay), row(|part| part.lr));
    let below = gradients + weights.clone() * decay;
    let ratio = weights.clone().mul_scalar(trust.coefficient) / below.add_scalar(Trust::EPSILON) / lr;
    ratio.clamp_max(1.0).mask_fill(weights.equal_elem(0.0), 1.0)
}

/// Where nothing may move: what is frozen, and everything where the gradient overflowed at half precision, as a step
/// that PyTorch's `GradScaler` leaves out.
pub(super) fn unmoved(frozen: Option<Tensor<1, Bool>>, rates: &Rates, norm: &Tensor<1>) -> Option<Tensor<1, Bool>> {
    if !rates.forgive {
        return frozen;
    }
    let overflowed = norm.clone().is_finite().bool_not();
    Some(match frozen {
        Some(frozen) => {
            let len = frozen.dims();
            frozen.bool_or(overflowed.expand(len))
        }
        None => overflowed,
    })
}
