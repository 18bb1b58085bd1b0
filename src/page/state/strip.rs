//! The film strip: pictures in hand, one of them on the table.

use serde::{Deserialize, Serialize};

use super::frame;
use crate::protocol::Frame;

/// The most pictures in a strip.
const LONGEST: usize = 200;

/// Where a picture comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// The procedural worlds.
    Scene(u64),
    /// A person's own file, kept by the browser under the picture's number.
    File,
}

/// One picture of the strip.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// The page's own number for it.
    pub id: u32,
    /// File name, or what the scene shows.
    pub name: String,
    /// Where it comes from.
    pub origin: Origin,
    /// Width and height in pixels, once known.
    pub size: Option<[usize; 2]>,
    /// The square that was chosen; the middle one where none was.
    pub frame: Option<Frame>,
    /// What a person should know of it.
    pub note: Option<String>,
}

impl Item {
    /// The square that the model gets; `None` until the size is known.
    #[must_use]
    pub fn square(&self) -> Option<Frame> {
        let size = self.size?;
        Some(self.frame.map_or_else(|| frame::centre(size), |chosen| frame::within(chosen, size)))
    }
}

/// The pictures in hand.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Strip {
    items: Vec<Item>,
    current: Option<u32>,
    next: u32,
    /// What was on the table before.
    #[serde(skip)]
    before: Option<u32>,
}

impl Strip {
    /// A strip of scenes, the first on the table.
    #[must_use]
    pub fn of_scenes(seeds: &[u64]) -> Self {
        let mut strip = Self::default();
        for &seed in seeds {
            strip.add(scene_name(seed), Origin::Scene(seed));
        }
        strip.current = strip.items.first().map(|item| item.id);
        strip
    }

    /// A strip that came out of storage, which may be anything: no number twice, the current one among them.
    #[must_use]
    pub fn sane(mut self) -> Self {
        let mut seen = std::collections::BTreeSet::new();
        self.items.truncate(LONGEST);
        self.items.retain(|item| seen.insert(item.id));
        self.next = seen.last().map_or(0, |last| last.saturating_add(1)).max(self.next);
        if self.item().is_none() {
            self.current = self.items.first().map(|item| item.id);
        }
        self
    }

    /// Adds a picture at the end and gives its number; `None` where the strip is full.
    pub fn add(&mut self, name: String, origin: Origin) -> Option<u32> {
        if self.items.len() >= LONGEST {
            return None;
        }
        let id = self.next;
        self.next = self.next.wrapping_add(1);
        self.items.push(Item {
            id,
            name,
            origin,
            size: None,
            frame: None,
            note: None,
        });
        Some(id)
    }

    /// The pictures, in order.
    #[must_use]
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// The picture on the table.
    #[must_use]
    pub fn item(&self) -> Option<&Item> {
        self.find(self.current?)
    }

    /// Number of the picture on the table.
    #[must_use]
    pub fn current(&self) -> Option<u32> {
        self.current
    }

    /// The picture with this number.
    #[must_use]
    pub fn find(&self, id: u32) -> Option<&Item> {
        self.items.iter().find(|item| item.id == id)
    }

    /// The picture with this number, to change it.
    pub fn find_mut(&mut self, id: u32) -> Option<&mut Item> {
        self.items.iter_mut().find(|item| item.id == id)
    }

    /// The scene with this seed, put at the end where it is not there yet; `None` where the strip is full.
    pub fn scene(&mut self, seed: u64) -> Option<u32> {
        let known = self
            .items
            .iter()
            .find(|item| item.origin == Origin::Scene(seed))
            .map(|item| item.id);
        known.or_else(|| self.add(scene_name(seed), Origin::Scene(seed)))
    }

    /// Puts a picture on the table.
    pub fn select(&mut self, id: u32) {
        if self.find(id).is_some() && self.current != Some(id) {
            self.before = self.current.replace(id);
        }
    }

    /// Puts the picture `steps` further on the table, around the ends.
    pub fn step(&mut self, steps: isize) {
        let at = self.items.iter().position(|item| Some(item.id) == self.current);
        if let Some(at) = at {
            let to = (at as isize + steps).rem_euclid(self.items.len() as isize) as usize;
            self.current = self.items.get(to).map(|item| item.id);
        }
    }

    /// Takes out what turned out to be no picture; what was on the table before it comes back.
    pub fn refuse(&mut self, id: u32) {
        let was_current = self.current == Some(id);
        self.remove(id);
        if let Some(before) = self.before.take().filter(|_| was_current) {
            self.select(before);
        }
    }

