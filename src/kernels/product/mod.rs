//! Products of matrices: `a b`, with what comes after it done while the numbers are at hand.
//!
//! The right factor is packed once into panels of a few columns, which a tile of sums in the processor's registers runs
//! down; the left one is read where it lies, turned or not. Sums run in a fixed order that
//! depends on the shapes and the kind of processor alone.

pub mod emit;
pub mod linked;
mod pack;
mod sweep;
mod tile;

pub use linked::{Tile, Tiles, link, tiles};
pub use pack::{Packed, panel_width, panels};
pub(super) use sweep::Out;

/// A matrix where it lies.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    values: &'a [f32],
    rows: usize,
    columns: usize,
    row_step: usize,
    column_step: usize,
}

impl<'a> View<'a> {
    /// Rows of `columns` numbers, one after the other.
    #[must_use]
    pub fn new(values: &'a [f32], columns: usize) -> Self {
        Self::strided(values, values.len() / columns.max(1), columns, columns)
    }

    /// `rows` of `columns` numbers, each row `row_step` numbers after the one before.
    ///
    /// # Panics
    /// When that is more than there is.
    #[must_use]
    pub fn strided(values: &'a [f32], rows: usize, columns: usize, row_step: usize) -> Self {
        let end = match rows.checked_sub(1).filter(|_| columns > 0) {
            Some(last) => last.checked_mul(row_step).and_then(|start| start.checked_add(columns)),
            None => Some(0),
        };
        assert!(
            end.is_some_and(|end| end <= values.len()),
            "{rows} rows of {columns} at every {row_step}th of {} numbers",
            values.len()
        );
        Self {
            values,
            rows,
            columns,
            row_step,
            column_step: 1,
        }
    }

    /// Rows for columns.
    #[must_use]
    pub fn turned(self) -> Self {
        Self {
            rows: self.columns,
            columns: self.rows,
            row_step: self.column_step,
            column_step: self.row_step,
            ..self
        }
    }

    /// `count` rows from `start` on.
    ///
    /// # Panics
    /// When it has fewer.
    #[must_use]
    pub fn rows(self, start: usize, count: usize) -> Self {
        assert!(
            count <= self.rows && start <= self.rows - count,
            "{count} rows from {start} on, of {}",
            self.rows
        );
        let values = if count == 0 || self.columns == 0 {
            &[]
        } else {
            &self.values[start * self.row_step..]
        };
        Self {
            values,
            rows: count,
            ..self
        }
    }

    /// `count` columns from `start` on.
    ///
    /// # Panics
    /// When it has fewer.
    #[must_use]
    pub fn columns(self, start: usize, count: usize) -> Self {
        self.turned().rows(start, count).turned()
    }

    /// The numbers, where rows follow each other without gaps.
    ///
    /// # Panics
    /// When they do not.
    #[must_use]
    pub fn contiguous(self) -> &'a [f32] {
        assert!(
            self.column_step == 1 && self.row_step == self.columns,
            "rows with gaps between them"
        );
        &self.values[..self.rows * self.columns]
    }

    /// Rows and columns.
    #[must_use]
    pub fn shape(&self) -> [usize; 2] {
        [self.rows, self.columns]
    }
}

/// What becomes of a product's numbers.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ending<'a> {
    /// Added to every row: `[columns]`.
    pub bias: Option<&'a [f32]>,
    /// Added to what it belongs to: `[rows, columns]`, as the product itself.
    pub add: Option<&'a [f32]>,
    /// Whether the product is added to what is there instead of replacing it; then there is neither of the above.
    pub keep: bool,
}

/// Added to what is there.
const MORE: Ending<'static> = Ending {
    bias: None,
    add: None,
    keep: true,
};

/// `out = a b`, ended: `[rows, columns]`, on the thread that calls.
///
/// # Panics
/// When shapes do not match.
pub fn product(out: &mut [f32], a: View<'_>, b: &Packed<'_>, ending: Ending<'_>) {
    let [rows, columns] = [a.rows, b.columns()];
    assert_eq!(
        Some(out.len()),
        rows.checked_mul(columns),
        "a product of {rows} rows and {columns} columns"
    );
    assert_eq!(a.columns, b.rows(), "columns of the left, rows of the right factor");
    assert!(ending.bias.is_none_or(|bias| bias.len() == columns), "one bias a column");
    assert!(ending.add.is_none_or(|add| add.len() == out.len()), "as many to add as there are");
    // SAFETY: `out` is `rows` rows of `columns` numbers, and this borrow is the only one.
    unsafe { sweep::sweep(Out::new(out.as_mut_ptr(), columns), a, b, ending) }
}

/// `out += a b` on the thread that calls.
///
/// # Safety
/// From `out` on lie as many rows as `a` has, with room for the columns of `b`, and nothing else reads or writes there
/// meanwhile.
///
/// # Panics
/// When shapes do not match.
pub(super) unsafe fn add_product(out: Out, a: View<'_>, b: &Packed<'_>) {
    // SAFETY: the caller's word.
    unsafe { put_product(out, a, b, MORE) }
}

/// `out = a b`, ended, in rows that may lie apart; nothing but a bias may be added.
///
/// # Safety
/// As for [`add_product`].
///
/// # Panics
/// When shapes do not match.
pub(super) unsafe fn put_product(out: Out, a: View<'_>, b: &Packed<'_>, ending: Ending<'_>) {
    assert_eq!(a.columns, b.rows(), "columns of the left, rows of the right factor");
    assert!(
        ending.add.is_none() && ending.bias.is_none_or(|bias| bias.len() == b.columns()),
        "one bias a column"
    );
    // SAFETY: the caller's word.
    unsafe { sweep::sweep(out, a, b, ending) }
}
