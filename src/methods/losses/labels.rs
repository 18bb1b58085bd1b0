//! Labels: what a network reaches when it is told the answer.

use burn::tensor::{Tensor, TensorData};

use super::rows::{cross_entropies, numbers};

/// Cross-entropy to labels, `mean_i −log softmax(logits_i)[label_i]`, over the rows that have one.
///
/// `logits` is `[batch, classes]`, `labels` has one entry a row. A row without a label, or with one that is no class,
/// is left out; without any left, the loss is 0 with a gradient of 0. What stops collapse is the labels.
#[must_use]
pub fn cross_entropy(logits: Tensor<2>, labels: &[Option<usize>]) -> Tensor<1> {
    let [batch, classes] = logits.dims();
    let device = logits.device();
    let known: Vec<Option<usize>> = (0..batch)
        .map(|row| labels.get(row).copied().flatten().filter(|label| *label < classes))
        .collect();
    let counted = known.iter().flatten().count().max(1) as f32;
    let weights: Vec<f32> = known.iter().map(|label| f32::from(u8::from(label.is_some())) / counted).collect();
    let surprise = cross_entropies(logits, numbers(known.iter().map(|label| label.unwrap_or(0)), &device));
    (surprise * Tensor::from_data(TensorData::new(weights, [batch, 1]), &device)).sum()
}
