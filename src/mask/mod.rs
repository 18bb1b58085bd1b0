//! Masks: which patches of a picture are hidden. Pure in `(kind, grid, seed)`.

/// Rows and columns of patches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Grid {
    /// Patches from top to bottom.
    pub rows: usize,
    /// Patches from left to right.
    pub columns: usize,
}

/// Which patches are hidden: `true` is hidden, row by row from the top left.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Mask {
    /// The grid that `hidden` covers.
    pub grid: Grid,
    /// `[rows * columns]`.
    pub hidden: Vec<bool>,
}

/// A mixture of mask kinds with weights.
#[derive(Clone, Debug, PartialEq)]
pub struct MaskMix;