    /// Takes a picture out; its neighbour comes on the table where it lay there.
    pub fn remove(&mut self, id: u32) {
        let Some(at) = self.items.iter().position(|item| item.id == id) else {
            return;
        };
        self.items.remove(at);
        if self.current == Some(id) {
            self.current = self.items.get(at).or(self.items.last()).map(|item| item.id);
        }
    }
}

/// What is said where so many pictures found no room.
#[must_use]
pub fn no_room(left_out: usize) -> String {
    let which = if left_out == 1 {
        "1 picture was".into()
    } else {
        format!("{left_out} pictures were")
    };
    format!("The strip is full: it holds {LONGEST}, and {which} not added. Take some out, then add the rest.")
}

/// What a scene is called in the strip.
#[must_use]
pub fn scene_name(seed: u64) -> String {
    format!("Scene {seed}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn taking_out_the_current_picture_puts_its_neighbour_on_the_table() {
        let mut strip = Strip::of_scenes(&[7, 8, 9]);
        strip.select(1);
        strip.remove(1);
        assert_eq!(strip.item().unwrap().name, "Scene 9");
        strip.remove(2);
        assert_eq!(strip.item().unwrap().name, "Scene 7");
        strip.remove(0);
        assert_eq!(strip.current(), None);
        let id = strip.add("a.jpg".into(), Origin::File);
        assert_eq!(id, Some(3), "numbers are never used twice");
    }

    #[test]
    fn a_refused_picture_leaves_the_table_as_it_was() {
        let mut strip = Strip::of_scenes(&[7, 8, 9]);
        strip.select(1);
        for name in ["a.pdf", "b.pdf"] {
            let id = strip.add(name.into(), Origin::File).unwrap();
            strip.select(id);
            strip.refuse(id);
            assert_eq!(strip.current(), Some(1));
        }
        assert_eq!(strip.items().len(), 3);
    }

    #[test]
    fn steps_go_round() {
        let mut strip = Strip::of_scenes(&[7, 8, 9]);
        strip.step(-1);
        assert_eq!(strip.current(), Some(2));
        strip.step(1);
        assert_eq!(strip.current(), Some(0));
        Strip::default().step(1);
    }

    #[test]
    fn a_strip_out_of_storage_is_put_right() {
        let mut strip = Strip::of_scenes(&[7, 8]);
        strip.items[1].id = 0;
        strip.current = Some(99);
        strip.next = 0;
        let mut strip = strip.sane();
        assert_eq!(strip.items().len(), 1);
        assert_eq!(strip.current(), Some(0));
        assert_eq!(strip.add("a".into(), Origin::File), Some(1));
    }

    #[test]
    fn a_square_is_the_middle_until_one_is_chosen() {
        let mut strip = Strip::of_scenes(&[7]);
        assert_eq!(strip.item().unwrap().square(), None);
        let item = strip.find_mut(0).unwrap();
        item.size = Some([400, 300]);
        assert_eq!(item.square().unwrap().x, 50.0);
        item.frame = Some(Frame {
            x: 1e9,
            y: -5.0,
            side: 1e9,
        });
        assert_eq!(
            item.square().unwrap(),
            Frame {
                x: 100.0,
                y: 0.0,
                side: 300.0
            }
        );
    }

    #[test]
    fn a_scene_is_in_the_strip_once() {
        let mut strip = Strip::of_scenes(&[7, 8]);
        assert_eq!(strip.scene(8), Some(1));
        assert_eq!(strip.scene(9), Some(2));
    }

    #[test]
    fn a_full_strip_keeps_what_it_holds_and_says_how_many_found_no_room() {
        let mut strip = Strip::of_scenes(&[7]);
        let added: Vec<_> = (0..230).map(|n| strip.add(format!("{n}.jpg"), Origin::File)).collect();
        let left_out = added.iter().filter(|id| id.is_none()).count();
        assert_eq!((strip.items().len(), left_out), (LONGEST, 31));
        assert_eq!(
            (strip.items()[0].name.as_str(), strip.items()[1].name.as_str()),
            ("Scene 7", "0.jpg")
        );
        assert!(no_room(left_out).contains("31 pictures were"), "{}", no_room(left_out));
        assert!(no_room(1).contains("1 picture was"));
        assert_eq!((strip.scene(7), strip.scene(8)), (Some(0), None));
        strip.remove(0);
        assert!(strip.add("late.jpg".into(), Origin::File).is_some());
    }
}
