//! Mask kinds as a person types them: `random:0.75`, `half:right`, `block`, …

use std::{fmt, str::FromStr};

use super::{Grid, Mask, MaskError, draw};
use crate::{chance::Chance, names};

/// An edge of the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The right half, a film's future.
    Right,
    /// The left half.
    Left,
    /// The lower half.
    Lower,
    /// The upper half.
    Upper,
}

impl Side {
    /// Every side.
    pub const ALL: [Self; 4] = [Self::Right, Self::Left, Self::Lower, Self::Upper];

    /// As typed behind `half:`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Right => "right",
            Self::Left => "left",
            Self::Lower => "lower",
            Self::Upper => "upper",
        }
    }
}

/// A kind of mask: with a grid, a seed and a number it is one mask, the same everywhere.
///
/// Every kind leaves at least one patch visible, whatever the grid.
#[derive(Clone, Debug, PartialEq)]
pub enum MaskKind {
    /// `none`: nothing hidden.
    None,
    /// `random:0.75`: this part of the patches, evenly at random. `random` alone is `random:0.75`.
    Random(f32),
    /// `half:right|left|lower|upper`. `half` alone is `half:right`. Of an odd number the middle stays visible.
    Half(Side),
    /// `block`: the central quarter, which is the middle half of the rows and of the columns.
    Block,
    /// `outside-block`: all but the central quarter.
    OutsideBlock,
    /// `checkerboard`: every second patch.
    Checkerboard,
}

impl MaskKind {
    /// The mask of this kind; only `random` looks at `seed` and `index` (the picture's number).
    #[must_use]
    pub fn draw(&self, grid: Grid, seed: u64, index: u64) -> Mask {
        let Grid { rows, columns } = grid;
        let mask = match self {
            Self::None => Mask::none(grid),
            Self::Random(ratio) => draw::random(grid, draw::count_of(grid, *ratio), &mut Chance::new(seed, "mask", index)),
            Self::Half(Side::Right) => Mask::by(grid, |_, column| column >= columns.div_ceil(2)),
            Self::Half(Side::Left) => Mask::by(grid, |_, column| column < columns / 2),
            Self::Half(Side::Lower) => Mask::by(grid, |row, _| row >= rows.div_ceil(2)),
            Self::Half(Side::Upper) => Mask::by(grid, |row, _| row < rows / 2),
            Self::Block => Mask::by(grid, |row, column| is_middle(row, rows) && is_middle(column, columns)),
            Self::OutsideBlock => Mask::by(grid, |row, column| !(is_middle(row, rows) && is_middle(column, columns))),
            Self::Checkerboard => Mask::by(grid, |row, column| (row + column) % 2 == 1),
        };
        // Of the tiniest grids a block is all there is.
        if mask.hidden_count() == grid.len() {
            Mask::none(grid)
        } else {
            mask
        }
    }
}

/// Whether `i` lies in the middle half of `0..n`.
fn is_middle(i: usize, n: usize) -> bool {
    let length = n.div_ceil(2);
    let start = (n - length) / 2;
    (start..start + length).contains(&i)
}

impl fmt::Display for MaskKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Random(ratio) => write!(f, "random:{ratio}"),
            Self::Half(side) => write!(f, "half:{}", side.name()),
            Self::Block => f.write_str("block"),
            Self::OutsideBlock => f.write_str("outside-block"),
            Self::Checkerboard => f.write_str("checkerboard"),
        }
    }
}

impl FromStr for MaskKind {
    type Err = MaskError;

    fn from_str(typed: &str) -> Result<Self, MaskError> {
        let (name, argument) = split(typed);
        match name.as_str() {
            "random" => Ok(Self::Random(argument.map_or(Ok(0.75), |text| ratio(typed, text))?)),
            "half" => Ok(Self::Half(argument.map_or(Ok(Side::Right), |text| side(typed, text))?)),
            "none" => bare(typed, argument, Self::None),
            "block" => bare(typed, argument, Self::Block),
            "outside-block" => bare(typed, argument, Self::OutsideBlock),
            "checkerboard" => bare(typed, argument, Self::Checkerboard),
            _ => Err(unknown(typed, &name, &KNOWN)),
        }
    }
}

/// Names before the colon.
pub(super) const KNOWN: [&str; 6] = ["none", "random", "half", "block", "outside-block", "checkerboard"];

/// The name in lower case and what is behind the colon.
pub(super) fn split(typed: &str) -> (String, Option<&str>) {
    let (name, argument) = typed
        .split_once(':')
        .map_or((typed, None), |(name, argument)| (name, Some(argument.trim())));
    (name.trim().to_lowercase(), argument)
}

pub(super) fn unknown(typed: &str, name: &str, known: &[&str]) -> MaskError {
    let list = known.join(", ");
    if typed.trim().is_empty() {
        return MaskError::Empty { known: list };
    }
    let hint = names::did_you_mean(name, known.iter().copied());
    MaskError::UnknownKind {
        typed: shortened(typed),
        hint: if hint.is_empty() { ".".into() } else { hint },
        known: list,
    }
}

/// What was typed, as far as a message should repeat it.
pub(super) fn shortened(typed: &str) -> String {
    let typed = typed.trim();
    if typed.chars().count() > 60 {
        typed.chars().take(60).chain(['…']).collect()
    } else {
        typed.to_owned()
    }
}

pub(super) fn argument_error(typed: &str, wanted: impl Into<String>) -> MaskError {
    MaskError::Argument {
        typed: shortened(typed),
        wanted: wanted.into(),
    }
}

pub(super) fn bare<T>(typed: &str, argument: Option<&str>, kind: T) -> Result<T, MaskError> {
    if argument.is_some() {
        Err(argument_error(typed, "nothing goes behind the colon here"))
    } else {
        Ok(kind)
    }
}

/// A part of the patches, 0..1.
pub(super) fn ratio(typed: &str, text: &str) -> Result<f32, MaskError> {
    let ratio = text.trim().parse::<f32>().ok().filter(|ratio| (0.0..=1.0).contains(ratio));
    ratio.ok_or_else(|| argument_error(typed, "the part to hide must be a number from 0 to 1, as in random:0.75"))
}

fn side(typed: &str, text: &str) -> Result<Side, MaskError> {
    let text = text.to_lowercase();
    let names = Side::ALL.map(Side::name);
    Side::ALL.into_iter().find(|side| side.name() == text).ok_or_else(|| {
        argument_error(
            typed,
            format!("no such half{} One of: {}", hint_or_stop(&text, &names), names.join(", ")),
        )
    })
}

fn hint_or_stop(text: &str, known: &[&str]) -> String {
    let hint = names::did_you_mean(text, known.iter().copied());
    if hint.is_empty() { ".".into() } else { hint }
}
