//! Which scenes lie in the room, as its link says it: `*24,31,40-43` is what a first visitor finds, scene 31 and four more.

use std::{collections::BTreeSet, fmt};

use super::gathering::{LONGEST, in_order};

/// Parts of a link at most: what is longer than that is cut.
const MOST_PARTS: usize = 64;

/// Some scenes by their seeds, in order, none twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenes(Vec<Part>);

/// Scenes that are said together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// So many of those that a first visitor finds, from the first on.
    First(usize),
    /// From one to another, both among them.
    Run(u64, u64),
}

impl Part {
    fn seeds(self) -> Box<dyn Iterator<Item = u64>> {
        match self {
            Self::First(count) => Box::new(in_order().take(count)),
            Self::Run(from, to) => Box::new(from..=to),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        if let Some(count) = text.strip_prefix('*') {
            return count.parse().ok().map(Self::First);
        }
        let (from, to) = text.split_once('-').unwrap_or((text, text));
        Some(Self::Run(from.parse().ok()?, to.parse().ok()?))
    }
}

impl Scenes {
    /// Of these, as many as room and link hold; `None` for none.
    #[must_use]
    pub fn of(seeds: impl IntoIterator<Item = u64>) -> Option<Self> {
        let mut seen = BTreeSet::new();
        let seeds: Vec<u64> = seeds.into_iter().take(LONGEST).filter(|seed| seen.insert(*seed)).collect();
        let first = in_order().zip(&seeds).take_while(|(known, seed)| known == *seed).count();
        let mut parts: Vec<Part> = (first > 0).then_some(Part::First(first)).into_iter().collect();
        for seed in seeds.into_iter().skip(first) {
            match parts.last_mut() {
                Some(Part::Run(_, to)) if to.checked_add(1) == Some(seed) => *to = seed,
                _ => parts.push(Part::Run(seed, seed)),
            }
        }
        parts.truncate(MOST_PARTS);
        (!parts.is_empty()).then_some(Self(parts))
    }

    /// Their seeds.
    pub fn seeds(&self) -> impl Iterator<Item = u64> {
        self.0.iter().flat_map(|part| part.seeds())
    }

    /// What a link says; what makes no sense in it is left out. `None` where nothing is left.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let parts = text.split(',').filter_map(Part::parse);
        Self::of(parts.flat_map(Part::seeds))
    }
}

impl fmt::Display for Scenes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, part) in self.0.iter().enumerate() {
            f.write_str(if at > 0 { "," } else { "" })?;
            match part {
                Part::First(count) => write!(f, "*{count}")?,
                Part::Run(from, to) if from == to => write!(f, "{from}")?,
                Part::Run(from, to) => write!(f, "{from}-{to}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn text(seeds: impl IntoIterator<Item = u64>) -> String {
        Scenes::of(seeds).unwrap().to_string()
    }

    #[test]
    fn what_a_first_visitor_finds_is_short_and_every_scene_comes_back_in_its_place() {
        assert_eq!(text(in_order().take(24)), "*24");
        assert_eq!(text([3, 4, 5, 40, 2, 9, 10]), "3-5,40,2,9-10");
        assert_eq!(text([4, 4, 4]), "4");
        let fewer: Vec<u64> = in_order().take(24).filter(|seed| *seed != 14).chain([80, 81]).collect();
        let read = Scenes::parse(&text(fewer.clone())).unwrap();
        assert_eq!(read.seeds().collect::<Vec<_>>(), fewer);
        assert_eq!(Scenes::of([]), None);
    }

    #[test]
    fn wishes_that_make_no_sense_are_left_out_and_none_is_too_large() {
        let seeds = |text: &str| Scenes::parse(text).map(|scenes| scenes.seeds().collect::<Vec<_>>());
        assert_eq!(seeds("7,x,-3,9-8,,*,12"), Some(vec![7, 12]));
        for nothing in ["", "x", "9-8", "*0"] {
            assert_eq!(seeds(nothing), None);
        }
        assert_eq!(seeds(&format!("0-{}", u64::MAX)).unwrap().len(), LONGEST);
        assert_eq!(seeds(&format!("*{}", usize::MAX)).unwrap().len(), LONGEST);
        assert_eq!(seeds(&format!("{},{}", u64::MAX, 0)), Some(vec![u64::MAX, 0]));
        let scattered = Scenes::of((0..1000).map(|at| 3 * at)).unwrap();
        assert!(scattered.to_string().len() < 500);
        assert_eq!(Scenes::parse(&scattered.to_string()), Some(scattered));
    }
}
