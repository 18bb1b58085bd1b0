//! A tile of sums in the processor's registers, and what becomes of them.

use super::linked;
use crate::kernels::vector::{Level, Plain, Vector};

/// Vectors beside each other in a tile, at every level.
const ACROSS: usize = 2;
/// The widest tile.
const MOST_WIDTH: usize = 32;

// Where no tiles are linked, the plain ones read panels that are as wide.
const _: () = assert!(
    linked::WIDTH == ACROSS * Plain::LANES,
    "one width of panels for linked and for plain tiles"
);

/// One tile's job: `out = a b`, ended, for a few rows and a panel.
#[derive(Clone, Copy, Debug)]
pub struct Job {
    /// Numbers that a sum is made of.
    pub depth: usize,
    /// Where `a` begins.
    pub a: *const f32,
    /// From row to row and from column to column of `a`.
    pub steps: [usize; 2],
    /// The panel of `b`: `[depth, width of a tile]`.
    pub panel: *const f32,
    /// Where the product begins.
    pub out: *mut f32,
    /// From row to row of the product.
    pub out_step: usize,
    /// Columns of the product, at most the width of a tile.
    pub width: usize,
    /// Added to every row, or null.
    pub bias: *const f32,
    /// Added to what it belongs to, or null.
    pub add: *const f32,
    /// From row to row of what is added.
    pub add_step: usize,
    /// Whether to add to what is there.
    pub keep: bool,
}

/// Does a job for some number of rows.
///
/// # Safety
/// That many rows of `a`, of the product and of what is added are there, as far as the job says; nothing else writes to the
/// product; the processor has the instructions of the tile's level.
pub type Tile = unsafe fn(&Job);

/// Tiles of one level, by their rows: the first has one.
pub fn tiles(level: Level) -> &'static [Tile] {
    match level {
        // Linked tiles are called otherwise; these are right wherever there are none.
        Level::Plain | Level::Linked => &[plain::<1>, plain::<2>, plain::<3>, plain::<4>],
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => &[
            x86::avx2::<1>,
            x86::avx2::<2>,
            x86::avx2::<3>,
            x86::avx2::<4>,
            x86::avx2::<5>,
            x86::avx2::<6>,
        ],
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => &[
            x86::avx512::<1>,
            x86::avx512::<2>,
            x86::avx512::<3>,
            x86::avx512::<4>,
            x86::avx512::<5>,
            x86::avx512::<6>,
            x86::avx512::<7>,
            x86::avx512::<8>,
            x86::avx512::<9>,
            x86::avx512::<10>,
            x86::avx512::<11>,
            x86::avx512::<12>,
        ],
    }
}

/// Columns of a tile, and so of a panel.
pub fn width(level: Level) -> usize {
    match level {
        Level::Plain => ACROSS * Plain::LANES,
        Level::Linked => linked::WIDTH,
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => ACROSS * 8,
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => ACROSS * 16,
    }
}

/// # Safety
/// As for [`Tile`].
unsafe fn plain<const R: usize>(job: &Job) {
    // SAFETY: the caller's word; every processor has these instructions.
    unsafe { run::<Plain, R>(job) }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{Job, run};
    use core::arch::x86_64::{__m256, __m512};

    /// # Safety
    /// As for [`super::Tile`].
    #[target_feature(enable = "avx2,fma")]
    pub unsafe fn avx2<const R: usize>(job: &Job) {
        // SAFETY: the caller's word; this function has the instructions.
        unsafe { run::<__m256, R>(job) }
    }

    /// # Safety
    /// As for [`super::Tile`].
    #[target_feature(enable = "avx512f,avx2,fma")]
    pub unsafe fn avx512<const R: usize>(job: &Job) {
        // SAFETY: as above.
        unsafe { run::<__m512, R>(job) }
    }
}

/// # Safety
/// `R` rows of `a`, of the product and of what is added are there, as far as the job says; nothing else writes to the
/// product; the processor has the vector's instructions.
#[inline(always)]
unsafe fn run<V: Vector, const R: usize>(job: &Job) {
    // SAFETY: the caller's word.
    unsafe {
        let sums = sums::<V, R>(job);
        if job.width == ACROSS * V::LANES {
            whole(job, sums);
        } else {
            part(job, sums);
        }
    }
}

