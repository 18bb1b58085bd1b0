//! Supervised contrast.

use burn::tensor::{Bool, Int, Tensor, TensorData};

use crate::methods::losses::rows::{diagonal, log_sum_exp, same, unit_rows, without};

/// Supervised contrast (Khosla et al., 2020, eq. 2, `L_out`): views of all pictures of one class are positives.
///
/// `views` are `[batch, dim]` each, row `i` of all of them of picture `i`; `labels` has one entry a picture. With P(i)
/// the other views of i's class and A(i) all other views, `L = mean_i −1/|P(i)| Σ_{p∈P(i)} log(exp s_ip / Σ_{a∈A(i)} exp s_ia)`,
/// `s` the cosine over `temperature`. The published code multiplies by temperature over base temperature, 1 by default.
/// A picture without a label has its own views for positives: without any label this is NT-Xent. Rows without
/// positives are left out.
#[must_use]
pub fn sup_con(views: &[Tensor<2>], labels: &[Option<usize>], temperature: f32) -> Tensor<1> {
    let Compared { cosines, itself, positive } = Compared::of(views, labels);
    let logits = cosines / temperature;
    let others = log_sum_exp(without(logits.clone(), Some(&itself)));
    mean_over_positives(others - logits, positive)
}

/// What is left of [`sup_con`] without other classes: `−mean_i 1/|P(i)| Σ_{p∈P(i)} cos(i, p)`, −1..1. A network that has
/// this alone collapses.
#[must_use]
pub fn sup_con_positives(views: &[Tensor<2>], labels: &[Option<usize>]) -> Tensor<1> {
    let Compared { cosines, positive, .. } = Compared::of(views, labels);
    mean_over_positives(cosines.neg(), positive)
}

/// All views beside each other, `[views, views]` each.
struct Compared {
    cosines: Tensor<2>,
    itself: Tensor<2, Bool>,
    /// 1 where two views are of one class, and not one view.
    positive: Tensor<2>,
}

impl Compared {
    fn of(views: &[Tensor<2>], labels: &[Option<usize>]) -> Self {
        let rows = Tensor::cat(views.iter().cloned().map(unit_rows).collect(), 0);
        let device = rows.device();
        let (count, pictures) = (rows.dims()[0], labels.len().max(1));
        let class_of = |row: usize| class_key(labels, row % pictures);
        let classes: Tensor<1, Int> = Tensor::from_data(TensorData::new((0..count).map(class_of).collect::<Vec<i32>>(), [count]), &device);
        let itself = diagonal(count, &device);
        Self {
            cosines: rows.clone().matmul(rows.transpose()),
            positive: same(&classes, &classes).float().mask_fill(itself.clone(), 0.0),
            itself,
        }
    }
}

/// Each row's mean of `values` over its positives, then the mean over rows that have any: `[1]`.
fn mean_over_positives(values: Tensor<2>, positive: Tensor<2>) -> Tensor<1> {
    let positives = positive.clone().sum_dim(1);
    let each = (values * positive).sum_dim(1) / positives.clone().clamp_min(1.0);
    each.sum() / positives.clamp_max(1.0).sum().clamp_min(1.0)
}

/// Labels as they are from 0 on; a picture without one is a class of its own, below 0.
fn class_key(labels: &[Option<usize>], picture: usize) -> i32 {
    let alone = -1 - i32::try_from(picture).unwrap_or(i32::MAX - 1);
    labels
        .get(picture)
        .copied()
        .flatten()
        .and_then(|label| i32::try_from(label).ok())
        .unwrap_or(alone)
}
