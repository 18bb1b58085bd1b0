//! The pictures of the room "Together": a few, or some thousands, in the order in which they came.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::strip::Origin;

/// The most pictures in the room.
pub const LONGEST: usize = 5_000;
/// The scenes that a first visitor finds there.
pub const SCENES: usize = 24;

/// Seeds in the order in which scenes come to the room: the samples, and those that follow them.
pub fn in_order() -> impl Iterator<Item = u64> {
    let samples = crate::worlds::SAMPLES;
    samples.into_iter().chain((0u64..).filter(move |seed| !samples.contains(seed)))
}

/// One picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// The room's own number for it.
    pub id: u32,
    /// File name, or which scene it is.
    pub name: String,
    /// Where it comes from.
    pub origin: Origin,
}

/// The pictures in hand, and what was taken out last.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Gathering {
    items: Vec<Item>,
    next: u32,
    /// Taken out last, with the places they had.
    #[serde(skip)]
    taken: Vec<(usize, Item)>,
}

impl Gathering {
    /// Scenes of the procedural worlds: the samples, and those that follow them.
    #[must_use]
    pub fn of_scenes(count: usize) -> Self {
        let mut all = Self::default();
        all.scenes(count);
        all
    }

    /// Adds those of the first `count` scenes that are not here.
    pub fn scenes(&mut self, count: usize) {
        for seed in in_order().take(count) {
            self.scene(seed);
        }
    }

    /// Seeds of the scenes that are here, in order.
    pub fn seeds(&self) -> impl Iterator<Item = u64> {
        self.items.iter().filter_map(|item| match item.origin {
            Origin::Scene(seed) => Some(seed),
            Origin::File => None,
        })
    }

    /// Leaves of the scenes those of these seeds, and adds those that are not here. Files stay.
    pub fn only_scenes(&mut self, seeds: impl IntoIterator<Item = u64>) {
        let wanted: Vec<u64> = seeds.into_iter().collect();
        let kept: std::collections::BTreeSet<u64> = wanted.iter().copied().collect();
        self.items.retain(|item| match item.origin {
            Origin::Scene(seed) => kept.contains(&seed),
            Origin::File => true,
        });
        for seed in wanted {
            self.scene(seed);
        }
    }

    /// What came out of storage, which may be anything: no number twice, no more than there is room for.
    #[must_use]
    pub fn sane(mut self) -> Self {
        let mut seen = std::collections::BTreeSet::new();
        self.items.truncate(LONGEST);
        self.items.retain(|item| seen.insert(item.id));
        self.next = seen.last().map_or(0, |last| last.saturating_add(1)).max(self.next);
        self
    }

    /// Adds a file at the end and gives its number; `None` where there is no more room.
    pub fn file(&mut self, name: String) -> Option<u32> {
        self.add(name, Origin::File)
    }

    /// The scene with this seed, at the end where it is not there yet.
    pub fn scene(&mut self, seed: u64) -> Option<u32> {
        let known = self.items.iter().find(|item| item.origin == Origin::Scene(seed));
        match known {
            Some(item) => Some(item.id),
            None => self.add(format!("Scene {seed}"), Origin::Scene(seed)),
        }
    }

    fn add(&mut self, name: String, origin: Origin) -> Option<u32> {
        if self.items.len() >= LONGEST {
            return None;
        }
        let id = self.next;
        self.next = self.next.wrapping_add(1);
        self.items.push(Item { id, name, origin });
        Some(id)
    }

    /// Another scene that is not here yet.
    pub fn another_scene(&mut self) -> Option<u32> {
        let seed = self.seeds().max().map_or(0, |seed| seed.wrapping_add(1));
        self.scene(seed)
    }

    /// The pictures, in order.
    #[must_use]
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// The picture with this number.
    #[must_use]
    pub fn find(&self, id: u32) -> Option<&Item> {
        self.items.iter().find(|item| item.id == id)
    }

