//! The room "Together" in signals, and what is done when a person asks.
//!
//! As [`super::studio`] for the first room: signals hold the plain structs of `state/`, each file here does one thing
//! with them, panels read the signals and call these functions. What a panel alone needs it keeps in a file of its own
//! here, as a field of [`Room`], so that it is still there when another tab was open in between.

mod app;
mod bringing;
mod devices;
mod files;
mod fitting;
mod keeping;
mod lens;
mod line;
mod live;
mod looking;
pub mod mapping;
mod models;
mod pairing;
mod pictures;
mod placing;
mod sharp;
mod thumbs;
mod training;

use std::{collections::BTreeMap, rc::Rc};

use js_sys::ArrayBuffer;
use leptos::prelude::*;

pub use self::{
    app::start,
    devices::Devices,
    fitting::{Fitted, Fitting, Guess},
    looking::{Looking, MORE},
    models::{Models, OpenModel},
    pairing::{MOST_LINES, Pairing},
    pictures::{Pictures, Thumb},
    placing::{Placing, STEPS},
    training::Training,
};
use self::{line::Line, mapping::Mapping};
use crate::{
    page::{desk::Desk, engines, state::panel::Panel},
    protocol::together::{Moment, Slot},
};

/// An answer of the room's engine.
pub type Answer = engines::Answer<engines::Together>;
/// Hears how far a job of the room's engine is.
pub type OnProgress = engines::OnProgress<engines::Together>;
/// Hears the moments of a run, with their buffers.
pub type OnTrained = Rc<dyn Fn(Moment, Vec<ArrayBuffer>)>;

/// Everything; every field is a handle, so that copies are one and the same.
#[derive(Clone, Copy)]
pub struct Room {
    /// The pictures, and which are chosen.
    pub pictures: Pictures,
    /// The models.
    pub models: Models,
    /// Where it computes.
    pub devices: Devices,
    /// Messages, progress, dialogs, light.
    pub desk: Desk,
    /// The panel that is open.
    pub panel: RwSignal<Panel>,
    /// The map.
    pub mapping: Mapping,
    /// The energy of a pair.
    pub pair: Pairing,
    /// Patches.
    pub looking: Looking,
    /// The network that trains in the room.
    pub training: Training,
    /// Which part fits.
    pub fitting: Fitting,
    /// Out of place.
    pub placing: Placing,
    /// Controls of panels that the link keeps, by short names of letters and hyphens.
    controls: RwSignal<BTreeMap<String, String>>,
    /// The engine and the way to it.
    line: Line,
}

impl Room {
    /// An empty room.
    fn new() -> Self {
        Self {
            pictures: Pictures::new(),
            models: Models::new(),
            devices: Devices::new(),
            desk: Desk::here(),
            panel: RwSignal::default(),
            mapping: Mapping::new(),
            pair: Pairing::new(),
            looking: Looking::new(),
            training: Training::new(),
            fitting: Fitting::new(),
            placing: Placing::new(),
            controls: RwSignal::default(),
            line: Line::new(),
        }
    }

    /// The room of this page. Call it where components are made, not in what they do later.
    pub fn here() -> Self {
        expect_context()
    }

    /// Whether the model in this place has embedded every picture of the list; `false` without a model or pictures.
    pub fn embedded(self, slot: Slot) -> bool {
        self.line.embedded.with(|done| {
            let done = done.get(&slot);
            let is_done = |thumb: &Thumb| done.is_some_and(|done| done.contains(&thumb.id));
            self.pictures.list.with(|list| !list.is_empty() && list.iter().all(is_done))
        })
    }

    /// What the link keeps of a control, where it fits: out of range, unknown or absent it is `None`.
    ///
    /// Panels read their controls through this, so that a link and a reload restore them: `room.control("blur").and_then(…)`.
    pub fn control<T: std::str::FromStr>(self, key: &str) -> Option<T> {
        self.controls.with(|all| all.get(key).and_then(|text| text.parse().ok()))
    }

    /// Whether a control is set to this word.
    pub fn says(self, key: &str, word: &str) -> bool {
        self.controls.with(|all| all.get(key).is_some_and(|text| text == word))
    }

    /// Sets a control to this word, or back to the panel's own choice.
    pub fn say(self, key: &str, word: &str, on: bool) {
        self.set_control(key, on.then(|| word.into()));
    }

    /// A control's number in a range, or `otherwise`.
    pub fn number(self, key: &str, range: std::ops::RangeInclusive<f64>, otherwise: f64) -> f64 {
        self.control::<f64>(key)
            .filter(|value| value.is_finite() && range.contains(value))
            .unwrap_or(otherwise)
    }

    /// Sets a control, `None` back to the panel's own choice. Link and session follow.
    pub fn set_control(self, key: &str, value: Option<String>) {
        let same = self.controls.with_untracked(|all| all.get(key) == value.as_ref());
        if !same {
            self.controls.update(|all| match value {
                Some(value) => drop(all.insert(key.into(), value)),
                None => drop(all.remove(key)),
            });
        }
    }
}
