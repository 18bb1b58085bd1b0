//! How pictures are put into groups, and how groups are told apart.

use std::{fmt, str::FromStr};

/// The most groups one may ask for: more could not be told apart.
pub const MOST: usize = 12;

/// How pictures are grouped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Grouping {
    /// Not at all.
    Off,
    /// Where the gap between groups is widest.
    #[default]
    WidestGap,
    /// Into so many.
    Count(usize),
}

impl Grouping {
    /// What is asked of the engine: nothing, the widest gap, or a number.
    #[must_use]
    pub fn count(self) -> Option<Option<usize>> {
        match self {
            Self::Off => None,
            Self::WidestGap => Some(None),
            Self::Count(count) => Some(Some(count)),
        }
    }
}

impl fmt::Display for Grouping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Off => f.write_str("off"),
            Self::WidestGap => f.write_str("gap"),
            Self::Count(count) => count.fmt(f),
        }
    }
}

impl FromStr for Grouping {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "off" => Ok(Self::Off),
            "gap" => Ok(Self::WidestGap),
            text => match text.parse() {
                Ok(count) if (2..=MOST).contains(&count) => Ok(Self::Count(count)),
                _ => Err(()),
            },
        }
    }
}

/// Colours of groups, by Okabe and Ito: told apart by the colour-blind too. The number on every group says the same.
pub const COLOURS: [&str; 8] = [
    "#e69f00", "#56b4e9", "#009e73", "#f0e442", "#cc79a7", "#d55e00", "#0072b2", "#b0a79c",
];

/// The colour of a group by its number.
#[must_use]
pub fn colour(group: u32) -> &'static str {
    COLOURS[group as usize % COLOURS.len()]
}

/// Pictures of each group, the first group first; `groups` holds a number for each picture.
#[must_use]
pub fn members(ids: &[u32], groups: &[u32]) -> Vec<Vec<u32>> {
    let count = groups.iter().max().map_or(0, |last| *last as usize + 1).min(ids.len());
    let mut all = vec![Vec::new(); count];
    for (id, group) in ids.iter().zip(groups) {
        if let Some(group) = all.get_mut(*group as usize) {
            group.push(*id);
        }
    }
    all
}

/// The order in which a matrix of pairs is shown: groups together, the largest first.
#[must_use]
pub fn order(ids: &[u32], groups: Option<&[u32]>) -> Vec<usize> {
    let mut order: Vec<usize> = (0..ids.len()).collect();
    if let Some(groups) = groups.filter(|groups| groups.len() == ids.len()) {
        order.sort_by_key(|at| groups.get(*at).copied());
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grouping_comes_back_from_its_words_and_nonsense_does_not() {
        for grouping in [Grouping::Off, Grouping::WidestGap, Grouping::Count(2), Grouping::Count(MOST)] {
            assert_eq!(grouping.to_string().parse(), Ok(grouping));
        }
        for text in ["", "1", "13", "-2", "many"] {
            assert_eq!(text.parse::<Grouping>(), Err(()), "{text}");
        }
    }

    #[test]
    fn groups_hold_their_pictures_and_wild_numbers_hold_nothing() {
        assert_eq!(members(&[7, 8, 9], &[1, 0, 1]), [vec![8], vec![7, 9]]);
        assert_eq!(members(&[7], &[u32::MAX]), [Vec::<u32>::new()]);
        assert!(members(&[], &[]).is_empty());
    }

    #[test]
    fn a_matrix_has_its_groups_together_in_the_order_they_came() {
        assert_eq!(order(&[7, 8, 9, 10], Some(&[1, 0, 1, 0])), [1, 3, 0, 2]);
        assert_eq!(order(&[7, 8], None), [0, 1]);
        assert_eq!(order(&[7, 8], Some(&[1])), [0, 1], "of other pictures");
    }
}
