//! The right factor, laid out as the tile reads it.

use super::{View, tile};
use crate::kernels::{pool::Buffer, threads::each, vector::Level};

/// A matrix in panels: the first few columns row by row, then the next few; the last panel is filled up with zeros.
pub struct Packed {
    values: Buffer,
    rows: usize,
    columns: usize,
    width: usize,
    level: Level,
}

impl Packed {
    /// Packs `b` for this processor, on the thread that calls.
    #[must_use]
    pub fn new(b: View<'_>) -> Self {
        let mut packed = Self::empty(b);
        for (index, panel) in packed.panels() {
            fill(panel, b, index);
        }
        packed
    }

    /// Packs `b` for this processor, on every core: for a factor that many threads share.
    #[must_use]
    pub fn shared(b: View<'_>) -> Self {
        let mut packed = Self::empty(b);
        each(packed.panels().collect(), |(index, panel): (usize, &mut [f32])| {
            fill(panel, b, index)
        });
        packed
    }

    fn empty(b: View<'_>) -> Self {
        let level = Level::best();
        let [rows, columns] = b.shape();
        let width = tile::width(level);
        Self {
            values: Buffer::of(rows * columns.next_multiple_of(width)),
            rows,
            columns,
            width,
            level,
        }
    }

    fn panels(&mut self) -> impl Iterator<Item = (usize, &mut [f32])> {
        self.values.chunks_exact_mut((self.rows * self.width).max(1)).enumerate()
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

/// The panel of this number out of `b`.
fn fill(panel: &mut [f32], b: View<'_>, index: usize) {
    // As constants the widths become plain copies of a register or two.
    match panel.len() / b.rows.max(1) {
        8 => fill_wide::<8>(panel, b, index),
        16 => fill_wide::<16>(panel, b, index),
        _ => fill_wide::<32>(panel, b, index),
    }
}

fn fill_wide<const WIDTH: usize>(panel: &mut [f32], b: View<'_>, index: usize) {
    let start = index * WIDTH;
    let b = b.columns(start, WIDTH.min(b.columns - start));
    let (lines, _) = panel.as_chunks_mut::<WIDTH>();
    let at = |row: usize, column: usize| &b.values[row * b.row_step + column * b.column_step..];
    if b.columns < WIDTH {
        for (row, line) in lines.iter_mut().enumerate() {
            *line = std::array::from_fn(|column| if column < b.columns { at(row, column)[0] } else { 0.0 });
        }
    } else if b.column_step == 1 {
        for (row, line) in lines.iter_mut().enumerate() {
            line.copy_from_slice(&at(row, 0)[..WIDTH]);
        }
    } else if b.row_step == 1 {
        // A turned matrix: each column lies in one piece.
        let columns: [&[f32]; WIDTH] = std::array::from_fn(|column| &at(0, column)[..b.rows]);
        for (row, line) in lines.iter_mut().enumerate() {
            *line = std::array::from_fn(|column| columns[column][row]);
        }
    } else {
        for (row, line) in lines.iter_mut().enumerate() {
            *line = std::array::from_fn(|column| at(row, column)[0]);
        }
    }
}
