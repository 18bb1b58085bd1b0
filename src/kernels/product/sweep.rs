//! Tiles over a whole product.

use super::{
    Ending, Packed, View,
    tile::{ACROSS, MOST_WIDTH, tile},
};
use crate::kernels::vector::{Level, Plain, Vector};

/// Numbers of a sum taken in one go: a panel this deep stays in the first cache.
const DEPTH: usize = 384;

/// Where a product goes: rows `step` numbers apart.
#[derive(Clone, Copy)]
pub struct Out {
    start: *mut f32,
    step: usize,
}

// SAFETY: a place in memory; who writes there answers for it.
unsafe impl Send for Out {}
// SAFETY: as above.
unsafe impl Sync for Out {}

impl Out {
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
pub unsafe fn sweep(out: Out, a: View<'_>, b: &Packed, ending: Ending<'_>) {
    // SAFETY: the level is what this processor has, see `Level::best`; the rest is the caller's word.
    unsafe {
        match b.level() {
            Level::Plain => over::<Plain, 4>(out, a, b, ending),
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 => avx2(out, a, b, ending),
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 => avx512(out, a, b, ending),
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn avx2(out: Out, a: View<'_>, b: &Packed, ending: Ending<'_>) {
    // SAFETY: the caller's word.
    unsafe { over::<core::arch::x86_64::__m256, 6>(out, a, b, ending) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx2,fma")]
unsafe fn avx512(out: Out, a: View<'_>, b: &Packed, ending: Ending<'_>) {
    // SAFETY: the caller's word.
    unsafe { over::<core::arch::x86_64::__m512, 12>(out, a, b, ending) }
}

#[inline(always)]
unsafe fn over<V: Vector, const ROWS: usize>(out: Out, a: View<'_>, b: &Packed, ending: Ending<'_>) {
    let [rows, depth] = a.shape();
    let passes = depth.div_ceil(DEPTH).max(1);
    let deep = depth.div_ceil(passes).next_multiple_of(8).min(depth);
    let panels = b.columns().div_ceil(b.width());
    for pass in 0..passes {
        let from = (pass * deep).min(depth);
        let depth = deep.min(depth - from);
        // Only the first pass has something else than its own to add.
        let ending = if pass == 0 { ending } else { Ending { keep: true, ..Ending::default() } };
        for panel in 0..panels {
            let column = panel * b.width();
            let job = Job {
                depth,
                steps: [a.row_step, a.column_step],
                panel: b.panel(panel)[from * b.width()..].as_ptr(),
                width: b.width().min(b.columns() - column),
                ending,
                columns: b.columns(),
            };
            let mut row = 0;
            while row < rows {
                let count = ROWS.min(rows - row);
                // SAFETY: `row` and `column` are inside the product, `from` inside the sum; `count` rows follow.
                unsafe {
                    let a = a.values.as_ptr().wrapping_add(row * a.row_step + from * a.column_step);
                    job.rows::<V>(out.at(row, column), a, [row, column], count);
                }
                row += count;
            }
        }
    }
}

/// What tiles of one panel share.
#[derive(Clone, Copy)]
struct Job<'a> {
    depth: usize,
    steps: [usize; 2],
    panel: *const f32,
    width: usize,
    ending: Ending<'a>,
    columns: usize,
}

impl Job<'_> {
    #[inline(always)]
    unsafe fn rows<V: Vector>(self, out: Out, a: *const f32, at: [usize; 2], count: usize) {
        // SAFETY: the caller's word.
        unsafe {
            match count {
                1 => self.tile::<V, 1>(out, a, at),
                2 => self.tile::<V, 2>(out, a, at),
                3 => self.tile::<V, 3>(out, a, at),
                4 => self.tile::<V, 4>(out, a, at),
                5 => self.tile::<V, 5>(out, a, at),
                6 => self.tile::<V, 6>(out, a, at),
                7 => self.tile::<V, 7>(out, a, at),
                8 => self.tile::<V, 8>(out, a, at),
                9 => self.tile::<V, 9>(out, a, at),
                10 => self.tile::<V, 10>(out, a, at),
                11 => self.tile::<V, 11>(out, a, at),
                _ => self.tile::<V, 12>(out, a, at),
            }
        }
    }

    #[inline(always)]
    unsafe fn tile<V: Vector, const R: usize>(self, out: Out, a: *const f32, at: [usize; 2]) {
        // SAFETY: the caller's word.
        unsafe {
            let sums = tile::<V, R>(self.depth, a, self.steps, self.panel);
            if self.width == ACROSS * V::LANES {
                self.finish(out, sums, at);
            } else {
                self.finish_part(out, sums, at);
            }
        }
    }

    /// Ends a tile that is as wide as a panel.
    #[inline(always)]
    unsafe fn finish<V: Vector, const R: usize>(self, out: Out, sums: [[V; ACROSS]; R], [row, column]: [usize; 2]) {
        for (r, sums) in sums.into_iter().enumerate() {
            for (c, sum) in sums.into_iter().enumerate() {
                let across = c * V::LANES;
                // SAFETY: the tile is inside the product, and so inside what is to be added.
                unsafe {
                    let to = out.start.add(r * out.step + across);
                    let mut sum = sum;
                    if let Some(bias) = self.ending.bias {
                        sum = sum.add(V::load(bias.as_ptr().add(column + across)));
                    }
                    if let Some(add) = self.ending.add {
                        sum = sum.add(V::load(add.as_ptr().add((row + r) * self.columns + column + across)));
                    }
                    if self.ending.keep {
                        sum = sum.add(V::load(to));
                    }
                    sum.store(to);
                }
            }
        }
    }

    /// Ends a tile at the right edge, number by number.
    #[inline(always)]
    unsafe fn finish_part<V: Vector, const R: usize>(self, out: Out, sums: [[V; ACROSS]; R], [row, column]: [usize; 2]) {
        let mut line = [0.0; MOST_WIDTH];
        for (r, sums) in sums.into_iter().enumerate() {
            for (c, sum) in sums.into_iter().enumerate() {
                // SAFETY: a line holds the widest tile.
                unsafe { sum.store(line.as_mut_ptr().add(c * V::LANES)) }
            }
            for (across, sum) in line.iter().take(self.width).enumerate() {
                let mut sum = *sum;
                sum += self.ending.bias.map_or(0.0, |bias| bias[column + across]);
                sum += self.ending.add.map_or(0.0, |add| add[(row + r) * self.columns + column + across]);
                // SAFETY: the column is inside the product.
                unsafe {
                    let to = out.start.add(r * out.step + across);
                    *to = if self.ending.keep { *to + sum } else { sum };
                }
            }
        }
    }
}
