//! The map in signals: where pictures lie, what is nearest, what goes together.

mod asks;

use std::sync::Arc;

use js_sys::{ArrayBuffer, Float32Array};
use leptos::prelude::*;

use super::Room;
use crate::{
    mask::Grid,
    page::{
        engines::Trouble,
        state::{
            grouping::Grouping,
            plane::{Look, Point},
        },
    },
    protocol::together::{MapKind, Slot},
};

/// The most pictures whose pairs are all shown.
pub const MOST_PAIRED: usize = 400;
/// Neighbours listed.
pub const NEIGHBOURS: usize = 8;

/// Where pictures lie.
#[derive(Debug, PartialEq)]
pub struct Laid {
    /// How the map was made.
    pub kind: MapKind,
    /// The pictures.
    pub ids: Vec<u32>,
    /// Their places, in the same order.
    pub places: Vec<Point>,
    /// For principal components: what part of the variance each axis holds.
    pub explained: Option<[f32; 2]>,
}

/// What goes together.
#[derive(Debug, PartialEq)]
pub struct Grouped {
    /// The pictures.
    pub ids: Vec<u32>,
    /// A group's number for each, the largest group first.
    pub groups: Vec<u32>,
}

/// The energies of all pairs.
#[derive(Debug, PartialEq)]
pub struct Pairs {
    /// The pictures.
    pub ids: Vec<u32>,
    /// Row by row.
    pub energies: Vec<f32>,
}

/// What is known through one model.
#[derive(Clone, Copy)]
pub struct Seen {
    /// Where pictures lie.
    pub laid: RwSignal<Option<Arc<Laid>>>,
    /// Maps of the same pictures, one of each kind, so that going back to one is quick.
    kept: StoredValue<Vec<Arc<Laid>>>,
    /// Counts the models there were: what was asked of an earlier one is not shown.
    model: StoredValue<u64>,
    /// The nearest of the chosen picture, with their energies.
    pub nearest: RwSignal<Vec<(u32, f32)>>,
    /// What goes together.
    pub groups: RwSignal<Option<Arc<Grouped>>>,
    /// The energies of all pairs, where there are not too many.
    pub pairs: RwSignal<Option<Arc<Pairs>>>,
    /// Patches of each picture, once they were asked about; one until then.
    pub(super) grid: StoredValue<Grid>,
}

/// Signals of the map.
#[derive(Clone, Copy)]
pub struct Mapping {
    /// Through the first model.
    pub first: Seen,
    /// Through the second.
    pub second: Seen,
    /// Where one looks.
    pub look: RwSignal<Look>,
    /// The picture under the pointer, on any map or list.
    pub hovered: RwSignal<Option<u32>>,
}

impl Seen {
    fn new() -> Self {
        Self {
            laid: RwSignal::default(),
            kept: StoredValue::new(Vec::new()),
            model: StoredValue::new(0),
            nearest: RwSignal::default(),
            groups: RwSignal::default(),
            pairs: RwSignal::default(),
            grid: StoredValue::new(Grid::new(1, 1)),
        }
    }

    /// Forgets everything: another model is to be looked through, or nothing is there.
    pub(super) fn forget(self) {
        self.model.update_value(|count| *count += 1);
        self.kept.set_value(Vec::new());
        self.laid.set(None);
        self.groups.set(None);
        self.pairs.set(None);
        self.grid.set_value(Grid::new(1, 1));
        self.nearest.set(Vec::new());
    }

    /// Which model this is of those there were.
    fn model(self) -> u64 {
        self.model.get_value()
    }
}

impl Mapping {
    pub(super) fn new() -> Self {
        Self {
            first: Seen::new(),
            second: Seen::new(),
            look: RwSignal::default(),
            hovered: RwSignal::default(),
        }
    }

    /// What is known through the model in a place.
    pub fn through(self, slot: Slot) -> Seen {
        if slot == Slot::Second { self.second } else { self.first }
    }
}

impl Room {
    /// How the map is made, as the link keeps it.
    pub fn map_kind(self) -> MapKind {
        if self.says("map", "pca") {
            MapKind::Pca
        } else {
            MapKind::Neighbours
        }
    }

    /// Sets how the map is made.
    pub fn set_map_kind(self, kind: MapKind) {
        self.say("map", "pca", kind == MapKind::Pca);
    }

    /// How pictures are grouped, as the link keeps it.
    pub fn grouping(self) -> Grouping {
        self.control("groups").unwrap_or_default()
    }

    /// Sets how pictures are grouped.
    pub fn set_grouping(self, grouping: Grouping) {
        let text = grouping.to_string();
        self.set_control("groups", (grouping != Grouping::default()).then_some(text));
    }

    /// An answer; a job that failed is told, an engine that is gone has been told already.
    pub fn unless_gone(self, answer: Result<super::Answer, Trouble>) -> Option<super::Answer> {
        match answer {
            Ok(answer) => Some(answer),
            Err(Trouble::Failed(why)) => {
                self.desk.trouble(why);
                None
            }
            Err(Trouble::Gone(_)) => None,
        }
    }
}

/// A buffer's numbers.
pub fn floats(buffer: &ArrayBuffer) -> Vec<f32> {
    Float32Array::new(buffer).to_vec()
}
