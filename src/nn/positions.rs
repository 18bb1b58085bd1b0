//! Fixed 2-D sine-cosine positions, as in MAE (He et al., 2021, appendix A.1).

use burn::tensor::{Tensor, TensorData};

use crate::mask::Grid;

/// `[1 + patches, dim]`, row by row: zeros for the class token, then each patch: sines and cosines of its column in
/// the first half, of its row in the second. `dim` must be divisible by 4.
#[must_use]
pub fn sine_cosine(grid: Grid, dim: usize) -> Vec<f32> {
    let mut table = vec![0.0; dim];
    table.reserve(grid.rows * grid.columns * dim);
    for row in 0..grid.rows {
        for column in 0..grid.columns {
            for place in [column, row] {
                let angle = |i: usize| place as f64 / libm::pow(10_000.0, i as f64 / (dim / 4) as f64);
                table.extend((0..dim / 4).map(|i| libm::sin(angle(i)) as f32));
                table.extend((0..dim / 4).map(|i| libm::cos(angle(i)) as f32));
            }
        }
    }
    table
}

/// Positions `[1 + patches, dim]` of one grid stretched over another, bicubically, as the field's code does it; the class
/// token's stays.
#[must_use]
pub fn resized(table: Tensor<2>, from: Grid, to: Grid) -> Tensor<2> {
    let [_, dim] = table.dims();
    let class = table.clone().narrow(0, 0, 1);
    let places = table.narrow(0, 1, from.len());
    let (rows, columns) = (line(from.rows, to.rows), line(from.columns, to.columns));
    let mut weights = Vec::with_capacity(to.len() * from.len());
    for row in rows.chunks_exact(from.rows.max(1)) {
        for column in columns.chunks_exact(from.columns.max(1)) {
            weights.extend(row.iter().flat_map(|r| column.iter().map(move |c| r * c)));
        }
    }
    let weights = Tensor::<2>::from_data(TensorData::new(weights, [to.len(), from.len()]), &places.device());
    let stretched = weights.matmul(places).reshape([to.len(), dim]);
    Tensor::cat(vec![class, stretched], 0)
}

/// `[to, from]`: what each place of a stretched line takes of the old one (Keys, 1981, a = -0.75, places by their
/// middles, edges held: PyTorch's `bicubic` with `align_corners` off).
fn line(from: usize, to: usize) -> Vec<f32> {
    let kernel = |x: f64| {
        let (x, a) = (x.abs(), -0.75);
        match x {
            x if x < 1.0 => ((a + 2.0) * x - (a + 3.0)) * x * x + 1.0,
            x if x < 2.0 => ((a * x - 5.0 * a) * x + 8.0 * a) * x - 4.0 * a,
            _ => 0.0,
        }
    };
    let mut weights = vec![0.0; from * to];
    for (place, row) in weights.chunks_exact_mut(from.max(1)).enumerate() {
        let middle = (place as f64 + 0.5) * from as f64 / to as f64 - 0.5;
        let first = middle.floor() as i64 - 1;
        for at in first..first + 4 {
            let held = at.clamp(0, from as i64 - 1) as usize;
            row[held] += kernel(middle - at as f64) as f32;
        }
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_half_tells_the_column_second_half_the_row() {
        let table = sine_cosine(Grid { rows: 3, columns: 3 }, 8);
        assert_eq!(table.len(), 10 * 8);
        let at = |row: usize, column: usize| &table[(1 + row * 3 + column) * 8..][..8];
        assert!(table[..8].iter().all(|x| *x == 0.0));
        assert_eq!(at(0, 2)[..4], at(1, 2)[..4]);
        assert_eq!(at(2, 0)[4..], at(2, 1)[4..]);
        assert_ne!(at(0, 1)[..4], at(0, 2)[..4]);
        assert!((at(0, 1)[0] - 1f32.sin()).abs() < 1e-7 && (at(0, 1)[1] - 0.01f32.sin()).abs() < 1e-7);
    }
}
