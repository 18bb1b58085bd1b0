use super::Grid;

/// Why a mask cannot be had. Each sentence says what was typed and what would do.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum MaskError {
    /// No kind of this name.
    #[error("there is no mask kind \"{typed}\"{hint} Known: {known}")]
    UnknownKind {
        /// As typed.
        typed: String,
        /// `; did you mean "random"?` or a full stop.
        hint: String,
        /// All kinds.
        known: String,
    },
    /// A kind with something behind the colon that it does not take.
    #[error("mask kind \"{typed}\": {wanted}")]
    Argument {
        /// As typed.
        typed: String,
        /// What it takes.
        wanted: String,
    },
    /// A weight in a mixture that is no positive number.
    #[error("mask mixture \"{typed}\": the weight behind * must be a positive number, as in random:0.75*2+block")]
    Weight {
        /// The term as typed.
        typed: String,
    },
    /// A mixture for training in which a kind hides nothing.
    #[error("mask mixture \"{typed}\" hides nothing: there would be nothing to learn from it; leave that kind out")]
    HidesNothing {
        /// The term as typed.
        typed: String,
    },
    /// Nothing was typed.
    #[error("no mask kind given; one of: {known}")]
    Empty {
        /// All kinds.
        known: String,
    },
    /// The list of patches and the grid disagree.
    #[error("a mask of {} by {} patches cannot hold {length} values", grid.rows, grid.columns)]
    Length {
        /// As stated.
        grid: Grid,
        /// Values found.
        length: usize,
    },
}
