//! The picture pointed at.

use leptos::{html, prelude::*};
use web_sys::{KeyboardEvent, PointerEvent};

use super::over::Over;
use crate::page::{
    browser::canvas::{fit, lay_square},
    state::{
        cursor::Move,
        likeness::{Look, patch_at},
        matching,
    },
    together::Room,
};

/// The print.
#[component]
pub fn Large() -> impl IntoView {
    let room = Room::here();
    let node = NodeRef::<html::Canvas>::new();
    let pointed = room.looking.pointed;
    let sharp = room.sharp(move || room.pictures.first());
    Effect::new(move |_| {
        room.desk.resized.track();
        let (Some(canvas), Some(picture)) = (node.get(), sharp()) else {
            return;
        };
        if let Some((pen, side)) = fit(&canvas) {
            lay_square(&pen, &picture, 0.0, 0.0, side);
        }
    });
    let colours = move || room.seen(|seen| seen.sheets.get(&seen.id).cloned());
    // In percent: left, top, width, height.
    let mark = move || {
        let grid = room.patch_grid().filter(|_| points(room))?;
        let (width, height) = (100.0 / grid.columns as f64, 100.0 / grid.rows as f64);
        let patch = room.patch();
        Some([
            (patch % grid.columns) as f64 * width,
            (patch / grid.columns) as f64 * height,
            width,
            height,
        ])
    };
    let side = move |at: usize| move || mark().map(|sides| format!("{}%", sides[at]));
    let spot = move |event: &PointerEvent| {
        let area = node.get_untracked()?.get_bounding_client_rect();
        let part = |at: i32, start: f64, length: f64| (f64::from(at) - start) / length.max(1.0);
        let (x, y) = (
            part(event.client_x(), area.left(), area.width()),
            part(event.client_y(), area.top(), area.height()),
        );
        patch_at(untrack(|| room.patch_grid())?, x, y)
    };
    let point = move |event: PointerEvent| {
        let at = spot(&event);
        if pointed.get_untracked() != at {
            pointed.set(at);
        }
    };
    let pin = move |event: PointerEvent| {
        if let Some(patch) = spot(&event) {
            room.pin(patch);
        }
    };
    let name = move || room.pictures.first().map(|thumb| thumb.name).unwrap_or_default();
    let place = move || {
        room.patch_grid()
            .filter(|_| points(room))
            .map(|grid| matching::place(grid, room.patch()))
    };
    view! {
        <figure class="print dark"><div class="laid">
            <canvas
                node_ref=node
                class="pointable"
                tabindex="0"
                role="application"
                aria-label=move || format!("Patches of {}", name())
                aria-roledescription="grid of patches"
                aria-describedby="patches-keys"
                on:pointermove=point
                on:pointerdown=pin
                on:pointerleave=move |_| pointed.set(None)
                on:blur=move |_| pointed.set(None)
                on:keydown=move |event| by_key(room, &event)
            ></canvas>
            <Over colours/>
            <span class="pointed" hidden=move || mark().is_none() style:left=side(0) style:top=side(1) style:width=side(2) style:height=side(3)></span>
            </div>
            <p id="patches-keys" class="unseen">"Arrow keys move from patch to patch."</p>
            <figcaption class="caption"><h2>{name}</h2><span class="figure">{place}</span></figcaption>
        </figure>
    }
}

/// Whether pointing at a patch asks something.
fn points(room: Room) -> bool {
    match room.look() {
        Look::Heat => true,
        Look::Colours => false,
        Look::Heads => room.looks_from_patch(),
    }
}

fn by_key(room: Room, event: &KeyboardEvent) {
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return;
    }
    let (Some(go), Some(grid)) = (Move::of_key(&event.key()), untrack(|| room.patch_grid())) else {
        return;
    };
    event.prevent_default();
    let to = go.from(grid, untrack(|| room.patch()));
    room.looking.pointed.set(None);
    room.pin(to);
    room.desk.said.set(matching::place(grid, to));
}
