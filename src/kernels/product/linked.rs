//! Products by tiles that were not compiled with this program: it is handed their addresses when it starts.

#[cfg(test)]
mod tests;

use std::sync::OnceLock;

use super::{Ending, MORE, Packed, View, sweep::Out};
use crate::kernels::pool::Buffer;

/// Vectors of four numbers beside each other in a tile.
pub const ACROSS: usize = 2;
/// Columns of a tile, and so of a panel.
pub const WIDTH: usize = ACROSS * 4;
/// The most rows of a tile: ten sums, and fifteen registers in V8.
pub const MOST_ROWS: usize = 5;
/// Numbers of a sum taken in one go: a panel this deep and the rows that meet it stay in the first cache.
const DEPTH: usize = 256;

/// `out = a panel + bias + from` for `blocks` times the tile's number of rows. Steps are in bytes, from row to row.
///
/// Arguments in order: `a`, its step; the panel, `depth` times [`WIDTH`] numbers; `depth`; `out`, its step; the bias,
/// [`WIDTH`] numbers; `from`, its step; `blocks`, at least 1. `from` may be `out`.
pub type Tile = unsafe extern "C" fn(*const f32, usize, *const f32, usize, *mut f32, usize, *const f32, *const f32, usize, usize);

/// The tiles of one row, of two, and so on.
pub type Tiles = [Tile; MOST_ROWS];

static TILES: OnceLock<Tiles> = OnceLock::new();

/// Takes these tiles from now on, unless there are some already.
///
/// # Safety
/// Each does what [`Tile`] says, and stays where it is for good.
pub unsafe fn link(tiles: Tiles) {
    // Whoever came first was as good.
    let _ = TILES.set(tiles);
}

/// The tiles that were handed over.
pub fn tiles() -> Option<&'static Tiles> {
    TILES.get()
}

/// What is read where nothing is to be added.
static NOTHING: [f32; WIDTH] = [0.0; WIDTH];

/// `out = a b`, ended, as the sweep of the compiler's own tiles does.
///
/// # Safety
/// `out` has room for the product, and nothing else reads or writes it meanwhile.
pub unsafe fn sweep(tiles: &Tiles, out: Out, a: View<'_>, b: &Packed<'_>, ending: Ending<'_>) {
    let [rows, depth] = a.shape();
    if rows == 0 {
        return;
    }
    let copy = (a.column_step != 1).then(|| straight(a));
    let a = copy.as_ref().map_or(a, |copy| View::new(copy, depth.max(1)));
    let passes = depth.div_ceil(DEPTH).max(1);
    let deep = depth.div_ceil(passes);
    for pass in 0..passes {
        let from = pass * deep;
        let strip = Strip {
            tiles,
            a: a.values.as_ptr().wrapping_add(from),
            a_step: a.row_step,
            rows,
            depth: deep.min(depth - from),
        };
        // Only the first pass has something else than its own to add.
        let ending = if pass == 0 { ending } else { MORE };
        for column in (0..b.columns()).step_by(WIDTH) {
            let panel = &b.panel(column / WIDTH)[from * WIDTH..];
            // SAFETY: the column is inside the product, and what is added is as large.
            unsafe { strip.panel(out.at(0, column), panel, ending, [column, b.columns()]) };
        }
    }
}

/// The rows of a turned matrix, one after the other.
fn straight(a: View<'_>) -> Buffer {
    let [rows, depth] = a.shape();
    let mut copy = Buffer::of(rows * depth);
    for (row, to) in copy.chunks_exact_mut(depth.max(1)).enumerate() {
        let from = a.values[row * a.row_step..].iter().step_by(a.column_step.max(1));
        to.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
    }
    copy
}

/// All rows of `a`, and some of its columns.
#[derive(Clone, Copy)]
struct Strip<'a> {
    tiles: &'a Tiles,
    a: *const f32,
    a_step: usize,
    rows: usize,
    depth: usize,
}

impl Strip<'_> {
    /// One panel's part of the product, whose first column is `column` of `columns`.
    ///
    /// # Safety
    /// `out` is that column of the first row.
    unsafe fn panel(self, out: Out, panel: &[f32], ending: Ending<'_>, [column, columns]: [usize; 2]) {
        let width = WIDTH.min(columns - column);
        if width < WIDTH {
            // SAFETY: the caller's word.
            return unsafe { self.part(out, panel, ending, [column, columns], width) };
        }
        let bias = ending.bias.map_or(NOTHING.as_ptr(), |bias| bias[column..].as_ptr());
        let (from, from_step) = match ending.add {
            _ if ending.keep => (out.start.cast_const(), out.step),
            Some(add) => (add[column..].as_ptr(), columns),
            None => (NOTHING.as_ptr(), 0),
        };
        // SAFETY: a bias and what is added were found as large as the product; the rest is the caller's word.
        unsafe { self.run(out, panel, bias, from, from_step) };
    }

    /// The same for fewer columns than a tile has: into a place of its own, and from there number by number.
    ///
    /// # Safety
    /// As for [`Strip::panel`].
    unsafe fn part(self, out: Out, panel: &[f32], ending: Ending<'_>, [column, columns]: [usize; 2], width: usize) {
        let mut sums = Buffer::of(self.rows * WIDTH);
        let nothing = NOTHING.as_ptr();
        // SAFETY: `sums` has a line for every row.
        unsafe { self.run(Out::new(sums.as_mut_ptr(), WIDTH), panel, nothing, nothing, 0) };
        for (row, sums) in sums.chunks_exact(WIDTH).enumerate() {
            for (across, sum) in sums[..width].iter().enumerate() {
                let bias = ending.bias.map_or(0.0, |bias| bias[column + across]);
                let add = ending.add.map_or(0.0, |add| add[row * columns + column + across]);
                // SAFETY: the row and the column are inside the product.
                unsafe {
                    let to = out.start.add(row * out.step + across);
                    *to = sum + bias + if ending.keep { *to } else { add };
                }
            }
        }
    }

    /// Rows in as few tiles as it takes, of nearly one size: 17 are 5 and three times 4.
    ///
    /// # Safety
    /// `out` and `from` have [`WIDTH`] numbers in every row, steps apart; the bias has as many. Nothing else reads or writes
    /// `out` meanwhile.
    unsafe fn run(self, out: Out, panel: &[f32], bias: *const f32, from: *const f32, from_step: usize) {
        debug_assert!(panel.len() >= self.depth * WIDTH, "a panel as deep as the sum");
        let count = self.rows.div_ceil(MOST_ROWS);
        let (small, large) = (self.rows / count, self.rows % count);
        let mut row = 0;
        for (size, blocks) in [(small + 1, large), (small, count - large)] {
            if blocks == 0 {
                continue;
            }
            let bytes = |step: usize| step * size_of::<f32>();
            // SAFETY: `blocks` times `size` rows from `row` on are inside everything that was lent.
            unsafe {
                self.tiles[size - 1](
                    self.a.wrapping_add(row * self.a_step), // rows of no columns have no numbers to be within
                    bytes(self.a_step),
                    panel.as_ptr(),
                    self.depth,
                    out.start.add(row * out.step),
                    bytes(out.step),
                    bias,
                    from.add(row * from_step),
                    bytes(from_step),
                    blocks,
                );
            }
            row += size * blocks;
        }
    }
}
