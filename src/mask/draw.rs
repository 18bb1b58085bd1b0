//! Masks that hide a given number of patches at places left to chance.

use super::{Grid, Mask};
use crate::chance::Chance;

/// How many patches a part of the grid is; at least one stays visible.
pub(super) fn count_of(grid: Grid, ratio: f32) -> usize {
    let count = (f64::from(ratio) * grid.len() as f64).round() as usize;
    count.min(grid.len().saturating_sub(1))
}

/// `count` patches, each set of them as likely as any other.
pub(super) fn random(grid: Grid, count: usize, chance: &mut Chance) -> Mask {
    let order = chance.permutation(grid.len());
    Mask::from_hidden(grid, &order[..count.min(order.len())])
}

/// A rectangle of patches at a place left to chance.
pub(super) fn rectangle(grid: Grid, rows: usize, columns: usize, chance: &mut Chance) -> Mask {
    let (rows, columns) = (rows.min(grid.rows), columns.min(grid.columns));
    let top = chance.below(grid.rows - rows + 1);
    let left = chance.below(grid.columns - columns + 1);
    Mask::by(grid, |row, column| {
        (top..top + rows).contains(&row) && (left..left + columns).contains(&column)
    })
}

/// Rectangles of up to half the grid's sides, laid over each other until exactly `count` patches are hidden; the last one is cut off.
pub(super) fn blocks(grid: Grid, count: usize, chance: &mut Chance) -> Mask {
    let mut mask = Mask::none(grid);
    let mut left = count.min(grid.len());
    while left > 0 {
        let rows = 1 + chance.below(grid.rows.div_ceil(2));
        let columns = 1 + chance.below(grid.columns.div_ceil(2));
        for patch in rectangle(grid, rows, columns, chance).hidden_indices() {
            if left > 0 && !mask.hidden[patch] {
                mask.hidden[patch] = true;
                left -= 1;
            }
        }
    }
    mask
}
