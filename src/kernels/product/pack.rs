//! The right factor, laid out as the tile reads it.

use super::{super::pool::Buffer, View, tile};
use crate::kernels::vector::Level;

/// A matrix in panels: the first few columns row by row, then the next few; the last panel is filled up with zeros.
pub struct Packed {
    values: Buffer,
    rows: usize,
    columns: usize,
    width: usize,
    level: Level,
}

impl Packed {
    /// Packs `b` for this processor.
    #[must_use]
    pub fn new(b: View<'_>) -> Self {
        let level = Level::best();
        let [rows, columns] = b.shape();
        let width = tile::width(level);
        let mut values = Buffer::of(rows * columns.next_multiple_of(width));
        for (index, panel) in values.chunks_exact_mut((rows * width).max(1)).enumerate() {
            let start = index * width;
            fill(panel, b.columns(start, width.min(columns - start)), width);
        }
        Self {
            values,
            rows,
            columns,
            width,
            level,
        }
    }

    /// Rows of the matrix.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Columns of the matrix.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns
    }

    pub(super) fn width(&self) -> usize {
        self.width
    }

    pub(super) fn level(&self) -> Level {
        self.level
    }

    /// The panel that begins with column `index * width`: `[rows, width]`.
    pub(super) fn panel(&self, index: usize) -> &[f32] {
        let len = self.rows * self.width;
        &self.values[index * len..][..len]
    }
}

/// One panel out of its few columns.
fn fill(panel: &mut [f32], b: View<'_>, width: usize) {
    if b.columns < width {
        panel.fill(0.0);
    }
    if b.column_step == 1 {
        for (row, line) in panel.chunks_exact_mut(width).enumerate() {
            line[..b.columns].copy_from_slice(&b.values[row * b.row_step..][..b.columns]);
        }
        return;
    }
    // A turned matrix: each column lies in one piece, or nearly.
    for column in 0..b.columns {
        let from = &b.values[column * b.column_step..];
        let to = panel[column..].iter_mut().step_by(width);
        if b.row_step == 1 {
            to.zip(&from[..b.rows]).for_each(|(to, from)| *to = *from);
        } else {
            to.zip(from.iter().step_by(b.row_step)).for_each(|(to, from)| *to = *from);
        }
    }
}
