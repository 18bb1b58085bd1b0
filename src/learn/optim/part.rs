//! The row's parts, one a tensor, and what each is told of a step.

use super::{
    super::layout::{Layout, Slot},
    Rates,
};
use crate::methods::Pace;

/// One tensor's stretch of the row; the parts follow each other without a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Numbers in it.
    pub len: usize,
    /// Whether weight decay and LARS's trust ratio apply: to matrices, not to biases, norms and tokens.
    pub is_matrix: bool,
    /// Its length along its first axis of more than one, where it is a matrix: a convolution's outputs.
    pub rows: usize,
}

impl Part {
    /// The parts of a model's row.
    #[must_use]
    pub fn all(layout: &Layout) -> Vec<Self> {
        let part = |slot: &Slot| Self {
            len: slot.len(),
            is_matrix: slot.decays(),
            rows: slot.shape.iter().copied().find(|&n| n > 1).unwrap_or(1),
        };
        layout.trainable().map(|(_, slot)| part(slot)).collect()
    }
}

/// What one part is told of one step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct PartRates {
    /// Where it begins in the row.
    pub begin: usize,
    pub len: usize,
    pub is_matrix: bool,
    pub rows: usize,
    pub is_frozen: bool,
    pub lr: f64,
    /// 0 where it does not apply.
    pub weight_decay: f64,
    /// Steps that moved it, this one included.
    pub count: u64,
}

impl PartRates {
    /// Of every part. What has no pace of its own is scheduled.
    pub fn all(parts: &[Part], rested: &[u64], rates: &Rates, paces: &[Pace]) -> Vec<Self> {
        let paces = paces.iter().copied().chain(std::iter::repeat(Pace::Scheduled));
        let mut end = 0;
        let each = parts.iter().zip(rested).zip(paces);
        each.map(|((part, &rested), pace)| {
            end += part.len;
            let lr = match pace {
                Pace::Constant => rates.constant_lr,
                Pace::Scheduled | Pace::Frozen => rates.lr,
            };
            Self {
                begin: end - part.len,
                len: part.len,
                is_matrix: part.is_matrix,
                rows: part.rows,
                is_frozen: pace == Pace::Frozen,
                lr: lr * if part.is_matrix { 1.0 } else { rates.bias_lr },
                weight_decay: if part.is_matrix { rates.weight_decay } else { 0.0 },
                count: rates.count.saturating_sub(rested).max(1),
            }
        })
        .collect()
    }

    /// Rows and columns.
    pub fn shape(&self) -> [usize; 2] {
        let rows = self.rows.max(1);
        [rows, self.len / rows]
    }

    /// `1 - beta^count`, for the first and second moment of AdamW.
    pub fn corrections(&self, betas: [f64; 2]) -> [f64; 2] {
        betas.map(|beta| 1.0 - beta.powf(self.count as f64))
    }
}
