//! Spherical k-means over a bank of embeddings.

use burn::tensor::{Bool, IndexingUpdateOp, Int, Tensor};

use crate::{
    chance::Chance,
    methods::losses::rows::{numbers, same, unit_rows},
};

/// Rows compared with all centroids at once.
const CHUNK: usize = 8192;

/// Squared length below which a row, or a sum of rows, has no direction.
const LEAST_SQUARE: f32 = 1e-8;

/// How to cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KMeans {
    /// 3000 in the paper. With more clusters than rows some stay empty.
    pub clusters: usize,
    /// 10 in the published code.
    pub iterations: usize,
}

/// Clusters of a bank.
#[derive(Clone, Debug)]
pub struct Clusters {
    /// `[clusters, dim]`, rows of length 1.
    pub centroids: Tensor<2>,
    /// `[rows]`: each row's cluster, −1 for a row of zeros, which nobody filled yet.
    pub assignments: Tensor<1, Int>,
}

/// Spherical k-means (DeepCluster v2's, Caron et al., 2020): rows go to the centroid of the largest cosine, centroids to the direction of
/// their rows' sum.
///
/// `bank` is `[rows, dim]`, at least one, with rows of length 1 or 0. Centroids start at filled rows drawn without replacement;
/// a cluster that loses all rows starts anew at a drawn one. Pure in `(seed, round)`; heads take a seed each. Without a graph, and
/// without reading back from the device.
#[must_use]
pub fn spherical_kmeans(bank: Tensor<2>, how: KMeans, [seed, round]: [u64; 2]) -> Clusters {
    let bank = bank.detach();
    let [rows, _] = bank.dims();
    let filled = bank.clone().square().sum_dim(1).greater_elem(LEAST_SQUARE).reshape([rows]);
    let order = Chance::new(seed, "kmeans", round).permutation(rows);
    let drawn = Drawn::of(&filled, numbers(order.into_iter(), &bank.device()));
    let mut centroids = unit_rows(drawn.rows(&bank, 0, how.clusters));
    for iteration in 0..how.iterations {
        let sums = sums(&bank, &centroids);
        let fresh = unit_rows(drawn.rows(&bank, iteration + 1, how.clusters));
        let empty = sums.clone().square().sum_dim(1).lower_elem(LEAST_SQUARE);
        centroids = unit_rows(sums).mask_where(empty.expand(fresh.dims()), fresh);
    }
    let found: Vec<_> = chunks(&bank).map(|rows| nearest(rows, &centroids)).collect();
    Clusters {
        assignments: Tensor::cat(found, 0).mask_fill(filled.bool_not(), -1),
        centroids,
    }
}

/// The filled rows of a bank in an order of chance.
struct Drawn {
    /// `[rows]`: their numbers first, zeros after.
    order: Tensor<1, Int>,
    /// `[1]`: how many there are, at least 1.
    count: Tensor<1, Int>,
}

impl Drawn {
    /// Filled rows moved up over the others, which only the device can tell: the n-th of them goes to place n.
    fn of(filled: &Tensor<1, Bool>, permutation: Tensor<1, Int>) -> Self {
        let filled = filled.clone().int().select(0, permutation.clone());
        let place = (filled.clone().cumsum(0) - 1).clamp_min(0);
        Self {
            order: permutation
                .zeros_like()
                .select_assign(0, place, permutation * filled.clone(), IndexingUpdateOp::Add),
            count: filled.sum().clamp_min(1),
        }
    }

    /// The `part`-th `size` of them, begun anew where they end: `[size, dim]`.
    fn rows(&self, bank: &Tensor<2>, part: usize, size: usize) -> Tensor<2> {
        let places = numbers(part * size..(part + 1) * size, &bank.device());
        let places = places.remainder(self.count.clone().expand([size]));
        bank.clone().select(0, self.order.clone().select(0, places))
    }
}

fn chunks(bank: &Tensor<2>) -> impl Iterator<Item = Tensor<2>> {
    let [rows, _] = bank.dims();
    (0..rows)
        .step_by(CHUNK)
        .map(move |start| bank.clone().narrow(0, start, CHUNK.min(rows - start)))
}

/// `[rows]`.
fn nearest(rows: Tensor<2>, centroids: &Tensor<2>) -> Tensor<1, Int> {
    let [count, _] = rows.dims();
    rows.matmul(centroids.clone().transpose()).argmax(1).reshape([count])
}

/// The sum of each centroid's rows, `[clusters, dim]`: by a product, whose order does not change from run to run.
fn sums(bank: &Tensor<2>, centroids: &Tensor<2>) -> Tensor<2> {
    let clusters = numbers(0..centroids.dims()[0], &bank.device());
    chunks(bank).fold(centroids.zeros_like(), |sum, rows| {
        let belongs = same(&clusters, &nearest(rows.clone(), centroids)).float();
        sum + belongs.matmul(rows)
    })
}
