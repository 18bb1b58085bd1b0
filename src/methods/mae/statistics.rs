//! Mean and contrast of hidden patches, estimated from visible ones.
//!
//! A network that learnt normalised patches does not say how bright a patch is or how strong its contrast. The true
//! values lie in what is hidden, so they are estimated: mean and logarithm of the deviation are laid smoothly over
//! the grid (harmonic: each hidden patch has the mean of its neighbours). The estimate is linear in the visible
//! values, with weights that depend on the mask alone.

use burn::tensor::{Tensor, TensorData};

use crate::{
    mask::{Grid, Mask},
    nn::Order,
};

/// Mean and deviation of every patch in the order's order, `[batch, patches, 1]` each: visible patches' own, hidden
/// ones' estimated. `visible` is `[batch, kept, values]`.
pub(super) fn spread(visible: Tensor<3>, masks: &[Mask], order: &Order, least_variance: f32) -> [Tensor<3>; 2] {
    let (variance, mean) = visible.var_mean(2); // [batch, kept, 1]
    let log_deviation = (variance + least_variance).log() * 0.5;
    if order.hidden == 0 {
        return [mean, log_deviation.exp()];
    }
    let weights: Vec<f32> = masks.iter().flat_map(harmonic_weights).collect();
    let weights = Tensor::<3>::from_data(TensorData::new(weights, [masks.len(), order.hidden, order.kept]), &mean.device());
    let spread = |known: Tensor<3>| Tensor::cat(vec![known.clone(), weights.clone().matmul(known)], 1);
    [spread(mean), spread(log_deviation).exp()]
}

/// `[hidden, kept]`, row by row: how much each visible patch counts for each hidden one; rows sum to 1. Solves the
/// discrete Laplace equation on the hidden patches by elimination; zeros where nothing is visible.
fn harmonic_weights(mask: &Mask) -> Vec<f32> {
    let (hidden, kept) = (mask.hidden_indices(), mask.kept());
    let place: Vec<usize> = ranks(mask);
    let mut system = Banded::new(hidden.len(), mask.grid.columns, kept.len());
    for (row, patch) in hidden.iter().enumerate() {
        for near in neighbours(mask.grid, *patch) {
            *system.at(row, row) += 1.0;
            if mask.hidden[near] {
                if place[near] < row {
                    *system.at(row, place[near]) -= 1.0;
                }
            } else {
                system.right[row * kept.len() + place[near]] += 1.0;
            }
        }
    }
    if kept.is_empty() { vec![] } else { system.solve() }
}

/// Of each patch: its number among the hidden ones, or among the kept ones.
fn ranks(mask: &Mask) -> Vec<usize> {
    let mut counts = [0, 0];
    let rank = |hidden: &bool| {
        let count = &mut counts[usize::from(*hidden)];
        *count += 1;
        *count - 1
    };
    mask.hidden.iter().map(rank).collect()
}

fn neighbours(grid: Grid, patch: usize) -> impl Iterator<Item = usize> {
    let (row, column) = (patch / grid.columns, patch % grid.columns);
    let inside = |row: Option<usize>, column: Option<usize>| Some((row?, column?)).filter(|(r, c)| *r < grid.rows && *c < grid.columns);
    [
        inside(row.checked_sub(1), Some(column)),
        inside(row.checked_add(1), Some(column)),
        inside(Some(row), column.checked_sub(1)),
        inside(Some(row), column.checked_add(1)),
    ]
    .into_iter()
    .flatten()
    .map(move |(r, c)| r * grid.columns + c)
}

/// A symmetric positive system with a narrow band, as a grid's neighbours give it, and many right sides.
struct Banded {
    count: usize,
    band: usize,
    columns: usize,
    /// `[count, band + 1]`: the row's entries from `row - band` up to the diagonal.
    left: Vec<f64>,
    /// `[count, columns]`.
    right: Vec<f64>,
}

impl Banded {
    fn new(count: usize, band: usize, columns: usize) -> Self {
        Self {
            count,
            band,
            columns,
            left: vec![0.0; count * (band + 1)],
            right: vec![0.0; count * columns],
        }
    }

    /// Entry at `row` and `column <= row`, which must lie in the band.
    fn at(&mut self, row: usize, column: usize) -> &mut f64 {
        &mut self.left[row * (self.band + 1) + self.band + column - row]
    }

    fn get(&self, row: usize, column: usize) -> f64 {
        self.left[row * (self.band + 1) + self.band + column - row]
    }

    /// Cholesky's decomposition, then both triangles.
    fn solve(mut self) -> Vec<f32> {
        for row in 0..self.count {
            let first = row.saturating_sub(self.band);
            for column in first..=row {
                let from = first.max(column.saturating_sub(self.band));
                let sum: f64 = (from..column).map(|k| self.get(row, k) * self.get(column, k)).sum();
                let rest = self.get(row, column) - sum;
                *self.at(row, column) = if column == row {
                    rest.max(f64::MIN_POSITIVE).sqrt()
                } else {
                    rest / self.get(column, column)
                };
            }
        }
        for row in 0..self.count {
            for k in row.saturating_sub(self.band)..row {
                self.take_away(row, k, self.get(row, k));
            }
            self.divide(row);
        }
        for row in (0..self.count).rev() {
            for k in row + 1..self.count.min(row + self.band + 1) {
                self.take_away(row, k, self.get(k, row));
            }
            self.divide(row);
        }
        self.right.into_iter().map(|x| x as f32).collect()
    }

    /// Right side of `row` less `factor` times that of `other`.
    fn take_away(&mut self, row: usize, other: usize, factor: f64) {
        for column in 0..self.columns {
            self.right[row * self.columns + column] -= factor * self.right[other * self.columns + column];
        }
    }

    fn divide(&mut self, row: usize) {
        let diagonal = self.get(row, row);
        self.right[row * self.columns..(row + 1) * self.columns]
            .iter_mut()
            .for_each(|x| *x /= diagonal);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_patches_get_the_mean_of_their_neighbours() {
        let grid = Grid { rows: 5, columns: 4 };
        let mask = Mask::from_hidden(grid, &[0, 1, 5, 6, 9, 10, 14, 15, 19]);
        let (kept, hidden) = (mask.kept(), mask.hidden_indices());
        let weights = harmonic_weights(&mask);
        for known in 0..kept.len() {
            let mut values = [0.0f32; 20];
            values[kept[known]] = 1.0;
            hidden
                .iter()
                .enumerate()
                .for_each(|(row, patch)| values[*patch] = weights[row * kept.len() + known]);
            for patch in &hidden {
                let near: Vec<usize> = neighbours(grid, *patch).collect();
                let mean = near.iter().map(|near| values[*near]).sum::<f32>() / near.len() as f32;
                assert!((values[*patch] - mean).abs() < 1e-6);
            }
        }
        for row in weights.chunks(kept.len()) {
            assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-6);
        }
    }

    #[test]
    fn one_visible_patch_speaks_for_all() {
        let mask = Mask::from_hidden(Grid { rows: 3, columns: 3 }, &[0, 1, 2, 3, 5, 6, 7, 8]);
        assert!(harmonic_weights(&mask).iter().all(|weight| (weight - 1.0).abs() < 1e-6));
    }
}
