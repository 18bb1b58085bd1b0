//! What a preset that breaks a method shows: something to watch for, that a test holds it to.

use std::fmt::{self, Display};

use serde::Serialize;

/// What the instruments show of a small network within 200 steps of such a preset.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Sign {
    /// In words: `pictures lie close together`.
    pub what: &'static str,
    /// The instrument that shows it, by its name, or [`LOSS`].
    pub instrument: &'static str,
    /// Where it ends.
    #[serde(flatten)]
    pub reads: Reads,
    /// Whether the loss falls meanwhile, and so looks well.
    pub loss_falls: bool,
}

/// The loss itself, where no instrument tells as much.
pub const LOSS: &str = "loss";

/// On which side of a value an instrument ends.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reads {
    /// Above it.
    Above(f32),
    /// Below it.
    Below(f32),
}

impl Sign {
    /// An instrument that rises above `value` while the loss falls.
    #[must_use]
    pub const fn above(what: &'static str, instrument: &'static str, value: f32) -> Self {
        Self {
            what,
            instrument,
            reads: Reads::Above(value),
            loss_falls: true,
        }
    }

    /// An instrument that falls below `value` while the loss falls.
    #[must_use]
    pub const fn below(what: &'static str, instrument: &'static str, value: f32) -> Self {
        Self {
            what,
            instrument,
            reads: Reads::Below(value),
            loss_falls: true,
        }
    }

    /// The same, whatever the loss does.
    #[must_use]
    pub const fn whatever_the_loss(self) -> Self {
        Self { loss_falls: false, ..self }
    }

    /// Whether a run shows it: what its instrument read last, and its first and last loss.
    #[must_use]
    pub fn is_shown(&self, value: f32, [first, last]: [f32; 2]) -> bool {
        let is_there = match self.reads {
            Reads::Above(bound) => value > bound,
            Reads::Below(bound) => value < bound,
        };
        is_there && (!self.loss_falls || last < first)
    }
}

impl Display for Sign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (side, bound) = match self.reads {
            Reads::Above(bound) => ("above", bound),
            Reads::Below(bound) => ("below", bound),
        };
        let loss = if self.loss_falls { " while the loss falls" } else { "" };
        write!(f, "{}: {} {side} {bound}{loss}", self.what, self.instrument)
    }
}

/// Every picture on one point: cosines tell where directions are compared.
pub const ONE_DIRECTION: Sign = Sign::above("every picture on one point", "mean cosine", 0.99);
/// Every picture on one point, where points are compared and each number ought to have a deviation of 1.
pub const ONE_POINT: Sign = Sign::below("every picture on one point", "deviation", 0.05);
/// On the way to one point.
pub const CLOSE: Sign = Sign::above("pictures lie close together", "mean cosine", 0.4);
/// Pictures on a handful of points: a batch norm keeps the spread, and not the pictures.
pub const FEW_POINTS: Sign = Sign::above("pictures lie on a few points", "twins", 0.185);
/// Pictures that nothing has put together: the method learns nothing, and nothing collapses.
pub const APART: Sign = Sign::below("pictures do not come to one point", "mean cosine", 0.7).whatever_the_loss();
/// Views of one picture that nothing draws together: what tells them apart has directions of its own, beside those that tell pictures
/// apart. How far apart they are does not show it: with so few pictures that differs more from seed to seed.
pub const MANY_DIRECTIONS: Sign = Sign::above(
    "nothing draws views together: embeddings differ along many directions",
    "effective rank",
    8.0,
);
