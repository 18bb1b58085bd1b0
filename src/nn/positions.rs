//! Fixed 2-D sine-cosine positions, as in MAE (He et al., 2021, appendix A.1).

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
