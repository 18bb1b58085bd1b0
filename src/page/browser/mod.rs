//! What browsers lend: storage, files, canvases, and a value that comes later.

pub mod atlas;
pub mod blobs;
pub mod canvas;
pub mod clipboard;
pub mod files;
pub mod gpu;
pub mod inks;
pub mod later;
pub mod storage;

use wasm_bindgen::JsCast;

/// Puts the keyboard's focus on an element by its `id`.
pub fn focus(id: &str) {
    let element = leptos::prelude::document().get_element_by_id(id);
    if let Some(element) = element.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = element.focus();
    }
}

/// Scrolls a list sideways until a part of it stands in its middle; the page itself stays where it is.
pub fn into_the_middle(list: &web_sys::HtmlElement, part: &web_sys::HtmlElement) {
    let middle = part.offset_left() - list.offset_left() + part.offset_width() / 2;
    list.set_scroll_left(middle - list.client_width() / 2);
}

/// Frames over which many small canvases are drawn: each one that changed costs a browser milliseconds of its frame.
const TURNS: usize = 6;

/// Calls within the next frames: which one, by a number that spreads those who ask together.
pub fn in_turn(number: usize, call: impl FnOnce() + 'static) {
    after(number % TURNS, call);
}

/// Waits for so many frames: what one frame need not show all of, several show, each soon done.
pub async fn frames(count: usize) {
    let (giver, shown) = later::later();
    after(count, move || giver.give(()));
    shown.await;
}

fn after(frames: usize, call: impl FnOnce() + 'static) {
    match frames {
        0 => call(),
        _ => leptos::prelude::request_animation_frame(move || after(frames - 1, call)),
    }
}

/// A colour out of `tokens.css`, as it stands under the light of now: `--light`.
pub fn token(name: &str) -> String {
    use leptos::prelude::{document, window};
    let root = document().document_element();
    let style = root.and_then(|root| window().get_computed_style(&root).ok().flatten());
    let value = style.and_then(|style| style.get_property_value(name).ok()).unwrap_or_default();
    value.trim().to_owned()
}

/// Whether things may move: not where a person asked the system for stillness.
pub fn moves() -> bool {
    let asked = leptos::prelude::window().match_media("(prefers-reduced-motion: reduce)");
    !asked.ok().flatten().is_some_and(|still| still.matches())
}
