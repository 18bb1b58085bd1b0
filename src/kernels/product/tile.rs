//! A tile of sums in the processor's registers.

use crate::kernels::vector::{Level, Plain, Vector};

/// Vectors beside each other in a tile, at every level.
pub const ACROSS: usize = 2;
/// The most rows of a tile, at the level with the most registers.
pub const MOST_ROWS: usize = 12;
/// The widest tile.
pub const MOST_WIDTH: usize = 32;

/// Columns of a tile, and so of a panel.
pub fn width(level: Level) -> usize {
    ACROSS
        * match level {
            Level::Plain => Plain::LANES,
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 => 8,
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 => 16,
        }
}

/// `a b` for `R` rows of `a` and a panel of `b`, `depth` numbers deep.
///
/// # Safety
/// From `a` on, `R` rows `row_step` apart hold `depth` numbers `column_step` apart; from `panel` on, `depth` times
/// `ACROSS` vectors; the processor has the vector's instructions.
#[inline(always)]
pub unsafe fn tile<V: Vector, const R: usize>(
    depth: usize,
    a: *const f32,
    [row_step, column_step]: [usize; 2],
    panel: *const f32,
) -> [[V; ACROSS]; R] {
    // SAFETY: the caller's word, row by row and step by step.
    unsafe {
        let mut sums = [[V::zero(); ACROSS]; R];
        let (mut a, mut panel) = (a, panel);
        for _ in 0..depth {
            let b: [V; ACROSS] = [V::load(panel), V::load(panel.add(V::LANES))];
            for (row, sums) in sums.iter_mut().enumerate() {
                let a = V::splat(a.add(row * row_step));
                for (sum, b) in sums.iter_mut().zip(b) {
                    *sum = sum.plus_product(a, b);
                }
            }
            a = a.wrapping_add(column_step);
            panel = panel.add(ACROSS * V::LANES);
        }
        sums
    }
}
