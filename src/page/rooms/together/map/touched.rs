//! What mouse, fingers and keys do on a map: pan, zoom, point, choose.

use leptos::prelude::*;
use web_sys::{KeyboardEvent, PointerEvent, WheelEvent};

use super::plane::Plane;
use crate::{
    page::state::{
        cursor::Move,
        figures,
        plane::{Point, beside},
    },
    platform::now_ms,
};

/// How far a pointer may go and still have clicked, pixels.
const STILL: f64 = 5.0;

/// A finger or a mouse on the canvas.
#[derive(Clone, Copy)]
pub(super) struct Held {
    id: i32,
    at: Point,
    /// How far it went since it came down.
    gone: f64,
}

/// Where on the canvas.
pub(super) fn point(event: &web_sys::MouseEvent) -> Point {
    [f64::from(event.offset_x()), f64::from(event.offset_y())]
}

impl Plane {
    pub(super) fn down(self, event: &PointerEvent) {
        let Some(canvas) = self.canvas() else { return };
        let _ = canvas.set_pointer_capture(event.pointer_id());
        let held = Held {
            id: event.pointer_id(),
            at: point(event),
            gone: 0.0,
        };
        self.held.update_value(|all| all.push(held));
    }

    pub(super) fn moved(self, event: &PointerEvent) {
        let (id, at) = (event.pointer_id(), point(event));
        let Some(screen) = self.screen() else { return };
        let before = self.held.with_value(Clone::clone);
        let Some(mine) = before.iter().find(|held| held.id == id) else {
            let under = self.under(at);
            if self.room.mapping.hovered.get_untracked() != under {
                self.room.mapping.hovered.set(under);
            }
            return;
        };
        let by = [at[0] - mine.at[0], at[1] - mine.at[1]];
        let gone = mine.gone + by[0].hypot(by[1]);
        self.held.update_value(|all| {
            if let Some(held) = all.iter_mut().find(|held| held.id == id) {
                (held.at, held.gone) = (at, gone);
            }
        });
        let look = self.room.mapping.look;
        match before.iter().find(|held| held.id != id) {
            Some(other) => {
                // Two fingers: the map goes with their middle and grows with their distance.
                let apart = |at: Point| (at[0] - other.at[0]).hypot(at[1] - other.at[1]).max(1.0);
                let middle = [(at[0] + other.at[0]) / 2.0, (at[1] + other.at[1]) / 2.0];
                let half = [by[0] / 2.0, by[1] / 2.0];
                look.update(|look| *look = look.pulled(half, screen).closer(apart(at) / apart(mine.at), middle, screen));
            }
            None if gone > STILL => look.update(|look| *look = look.pulled(by, screen)),
            None => {}
        }
    }

    pub(super) fn up(self, event: &PointerEvent, counts: bool) {
        let id = event.pointer_id();
        let mine = self.held.with_value(|all| all.iter().find(|held| held.id == id).copied());
        let alone = self.held.with_value(Vec::len) == 1;
        self.held.update_value(|all| all.retain(|held| held.id != id));
        if !(counts && alone && mine.is_some_and(|held| held.gone <= STILL)) {
            return;
        }
        if let Some(under) = self.under(point(event)) {
            self.choose(under, event.shift_key() || self.room.pictures.choosing_other.get_untracked());
        }
    }

    fn choose(self, id: u32, other: bool) {
        if other {
            self.room.pictures.choose_other(Some(id));
        } else {
            self.room.pictures.choose(Some(id));
        }
    }

    pub(super) fn wheel(self, event: &WheelEvent) {
        let lines = if event.delta_mode() == 1 { 20.0 } else { 1.0 };
        let times = (-event.delta_y() * lines * 0.0016).clamp(-0.7, 0.7).exp();
        let before = self.room.mapping.look.get_untracked();
        self.closer(times, point(event));
        // At its end the wheel scrolls the page again.
        if self.room.mapping.look.get_untracked() != before {
            event.prevent_default();
        }
    }

    pub(super) fn closer(self, times: f64, about: Point) {
        if let Some(screen) = self.screen() {
            self.room.mapping.look.update(|look| *look = look.closer(times, about, screen));
        }
    }

    pub(super) fn key(self, event: &KeyboardEvent) {
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let Some(screen) = self.screen() else { return };
        let middle = [screen[0] / 2.0, screen[1] / 2.0];
        match event.key().as_str() {
            "+" | "=" => self.closer(1.4, middle),
            "-" => self.closer(1.0 / 1.4, middle),
            "0" => self.room.mapping.look.set(Default::default()),
            "x" | "X" => self.room.pictures.swap(),
            key => match Move::of_key(key) {
                Some(to) => self.go(to, event.shift_key(), screen),
                None => return,
            },
        }
        event.prevent_default();
    }

    /// To the picture beside the chosen one, or beside the second.
    fn go(self, to: Move, other: bool, screen: Point) {
        let pictures = self.room.pictures;
        let from = if other {
            pictures.other.get_untracked().or(pictures.chosen.get_untracked())
        } else {
            pictures.chosen.get_untracked()
        };
        let next = self.scene.with_value(|scene| {
            let places = scene.places(now_ms());
            let here = from.and_then(|id| scene.ids().iter().position(|known| *known == id));
            let index = here.map_or(Some(0), |here| beside(&places, here, to))?;
            Some((*scene.ids().get(index)?, *places.get(index)?))
        });
        let Some((id, place)) = next else { return };
        self.choose(id, other);
        self.room.mapping.look.update(|look| *look = look.showing(place, screen));
        let name = untrack(|| pictures.find(id)).map(|thumb| thumb.name).unwrap_or_default();
        let energy = self
            .seen
            .nearest
            .with_untracked(|nearest| nearest.iter().find(|(near, _)| *near == id).map(|(_, energy)| *energy));
        let far = energy.map_or_else(String::new, |energy| format!(", energy {}", figures::pair_energy(energy)));
        self.room.desk.said.set(format!("{name}{far}"));
    }
}
