//! Losses of joint-embedding methods: pure functions of embeddings, one file a family.
//!
//! | file | family | what stops collapse |
//! |---|---|---|
//! | `contrast` | SimCLR, MoCo, NNCLR, supervised contrast, memory banks | other pictures are pushed away |
//! | `distil` | BYOL, SimSiam, DINO, I-JEPA | the target moves by other means than this gradient |
//! | `regularise` | Barlow Twins, VICReg, LeJEPA | the batch must fill the space |
//! | `cluster` | SwAV, DeepCluster v2 | clusters are shared out evenly, or found apart from the gradient |
//! | `labels` | plain supervision | the answer is given |
//! | `memory`, `teacher` | what a method keeps between steps | |
//!
//! Embeddings are rows, `[batch, dim]`, in f32 (a network of half precision casts before), and every loss is `[1]`, a
//! mean over the batch. Where a loss compares directions it brings rows to length 1 itself. Nothing here reads back
//! from a device. Values and gradients are finite on collapsed input too (all rows equal, rows of zeros) and on a
//! batch of [`LEAST_BATCH`]; a batch of one has no negatives and no spread, so that its loss may say nothing.

pub mod cluster;
pub mod contrast;
pub mod distil;
pub mod labels;
pub mod memory;
pub mod regularise;
mod rows;
pub mod teacher;

pub use rows::unit_rows;

/// Pictures a batch must have for a loss to say something, where it compares pictures with one another: all of
/// `contrast` without queue or bank, `regularise`, Sinkhorn's balance and KoLeo.
pub const LEAST_BATCH: usize = 2;
