//! Contrast: two views of one picture are drawn together, other pictures pushed away.
//!
//! What stops collapse is the negatives: were all embeddings equal, each loss here would stand at the logarithm of
//! the number of candidates, its value for a guess.

mod bank;
mod negatives;
mod sup_con;

use burn::tensor::Tensor;

pub use bank::{Instances, Noise, bank_nce, bank_softmax, log_partition, pirl, to_own_row};
pub use negatives::{Crops, Negatives};
pub use sup_con::{sup_con, sup_con_positives};

use super::rows::{dots, numbers, same, unit_rows};
use negatives::Candidates;

/// NT-Xent (Chen et al., SimCLR, 2020, eq. 1), over both views of each picture.
///
/// `a` and `b` are `[batch, dim]`, row `i` of each a view of picture `i`. With `s` the cosine over `temperature`,
/// `L = mean_i −s(i, i⁺) + log(exp s(i, i⁺) + Σ_{k other} exp s(i, k))`: each of the 2N views has 1 positive and
/// 2N−2 negatives. `negatives` weights or changes these.
#[must_use]
pub fn nt_xent(a: Tensor<2>, b: Tensor<2>, temperature: f32, negatives: &Negatives) -> Tensor<1> {
    let [batch, _] = a.dims();
    let (a, b) = (unit_rows(a), unit_rows(b));
    let positive = dots(a.clone(), b.clone()) / temperature;
    let views = Tensor::cat(vec![a, b], 0);
    let logits = views.clone().matmul(views.clone().transpose()) / temperature;
    let pictures = numbers((0..2 * batch).map(|row| row % batch), &views.device());
    Candidates {
        positive: Tensor::cat(vec![positive.clone(), positive], 0),
        hidden: Some(same(&pictures, &pictures)),
        logits,
    }
    .with_crops(&views, &pictures, temperature, negatives.crops.as_ref())
    .loss(temperature, negatives)
}

/// InfoNCE of queries against a momentum encoder's keys (He et al., MoCo, 2020, eq. 1; van den Oord et al., 2018).
///
/// `query` and `key` are `[batch, dim]`, `queue` is `[size, dim]` with rows of length 1. With a queue the negatives
/// are its rows (MoCo v1 and v2), without one the batch's other keys. `L = mean_i −log(exp(q_i·k_i/τ) / Σ exp(q_i·k/τ))`.
/// No gradient reaches keys, queue or crops.
#[must_use]
pub fn info_nce(query: Tensor<2>, key: Tensor<2>, queue: Option<Tensor<2>>, temperature: f32, negatives: &Negatives) -> Tensor<1> {
    let [batch, _] = query.dims();
    let (query, key) = (unit_rows(query), unit_rows(key.detach()));
    let pictures = numbers(0..batch, &query.device());
    let positive = dots(query.clone(), key.clone()) / temperature;
    let hidden = queue.is_none().then(|| same(&pictures, &pictures));
    let others = queue.map_or(key, Tensor::detach);
    let logits = query.clone().matmul(others.transpose()) / temperature;
    let crops = negatives.crops.clone().map(Crops::detached);
    Candidates { positive, logits, hidden }
        .with_crops(&query, &pictures, temperature, crops.as_ref())
        .loss(temperature, negatives)
}

/// MoCo v3 (Chen, Xie & He, 2021, algorithm 1): `2τ (InfoNCE(q₁, k₂) + InfoNCE(q₂, k₁))`, negatives from the batch.
///
/// All `[batch, dim]`: `q` by encoder and predictor, `k` by the momentum encoder.
#[must_use]
pub fn moco_v3(queries: [Tensor<2>; 2], keys: [Tensor<2>; 2], temperature: f32, negatives: &Negatives) -> Tensor<1> {
    let ([q1, q2], [k1, k2]) = (queries, keys);
    let both = info_nce(q1, k2, None, temperature, negatives) + info_nce(q2, k1, None, temperature, negatives);
    both * (2.0 * temperature)
}

/// The row of `bank` nearest by angle to each row of `x`, the first of equals, without a graph: NNCLR's `NN(z, Q)` (Dwibedi
/// et al., 2021, eq. 2).
///
/// `bank` is `[size, dim]` with rows of length 1, `x` is `[batch, dim]`, so is the answer.
#[must_use]
pub fn nearest(bank: Tensor<2>, x: Tensor<2>) -> Tensor<2> {
    let [batch, _] = x.dims();
    let likeness = unit_rows(x.detach()).matmul(bank.clone().detach().transpose());
    bank.detach().select(0, likeness.argmax(1).reshape([batch]))
}

/// NNCLR (Dwibedi et al., 2021, eq. 3 and algorithm 1), one direction: the neighbours of one view's embeddings against
/// the predictions of the other's. The method's loss is the mean of both directions.
///
/// `neighbours` (out of [`nearest`]) and `predictions` are `[batch, dim]`.
/// `L = mean_i −log(exp(n_i·p_i/τ) / Σ_k exp(n_i·p_k/τ))`; the gradient reaches all predictions, and no neighbour. The
/// predictions of other pictures are the negatives, and those of its own further crops where there are any, weighed as
/// `negatives` says.
#[must_use]
pub fn nnclr(neighbours: Tensor<2>, predictions: Tensor<2>, temperature: f32, negatives: &Negatives) -> Tensor<1> {
    let [batch, _] = predictions.dims();
    let (from, to) = (unit_rows(neighbours.detach()), unit_rows(predictions));
    let pictures = numbers(0..batch, &to.device());
    Candidates {
        positive: dots(from.clone(), to.clone()) / temperature,
        logits: from.clone().matmul(to.transpose()) / temperature,
        hidden: Some(same(&pictures, &pictures)),
    }
    .with_crops(&from, &pictures, temperature, negatives.crops.as_ref())
    .loss(temperature, negatives)
}
