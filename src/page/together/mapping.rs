//! What the map panel asks of the engine: where pictures lie, what is nearest, what goes together.

use std::sync::Arc;

use js_sys::{ArrayBuffer, Float32Array};
use leptos::{prelude::*, task::spawn_local};

use super::Room;
use crate::{
    page::{
        engines::Trouble,
        state::{
            grouping::Grouping,
            plane::{Look, Point},
        },
    },
    protocol::together::{FromTogether, MapKind, Slot, ToTogether},
};

/// The most pictures whose pairs are all shown.
pub const MOST_PAIRED: usize = 200;
/// Neighbours listed.
pub const NEIGHBOURS: usize = 8;
/// Below so many pictures a neighbour map has nothing to say that principal components do not.
const FEW: usize = 5;

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
    /// The nearest of the chosen picture, with their energies.
    pub nearest: RwSignal<Vec<(u32, f32)>>,
    /// A group's number for each picture of the map, the largest group first.
    pub groups: RwSignal<Option<Arc<(Vec<u32>, Vec<u32>)>>>,
    /// The energies of all pairs, where there are not too many.
    pub pairs: RwSignal<Option<Arc<Pairs>>>,
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
            nearest: RwSignal::default(),
            groups: RwSignal::default(),
            pairs: RwSignal::default(),
        }
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
        match self.control::<String>("map").as_deref() {
            Some("pca") => MapKind::Pca,
            _ => MapKind::Neighbours,
        }
    }

    /// Sets how the map is made.
    pub fn set_map_kind(self, kind: MapKind) {
        self.set_control("map", (kind == MapKind::Pca).then(|| "pca".into()));
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

    /// Keeps everything about the map up to date for as long as the panel is open.
    pub fn keep_mapping(self) {
        for slot in [Slot::First, Slot::Second] {
            let seen = self.mapping.through(slot);
            let ready = Memo::new(move |_| self.embedded(slot));
            let ids = Memo::new(move |_| self.pictures.ids());
            let kind = Memo::new(move |_| self.map_kind());
            let grouping = Memo::new(move |_| self.grouping());
            let there = Memo::new(move |_| self.models.in_slot(slot).is_some_and(|model| model.with(Option::is_some)));
            Effect::new(move |_| {
                if !there.get() || ids.with(Vec::is_empty) {
                    seen.laid.set(None);
                    seen.groups.set(None);
                    seen.pairs.set(None);
                    seen.nearest.set(Vec::new());
                }
            });
            Effect::new(move |_| {
                let (ids, kind) = (ids.get(), kind.get());
                if ready.get() {
                    spawn_local(self.lay(slot, ids, kind));
                }
            });
            Effect::new(move |_| {
                let (ids, chosen) = (ids.get(), self.pictures.chosen.get());
                match chosen.filter(|_| ready.get() && ids.len() > 1) {
                    Some(id) => spawn_local(self.find_nearest(slot, id, ids)),
                    None => seen.nearest.set(Vec::new()),
                }
            });
            Effect::new(move |_| {
                let (ids, grouping) = (ids.get(), grouping.get());
                if ready.get() {
                    spawn_local(self.group(slot, ids, grouping));
                }
            });
            Effect::new(move |_| {
                let ids = ids.get();
                if ready.get() {
                    spawn_local(self.measure_pairs(slot, ids));
                }
            });
        }
    }

    async fn lay(self, slot: Slot, ids: Vec<u32>, kind: MapKind) {
        let seen = self.mapping.through(slot);
        if let [id] = ids[..] {
            let alone = Laid {
                kind,
                ids: vec![id],
                places: vec![[0.0, 0.0]],
                explained: None,
            };
            return seen.laid.set(Some(Arc::new(alone)));
        }
        let known = seen.laid.with_untracked(|laid| {
            laid.as_ref()
                .is_some_and(|laid| laid.ids == ids && (laid.kind == kind || kind == MapKind::Neighbours))
        });
        if (!known || kind == MapKind::Pca) && !self.lay_as(slot, &ids, MapKind::Pca).await {
            return;
        }
        // Meanwhile a person may have gone elsewhere.
        let still = untrack(|| self.map_kind() == kind && self.pictures.ids() == ids);
        if still && kind == MapKind::Neighbours && ids.len() >= FEW {
            self.lay_as(slot, &ids, MapKind::Neighbours).await;
        }
    }

    /// Asks for a map and shows it, unless it came too late; whether it is shown.
    async fn lay_as(self, slot: Slot, ids: &[u32], kind: MapKind) -> bool {
        let body = ToTogether::Map {
            slot,
            ids: ids.to_vec(),
            kind,
        };
        let progress = (kind == MapKind::Neighbours).then(|| self.shows("the map"));
        let answer = self.ask(body, Vec::new(), progress).await;
        if kind == MapKind::Neighbours {
            self.desk.progress.set(None);
        }
        let Some(answer) = self.unless_gone(answer) else { return false };
        let (FromTogether::Map { kind, explained }, Some(buffer)) = (answer.body, answer.buffers.first()) else {
            return false;
        };
        let numbers = floats(buffer);
        if numbers.len() != 2 * ids.len() || untrack(|| self.pictures.ids()) != ids {
            return false;
        }
        let fine = |value: f32| {
            if value.is_finite() {
                f64::from(value).clamp(-1.0, 1.0)
            } else {
                0.0
            }
        };
        let laid = Laid {
            kind,
            ids: ids.to_vec(),
            places: numbers.chunks_exact(2).map(|at| [fine(at[0]), fine(at[1])]).collect(),
            explained,
        };
        self.mapping.through(slot).laid.set(Some(Arc::new(laid)));
        true
    }

    async fn find_nearest(self, slot: Slot, id: u32, among: Vec<u32>) {
        let body = ToTogether::Nearest {
            slot,
            id,
            among,
            count: NEIGHBOURS,
        };
        let answer = self.ask(body, Vec::new(), None).await;
        if let Some(answer) = self.unless_gone(answer)
            && let FromTogether::Nearest(nearest) = answer.body
            && self.pictures.chosen.get_untracked() == Some(id)
        {
            self.mapping.through(slot).nearest.set(nearest);
        }
    }

    async fn group(self, slot: Slot, ids: Vec<u32>, grouping: Grouping) {
        let seen = self.mapping.through(slot);
        let Some(count) = grouping.count().filter(|_| ids.len() > 2) else {
            return seen.groups.set(None);
        };
        let count = count.map(|count| count.min(ids.len()));
        let body = ToTogether::Groups {
            slot,
            ids: ids.clone(),
            count,
        };
        let answer = self.ask(body, Vec::new(), None).await;
        if let Some(answer) = self.unless_gone(answer)
            && let FromTogether::Groups(groups) = answer.body
            && groups.len() == ids.len()
            && untrack(|| self.grouping()) == grouping
        {
            seen.groups.set(Some(Arc::new((ids, groups))));
        }
    }

    async fn measure_pairs(self, slot: Slot, ids: Vec<u32>) {
        let seen = self.mapping.through(slot);
        if !(2..=MOST_PAIRED).contains(&ids.len()) {
            return seen.pairs.set(None);
        }
        let answer = self.ask(ToTogether::Energies { slot, ids: ids.clone() }, Vec::new(), None).await;
        let Some(answer) = self.unless_gone(answer) else { return };
        if let Some(energies) = answer.buffers.first().map(floats).filter(|all| all.len() == ids.len() * ids.len()) {
            seen.pairs.set(Some(Arc::new(Pairs { ids, energies })));
        }
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
