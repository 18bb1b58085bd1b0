//! What the map asks of the engine, and when.

use std::sync::Arc;

use leptos::{prelude::*, task::spawn_local};

use super::{Grouped, Laid, MOST_PAIRED, NEIGHBOURS, Pairs, floats};
use crate::{
    page::{
        browser::frames,
        state::{
            grouping::Grouping,
            plane::{Point, aligned},
        },
        together::Room,
    },
    protocol::together::{FromTogether, MapKind, Slot, ToTogether},
};

/// Below so many pictures a neighbour map has nothing to say that principal components do not.
const FEW: usize = 8;
/// Frames in which the first map comes to be seen, with all that lies around it.
const FRAMES_OF_THE_FIRST: usize = 12;

impl Room {
    /// Keeps everything about the map up to date for as long as the panel is open.
    ///
    /// The engine answers all of it within milliseconds; the map is shown first, and each of the rest a frame later than the
    /// one before.
    pub fn keep_mapping(self) {
        for slot in [Slot::First, Slot::Second] {
            let seen = self.mapping.through(slot);
            let ready = Memo::new(move |_| self.embedded(slot));
            let ids = Memo::new(move |_| self.pictures.ids());
            let by_axes = Memo::new(move |_| self.map_kind() == MapKind::Pca);
            let grouping = Memo::new(move |_| self.grouping());
            let there = Memo::new(move |_| self.models.has_in(slot, |_| true));
            Effect::new(move |_| {
                if !there.get() || ids.with(Vec::is_empty) {
                    seen.forget();
                }
            });
            Effect::new(move |_| {
                let ids = ids.get();
                let kind = if by_axes.get() { MapKind::Pca } else { MapKind::Neighbours };
                if ready.get() {
                    spawn_local(self.lay(slot, ids, kind));
                }
            });
            Effect::new(move |_| {
                let (ids, chosen) = (ids.get(), self.pictures.chosen.get());
                // What was just dropped is chosen before it has come.
                match chosen.filter(|id| ready.get() && ids.len() > 1 && ids.contains(id)) {
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
        let kept = |kind| {
            seen.kept
                .with_value(|kept| kept.iter().find(|laid| laid.kind == kind && laid.ids == ids).cloned())
        };
        if let Some(laid) = kept(kind) {
            return seen.laid.set(Some(laid));
        }
        // Principal components are there at once; neighbours follow.
        match kept(MapKind::Pca) {
            Some(laid) => seen.laid.set(Some(laid)),
            None if !self.lay_as(slot, &ids, MapKind::Pca).await => return,
            None => {}
        }
        // The browser compiles what a neighbour map runs with all cores: the first map is to be seen before.
        frames(FRAMES_OF_THE_FIRST).await;
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
        let (seen, model) = (self.mapping.through(slot), self.mapping.through(slot).model());
        let answer = self.ask(body, progress).await;
        if kind == MapKind::Neighbours {
            self.desk.progress.set(None);
        }
        let Some(answer) = self.unless_gone(answer) else { return false };
        let (FromTogether::Map { kind, explained }, Some(buffer)) = (answer.body, answer.buffers.first()) else {
            return false;
        };
        let numbers = floats(buffer);
        if numbers.len() != 2 * ids.len() || untrack(|| self.pictures.ids()) != ids || seen.model() != model {
            return false;
        }
        let fine = |value: f32| {
            if value.is_finite() {
                f64::from(value).clamp(-1.0, 1.0)
            } else {
                0.0
            }
        };
        let places: Vec<Point> = numbers.chunks_exact(2).map(|at| [fine(at[0]), fine(at[1])]).collect();
        let laid = Laid {
            kind,
            ids: ids.to_vec(),
            places: self.like_the_last(slot, ids, kind, places),
            explained,
        };
        let laid = Arc::new(laid);
        seen.kept.update_value(|kept| {
            kept.retain(|old| old.kind != laid.kind && old.ids == laid.ids);
            kept.push(laid.clone());
        });
        seen.laid.set(Some(laid));
        true
    }

    /// A new map lies as the one it follows, and that of the second model as that of the first.
    fn like_the_last(self, slot: Slot, ids: &[u32], kind: MapKind, places: Vec<Point>) -> Vec<Point> {
        let of = |slot| {
            let laid = self.mapping.through(slot).laid.get_untracked();
            laid.filter(|laid| laid.ids == ids)
        };
        let other = if slot == Slot::Second {
            of(Slot::First)
        } else {
            of(Slot::First).filter(|_| kind == MapKind::Neighbours)
        };
        match other {
            Some(other) => aligned(&places, &other.places, kind == MapKind::Pca),
            None => places,
        }
    }

    async fn find_nearest(self, slot: Slot, id: u32, among: Vec<u32>) {
        let body = ToTogether::Nearest {
            slot,
            id,
            among,
            count: NEIGHBOURS,
        };
        let (seen, model) = (self.mapping.through(slot), self.mapping.through(slot).model());
        let answer = self.ask(body, None).await;
        frames(1).await;
        if let Some(answer) = self.unless_gone(answer)
            && let FromTogether::Nearest(nearest) = answer.body
            && self.pictures.chosen.get_untracked() == Some(id)
            && seen.model() == model
        {
            seen.nearest.set(nearest);
        }
    }

    async fn group(self, slot: Slot, ids: Vec<u32>, grouping: Grouping) {
        let seen = self.mapping.through(slot);
        let Some(count) = grouping.count().filter(|_| (3..=MOST_PAIRED).contains(&ids.len())) else {
            return seen.groups.set(None);
        };
        let count = count.map(|count| count.min(ids.len()));
        let body = ToTogether::Groups {
            slot,
            ids: ids.clone(),
            count,
        };
        let model = seen.model();
        let answer = self.ask(body, None).await;
        frames(2).await;
        if let Some(answer) = self.unless_gone(answer)
            && let FromTogether::Groups(groups) = answer.body
            && groups.len() == ids.len()
            && seen.model() == model
            && untrack(|| self.grouping()) == grouping
        {
            seen.groups.set(Some(Arc::new(Grouped { ids, groups })));
        }
    }

    async fn measure_pairs(self, slot: Slot, ids: Vec<u32>) {
        let seen = self.mapping.through(slot);
        if !(2..=MOST_PAIRED).contains(&ids.len()) {
            return seen.pairs.set(None);
        }
        let model = seen.model();
        let answer = self.ask(ToTogether::Energies { slot, ids: ids.clone() }, None).await;
        frames(3).await;
        let Some(answer) = self.unless_gone(answer).filter(|_| seen.model() == model) else {
            return;
        };
        if let Some(energies) = answer.buffers.first().map(floats).filter(|all| all.len() == ids.len() * ids.len()) {
            seen.pairs.set(Some(Arc::new(Pairs { ids, energies })));
        }
    }
}
