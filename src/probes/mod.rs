//! Probes: what embeddings are worth, and whether they are dying.
//!
//! All of them take [`Embeddings`], rows of plain numbers, and know nothing of what made them. They run natively and in a
//! browser; what they say does not depend on the number of threads. Nothing here fails for want of rows, labels or sane
//! numbers: the value is then `None`, or an error is a sentence.
//!
//! **Which embeddings?** Spread, mean cosine and uniformity tell collapse where a loss compares embeddings: behind the
//! projector. What a backbone ends in is positive wherever it ends in a ReLU, so all its rows point into one corner, and
//! these three say so of a healthy network too. Rank, kNN and the linear probes are read off the backbone.
//!
//! | file | what |
//! | --- | --- |
//! | [`knn`], [`retrieval`], [`linear`] | do neighbours, rankings, planes find the classes? |
//! | `spread`, `deviation`, `cosine`, `pairs`, `alignment` | how embeddings lie on the sphere |
//! | `rank`, `lidar` | in how many directions they differ |
//! | [`pca`] | the directions themselves, for maps and colours |
//! | [`report`], [`mod@verdict`] | all instruments at once, and what they say in a sentence |
//! | `embeddings`, `neighbours`, `symmetric` | what these are made of |
//!
//! To add an instrument: a file with its function and its [`Instrument`], and a line in the list below. Terminals, files
//! and pages print [`Instruments::readings`], and the test that goes over all of them
//! wants to know which batches it tells from a healthy one.

mod alignment;
#[cfg(test)]
mod cases;
mod cosine;
mod deviation;
mod embeddings;
mod error;
pub mod knn;
mod lidar;
pub mod linear;
mod neighbours;
mod pairs;
pub mod pca;
mod rank;
pub mod report;
pub mod retrieval;
mod spread;
mod symmetric;
#[cfg(test)]
mod tests;
pub mod verdict;

pub use alignment::{alignment, uniformity};
pub use cosine::mean_cosine;
pub use deviation::deviation;
pub use embeddings::Embeddings;
pub use error::ProbeError;
pub use knn::Knn;
pub use lidar::lidar;
pub use linear::{LinearProbe, OnlineProbe};
pub use neighbours::{Neighbour, neighbours_of};
pub use pairs::twins;
pub use pca::Pca;
pub use rank::{effective_rank, rank_me, spectrum};
pub use report::{Instrument, Measured, Reading};
pub use retrieval::{nearest, retrieve};
pub use spread::{healthy_spread, spread};
pub use verdict::{Seen, State, Verdict, verdict, verdict_since};

report::instruments! {
    /// How far embeddings fill the sphere; see [`spread()`].
    spread: spread::INSTRUMENT;
    /// How far apart they are as points; see [`deviation()`].
    deviation: deviation::INSTRUMENT;
    /// Mean cosine of different pictures; see [`mean_cosine`].
    mean_cosine: cosine::INSTRUMENT;
    /// Share of pairs of pictures that lie on each other; see [`twins`].
    twins: pairs::TWINS;
    /// How evenly the sphere is filled; see [`uniformity`].
    uniformity: alignment::UNIFORMITY;
    /// Mean squared distance of two views of one picture; see [`alignment()`].
    alignment: alignment::ALIGNMENT;
    /// Rank as it is read off singular values; see [`rank_me`].
    rank_me: rank::RANK_ME;
    /// Rank of what is not common to all; see [`effective_rank`].
    effective_rank: rank::EFFECTIVE_RANK;
    /// Rank of what tells pictures apart and views not; see [`lidar()`].
    lidar: lidar::INSTRUMENT;
    /// Share of pictures that get their class from their neighbours, 0..1; see [`Knn::accuracy`].
    knn: knn::INSTRUMENT;
    /// Mean average precision of all pictures in order of nearness, 0..1; see [`retrieve`].
    retrieval: retrieval::INSTRUMENT;
    /// Share of views that get their class from the plane that learns beside the training, 0..1; see [`OnlineProbe`].
    linear: linear::INSTRUMENT;
    /// Share of pictures that get their class from a plane fitted to frozen embeddings, 0..1; see [`LinearProbe`].
    offline: linear::OFFLINE;
}
