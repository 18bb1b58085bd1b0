//! Mixtures of mask kinds for training: `random:0.75*2+half:right+blocks`.

use std::{fmt, ops::RangeInclusive, str::FromStr};

use super::{
    Grid, Mask, MaskError, MaskKind, draw,
    kind::{KNOWN, argument_error, ratio, shortened, split, unknown},
};
use crate::chance::Chance;

/// A mixture of mask kinds with weights: one kind and one size for each batch, places for each picture.
///
/// Written as kinds joined by `+`, each with `*weight` behind it where it is not 1.
#[derive(Clone, Debug, PartialEq)]
pub struct MaskMix {
    /// Kinds and their weights, positive; at least one.
    terms: Vec<(MixKind, f32)>,
}

/// A kind of mask that training may draw. Parts are of the patches, smallest and largest; evenly drawn for each batch.
#[derive(Clone, Debug, PartialEq)]
pub enum MixKind {
    /// As a person types it.
    Kind(MaskKind),
    /// `random:0.5-0.9`: so many patches, evenly at random.
    Random(RangeInclusive<f32>),
    /// `blocks:0.3-0.8`: several rectangles of random place and size.
    Blocks(RangeInclusive<f32>),
    /// `rectangle:0.1-0.5`: one rectangle of random place and shape.
    Rectangle(RangeInclusive<f32>),
    /// `outside:0.5-0.9`: all but such a rectangle.
    Outside(RangeInclusive<f32>),
    /// `side:0.25-0.75`: from one of the four edges inwards; of a grid that is not square, from one of two.
    Side(RangeInclusive<f32>),
}

/// Training-only names and the parts they hide unless told.
const RANGED: [(&str, RangeInclusive<f32>); 4] = [
    ("blocks", 0.3..=0.8),
    ("rectangle", 0.1..=0.5),
    ("outside", 0.5..=0.9),
    ("side", 0.25..=0.75),
];

impl MixKind {
    /// `count` masks that hide equally many patches: sizes from `step`'s chance, places from each picture's.
    fn draw(&self, grid: Grid, seed: u64, step: u64, count: usize, sizes: &mut Chance) -> Vec<Mask> {
        let pictures = |place: &dyn Fn(&mut Chance) -> Mask| -> Vec<Mask> {
            (0..count)
                .map(|i| place(&mut Chance::new(seed, "mask place", picture_key(step, i))))
                .collect()
        };
        let mut part = |range: &RangeInclusive<f32>| sizes.range(*range.start()..*range.end());
        let size_of = |grid: Grid, part: f32| draw::count_of(grid, part).max(1);
        match self {
            Self::Kind(MaskKind::Random(ratio)) => {
                let hidden = size_of(grid, *ratio);
                pictures(&|chance| draw::random(grid, hidden, chance))
            }
            Self::Kind(kind) => vec![kind.draw(grid, seed, step); count],
            Self::Random(range) => {
                let hidden = size_of(grid, part(range));
                pictures(&|chance| draw::random(grid, hidden, chance))
            }
            Self::Blocks(range) => {
                let hidden = size_of(grid, part(range));
                pictures(&|chance| draw::blocks(grid, hidden, chance))
            }
            Self::Rectangle(range) => {
                let (rows, columns) = shape(grid, part(range), sizes);
                pictures(&|chance| draw::rectangle(grid, rows, columns, chance))
            }
            Self::Outside(range) => {
                let (rows, columns) = shape(grid, 1.0 - part(range), sizes);
                pictures(&|chance| draw::rectangle(grid, rows, columns, chance).inverted())
            }
            Self::Side(range) => {
                let part = part(range);
                let lying = grid.rows != grid.columns && sizes.coin(0.5);
                pictures(&|chance| side(grid, part, lying, chance))
            }
        }
    }
}

/// Rows and columns of a rectangle of about this part of the grid, its sides up to 2:1; neither nothing nor everything.
fn shape(grid: Grid, part: f32, sizes: &mut Chance) -> (usize, usize) {
    let part = f64::from(part).clamp(0.0, 1.0);
    let stretch = libm::exp2(f64::from(sizes.range(-0.5..0.5)));
    let side = |length: usize, part: f64| ((length as f64 * part).round() as usize).clamp(1, length.max(1));
    let rows = side(grid.rows, part.sqrt() * stretch);
    let columns = side(grid.columns, part * grid.rows as f64 / rows as f64);
    if rows < grid.rows || columns < grid.columns {
        (rows, columns)
    } else {
        (rows, columns.saturating_sub(1).max(1))
    }
}

/// Everything from one edge inwards. `lying`: from the upper or lower edge of a grid that is not square.
fn side(grid: Grid, part: f32, lying: bool, chance: &mut Chance) -> Mask {
    let (far, across) = (chance.coin(0.5), if grid.rows == grid.columns { chance.coin(0.5) } else { lying });
    let length = if across { grid.rows } else { grid.columns };
    let depth = draw::count_of(Grid::new(1, length), part).max(1).min(length.saturating_sub(1));
    Mask::by(grid, |row, column| {
        let i = if across { row } else { column };
        if far { i >= length - depth } else { i < depth }
    })
}

fn picture_key(step: u64, picture: usize) -> u64 {
    step.wrapping_shl(24).wrapping_add(picture as u64)
}

