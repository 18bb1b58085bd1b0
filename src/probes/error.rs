//! Why a probe cannot say anything.

/// What is wrong with the numbers or labels that a probe was given.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProbeError {
    /// Numbers that do not fill rows of the width that was said.
    #[error("{rows} embeddings of {dim} numbers are not {found} numbers; give {rows} times {dim}")]
    Shape {
        /// Rows that were said.
        rows: usize,
        /// Numbers in a row, as said.
        dim: usize,
        /// Numbers that came.
        found: usize,
    },
    /// Two sets of embeddings of different widths.
    #[error("embeddings of {found} numbers cannot be held against embeddings of {wanted}; take both from one model")]
    Dim {
        /// Width of the second set.
        found: usize,
        /// Width of the first set.
        wanted: usize,
    },
    /// Not one label a row.
    #[error("{rows} embeddings came with {labels} labels; give one for each")]
    Labels {
        /// Rows that came.
        rows: usize,
        /// Labels that came.
        labels: usize,
    },
    /// Nothing to learn from or to look in.
    #[error("no picture has a label, and this probe needs some; take a source with classes")]
    NoLabels,
    /// A row with NaN or an infinity.
    #[error("embedding {row} holds a number that is none; the model has diverged")]
    NotFinite {
        /// The first such row.
        row: usize,
    },
    /// A rate too high for features as large as these.
    #[error(
        "the linear probe diverged by the protocol {protocol}: its rate is too high for features as large as these; take another protocol, one that normalises"
    )]
    Diverged {
        /// The protocol's name.
        protocol: &'static str,
    },
    /// State that belongs to another probe.
    #[error("{name} of the saved probe has {found} numbers where {wanted} belong; it was made for other classes or another width")]
    State {
        /// The tensor.
        name: &'static str,
        /// Numbers that came.
        found: usize,
        /// Numbers that belong there.
        wanted: usize,
    },
    /// State that is not there.
    #[error("the saved probe lacks {name}; it was written by another version or is cut off")]
    Missing {
        /// The tensor.
        name: &'static str,
    },
}
