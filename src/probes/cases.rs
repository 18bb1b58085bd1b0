//! Batches that tests are made of.

use super::Embeddings;
use crate::chance::Chance;

/// Isotropic: every number a standard normal.
pub fn gaussian(rows: usize, dim: usize, seed: u64) -> Embeddings {
    let mut chance = Chance::new(seed, "probe test", 0);
    of(rows, dim, |_, _| chance.normal())
}

/// Rows around `count` points, row by row in turn, `noise` wide.
pub fn clusters(rows: usize, dim: usize, count: usize, noise: f32, seed: u64) -> Embeddings {
    let centres = gaussian(count, dim, 77);
    let mut chance = Chance::new(seed, "probe test noise", 0);
    of(rows, dim, |row, column| centres.row(row % count)[column] + noise * chance.normal())
}

/// All rows the same.
pub fn point(rows: usize, dim: usize) -> Embeddings {
    clusters(rows, dim, 1, 0.0, 0)
}

/// Random rows in the span of `rank` directions.
pub fn flat(rows: usize, dim: usize, rank: usize, seed: u64) -> Embeddings {
    let (directions, weights) = (gaussian(rank, dim, 78), gaussian(rows, rank, seed));
    of(rows, dim, |row, column| {
        (0..rank).map(|at| weights.row(row)[at] * directions.row(at)[column]).sum()
    })
}

/// Each row with noise of its own: another view of the same picture.
pub fn view(rows: &Embeddings, noise: f32, seed: u64) -> Embeddings {
    let mut chance = Chance::new(seed, "probe test view", 0);
    of(rows.rows(), rows.dim(), |row, column| {
        rows.row(row)[column] + noise * chance.normal()
    })
}

/// Classes in turn.
pub fn labels_of(rows: usize, classes: usize) -> Vec<Option<usize>> {
    (0..rows).map(|row| Some(row % classes)).collect()
}

fn of(rows: usize, dim: usize, mut number: impl FnMut(usize, usize) -> f32) -> Embeddings {
    let mut values = Vec::with_capacity(rows * dim);
    for row in 0..rows {
        values.extend((0..dim).map(|column| number(row, column)));
    }
    Embeddings::new(rows, dim, values).unwrap()
}
