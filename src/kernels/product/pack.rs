//! The right factor, laid out as the tile reads it.

use std::ops::Deref;

use super::{View, tile};
use crate::kernels::{pool::Buffer, threads::each, vector::Level};

/// A matrix in panels: the first few columns row by row, then the next few; the last panel is filled up with zeros.
pub struct Packed<'a> {
    values: Values<'a>,
    rows: usize,
    columns: usize,
    width: usize,
    level: Level,
}

enum Values<'a> {
    Own(Buffer),
    Lent(&'a [f32]),
}

impl Deref for Values<'_> {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        match self {
            Self::Own(values) => values,
            Self::Lent(values) => values,
        }
    }
}

/// Columns of a panel on this processor.
#[must_use]
pub fn panel_width() -> usize {
    tile::width(Level::best())
}

/// The panels of `b`, for [`Packed::lent`] later on.
#[must_use]
pub fn panels(b: View<'_>) -> Vec<f32> {
    let mut values = vec![0.0; room(b.shape(), panel_width())];
    pack(&mut values, b, panel_width());
    values
}

impl Packed<'static> {
    /// Packs `b` for this processor, on the thread that calls.
    #[must_use]
    pub fn new(b: View<'_>) -> Self {
        Self::at(Level::best(), b)
    }

    /// Packs `b` for processors of a level.
    pub(super) fn at(level: Level, b: View<'_>) -> Self {
        let width = tile::width(level);
        let mut values = Buffer::of(room(b.shape(), width));
        pack(&mut values, b, width);
        Self::of(Values::Own(values), b.shape(), level)
    }

    /// Packs `b` for this processor, on every core: for a factor that many threads share.
    #[must_use]
    pub fn shared(b: View<'_>) -> Self {
        let level = Level::best();
        let width = tile::width(level);
        let mut values = Buffer::of(room(b.shape(), width));
        each(split(&mut values, b, width).collect(), |(index, panel): (usize, &mut [f32])| {
            fill(panel, b, index);
        });
        Self::of(Values::Own(values), b.shape(), level)
    }
}

impl<'a> Packed<'a> {
    /// What [`panels`] made of a matrix of `rows` and `columns`.
    ///
    /// # Panics
    /// When the matrix was of another size.
    #[must_use]
    pub fn lent(values: &'a [f32], [rows, columns]: [usize; 2]) -> Self {
        let len = room([rows, columns], panel_width());
        assert_eq!(values.len(), len, "panels of {rows} rows and {columns} columns");
        Self::of(Values::Lent(values), [rows, columns], Level::best())
    }

    fn of(values: Values<'a>, [rows, columns]: [usize; 2], level: Level) -> Self {
        Self {
            values,
            rows,
            columns,
            width: tile::width(level),
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

/// Numbers in all panels of a matrix.
///
/// # Panics
/// When they are more than a computer can count.
fn room([rows, columns]: [usize; 2], width: usize) -> usize {
    let room = columns.checked_next_multiple_of(width).and_then(|wide| wide.checked_mul(rows));
    room.unwrap_or_else(|| panic!("panels of {rows} rows and {columns} columns fit into no memory"))
}

fn split<'a>(values: &'a mut [f32], b: View<'_>, width: usize) -> impl Iterator<Item = (usize, &'a mut [f32])> + use<'a> {
    values.chunks_exact_mut((b.rows * width).max(1)).enumerate()
}

fn pack(values: &mut [f32], b: View<'_>, width: usize) {
    split(values, b, width).for_each(|(index, panel)| fill(panel, b, index));
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
