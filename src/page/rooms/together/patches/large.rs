//! The picture pointed at.

use leptos::{html, prelude::*};
use web_sys::{CanvasRenderingContext2d as Context, HtmlCanvasElement as Canvas, KeyboardEvent, PointerEvent};

use crate::{
    mask::Grid,
    page::{
        browser::canvas::{fit, lay, lay_square},
        state::{
            cursor::Move,
            likeness::{Look, patch_at},
            matching,
        },
        together::Room,
    },
};

/// How much of the picture the colours cover.
pub fn cover(look: Look) -> f64 {
    match look {
        Look::Heat | Look::Heads => 0.74,
        Look::Colours => 0.86,
    }
}

/// A picture with colours over it.
pub fn lay_colours(pen: &Context, picture: &Canvas, sheet: Option<&Canvas>, look: Look, side: f64) {
    lay_square(pen, picture, 0.0, 0.0, side);
    if let Some(sheet) = sheet {
        pen.set_global_alpha(cover(look));
        lay(pen, sheet, 0.0, 0.0, side);
        pen.set_global_alpha(1.0);
    }
}

/// The print.
#[component]
pub fn Large() -> impl IntoView {
    let room = Room::here();
    let node = NodeRef::<html::Canvas>::new();
    let pointed = room.looking.pointed;
    let sharp = room.sharp(move || room.pictures.first());
    Effect::new(move |_| {
        room.desk.resized.track();
        let (Some(canvas), Some(thumb), Some(picture)) = (node.get(), room.pictures.first(), sharp()) else {
            return;
        };
        let Some((pen, side)) = fit(&canvas) else { return };
        let look = room.look();
        room.looking.seen.with(|seen| {
            let seen = seen.as_ref().filter(|seen| seen.id == thumb.id && seen.look == look);
            lay_colours(&pen, &picture, seen.and_then(|seen| seen.sheets.get(&thumb.id)), look, side);
        });
        if let Some(grid) = room.patch_grid().filter(|_| points(room)) {
            outline(&pen, grid, room.patch(), side, side / f64::from(canvas.client_width().max(1)));
        }
    });
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
        <figure class="print dark">
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

fn outline(pen: &Context, grid: Grid, patch: usize, side: f64, unit: f64) {
    let (width, height) = (side / grid.columns as f64, side / grid.rows as f64);
    let (x, y) = ((patch % grid.columns) as f64 * width, (patch / grid.columns) as f64 * height);
    for (colour, line) in [("rgba(12, 9, 8, 0.7)", 4.0), ("#ff5b3a", 2.0)] {
        pen.set_stroke_style_str(colour);
        pen.set_line_width(line * unit);
        pen.stroke_rect(x + unit, y + unit, width - 2.0 * unit, height - 2.0 * unit);
    }
}