    /// Where each picture stands.
    #[must_use]
    pub fn places(&self) -> BTreeMap<u32, usize> {
        self.items.iter().enumerate().map(|(at, item)| (item.id, at)).collect()
    }

    /// Takes pictures out; [`Self::put_back`] brings the last ones taken out back.
    pub fn take(&mut self, ids: &[u32]) {
        let ids: std::collections::BTreeSet<u32> = ids.iter().copied().collect();
        let gone = |item: &Item| ids.contains(&item.id);
        self.taken = self
            .items
            .iter()
            .enumerate()
            .filter(|(_, item)| gone(item))
            .map(|(at, item)| (at, item.clone()))
            .collect();
        self.items.retain(|item| !gone(item));
    }

    /// Puts back what was taken out last, where it was; gives the numbers.
    pub fn put_back(&mut self) -> Vec<u32> {
        let taken = std::mem::take(&mut self.taken);
        for (at, item) in &taken {
            self.items.insert((*at).min(self.items.len()), item.clone());
        }
        taken.into_iter().map(|(_, item)| item.id).collect()
    }

    /// Takes out what turned out to be no picture, without a way back.
    pub fn refuse(&mut self, id: u32) {
        self.items.retain(|item| item.id != id);
    }

    /// Those taken out last, which may still be put back.
    #[must_use]
    pub fn taken(&self) -> Vec<u32> {
        self.taken.iter().map(|(_, item)| item.id).collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_first_visit_begins_with_scenes_none_twice() {
        let all = Gathering::of_scenes(SCENES);
        let seeds: std::collections::BTreeSet<_> = all.items().iter().map(|item| item.name.clone()).collect();
        assert_eq!((all.items().len(), seeds.len()), (SCENES, SCENES));
        assert_eq!(all.items()[0].origin, Origin::Scene(crate::worlds::SAMPLES[0]));
    }

    #[test]
    fn what_is_taken_out_comes_back_where_it_was() {
        let mut all = Gathering::of_scenes(5);
        let before = all.items().to_vec();
        all.take(&[1, 3, 4]);
        assert_eq!(all.items().iter().map(|item| item.id).collect::<Vec<_>>(), [0, 2]);
        assert_eq!(all.put_back(), [1, 3, 4]);
        assert_eq!(all.items(), before);
        assert!(all.put_back().is_empty(), "once");
    }

    #[test]
    fn numbers_are_never_given_twice_while_an_undo_could_bring_one_back() {
        let mut all = Gathering::of_scenes(2);
        all.take(&[1]);
        assert_eq!(all.file("a.jpg".into()), Some(2));
        assert_eq!(all.put_back(), [1]);
        assert_eq!(all.items().len(), 3);
    }

    #[test]
    fn a_full_room_takes_no_more() {
        let mut all = Gathering::of_scenes(LONGEST);
        assert_eq!(all.file("late.jpg".into()), None);
        assert_eq!(all.another_scene(), None);
    }

    #[test]
    fn a_links_scenes_take_the_place_of_others_and_leave_files() {
        let mut all = Gathering::of_scenes(3);
        let [first, second, third] = [0, 1, 2].map(|at| crate::worlds::SAMPLES[at]);
        let file = all.file("a.jpg".into());
        all.only_scenes([third, 90, first]);
        assert_eq!(
            all.seeds().collect::<Vec<_>>(),
            [first, third, 90],
            "those that stay keep their places"
        );
        assert!(all.find(file.unwrap()).is_some() && all.scene(second) > file);
    }

    #[test]
    fn storage_may_say_anything() {
        let mut all = Gathering::of_scenes(3);
        all.items[1].id = 0;
        all.next = 0;
        let mut all = all.sane();
        assert_eq!(all.items().len(), 2);
        assert_eq!(all.file("a".into()), Some(3));
    }

    #[test]
    fn another_scene_is_one_that_is_not_here() {
        let mut all = Gathering::of_scenes(SCENES);
        let id = all.another_scene().unwrap();
        assert_eq!(all.items().len(), SCENES + 1);
        assert_eq!(all.items().last().unwrap().id, id);
    }
}
