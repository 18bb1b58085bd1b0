//! The film strip of the room: every panel's pictures, and which two are chosen.
//!
//! Thousands of pictures fit: only those in sight are there.

use leptos::{html, prelude::*};
use web_sys::KeyboardEvent;

use super::ways::Ways;
use crate::page::{
    browser::{
        canvas::{lay_square, pen, smooth},
        focus, in_turn,
    },
    together::{Room, Thumb},
};

/// Width of a picture with its gap, pixels.
const STRIDE: f64 = 84.0;
/// Pictures kept ready on both sides of those in sight.
const AHEAD: usize = 6;

/// The strip.
#[component]
pub fn PictureStrip() -> impl IntoView {
    let room = Room::here();
    let empty = move || room.pictures.list.with(Vec::is_empty);
    view! {
        <section class="strip" data-testid="strip" aria-label="Pictures">
            <div class="film">
                <Show when=move || !empty() fallback=|| view! { <Nothing/> }>
                    <Reel/>
                </Show>
                <Ways/>
            </div>
        </section>
    }
}

#[component]
fn Nothing() -> impl IntoView {
    let room = Room::here();
    let words = move || match room.pictures.count() {
        0 => "Nothing here yet. Drop pictures anywhere, or begin with scenes.",
        _ => "The first pictures are being read.",
    };
    view! { <p class="nothing">{words}</p> }
}

#[component]
fn Reel() -> impl IntoView {
    let room = Room::here();
    let node = NodeRef::<html::Ul>::new();
    let scrolled = RwSignal::new(0.0f64);
    let width = RwSignal::new(1440.0f64);
    let ids = Memo::new(move |_| room.pictures.ids());
    let measure = move || {
        if let Some(reel) = node.get_untracked() {
            scrolled.set(f64::from(reel.scroll_left()));
            width.set(f64::from(reel.client_width()));
        }
    };
    Effect::new(move |_| {
        room.desk.resized.track();
        if node.get().is_some() {
            measure();
        }
    });
    let sight = Memo::new(move |_| {
        let first = ((scrolled.get() / STRIDE) as usize).saturating_sub(AHEAD);
        let last = ((scrolled.get() + width.get()) / STRIDE) as usize + AHEAD;
        (first, last)
    });
    let seen = move || {
        let (first, last) = sight.get();
        ids.with(|ids| {
            let last = last.min(ids.len().saturating_sub(1));
            ids.iter()
                .copied()
                .enumerate()
                .filter(|(at, _)| (first..=last).contains(at))
                .collect::<Vec<_>>()
        })
    };
    // What is chosen elsewhere comes into sight here, after a reload as soon as it is read.
    let is_read = Memo::new(move |_| {
        let chosen = room.pictures.chosen.get()?;
        ids.with(|ids| ids.contains(&chosen)).then_some(chosen)
    });
    Effect::new(move |_| {
        let Some((chosen, reel)) = is_read.get().zip(node.get()) else {
            return;
        };
        // The strip has its new length with the next frame.
        request_animation_frame(move || {
            if let Some(at) = ids.try_get_untracked().and_then(|ids| ids.iter().position(|id| *id == chosen)) {
                show(&reel, at);
            }
        });
    });
    view! {
        <ul
            node_ref=node
            class="reel"
            role="listbox"
            aria-label="Film strip"
            aria-multiselectable="true"
            aria-describedby="reel-help"
            on:scroll=move |_| measure()
            on:keydown=move |event| by_key(room, &event)
        >
            <li class="length" role="presentation" style:width=move || format!("{}px", ids.with(Vec::len) as f64 * STRIDE)></li>
            <For each=seen key=|seen| *seen let:seen>
                <Picture at=seen.0 id=seen.1/>
            </For>
        </ul>
        <p id="reel-help" class="unseen">
            "Arrow keys choose the first picture, A; with Shift they choose the second, B. X exchanges the two, Delete takes the first out."
        </p>
    }
}

