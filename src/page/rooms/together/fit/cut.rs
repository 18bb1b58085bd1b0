//! The picture with its hole: dragged out by pointer, moved and stretched by keys.

use leptos::{html, prelude::*};
use web_sys::{CanvasRenderingContext2d as Context, HtmlCanvasElement as Canvas, KeyboardEvent, PointerEvent};

use crate::page::{
    browser::canvas::{fit, lay_square},
    state::{cursor::Move, hole::Hole, likeness::patch_at},
    together::{Guess, Room},
    widgets::icon::Icon,
};

/// The print.
#[component]
pub fn Cut() -> impl IntoView {
    let room = Room::here();
    let node = NodeRef::<html::Canvas>::new();
    let sharp = room.sharp(move || room.pictures.first());
    // Where a drag began, and the hole so far: it is cut when the pointer lifts.
    let dragged = RwSignal::new(None::<(usize, Hole)>);
    let hole = Memo::new(move |_| dragged.get().map_or_else(|| room.hole(), |(_, hole)| hole));
    Effect::new(move |_| {
        room.desk.resized.track();
        let (Some(canvas), Some(picture)) = (node.get(), sharp()) else {
            return;
        };
        let Some((pen, side)) = fit(&canvas) else { return };
        lay_square(&pen, &picture, 0.0, 0.0, side);
        let unit = side / f64::from(canvas.client_width().max(1));
        let part = match room.fitting.guess.get() {
            Some(Guess::Took(_) | Guess::GaveUp) if dragged.get().is_none() => None,
            _ => Some("#161210"),
        };
        cut(&pen, hole.get(), side, unit, part);
    });
    let spot = move |event: &PointerEvent| {
        let area = node.get_untracked()?.get_bounding_client_rect();
        let part = |at: i32, start: f64, length: f64| ((f64::from(at) - start) / length.max(1.0)).clamp(0.0, 0.9999);
        let (x, y) = (
            part(event.client_x(), area.left(), area.width()),
            part(event.client_y(), area.top(), area.height()),
        );
        patch_at(untrack(|| room.hole_grid()), x, y)
    };
    let down = move |event: PointerEvent| {
        if event.button() != 0 {
            return;
        }
        if let Some((patch, canvas)) = spot(&event).zip(node.get_untracked()) {
            let _ = canvas.set_pointer_capture(event.pointer_id());
            dragged.set(Some((patch, Hole::between(untrack(|| room.hole_grid()), patch, patch))));
        }
    };
    let moved = move |event: PointerEvent| {
        if let (Some((from, _)), Some(to)) = (dragged.get_untracked(), spot(&event)) {
            let hole = Hole::between(untrack(|| room.hole_grid()), from, to);
            if dragged.get_untracked() != Some((from, hole)) {
                dragged.set(Some((from, hole)));
            }
        }
    };
    let lifted = move |_| {
        if let Some((_, hole)) = dragged.get_untracked() {
            dragged.set(None);
            room.cut(hole);
        }
    };
    let name = move || room.pictures.first().map(|thumb| thumb.name).unwrap_or_default();
    view! {
        <figure class="print dark" class:working=move || room.fitting.working.get()>
            <div class="hairline" aria-hidden="true"></div>
            <canvas
                node_ref=node
                class="pointable"
                tabindex="0"
                role="application"
                aria-label=move || format!("The hole in {}: {}", name(), hole.get().words())
                aria-describedby="hole-keys"
                on:pointerdown=down
                on:pointermove=moved
                on:pointerup=lifted
                on:pointercancel=move |_| dragged.set(None)
                on:keydown=move |event| by_key(room, &event)
            ></canvas>
            <p id="hole-keys" class="unseen">"Arrow keys move the hole, with Shift they stretch it."</p>
            <figcaption class="caption">
                <h2>{name}</h2>
                <button class="link" title="Other candidates for the same hole" on:click=move |_| room.draw_again()>
                    <Icon name="dice"/>
                    "Other parts"
                </button>
            </figcaption>
        </figure>
        <p class="small">"Drag over the picture to make the hole elsewhere; arrow keys move it, Shift and arrows stretch it."</p>
    }
}

fn by_key(room: Room, event: &KeyboardEvent) {
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return;
    }
    let Some(go) = Move::of_key(&event.key()) else { return };
    event.prevent_default();
    let hole = untrack(|| room.hole());
    let hole = if event.shift_key() { hole.stretched(go) } else { hole.moved(go) };
    room.cut(hole);
    room.desk.said.set(hole.words());
}

/// Covers the hole, where `paper` says with what, and outlines it.
fn cut(pen: &Context, hole: Hole, side: f64, unit: f64, paper: Option<&str>) {
    let [x, y, width, height] = hole.part().map(|part| (part * side).round());
    if let Some(paper) = paper {
        pen.set_fill_style_str(paper);
        pen.fill_rect(x, y, width, height);
    }
    pen.set_stroke_style_str("#ff5b3a");
    pen.set_line_width(2.0 * unit);
    pen.stroke_rect(x, y, width, height);
}

/// Where the hole lies on a print of a candidate.
pub fn outline(pen: &Context, canvas: &Canvas, hole: Hole, side: f64) {
    let unit = side / f64::from(canvas.client_width().max(1));
    cut(pen, hole, side, unit, None);
}
