//! A map's canvas, painted whenever something changes that can be seen on it.

use leptos::{html, prelude::*};
use web_sys::HtmlCanvasElement as Canvas;

use super::{
    paint::{Ink, Marks, Scene, fit},
    touched::{Held, point},
};
use crate::{
    page::{
        browser::{moves, token},
        state::plane::{Point, hit, side_px},
        together::{Room, mapping::Seen},
    },
    platform::now_ms,
    protocol::together::Slot,
};

/// What a canvas needs beyond its signals.
#[derive(Clone, Copy)]
pub(super) struct Plane {
    pub(super) room: Room,
    pub(super) seen: Seen,
    node: NodeRef<html::Canvas>,
    pub(super) scene: StoredValue<Scene, LocalStorage>,
    pub(super) held: StoredValue<Vec<Held>>,
    asked: StoredValue<bool>,
}

/// A map as seen through the model in one place.
#[component]
pub fn MapPlane(place: Slot) -> impl IntoView {
    let room = Room::here();
    let plane = Plane {
        room,
        seen: room.mapping.through(place),
        node: NodeRef::new(),
        scene: StoredValue::new_local(Scene::default()),
        held: StoredValue::new(Vec::new()),
        asked: StoredValue::new(false),
    };
    plane.follow();
    let label = if place == Slot::Second {
        "Map of the pictures, through the second model"
    } else {
        "Map of the pictures"
    };
    view! {
        <canvas
            node_ref=plane.node
            class="plane"
            tabindex="0"
            role="application"
            aria-label=label
            aria-roledescription="map"
            aria-describedby="plane-help"
            on:pointerdown=move |event| plane.down(&event)
            on:pointermove=move |event| plane.moved(&event)
            on:pointerup=move |event| plane.up(&event, true)
            on:pointercancel=move |event| plane.up(&event, false)
            on:pointerleave=move |_| plane.room.mapping.hovered.set(None)
            on:wheel=move |event| plane.wheel(&event)
            on:dblclick=move |event| plane.closer(2.0, point(&event))
            on:keydown=move |event| plane.key(&event)
        ></canvas>
    }
}

impl Plane {
    /// Paints whenever something changes that can be seen.
    fn follow(self) {
        let (room, seen) = (self.room, self.seen);
        Effect::new(move |_| {
            room.pictures
                .list
                .with(|list| self.scene.update_value(|scene| scene.take_thumbs(list)));
            self.wake();
        });
        Effect::new(move |_| {
            let travels = moves();
            seen.laid
                .with(|laid| self.scene.update_value(|scene| scene.go_to(laid.as_ref(), now_ms(), travels)));
            self.wake();
        });
        // On either map those of one model: only so can one see what becomes of them through the other.
        Effect::new(move |_| {
            let groups = room.mapping.through(room.lens()).groups;
            groups.with(|groups| self.scene.update_value(|scene| scene.take_groups(groups.as_ref())));
            self.wake();
        });
        Effect::new(move |_| {
            room.pictures.chosen.track();
            room.pictures.other.track();
            room.mapping.hovered.track();
            room.mapping.look.track();
            seen.nearest.track();
            room.desk.resized.track();
            room.desk.theme.track();
            self.node.track();
            self.wake();
        });
    }

    /// Paints with the next frame; many reasons in one frame are one painting.
    fn wake(self) {
        if self.asked.try_get_value() != Some(false) {
            return;
        }
        self.asked.set_value(true);
        request_animation_frame(move || {
            if self.asked.try_set_value(false).is_none() {
                untrack(|| self.paint());
            }
        });
    }

    fn paint(self) {
        let Some(sheet) = self.canvas().as_ref().and_then(fit) else {
            return;
        };
        let ink = Ink {
            accent: token("--light"),
            ink: token("--ink"),
            wall: token("--wall"),
        };
        let marks = Marks {
            chosen: self.room.pictures.chosen.get(),
            other: self.room.pictures.other.get(),
            hovered: self.room.mapping.hovered.get(),
            nearest: self.seen.nearest.with(|nearest| nearest.iter().map(|(id, _)| *id).collect()),
        };
        let (look, now) = (self.room.mapping.look.get(), now_ms());
        let goes_on = self
            .scene
            .try_update_value(|scene| {
                let waits = scene.lay_down();
                scene.paint(&sheet, look, now, &marks, &ink);
                waits || scene.travels(now)
            })
            .unwrap_or_default();
        if goes_on {
            self.wake();
        }
    }

    pub(super) fn canvas(self) -> Option<Canvas> {
        self.node.get_untracked()
    }

    pub(super) fn screen(self) -> Option<Point> {
        let canvas = self.canvas()?;
        Some([f64::from(canvas.client_width()), f64::from(canvas.client_height())])
    }

    pub(super) fn under(self, at: Point) -> Option<u32> {
        let screen = self.screen()?;
        let look = self.room.mapping.look.get_untracked();
        self.scene.with_value(|scene| {
            let side = side_px(scene.ids().len(), look, screen);
            let index = hit(&scene.places(now_ms()), at, look, screen, side)?;
            scene.ids().get(index).copied()
        })
    }
}