fn show(reel: &web_sys::HtmlElement, at: usize) {
    let (left, width) = (f64::from(reel.scroll_left()), f64::from(reel.client_width()));
    let from = at as f64 * STRIDE;
    if from < left || from + STRIDE > left + width {
        reel.set_scroll_left((from - (width - STRIDE) / 2.0).max(0.0) as i32);
    }
}

#[component]
fn Picture(at: usize, id: u32) -> impl IntoView {
    let room = Room::here();
    let node = NodeRef::<html::Canvas>::new();
    let is_first = move || room.pictures.chosen.get() == Some(id);
    let is_second = move || room.pictures.other.get() == Some(id);
    let name = StoredValue::new(untrack(|| room.pictures.find(id)).map(|thumb| thumb.name).unwrap_or_default());
    let label = move || {
        let role = match (is_first(), is_second()) {
            (true, _) => ", chosen",
            (_, true) => ", the second",
            _ => "",
        };
        format!("{}{role}", name.get_value())
    };
    Effect::new(move |_| {
        let thumb = untrack(|| room.pictures.find(id));
        if let Some((canvas, thumb)) = node.get().zip(thumb) {
            in_turn(at, move || draw(&canvas, &thumb));
        }
    });
    let count = move || room.pictures.list.with(Vec::len).to_string();
    view! {
        <li
            class="frame"
            class:own=is_first
            class:second=is_second
            id=format!("picture-{id}")
            role="option"
            style:left=format!("{}px", at as f64 * STRIDE)
            tabindex=move || if is_first() { "0" } else { "-1" }
            aria-selected=move || (is_first() || is_second()).to_string()
            aria-label=label
            aria-setsize=count
            aria-posinset=(at + 1).to_string()
            title=move || name.get_value()
            on:click=move |event| if event.shift_key() || room.pictures.choosing_other.get_untracked() {
                room.pictures.choose_other(Some(id));
            } else {
                room.pictures.choose(Some(id));
            }
        >
            <canvas node_ref=node width="152" height="152" aria-hidden="true"></canvas>
            <span class="letter" aria-hidden="true">{move || if is_first() { "A" } else if is_second() { "B" } else { "" }}</span>
        </li>
    }
}

fn draw(canvas: &web_sys::HtmlCanvasElement, thumb: &Thumb) {
    let Some(pen) = pen(canvas) else { return };
    smooth(&pen);
    lay_square(&pen, &thumb.canvas, 0.0, 0.0, 152.0);
}

fn by_key(room: Room, event: &KeyboardEvent) {
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return;
    }
    let ids = untrack(|| room.pictures.ids());
    let place = |id: Option<u32>| id.and_then(|id| ids.iter().position(|known| *known == id));
    let Some(first) = place(room.pictures.chosen.get_untracked()) else {
        return;
    };
    let second = place(room.pictures.other.get_untracked());
    let here = second.filter(|_| event.shift_key()).unwrap_or(first);
    // The chosen picture cannot be its own second: a step goes over it.
    let over = |at: usize| event.shift_key() && at == first;
    let to = match event.key().as_str() {
        "ArrowRight" => (here + 1..ids.len()).find(|at| !over(*at)),
        "ArrowLeft" => (0..here).rev().find(|at| !over(*at)),
        "Home" => (0..ids.len()).find(|at| !over(*at)),
        "End" => (0..ids.len()).rev().find(|at| !over(*at)),
        "x" | "X" => {
            room.pictures.swap();
            None
        }
        "Delete" | "Backspace" => {
            room.remove(&[ids[first]]);
            room.pictures.chosen.get_untracked().into_iter().for_each(focus_on);
            None
        }
        _ => return,
    };
    event.prevent_default();
    let Some(id) = to.and_then(|to| ids.get(to).copied()) else {
        return;
    };
    if event.shift_key() {
        return room.pictures.choose_other(Some(id));
    }
    room.pictures.choose(Some(id));
    focus_on(id);
}

/// Puts the keyboard's focus on a picture, once the strip has come to it.
fn focus_on(id: u32) {
    request_animation_frame(move || focus(&format!("picture-{id}")));
}
