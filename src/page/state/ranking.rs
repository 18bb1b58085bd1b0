//! Candidates for a hole, in the order in which each model likes them.

use crate::{
    chance::Chance,
    protocol::together::{Candidate, Origin},
};

/// Who ranks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judge {
    /// The joint-embedding model's predictor.
    Joint,
    /// The masked autoencoder.
    Drawn,
}

impl Judge {
    /// What it says of a candidate; `None` where it says nothing.
    #[must_use]
    pub fn energy(self, of: &Candidate) -> Option<f32> {
        let energy = match self {
            Self::Joint => of.joint,
            Self::Drawn => of.drawn,
        };
        energy.filter(|energy| energy.is_finite())
    }
}

/// The order in which candidates are shown, their letters: shuffled, so that the place gives nothing away.
#[must_use]
pub fn shown(count: usize, seed: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    let mut chance = Chance::new(seed, "candidates shown", 0);
    for i in (1..count).rev() {
        let j = (chance.bits() % (i as u64 + 1)) as usize;
        order.swap(i, j);
    }
    order
}

/// The letter of a place: A, B, C, …
#[must_use]
pub fn letter(place: usize) -> char {
    u8::try_from(place).ok().filter(|n| *n < 26).map_or('?', |n| char::from(b'A' + n))
}

/// Candidates by energy, the lowest first, each with its energy; those without one are left out.
#[must_use]
pub fn ranked(candidates: &[Candidate], judge: Judge) -> Vec<(usize, f32)> {
    let mut all: Vec<(usize, f32)> = candidates
        .iter()
        .enumerate()
        .filter_map(|(at, candidate)| Some((at, judge.energy(candidate)?)))
        .collect();
    all.sort_by(|a, b| a.1.total_cmp(&b.1));
    all
}

/// At which rank the right one stands, 1 the first; `None` where the judge says nothing of it.
#[must_use]
pub fn rank_of_right(candidates: &[Candidate], judge: Judge) -> Option<usize> {
    let ranked = ranked(candidates, judge);
    ranked
        .iter()
        .position(|(at, _)| candidates[*at].origin == Origin::Right)
        .map(|at| at + 1)
}

/// `1st of 6`.
#[must_use]
pub fn ordinal(rank: usize, of: usize) -> String {
    let ending = match (rank % 10, rank % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{rank}{ending} of {of}")
}

/// How long a bar is for an energy, 0..1: from nothing at 0 to full at the highest.
#[must_use]
pub fn part(energy: f32, ranked: &[(usize, f32)]) -> f32 {
    let most = ranked.iter().map(|(_, energy)| *energy).fold(0.0, f32::max);
    if most > 0.0 { (energy / most).clamp(0.0, 1.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(origin: Origin, joint: Option<f32>) -> Candidate {
        Candidate {
            origin,
            joint,
            drawn: None,
        }
    }

    #[test]
    fn the_lowest_energy_comes_first() {
        let all = [
            candidate(Origin::Other(3), Some(0.9)),
            candidate(Origin::Right, Some(0.2)),
            candidate(Origin::Elsewhere, Some(0.1)),
            candidate(Origin::Elsewhere, Some(f32::NAN)),
        ];
        let by_joint = ranked(&all, Judge::Joint);
        assert_eq!(by_joint.iter().map(|r| r.0).collect::<Vec<_>>(), [2, 1, 0]);
        assert_eq!(rank_of_right(&all, Judge::Joint), Some(2));
        assert_eq!(rank_of_right(&all, Judge::Drawn), None);
        assert_eq!(part(0.9, &by_joint), 1.0);
        assert_eq!(part(0.0, &[(0, 0.0)]), 0.0, "a judge to whom all is the same");
    }

    #[test]
    fn the_place_gives_nothing_away() {
        let first: std::collections::BTreeSet<usize> = (0..64).map(|seed| shown(6, seed)[0]).collect();
        assert_eq!(first.len(), 6, "every candidate stands first in some draw");
        let mut all = shown(6, 7);
        assert_eq!(all, shown(6, 7));
        all.sort_unstable();
        assert_eq!(all, [0, 1, 2, 3, 4, 5]);
        assert!(shown(0, 1).is_empty());
    }

    #[test]
    fn ranks_are_said_as_people_say_them() {
        assert_eq!(
            [1, 2, 3, 4, 11, 21].map(|n| ordinal(n, 30)).join(", "),
            "1st of 30, 2nd of 30, 3rd of 30, 4th of 30, 11th of 30, 21st of 30"
        );
        assert_eq!((letter(0), letter(5), letter(99)), ('A', 'F', '?'));
    }
}
