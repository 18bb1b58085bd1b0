//! Work in rounds short enough that whoever waits is heard in between.

/// A round is to take about so long, milliseconds.
const ROUND_MS: f64 = 40.0;
/// Most pictures in a round: more at once are no faster.
const MOST: usize = 16;

/// How many to take at a time, by how long the last took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rounds {
    size: usize,
}

impl Default for Rounds {
    /// Begins with one: how long that takes nobody knows yet.
    fn default() -> Self {
        Self { size: 1 }
    }
}

impl Rounds {
    /// How many to take now.
    #[must_use]
    pub fn size(&self) -> usize {
        self.size
    }

    /// The round took so long.
    pub fn took(&mut self, ms: f64) {
        self.size = if ms < ROUND_MS / 2.0 {
            (2 * self.size).min(MOST)
        } else if ms > 2.0 * ROUND_MS {
            (self.size / 2).max(1)
        } else {
            self.size
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_find_the_size_that_takes_the_time_there_is() {
        for (each_ms, sizes) in [(0.1, 16..=16), (5.0, 4..=16), (30.0, 1..=2), (900.0, 1..=1)] {
            let mut rounds = Rounds::default();
            for _ in 0..9 {
                rounds.took(each_ms * rounds.size() as f64);
            }
            assert!(sizes.contains(&rounds.size()), "{each_ms} ms each: {}", rounds.size());
        }
        let mut rounds = Rounds::default();
        (0..9).for_each(|_| rounds.took(1.0));
        (0..9).for_each(|_| rounds.took(500.0));
        assert_eq!(rounds.size(), 1, "a larger model takes the place of a small one");
    }
}