impl MaskMix {
    /// Kinds and their weights.
    #[must_use]
    pub fn terms(&self) -> &[(MixKind, f32)] {
        &self.terms
    }

    /// `count` masks for the batch of `step`: all of one kind and all hiding equally many patches, at least one and
    /// never all. A grid of a single patch cannot be split: its masks hide nothing.
    #[must_use]
    pub fn draw(&self, grid: Grid, seed: u64, step: u64, count: usize) -> Vec<Mask> {
        if grid.len() < 2 {
            return vec![Mask::none(grid); count];
        }
        let mut sizes = Chance::new(seed, "mask size", step);
        let kind = self.pick(&mut sizes);
        let masks = kind.draw(grid, seed, step, count, &mut sizes);
        let usable = |mask: &Mask| (1..grid.len()).contains(&mask.hidden_count());
        // A half of a single column, a side of a single row: no such thing on this grid.
        if masks.iter().all(usable) {
            masks
        } else {
            MixKind::Kind(MaskKind::Random(0.75)).draw(grid, seed, step, count, &mut sizes)
        }
    }

    fn pick(&self, chance: &mut Chance) -> MixKind {
        let whole: f32 = self.terms.iter().map(|(_, weight)| weight).sum();
        let mut left = chance.unit() * whole;
        for (kind, weight) in &self.terms {
            left -= weight;
            if left < 0.0 {
                return kind.clone();
            }
        }
        self.terms
            .first()
            .map_or(MixKind::Kind(MaskKind::Random(0.75)), |(kind, _)| kind.clone())
    }
}

impl From<MaskKind> for MaskMix {
    /// One kind, always.
    fn from(kind: MaskKind) -> Self {
        Self {
            terms: vec![(MixKind::Kind(kind), 1.0)],
        }
    }
}

impl Default for MaskMix {
    /// `random:0.75`, the paper's.
    fn default() -> Self {
        MaskKind::Random(0.75).into()
    }
}

impl fmt::Display for MixKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, range) = match self {
            Self::Kind(kind) => return kind.fmt(f),
            Self::Random(range) => ("random", range),
            Self::Blocks(range) => ("blocks", range),
            Self::Rectangle(range) => ("rectangle", range),
            Self::Outside(range) => ("outside", range),
            Self::Side(range) => ("side", range),
        };
        write!(f, "{name}:{}-{}", range.start(), range.end())
    }
}

impl fmt::Display for MaskMix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (kind, weight)) in self.terms.iter().enumerate() {
            let plus = if i == 0 { "" } else { "+" };
            write!(f, "{plus}{kind}")?;
            if (weight - 1.0).abs() > f32::EPSILON {
                write!(f, "*{weight}")?;
            }
        }
        Ok(())
    }
}

impl FromStr for MixKind {
    type Err = MaskError;

    fn from_str(typed: &str) -> Result<Self, MaskError> {
        let (name, argument) = split(typed);
        let ranged = RANGED.into_iter().find(|(known, _)| *known == name);
        let kind = match (ranged, argument) {
            (Some((name, usual)), argument) => with_range(name, argument.map_or(Ok(usual), |text| range(typed, text))?),
            (None, Some(text)) if name == "random" && text.contains('-') => Self::Random(range(typed, text)?),
            _ if KNOWN.contains(&name.as_str()) => Self::Kind(typed.trim().parse()?),
            _ => {
                let known: Vec<&str> = KNOWN.into_iter().chain(RANGED.iter().map(|(name, _)| *name)).collect();
                return Err(unknown(typed, &name, &known));
            }
        };
        let idle = matches!(kind, Self::Kind(MaskKind::None)) || matches!(kind, Self::Kind(MaskKind::Random(ratio)) if ratio == 0.0);
        if idle {
            Err(MaskError::HidesNothing { typed: shortened(typed) })
        } else {
            Ok(kind)
        }
    }
}

fn with_range(name: &str, range: RangeInclusive<f32>) -> MixKind {
    match name {
        "blocks" => MixKind::Blocks(range),
        "rectangle" => MixKind::Rectangle(range),
        "outside" => MixKind::Outside(range),
        _ => MixKind::Side(range),
    }
}

/// `0.3-0.8`, or one number for both ends.
fn range(typed: &str, text: &str) -> Result<RangeInclusive<f32>, MaskError> {
    let (from, to) = text.split_once('-').unwrap_or((text, text));
    let (from, to) = (ratio(typed, from)?, ratio(typed, to)?);
    if from <= to && to > 0.0 {
        Ok(from..=to)
    } else {
        Err(argument_error(typed, "the smaller part goes first, as in blocks:0.3-0.8"))
    }
}

impl FromStr for MaskMix {
    type Err = MaskError;

    fn from_str(typed: &str) -> Result<Self, MaskError> {
        let term = |text: &str| -> Result<(MixKind, f32), MaskError> {
            let (kind, weight) = text.split_once('*').unwrap_or((text, "1"));
            let weight = weight
                .trim()
                .parse::<f32>()
                .ok()
                .filter(|weight| weight.is_finite() && *weight > 0.0);
            Ok((kind.parse()?, weight.ok_or_else(|| MaskError::Weight { typed: shortened(text) })?))
        };
        Ok(Self {
            terms: typed.split('+').map(term).collect::<Result<_, _>>()?,
        })
    }
}
