//! The nearest semi-orthogonal matrix, nearly: what Muon makes of a matrix's momentum.

use burn::tensor::Tensor;

use crate::kernels::bridge;

/// Of the polynomial `a X + b (X Xᵀ) X + c (X Xᵀ)² X`, which applied five times takes singular values of 0.01 to 1 into 0.7 to
/// 1.2 (Jordan et al., "Muon: an optimizer for hidden layers in neural networks", 2024).
const COEFFICIENTS: [f32; 3] = [3.4445, -4.7750, 2.0315];

/// How often it is taken.
const STEPS: usize = 5;

/// Keeps a matrix of nothing from being divided by nothing, as in PyTorch's `Muon`.
const LEAST_NORM: f32 = 1e-7;

/// `[rows, columns]` of the same directions, singular values near 1: Newton and Schulz's iteration.
#[must_use]
pub fn orthogonal(matrix: Tensor<2>) -> Tensor<2> {
    let [rows, columns] = matrix.dims();
    // The shorter side squared is the smaller.
    let is_tall = rows > columns;
    let mut x = if is_tall { matrix.transpose() } else { matrix };
    let norm = (x.clone() * x.clone()).sum().sqrt().clamp_min(LEAST_NORM);
    x = x / norm.unsqueeze();
    let [a, b, c] = COEFFICIENTS;
    for _ in 0..STEPS {
        let square = product(x.clone(), x.clone().transpose());
        let inner = square.clone() * b + product(square.clone(), square) * c;
        x = x.clone() * a + product(inner, x);
    }
    if is_tall { x.transpose() } else { x }
}

fn product(left: Tensor<2>, right: Tensor<2>) -> Tensor<2> {
    if bridge::serves(&left) {
        bridge::linear(left, right, None)
    } else {
        left.matmul(right)
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, Distribution};

    use super::*;

    #[test]
    fn what_stretches_is_made_to_turn() {
        let device = Device::flex();
        for shape in [[1, 1], [3, 3], [7, 40], [40, 7], [64, 64]] {
            let x = orthogonal(Tensor::random(shape, Distribution::Normal(0.0, 3.0), &device));
            // Its singular values' squares sum to the shorter side, nearly.
            let squares: f32 = (x.clone() * x).sum().into_scalar();
            let expected = shape[0].min(shape[1]) as f32;
            assert!((0.4 * expected..1.4 * expected).contains(&squares), "{shape:?}: {squares}");
        }
        let nothing = orthogonal(Tensor::zeros([4, 6], &device)).abs().sum().into_scalar::<f32>();
        assert_eq!(nothing, 0.0);
    }
}
