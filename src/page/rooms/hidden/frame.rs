//! Choosing the square: a frame dragged over the whole picture.

use leptos::{html, prelude::*};
use web_sys::{KeyboardEvent, PointerEvent};

use crate::{
    page::{
        browser::canvas::pen,
        desk,
        state::{
            frame::{Grip, about, centre, dragged, has_corners, zoomed},
            strip::Item,
        },
        studio::Studio,
        widgets::dialog::Dialog,
    },
    protocol::Frame,
};

/// The dialog.
#[component]
pub fn FrameChoice() -> impl IntoView {
    view! {
        <Dialog which=desk::Dialog::Frame title="Choose the square">
            <Chooser/>
        </Dialog>
    }
}

#[component]
fn Chooser() -> impl IntoView {
    let studio = Studio::here();
    let strip = studio.table.strip;
    let item = Memo::new(move |_| strip.with(|strip| strip.item().cloned()));
    let known = move || item.get().filter(|item| item.size.is_some());
    view! {
        <div class="chooser" data-testid="frame">
            {move || match known() {
                Some(item) => view! { <Easel item/> }.into_any(),
                None => view! { <p>"The picture is not there yet. Try again in a moment."</p> }.into_any(),
            }}
        </div>
    }
}

#[component]
fn Easel(item: Item) -> impl IntoView {
    let studio = Studio::here();
    let (id, size) = (item.id, item.size.unwrap_or([1, 1]));
    let frame = RwSignal::new(item.square().unwrap_or_else(|| centre(size)));
    let canvas = NodeRef::<html::Canvas>::new();
    Effect::new(move |_| {
        let film = studio.table.films.with(|films| films.get(&id).cloned());
        if let (Some(canvas), Some(film)) = (canvas.get(), film) {
            canvas.set_width(film.width());
            canvas.set_height(film.height());
            if let Some(pen) = pen(&canvas) {
                let _ = pen.draw_image_with_html_canvas_element(&film, 0.0, 0.0);
            }
        }
    });
    let put = move |new: Frame| {
        frame.set(new);
    };
    let keep = move |_| {
        studio.table.strip.update(|strip| {
            if let Some(item) = strip.find_mut(id) {
                item.frame = Some(frame.get_untracked()).filter(|frame| *frame != centre(size));
            }
        });
        studio.desk.dialog.set(None);
    };
    let drag = StoredValue::new(None::<(Grip, i32, i32, Frame)>);
    let down = move |event: PointerEvent, grip: Grip| {
        event.stop_propagation();
        event.prevent_default();
        if let Some(canvas) = canvas.get_untracked() {
            // The canvas lies under all grips and is as large as the picture: it follows the pointer for them.
            let _ = canvas.set_pointer_capture(event.pointer_id());
        }
        drag.set_value(Some((grip, event.client_x(), event.client_y(), frame.get_untracked())));
    };
    // A press beside the square brings it there: that of a very long picture is too thin to be caught.
    let beside = move |event: PointerEvent| {
        if let Some(canvas) = canvas.get_untracked() {
            let scale = scale_of(&canvas, size);
            let at = [event.offset_x(), event.offset_y()].map(|value| value as f32 * scale);
            put(about(at, frame.get_untracked().side, size));
        }
        down(event, Grip::Inside);
    };
    let moved = move |event: PointerEvent| {
        if let Some(((grip, x, y, from), canvas)) = drag.get_value().zip(canvas.get_untracked()) {
            let scale = scale_of(&canvas, size);
            let delta = |now: i32, then: i32| (now - then) as f32 * scale;
            put(dragged(from, grip, delta(event.client_x(), x), delta(event.client_y(), y), size));
        }
    };
    let part = move |value: f32, of: usize| format!("{}%", value / of.max(1) as f32 * 100.0);
    let corner = move |right: bool, bottom: bool, class: &'static str| {
        view! { <span class=format!("corner {class}") on:pointerdown=move |event| down(event, Grip::Corner { right, bottom })></span> }
    };
    view! {
        <p>"Drag the square, or press where it should lie; pull a corner to change its size. Arrow keys move it, + and − change its size."</p>
        <div class="easel">
            <canvas
                node_ref=canvas
                aria-hidden="true"
                on:pointerdown=beside
                on:pointermove=moved
                on:pointerup=move |_| drag.set_value(None)
                on:pointercancel=move |_| drag.set_value(None)
            ></canvas>
            <div
                class="square"
                tabindex="0"
                role="application"
                aria-label="The square"
                style:left=move || part(frame.get().x, size[0])
                style:top=move || part(frame.get().y, size[1])
                style:width=move || part(frame.get().side, size[0])
                style:height=move || part(frame.get().side, size[1])
                on:pointerdown=move |event| down(event, Grip::Inside)
                on:keydown=move |event| by_key(&event, frame, size)
            >
                {has_corners(size).then(|| view! {
                    {corner(false, false, "nw")}
                    {corner(true, false, "ne")}
                    {corner(false, true, "sw")}
                    {corner(true, true, "se")}
                })}
            </div>
        </div>
        <p class="figure small">
            {move || {
                let Frame { x, y, side } = frame.get();
                format!("{side:.0} × {side:.0} pixels at {x:.0}, {y:.0}; the picture has {} × {}", size[0], size[1])
            }}
        </p>
        <div class="row">
            <button class="chip own" on:click=keep>"Take this square"</button>
            <button class="chip" on:click=move |_| put(centre(size))>"The middle"</button>
        </div>
    }
}

/// Pixels of the picture for one of the page, read along the longer side: the other may have less than one.
fn scale_of(canvas: &web_sys::HtmlCanvasElement, size: [usize; 2]) -> f32 {
    let (side, shown) = if size[1] > size[0] {
        (size[1], canvas.client_height())
    } else {
        (size[0], canvas.client_width())
    };
    side as f32 / shown.max(1) as f32
}

fn by_key(event: &KeyboardEvent, frame: RwSignal<Frame>, size: [usize; 2]) {
    let now = frame.get_untracked();
    let step = if event.shift_key() { 0.1 } else { 0.02 } * size[0].min(size[1]) as f32;
    let to = match event.key().as_str() {
        "ArrowLeft" => dragged(now, Grip::Inside, -step, 0.0, size),
        "ArrowRight" => dragged(now, Grip::Inside, step, 0.0, size),
        "ArrowUp" => dragged(now, Grip::Inside, 0.0, -step, size),
        "ArrowDown" => dragged(now, Grip::Inside, 0.0, step, size),
        "+" | "=" => zoomed(now, 1.0, size),
        "-" | "−" => zoomed(now, -1.0, size),
        _ => return,
    };
    event.prevent_default();
    frame.set(to);
}
