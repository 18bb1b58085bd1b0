//! Tiles over a whole product.

use std::ptr::null;

use super::{
    Ending, MORE, Packed, View, linked,
    tile::{Job, tiles},
};
use crate::kernels::vector::Level;

/// Numbers of a sum taken in one go: a panel this deep stays in the first cache.
const DEPTH: usize = 384;

/// Where a product goes: rows `step` numbers apart.
#[derive(Clone, Copy)]
pub struct Out {
    /// The first number.
    pub start: *mut f32,
    /// From row to row.
    pub step: usize,
}

// SAFETY: a place in memory; who writes there answers for it.
unsafe impl Send for Out {}
// SAFETY: as above.
unsafe impl Sync for Out {}

impl Out {
    /// Rows from `start` on.
    pub fn new(start: *mut f32, step: usize) -> Self {
        Self { start, step }
    }

    /// The part that begins there.
    ///
    /// # Safety
    /// It is within the same piece of memory.
    pub unsafe fn at(self, row: usize, column: usize) -> Self {
        // SAFETY: the caller's word.
        let start = unsafe { self.start.add(row * self.step + column) };
        Self { start, ..self }
    }
}

/// `out = a b`, ended. Shapes match; `ending` is as large as the product.
///
/// # Safety
/// `out` has room for the product and nothing else reads or writes it meanwhile.
pub unsafe fn sweep(out: Out, a: View<'_>, b: &Packed<'_>, ending: Ending<'_>) {
    if let (Level::Linked, Some(tiles)) = (b.level(), linked::tiles()) {
        // SAFETY: the caller's word.
        return unsafe { linked::sweep(tiles, out, a, b, ending) };
    }
    let [rows, depth] = a.shape();
    let (width, columns) = (b.width(), b.columns());
    let tiles = tiles(b.level());
    let passes = depth.div_ceil(DEPTH).max(1);
    let deep = depth.div_ceil(passes).next_multiple_of(8);
    for from in (0..depth.max(1)).step_by(deep.max(1)) {
        // Only the first pass has something else than its own to add.
        let ending = if from == 0 { ending } else { MORE };
        for column in (0..columns).step_by(width) {
            let mut job = Job {
                depth: deep.min(depth - from),
                a: null(),
                steps: [a.row_step, a.column_step],
                panel: b.panel(column / width)[from * width..].as_ptr(),
                out: out.start,
                out_step: out.step,
                width: width.min(columns - column),
                bias: ending.bias.map_or(null(), |bias| bias[column..].as_ptr()),
                add: null(),
                add_step: columns,
                keep: ending.keep,
            };
            for row in (0..rows).step_by(tiles.len()) {
                job.a = a.values.as_ptr().wrapping_add(row * a.row_step + from * a.column_step);
                job.add = ending.add.map_or(null(), |add| add[row * columns + column..].as_ptr());
                // SAFETY: row, column and depth are inside of the shapes, which the caller answers for; the level is what
                // this processor has, see `Level::best`.
                unsafe {
                    job.out = out.at(row, column).start;
                    tiles[tiles.len().min(rows - row) - 1](&job);
                }
            }
        }
    }
}
