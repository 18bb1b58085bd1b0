//! The room's pictures: which there are, what is chosen, how they come and go.

use std::collections::BTreeMap;

use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::JsCast;
use web_sys::{Blob, HtmlCanvasElement as Canvas};

use super::Room;
use crate::page::{
    browser::{
        blobs::{HIDDEN, TOGETHER},
        files,
    },
    desk::{Remedy, Tone},
    state::{
        gathering::{Gathering, LONGEST, SCENES},
        scenes::Scenes,
        strip::Origin,
    },
};

/// How long one may take back what was taken out.
const TO_REGRET: std::time::Duration = std::time::Duration::from_secs(20);

/// A picture with its thumbnail.
#[derive(Clone, Debug, PartialEq)]
pub struct Thumb {
    /// The room's own number for it.
    pub id: u32,
    /// File name, or which scene it is.
    pub name: String,
    /// Where it comes from.
    pub origin: Origin,
    /// Width and height after orientation, in pixels.
    pub size: [usize; 2],
    /// Its mean colour, for where it is but a dot.
    pub mean: [u8; 3],
    /// The whole picture, small: its long side has at most 256 pixels, fewer where there are many pictures.
    pub canvas: Canvas,
}

/// Signals of the pictures.
#[derive(Clone, Copy)]
pub struct Pictures {
    /// Those that are decoded, in order.
    pub list: RwSignal<Vec<Thumb>, LocalStorage>,
    /// The one that was chosen (A). Right after a reload it may still be on its way: [`Self::find`] has it once it is there.
    pub chosen: RwSignal<Option<u32>>,
    /// The second one (B), never the chosen one.
    pub other: RwSignal<Option<u32>>,
    /// Whether a click on a picture chooses the second one.
    pub choosing_other: RwSignal<bool>,
    /// Counts how often something was taken out.
    removals: StoredValue<u32>,
    /// All that were added, decoded or not.
    pub(super) all: RwSignal<Gathering>,
    /// Files added in this visit, by number; older ones are taken out of storage.
    pub(super) blobs: StoredValue<BTreeMap<u32, Blob>, LocalStorage>,
}

impl Pictures {
    pub(super) fn new() -> Self {
        Self {
            list: RwSignal::new_local(Vec::new()),
            chosen: RwSignal::default(),
            other: RwSignal::default(),
            choosing_other: RwSignal::default(),
            removals: StoredValue::new(0),
            all: RwSignal::default(),
            blobs: StoredValue::new_local(BTreeMap::new()),
        }
    }

    /// Opens the browser's picker, as a click on "Add pictures" does.
    pub fn pick(self) {
        let input = document()
            .get_element_by_id("add-pictures")
            .and_then(|input| input.dyn_into::<web_sys::HtmlElement>().ok());
        if let Some(input) = input {
            input.click();
        }
    }

    /// Numbers of the decoded pictures, in order.
    pub fn ids(self) -> Vec<u32> {
        self.list.with(|list| list.iter().map(|thumb| thumb.id).collect())
    }

    /// A decoded picture.
    pub fn find(self, id: u32) -> Option<Thumb> {
        self.list.with(|list| list.iter().find(|thumb| thumb.id == id).cloned())
    }

    /// The chosen one, where it is decoded.
    pub fn first(self) -> Option<Thumb> {
        self.chosen.get().and_then(|id| self.find(id))
    }

    /// The second one, where it is decoded.
    pub fn second(self) -> Option<Thumb> {
        self.other.get().and_then(|id| self.find(id))
    }

    /// How many were added, decoded or not.
    pub fn count(self) -> usize {
        self.all.with(|all| all.items().len())
    }

    /// Chooses a picture (A). The second one is left as it is, unless it is the same.
    pub fn choose(self, id: Option<u32>) {
        if self.chosen.get_untracked() != id {
            self.chosen.set(id);
        }
        if id.is_some() && self.other.get_untracked() == id {
            self.other.set(None);
        }
    }

    /// Chooses the second picture (B); `None` for none. The chosen one cannot be its own second.
    pub fn choose_other(self, id: Option<u32>) {
        let id = id.filter(|_| id != self.chosen.get_untracked());
        if self.other.get_untracked() != id {
            self.other.set(id);
        }
    }

    /// The second picture becomes the chosen one, and the other way round.
    pub fn swap(self) {
        let (chosen, other) = (self.chosen.get_untracked(), self.other.get_untracked());
        if other.is_some() {
            self.chosen.set(other);
            self.other.set(chosen);
        }
    }
}

impl Room {
    /// Adds pictures; they are decoded and embedded behind everything else. The first of them becomes the chosen one, so
    /// that every panel shows what came.
    pub fn add_pictures(self, files: Vec<(String, Blob)>) {
        let (mut added, mut left_out) = (Vec::new(), 0);
        self.pictures.all.update(|all| {
            for (name, blob) in files {
                match all.file(name) {
                    Some(id) => added.push((id, blob)),
                    None => left_out += 1,
                }
            }
        });
        self.pictures.blobs.update_value(|blobs| blobs.extend(added.iter().cloned()));
        if let Some((first, _)) = added.first() {
            self.pictures.choose(Some(*first));
        }
        if left_out > 0 {
            let text = format!("The room holds {LONGEST} pictures: {left_out} found no place. Take some out first.");
            self.desk.trouble(text);
        }
        spawn_local(async move {
            for (id, blob) in added {
                // A file that cannot be read at all is told of where it is brought, and keeps no other from its copy.
                if TOGETHER.keep(id, &blob).await.is_err() && files::buffer(&blob).await.is_ok() {
                    let text = "This browser keeps no files: the new pictures are here until the next reload.";
                    return self.desk.tell(Tone::Plain, text, None);
                }
            }
        });
        self.bring();
    }

