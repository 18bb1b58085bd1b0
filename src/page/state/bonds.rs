//! What came of training at different bonds of object and setting: points of a small plot, kept over a reload.

use serde::{Deserialize, Serialize};

/// The most points that are kept, the newest.
const MOST: usize = 24;

/// One network, trained in the room and asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// How strongly object and setting went together in training, 0..1.
    pub bond: f32,
    /// What its embedding follows: 0 the setting alone, 1 the object alone.
    pub follows_object: f32,
    /// The method it was trained by, for people.
    pub method: String,
    /// Steps it was trained.
    pub steps: u64,
    /// Seed of the run.
    pub seed: u64,
    /// Triples it was asked about.
    pub triples: usize,
}

/// The points, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Bonds(Vec<Point>);

impl Bonds {
    /// What was stored; nothing where it makes no sense.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let Self(mut points) = serde_json::from_str(text).unwrap_or_default();
        let part = |value: f32| (0.0..=1.0).contains(&value);
        points.retain(|point| part(point.bond) && part(point.follows_object) && point.method.len() < 200);
        let over = points.len().saturating_sub(MOST);
        Self(points.split_off(over))
    }

    /// As it is stored.
    #[must_use]
    pub fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Adds a point; the same run again takes the place of the old one.
    pub fn add(&mut self, point: Point) {
        let key = |p: &Point| (p.bond.to_bits(), p.method.clone(), p.steps, p.seed);
        self.0.retain(|old| key(old) != key(&point));
        self.0.push(point);
        let over = self.0.len().saturating_sub(MOST);
        self.0.drain(..over);
    }

    /// The points, oldest first.
    #[must_use]
    pub fn points(&self) -> &[Point] {
        &self.0
    }

    /// Forgets them.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

/// What the number says, in words.
#[must_use]
pub fn words(follows_object: f32) -> &'static str {
    match follows_object {
        v if v >= 0.8 => "follows the object",
        v if v > 0.6 => "follows the object more than the setting",
        v if v >= 0.4 => "is torn between the two",
        v if v > 0.2 => "follows the setting more than the object",
        _ => "follows the setting",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(bond: f32, seed: u64) -> Point {
        Point {
            bond,
            follows_object: 0.5,
            method: "A method".into(),
            steps: 300,
            seed,
            triples: 64,
        }
    }

    #[test]
    fn points_survive_a_reload_and_the_same_run_counts_once() {
        let mut bonds = Bonds::default();
        bonds.add(point(0.0, 1));
        bonds.add(point(1.0, 1));
        bonds.add(Point {
            follows_object: 0.25,
            ..point(0.0, 1)
        });
        assert_eq!(bonds.points().iter().map(|p| p.follows_object).collect::<Vec<_>>(), [0.5, 0.25]);
        assert_eq!(Bonds::parse(&bonds.text()), bonds);
    }

    #[test]
    fn storage_may_say_anything() {
        assert_eq!(Bonds::parse("{]"), Bonds::default());
        let mut bonds = Bonds::default();
        bonds.add(Point {
            bond: 7.0,
            ..point(0.0, 1)
        });
        assert!(Bonds::parse(&bonds.text()).points().is_empty());
        (0..99).for_each(|seed| bonds.add(point(0.5, seed)));
        assert_eq!(bonds.points().len(), MOST);
        assert_eq!(bonds.points()[MOST - 1].seed, 98);
    }

    #[test]
    fn both_ends_of_the_scale_have_their_words() {
        assert_eq!(words(0.0), "follows the setting");
        assert_eq!(words(0.5), "is torn between the two");
        assert_eq!(words(1.0), "follows the object");
    }
}
