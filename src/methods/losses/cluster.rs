//! Clusters: views of a picture belong to the same prototype.
//!
//! What stops collapse: SwAV shares pictures out evenly among prototypes before it asks for agreement; DeepCluster
//! takes its clusters from all pictures' embeddings, apart from any gradient.

mod kmeans;

use burn::tensor::{Int, Tensor, activation::log_softmax};

pub use kmeans::{Clusters, KMeans, spherical_kmeans};

use super::rows::{cross_entropies, dots};

/// Below this an exponential is no more than a trace; kept, so that no row or column sums to 0.
const LEAST_EXPONENT: f32 = -70.0;

/// How evenly pictures are shared out among prototypes (Caron et al., SwAV, 2020, sec. 3.1).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sinkhorn {
    /// ε, the entropy of an assignment: 0.05. Where a run's loss stays at ln(prototypes), the authors advise 0.03.
    pub epsilon: f32,
    /// 3. With 0 nothing is balanced, and everything may end in one prototype.
    pub iterations: usize,
    /// Whether assignments are constants to the gradient, as they should be: else they come to meet whoever predicts them.
    pub stops_gradient: bool,
}

impl Default for Sinkhorn {
    fn default() -> Self {
        Self {
            epsilon: 0.05,
            iterations: 3,
            stops_gradient: true,
        }
    }
}

/// Sinkhorn and Knopp's balance, as in the published code: `[n, prototypes]` scores to assignments of the same shape,
/// without a graph unless `how` says so, each row of sum 1.
///
/// `Q = exp(scores/ε)`; then in turn prototypes are scaled to equal sums, and pictures to equal sums. The largest score is taken out
/// first. More prototypes than rows can be shared out only in fractions.
#[must_use]
pub fn sinkhorn(scores: Tensor<2>, how: Sinkhorn) -> Tensor<2> {
    let scores = if how.stops_gradient { scores.detach() } else { scores };
    let [rows, prototypes] = scores.dims();
    let largest: Tensor<2> = scores.clone().detach().max().unsqueeze();
    let q = ((scores - largest) / how.epsilon).clamp_min(LEAST_EXPONENT).exp();
    let total: Tensor<2> = q.clone().sum().unsqueeze();
    let mut q = q / total;
    for _ in 0..how.iterations {
        q = q.clone() / (q.sum_dim(0) * prototypes as f32);
        q = q.clone() / (q.sum_dim(1) * rows as f32);
    }
    q.clone() / q.sum_dim(1)
}

/// SwAV's swapped prediction (Caron et al., 2020, eq. 2 and sec. 3.2): each view predicts the balanced assignment of
/// another view.
///
/// `scores` are `[batch, prototypes]`, one for each view: cosines of embeddings and prototypes. The first `assigned`
/// views (the large crops) are given assignments q. `queued`, where not empty, has for each of these the scores of earlier
/// embeddings with today's prototypes, `[queue, prototypes]`, which help to balance small batches.
/// `L = mean over assigned views a of mean over views v ≠ a of mean_i −Σ q_a log softmax(s_v / temperature)`,
/// temperature 0.1; 0 where a single view leaves no pair.
#[must_use]
pub fn swapped(scores: &[Tensor<2>], assigned: usize, queued: &[Tensor<2>], temperature: f32, how: Sinkhorn) -> Tensor<1> {
    let said: Vec<_> = scores.iter().map(|scores| log_softmax(scores.clone() / temperature, 1)).collect();
    let mut pairs = Vec::new();
    for (own, scores) in scores.iter().enumerate().take(assigned) {
        let aim = assignment(scores.clone(), queued.get(own), how);
        let others = said.iter().enumerate().filter(|(view, _)| *view != own);
        pairs.extend(others.map(|(_, said)| dots(aim.clone(), said.clone()).mean().neg()));
    }
    match (pairs.is_empty(), said.first()) {
        (true, Some(said)) => said.clone().sum() * 0.0,
        _ => Tensor::cat(pairs, 0).mean(),
    }
}

/// Assignments of a batch, balanced together with the queue: `[batch, prototypes]`.
fn assignment(scores: Tensor<2>, queued: Option<&Tensor<2>>, how: Sinkhorn) -> Tensor<2> {
    let [batch, _] = scores.dims();
    let Some(queued) = queued else { return sinkhorn(scores, how) };
    let [earlier, _] = queued.dims();
    sinkhorn(Tensor::cat(vec![queued.clone(), scores], 0), how).narrow(0, earlier, batch)
}

/// DeepCluster v2 (Caron et al., SwAV, 2020, appendix D): cross-entropy of a view's scores to its picture's cluster.
///
/// `scores` is `[batch, prototypes]`, cosines with the centroids; `assignments` is `[batch]`, below 0 where a picture has none
/// yet, which is left out. `L = mean_i −log softmax(scores_i / temperature)[assignment_i]`, temperature 0.1. With several heads the
/// method's loss is the mean over heads, and with several views that over views.
#[must_use]
pub fn to_assignments(scores: Tensor<2>, assignments: Tensor<1, Int>, temperature: f32) -> Tensor<1> {
    let known: Tensor<2> = assignments.clone().greater_equal_elem(0).float().unsqueeze_dim(1);
    let surprise = cross_entropies(scores / temperature, assignments.clamp_min(0));
    (surprise * known.clone()).sum() / known.sum().clamp_min(1.0)
}