    /// Adds a scene of the procedural worlds; to an empty room, those that a first visitor finds.
    pub fn add_scenes(self) {
        let before = self.pictures.all.with_untracked(|all| all.items().len());
        self.pictures.all.update(|all| match before {
            0 => all.scenes(SCENES),
            _ => drop(all.another_scene()),
        });
        if self.pictures.all.with_untracked(|all| all.items().len()) == before {
            self.desk
                .trouble(format!("The room holds {LONGEST} pictures. Take some out first."));
        }
        self.bring();
    }

    /// Brings the scenes of a link into the room and takes the others out, without a word: any can be rendered again.
    pub(super) fn only_scenes(self, scenes: &Scenes) {
        self.pictures.all.update(|all| all.only_scenes(scenes.seeds()));
        self.pictures.all.with_untracked(|all| {
            let places = all.places();
            self.pictures
                .list
                .update(|list| list.retain(|thumb| places.contains_key(&thumb.id)));
        });
    }

    /// Takes all pictures out, with a way back.
    pub fn remove_all(self) {
        let ids = self
            .pictures
            .all
            .with_untracked(|all| all.items().iter().map(|item| item.id).collect::<Vec<_>>());
        self.remove(&ids);
    }

    /// Takes pictures out, with a way back.
    pub fn remove(self, ids: &[u32]) {
        let before = self.pictures.all.with_untracked(Gathering::taken);
        self.forget_files(before);
        self.pictures.all.update(|all| all.take(ids));
        let gone = |id: &u32| ids.contains(id);
        let names = self.pictures.list.with_untracked(|list| {
            let mut names = list.iter().filter(|thumb| gone(&thumb.id)).map(|thumb| thumb.name.clone());
            (names.next(), names.count())
        });
        let chosen = self.pictures.chosen.get_untracked();
        let place = self
            .pictures
            .list
            .with_untracked(|list| list.iter().position(|thumb| Some(thumb.id) == chosen));
        self.pictures.list.update(|list| list.retain(|thumb| !gone(&thumb.id)));
        if chosen.is_some_and(|id| gone(&id)) {
            // Its neighbour comes forward.
            let next = self.pictures.list.with_untracked(|list| {
                let place = place.unwrap_or_default().min(list.len().saturating_sub(1));
                list.get(place).map(|thumb| thumb.id)
            });
            self.pictures.choose(next);
        }
        self.settle_choice();
        self.desk.put_away_remedy(Remedy::Undo);
        let text = match names {
            (Some(name), 0) => format!("“{name}” is taken out."),
            _ => format!("{} pictures are taken out.", ids.len()),
        };
        self.desk.tell(Tone::Plain, text, Some(Remedy::Undo));
        self.pictures.removals.update_value(|n| *n += 1);
        let mine = self.pictures.removals.get_value();
        let leave = move || {
            if self.pictures.removals.get_value() == mine {
                self.desk.put_away_remedy(Remedy::Undo);
            }
        };
        set_timeout(leave, TO_REGRET);
        self.bring();
    }

    /// Puts back what was taken out last.
    pub fn undo(self) {
        self.desk.put_away_remedy(Remedy::Undo);
        self.pictures.all.update(|all| drop(all.put_back()));
        self.bring();
    }

    /// Takes out what turned out to be no picture.
    pub(super) fn refuse(self, id: u32) {
        self.pictures.all.update(|all| all.refuse(id));
        // It may have been shown: another engine took it.
        if self.pictures.list.with_untracked(|list| list.iter().any(|thumb| thumb.id == id)) {
            self.pictures.list.update(|list| list.retain(|thumb| thumb.id != id));
        }
        self.settle_choice();
        self.forget_files(vec![id]);
    }

    /// Nothing is chosen that is not there; where there are pictures, one is.
    pub(super) fn settle_choice(self) {
        let there = |id: Option<u32>| id.filter(|id| self.pictures.all.with_untracked(|all| all.find(*id).is_some()));
        let first = self.pictures.list.with_untracked(|list| list.first().map(|thumb| thumb.id));
        self.pictures.choose(there(self.pictures.chosen.get_untracked()).or(first));
        self.pictures.choose_other(there(self.pictures.other.get_untracked()));
    }

    /// Takes over what lies in the first room's strip; `items` are its numbers, names and origins.
    pub(super) fn take_over(self, items: Vec<(u32, String, Origin)>) {
        let mut files = Vec::new();
        self.pictures.all.update(|all| {
            for (theirs, name, origin) in items {
                let _ = match origin {
                    Origin::Scene(seed) => all.scene(seed),
                    Origin::File => all.file(name).inspect(|mine| files.push((theirs, *mine))),
                };
            }
        });
        spawn_local(async move {
            for (theirs, mine) in files {
                match HIDDEN.take(theirs).await {
                    Some(blob) => {
                        self.pictures.blobs.update_value(|blobs| drop(blobs.insert(mine, blob.clone())));
                        let _ = TOGETHER.keep(mine, &blob).await;
                    }
                    None => self.refuse(mine),
                }
            }
            self.bring();
        });
    }
}
