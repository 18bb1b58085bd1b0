//! How often the right part fits best, over many holes.

use crate::{
    chance::Chance,
    mask::{Grid, Mask},
    protocol::together::{Candidate, Origin},
};

/// A hole of a third of each side, as the page's first, where chance puts it. Pure in `(seed, number)`.
#[must_use]
pub fn hole(grid: Grid, seed: u64, number: u64) -> Mask {
    let mut chance = Chance::new(seed, "hole", number);
    let [(top, rows), (left, columns)] = [grid.rows, grid.columns].map(|side| {
        let third = (side / 3).max(1);
        (chance.below(side.saturating_sub(third) + 1), third)
    });
    Mask::by(grid, |row, column| {
        (top..top + rows).contains(&row) && (left..left + columns).contains(&column)
    })
}

/// What one model said of the candidates for many holes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tally {
    /// Holes counted.
    pub holes: usize,
    first: f64,
    ranks: f64,
    chances: f64,
    elsewhere: Pairs,
    others: Pairs,
}

/// Pairs of the right part and a wrong one.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Pairs {
    all: usize,
    won: f64,
}

impl Tally {
    /// Counts a hole, by what `energy` gives each of its candidates. One that gives any of them no number is not counted,
    /// and neither is one with nothing to choose from.
    pub fn add(&mut self, candidates: &[Candidate], energy: impl Fn(&Candidate) -> Option<f32>) {
        let energies: Option<Vec<f32>> = candidates.iter().map(|c| energy(c).filter(|e| e.is_finite())).collect();
        let Some(energies) = energies.filter(|energies| energies.len() > 1) else {
            return;
        };
        let Some(right) = candidates.iter().position(|c| c.origin == Origin::Right) else {
            return;
        };
        // Of two that fit alike each is put first half the time, or a model to whom all is one would be always right.
        let beaten = |energy: f32| match energies[right].total_cmp(&energy) {
            std::cmp::Ordering::Less => 1.0,
            std::cmp::Ordering::Equal => 0.5,
            std::cmp::Ordering::Greater => 0.0,
        };
        let (mut lower, mut alike) = (0.0, 0.0);
        for (at, candidate) in candidates.iter().enumerate().filter(|(at, _)| *at != right) {
            let won = beaten(energies[at]);
            match won {
                0.0 => lower += 1.0,
                0.5 => alike += 1.0,
                _ => {}
            }
            let pairs = match candidate.origin {
                Origin::Other(_) => &mut self.others,
                Origin::Right | Origin::Elsewhere => &mut self.elsewhere,
            };
            pairs.all += 1;
            pairs.won += won;
        }
        self.holes += 1;
        self.chances += 1.0 / energies.len() as f64;
        self.ranks += 1.0 + lower + alike / 2.0;
        if lower == 0.0 {
            self.first += 1.0 / (1.0 + alike);
        }
    }

    /// Share of holes whose right part fits best, 0..1; `None` of no hole.
    #[must_use]
    pub fn first(&self) -> Option<f64> {
        self.mean(self.first)
    }

    /// What a guess by lot has of [`Self::first`].
    #[must_use]
    pub fn chance(&self) -> Option<f64> {
        self.mean(self.chances)
    }

    /// Mean rank of the right part, 1 the best.
    #[must_use]
    pub fn rank(&self) -> Option<f64> {
        self.mean(self.ranks)
    }

    /// How often the right part fits better than one from elsewhere in the picture; by lot a half.
    #[must_use]
    pub fn before_elsewhere(&self) -> Option<f64> {
        self.elsewhere.share()
    }

    /// How often the right part fits better than one from another picture; by lot a half.
    #[must_use]
    pub fn before_others(&self) -> Option<f64> {
        self.others.share()
    }

    fn mean(&self, sum: f64) -> Option<f64> {
        (self.holes > 0).then(|| sum / self.holes as f64)
    }
}

impl Pairs {
    fn share(self) -> Option<f64> {
        (self.all > 0).then(|| self.won / self.all as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(energies: &[f32]) -> Vec<Candidate> {
        let origins = [Origin::Right, Origin::Elsewhere, Origin::Other(3), Origin::Elsewhere];
        let candidate = |(&energy, origin)| Candidate {
            origin,
            joint: Some(energy),
            drawn: None,
        };
        energies.iter().zip(origins).map(candidate).collect()
    }

    fn tally(holes: &[&[f32]]) -> Tally {
        let mut tally = Tally::default();
        holes.iter().for_each(|energies| tally.add(&of(energies), |c| c.joint));
        tally
    }

    #[test]
    fn holes_are_a_third_of_each_side_and_lie_anywhere() {
        let grid = Grid::new(8, 8);
        let all: Vec<Mask> = (0..200).map(|number| hole(grid, 1, number)).collect();
        assert!(all.iter().all(|hole| hole.hidden_count() == 4));
        assert!((0..64).all(|patch| all.iter().any(|hole| hole.is_hidden(patch))));
        assert_eq!(all[3], hole(grid, 1, 3));
        assert_eq!(hole(Grid::new(1, 1), 1, 0).hidden_count(), 1);
    }

    #[test]
    fn the_right_part_is_counted_against_each_kind_of_wrong_one() {
        let told = tally(&[&[0.1, 0.2, 0.3, 0.4], &[0.3, 0.2, 0.4, 0.1]]);
        assert_eq!(
            (told.holes, told.first(), told.rank(), told.chance()),
            (2, Some(0.5), Some(2.0), Some(0.25))
        );
        assert_eq!((told.before_elsewhere(), told.before_others()), (Some(0.5), Some(1.0)));
    }

    #[test]
    fn a_model_to_whom_all_is_one_does_no_better_than_a_lot() {
        let told = tally(&[&[0.5; 4]]);
        assert_eq!((told.first(), told.rank()), (Some(0.25), Some(2.5)));
        assert_eq!((told.before_elsewhere(), told.before_others()), (Some(0.5), Some(0.5)));
    }

    #[test]
    fn what_tells_nothing_is_not_counted() {
        let told = tally(&[&[0.5], &[f32::NAN, 0.2], &[]]);
        assert_eq!(told, Tally::default());
        assert_eq!((told.first(), told.before_others()), (None, None));
        let mut by_pixels = Tally::default();
        by_pixels.add(&of(&[0.1, 0.2]), |c| c.drawn);
        assert_eq!(by_pixels.holes, 0);
    }
}
