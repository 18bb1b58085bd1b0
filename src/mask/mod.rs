//! Masks: which patches of a picture are hidden. Pure in `(kind, grid, seed)`.

mod draw;
mod error;
mod kind;
mod mix;
mod picture;

pub use error::MaskError;
pub use kind::{MaskKind, Side};
pub use mix::{MaskMix, MixKind};
pub use picture::is_hidden;

/// Rows and columns of patches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Grid {
    /// Patches from top to bottom.
    pub rows: usize,
    /// Patches from left to right.
    pub columns: usize,
}

impl Grid {
    /// A grid of `rows` by `columns` patches.
    #[must_use]
    pub const fn new(rows: usize, columns: usize) -> Self {
        Self { rows, columns }
    }

    /// The grid of a square of `size_px` in patches of `patch_px`; `None` where the patch does not divide the size.
    #[must_use]
    pub fn of(size_px: usize, patch_px: usize) -> Option<Self> {
        let side = size_px.checked_div(patch_px)?;
        (side > 0 && side * patch_px == size_px).then_some(Self::new(side, side))
    }

    /// Number of patches.
    #[must_use]
    pub const fn len(self) -> usize {
        self.rows * self.columns
    }

    /// Whether there is no patch at all.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }
}

/// Which patches are hidden: `true` is hidden, row by row from the top left.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "Parts")]
pub struct Mask {
    /// The grid that `hidden` covers.
    pub grid: Grid,
    /// `[rows * columns]`.
    pub hidden: Vec<bool>,
}

/// A mask as it arrives from elsewhere, before anyone has looked whether it fits together.
#[derive(serde::Deserialize)]
struct Parts {
    grid: Grid,
    hidden: Vec<bool>,
}

impl TryFrom<Parts> for Mask {
    type Error = MaskError;

    fn try_from(parts: Parts) -> Result<Self, MaskError> {
        let fits = parts.grid.rows.checked_mul(parts.grid.columns) == Some(parts.hidden.len());
        if fits {
            Ok(Self {
                grid: parts.grid,
                hidden: parts.hidden,
            })
        } else {
            Err(MaskError::Length {
                grid: parts.grid,
                length: parts.hidden.len(),
            })
        }
    }
}

impl Mask {
    /// Hides nothing.
    #[must_use]
    pub fn none(grid: Grid) -> Self {
        Self {
            grid,
            hidden: vec![false; grid.len()],
        }
    }

    /// Hides these patches; numbers beyond the grid name no patch and hide none.
    #[must_use]
    pub fn from_hidden(grid: Grid, hidden: &[usize]) -> Self {
        let mut mask = Self::none(grid);
        for &patch in hidden {
            if let Some(cell) = mask.hidden.get_mut(patch) {
                *cell = true;
            }
        }
        mask
    }

    /// Hides the patches `(row, column)` that `rule` picks.
    #[must_use]
    pub fn by(grid: Grid, rule: impl Fn(usize, usize) -> bool) -> Self {
        let hidden = (0..grid.rows).flat_map(|row| (0..grid.columns).map(move |column| (row, column)));
        Self {
            grid,
            hidden: hidden.map(|(row, column)| rule(row, column)).collect(),
        }
    }

    /// How many patches are hidden.
    #[must_use]
    pub fn hidden_count(&self) -> usize {
        self.hidden.iter().filter(|&&hidden| hidden).count()
    }

    /// Visible patches, ascending.
    #[must_use]
    pub fn kept(&self) -> Vec<usize> {
        self.indices(false)
    }

    /// Hidden patches, ascending.
    #[must_use]
    pub fn hidden_indices(&self) -> Vec<usize> {
        self.indices(true)
    }

    fn indices(&self, wanted: bool) -> Vec<usize> {
        self.hidden
            .iter()
            .enumerate()
            .filter(|&(_, &hidden)| hidden == wanted)
            .map(|(patch, _)| patch)
            .collect()
    }

    /// Whether this patch is hidden; patches beyond the grid are not.
    #[must_use]
    pub fn is_hidden(&self, patch: usize) -> bool {
        self.hidden.get(patch).copied().unwrap_or(false)
    }

    /// Hides what was visible and shows what was hidden.
    #[must_use]
    pub fn inverted(&self) -> Self {
        Self {
            grid: self.grid,
            hidden: self.hidden.iter().map(|hidden| !hidden).collect(),
        }
    }

    /// The same mask on another grid: a patch is hidden when at least half of its area was.
    #[must_use]
    pub fn scaled_to(&self, grid: Grid) -> Self {
        if grid == self.grid || self.grid.is_empty() {
            return if grid == self.grid { self.clone() } else { Self::none(grid) };
        }
        let rows = shares(self.grid.rows, grid.rows);
        let columns = shares(self.grid.columns, grid.columns);
        Self::by(grid, |row, column| {
            let covered: u64 = rows[row]
                .iter()
                .flat_map(|&(y, height)| columns[column].iter().map(move |&(x, width)| (y, x, height * width)))
                .filter(|&(y, x, _)| self.is_hidden(y * self.grid.columns + x))
                .map(|(_, _, area)| area)
                .sum();
            // A patch measures `from.rows * from.columns` in these units.
            2 * covered >= self.grid.len() as u64
        })
    }
}

/// For each of `to` equal intervals, the intervals of `from` that it covers and by how much; units of `1 / (from * to)`.
fn shares(from: usize, to: usize) -> Vec<Vec<(usize, u64)>> {
    (0..to)
        .map(|i| {
            // 64 bits: a picture's side times a grid's may pass 32, which is all that wasm has.
            let (i, from, to) = (i as u64, from as u64, to as u64);
            let (start, end) = (i * from, (i + 1) * from);
            (start / to..end.div_ceil(to))
                .map(|j| (j as usize, end.min((j + 1) * to) - start.max(j * to)))
                .collect()
        })
        .collect()
}

#[cfg(test)]
mod tests;
