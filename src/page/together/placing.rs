//! Out of place: does an embedding follow the object or the setting?

use std::collections::BTreeMap;

use leptos::{prelude::*, task::spawn_local};
use web_sys::HtmlCanvasElement as Canvas;

use super::{Room, live::Newest};
use crate::{
    page::{
        browser::{canvas, storage},
        state::bonds::{Bonds, Point},
    },
    protocol::together::{FromTogether, Place, Slot, Steer, ToTogether, TrainSettings},
};

/// Where what was measured is kept.
const BONDS: &str = "darkroom.together.bonds";
/// Triples of scenes that a model is asked about.
const TRIPLES: usize = 64;
/// Steps for which the small network is trained at a bond.
pub const STEPS: u64 = 300;

/// What a model says.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    /// The model's name.
    pub model: String,
    /// Its number.
    pub place: Place,
}

/// Signals of the panel.
#[derive(Clone, Copy)]
pub struct Placing {
    /// What each open model says.
    pub places: RwSignal<BTreeMap<Slot, Placed>>,
    /// A triple to look at and what each shows: the scene, its object elsewhere, another object in its setting.
    pub example: RwSignal<Option<[(Canvas, String); 3]>, LocalStorage>,
    /// The network that trains at a bond, until it has been asked.
    pub going: RwSignal<Option<TrainSettings>>,
    /// What came of such networks.
    pub bonds: RwSignal<Bonds>,
    newest: Newest,
}

impl Placing {
    pub(super) fn new() -> Self {
        Self {
            places: RwSignal::default(),
            example: RwSignal::new_local(None),
            going: RwSignal::default(),
            bonds: RwSignal::new(storage::read(BONDS).map(|text| Bonds::parse(&text)).unwrap_or_default()),
            newest: Newest::new(),
        }
    }
}

impl Room {
    /// The bond that the slider is set to, 0..1.
    pub fn bond(self) -> f64 {
        self.number("bond", 0.0..=1.0, 1.0)
    }

    /// Sets it.
    pub fn set_bond(self, bond: f64) {
        self.set_control("bond", (bond < 0.995).then(|| format!("{:.2}", bond.max(0.0))));
    }

    /// The seed of the scenes asked about.
    pub fn scenes_seed(self) -> u64 {
        self.control::<u64>("scenes").unwrap_or(0)
    }

    /// Asks about other scenes.
    pub fn other_scenes(self) {
        let next = untrack(|| self.scenes_seed()).wrapping_add(1);
        self.set_control("scenes", Some(next.to_string()));
    }

    /// Asks every open model.
    pub fn ask_places(self) {
        self.placing.newest.wish(move || self.places_turn());
    }

    async fn places_turn(self) {
        let seed = untrack(|| self.scenes_seed());
        let open = |slot: Slot| untrack(|| self.models.name_in(slot));
        let mut places = BTreeMap::new();
        for slot in [Slot::First, Slot::Second] {
            if let Some(model) = open(slot)
                && let Some(place) = self.place_of(slot, seed).await
            {
                places.insert(slot, Placed { model, place });
            }
        }
        self.placing.places.set(places);
    }

    async fn place_of(self, slot: Slot, seed: u64) -> Option<Place> {
        let answer = self
            .answer(
                ToTogether::Place {
                    slot,
                    seed,
                    count: TRIPLES,
                },
                None,
            )
            .await?;
        let FromTogether::Place { place, size_px } = answer.body else {
            return None;
        };
        let mut prints = answer.buffers.iter().filter_map(|buffer| canvas::of_rgba(buffer, size_px, size_px));
        if slot == Slot::First
            && let (Some(scene), Some(object), Some(setting)) = (prints.next(), prints.next(), prints.next())
        {
            let [of_scene, of_object, of_setting] = place.example.clone();
            self.placing
                .example
                .set(Some([(scene, of_scene), (object, of_object), (setting, of_setting)]));
        }
        Some(place)
    }

    /// Trains the small network at the bond that is set, and asks it then. A run in the room ends.
    pub fn train_at_bond(self) {
        let Some(method) = untrack(|| self.method()) else { return };
        let settings = TrainSettings {
            method: method.name,
            ids: Vec::new(),
            bond: untrack(|| self.bond()) as f32,
            seed: untrack(|| self.train_seed()),
            steps: STEPS,
            paused: false,
            safeguard: true,
        };
        self.placing.going.set(Some(settings.clone()));
        self.begin(settings);
    }

    /// Gives the network up that trains at a bond.
    pub fn give_up_bond(self) {
        self.placing.going.set(None);
        self.forget_run();
    }

    /// The run in the room came to its end: where it was one at a bond, it is asked.
    pub(super) fn run_is_over(self) {
        let Some(settings) = self.placing.going.get_untracked() else {
            return;
        };
        let ran = self.training.begun.get_untracked();
        let whole = self.training.now(|run| run.ended && run.stopped.is_none());
        self.placing.going.set(None);
        if ran.map(|begun| begun.settings).as_ref() != Some(&settings) || !whole {
            return;
        }
        let title = untrack(|| self.method()).filter(|method| method.name == settings.method);
        spawn_local(async move {
            let seed = untrack(|| self.scenes_seed());
            if let Some(place) = self.place_of(Slot::Trained, seed).await {
                self.placing.bonds.update(|bonds| {
                    bonds.add(Point {
                        bond: settings.bond,
                        follows_object: place.follows_object,
                        method: title.map_or(settings.method, |method| method.title),
                        steps: settings.steps,
                        seed: settings.seed,
                        triples: place.triples,
                    });
                });
                self.keep_bonds();
                let words = format!("Trained at a bond of {:.2}: {:.2}.", settings.bond, place.follows_object);
                self.desk.said.set(words);
            }
        });
    }

    /// Forgets what was measured at bonds.
    pub fn forget_bonds(self) {
        self.placing.bonds.update(Bonds::clear);
        self.keep_bonds();
    }

    fn keep_bonds(self) {
        storage::write(BONDS, &self.placing.bonds.with_untracked(Bonds::text));
    }

    /// Lets the run in hand go on or wait.
    pub fn pause(self, pause: bool) {
        self.steer(if pause { Steer::Pause } else { Steer::Go });
    }
}