/// The sums, all of them in registers.
///
/// # Safety
/// As for [`run`].
#[inline(always)]
#[allow(clippy::needless_range_loop)] // on purpose: see below
unsafe fn sums<V: Vector, const R: usize>(job: &Job) -> [[V; ACROSS]; R] {
    // SAFETY: `depth` columns of `a` and rows of the panel are there; beyond the last, `a` is not read.
    unsafe {
        let mut sums = [[V::zero(); ACROSS]; R];
        // One pointer a row, all with the same offset: one pointer that walks down the rows would be a chain of additions
        // as long as the multiplications take.
        let mut rows = [job.a; R];
        for (row, start) in rows.iter_mut().enumerate() {
            *start = job.a.wrapping_add(row * job.steps[0]);
        }
        let (mut offset, mut panel) = (0, job.panel);
        for _ in 0..job.depth {
            let b: [V; ACROSS] = [V::load(panel), V::load(panel.add(V::LANES))];
            // Counted, not zipped: what makes an iterator of two may stay a function of its own, and the sums leave their registers
            // for every call.
            for row in 0..R {
                let a = V::splat(rows[row].wrapping_add(offset));
                for c in 0..ACROSS {
                    sums[row][c] = sums[row][c].plus_product(a, b[c]);
                }
            }
            offset += job.steps[1];
            panel = panel.add(ACROSS * V::LANES);
        }
        sums
    }
}

/// Ends a tile that is as wide as a panel.
///
/// # Safety
/// As for [`run`].
#[inline(always)]
unsafe fn whole<V: Vector, const R: usize>(job: &Job, mut sums: [[V; ACROSS]; R]) {
    // SAFETY: what is added is as wide as the tile and has its rows.
    unsafe {
        if !job.bias.is_null() {
            sums = plus(sums, job.bias, 0);
        }
        if !job.add.is_null() {
            sums = plus(sums, job.add, job.add_step);
        }
        if job.keep {
            sums = plus(sums, job.out, job.out_step);
        }
        for (row, sums) in sums.iter().enumerate() {
            for (c, sum) in sums.iter().enumerate() {
                sum.store(job.out.add(row * job.out_step + c * V::LANES));
            }
        }
    }
}

/// # Safety
/// From `from` on lie as many numbers as sums, rows `step` apart; the processor has the vector's instructions.
#[inline(always)]
unsafe fn plus<V: Vector, const R: usize>(mut sums: [[V; ACROSS]; R], from: *const f32, step: usize) -> [[V; ACROSS]; R] {
    // Not `array::from_fn`, which the compiler may leave a function of its own: without the level's instructions, each vector
    // in it is then a call.
    for (row, sums) in sums.iter_mut().enumerate() {
        for (c, sum) in sums.iter_mut().enumerate() {
            // SAFETY: from there on lie as many numbers as sums, rows `step` apart.
            *sum = unsafe { sum.add(V::load(from.add(row * step + c * V::LANES))) };
        }
    }
    sums
}

/// Ends a tile at the right edge, number by number.
///
/// # Safety
/// As for [`run`].
#[inline(always)]
unsafe fn part<V: Vector, const R: usize>(job: &Job, sums: [[V; ACROSS]; R]) {
    let mut lines = [[0.0; MOST_WIDTH]; R];
    for (row, line) in lines.iter_mut().enumerate() {
        for (c, sum) in sums[row].iter().enumerate() {
            // SAFETY: a line holds the widest tile.
            unsafe { sum.store(line.as_mut_ptr().add(c * V::LANES)) }
        }
    }
    for (row, line) in lines.iter().enumerate() {
        for (column, sum) in line.iter().take(job.width).enumerate() {
            // SAFETY: the row and the column are inside the product.
            unsafe {
                let to = job.out.add(row * job.out_step + column);
                let mut sum = *sum;
                if !job.bias.is_null() {
                    sum += *job.bias.add(column);
                }
                if !job.add.is_null() {
                    sum += *job.add.add(row * job.add_step + column);
                }
                *to = if job.keep { *to + sum } else { sum };
            }
        }
    }
}
