//! Keys that work anywhere on the page, except where one types.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

use crate::page::{
    desk::Dialog,
    state::{brush::Tool, hide::Hide, history::MaskHistory},
    studio::Studio,
};

/// The keys and what they do, as the sheet shows them.
pub const SHEET: [(&str, &str); 17] = [
    ("B", "brush"),
    ("E", "eraser (or the right button, or Alt held)"),
    ("R", "rectangle"),
    ("[ and ]", "smaller and larger brush"),
    ("Arrows, space", "on the left print: go from patch to patch, hide or show"),
    ("Ctrl Z, Ctrl Shift Z", "undo, redo"),
    ("1 to 6", "random, right half, lower half, middle, all but the middle, checkerboard"),
    ("N", "random anew, with another seed"),
    ("I", "hide what is visible, show what is hidden"),
    ("0", "hide nothing"),
    ("T, held", "the truth"),
    ("V", "next view of the large print"),
    (", and .", "previous and next picture"),
    ("A", "add pictures"),
    ("F", "choose the square"),
    ("L", "copy the link"),
    ("?", "this sheet"),
];

fn is_typing(event: &KeyboardEvent) -> bool {
    let element = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
    element.is_some_and(|element| {
        let tag = element.tag_name();
        let range = element.get_attribute("type").as_deref() == Some("range");
        element.is_content_editable() || (tag == "INPUT" && !range) || tag == "TEXTAREA" || tag == "SELECT"
    })
}

/// Listens on the window.
pub fn listen(studio: Studio) {
    let _ = window_event_listener(leptos::ev::keydown, move |event| {
        let dialog = studio.desk.dialog.get_untracked();
        if event.default_prevented() || is_typing(&event) || dialog.is_some() {
            return;
        }
        let done = if event.ctrl_key() || event.meta_key() {
            with_control(studio, &event)
        } else {
            plain(studio, &event)
        };
        if done {
            event.prevent_default();
        }
    });
    let _ = window_event_listener(leptos::ev::keyup, move |event| {
        if event.key().eq_ignore_ascii_case("t") {
            studio.seeing.held.set(false);
        }
    });
    // A key let go in another window is never heard of.
    let _ = window_event_listener(leptos::ev::blur, move |_| studio.seeing.held.set(false));
}

fn with_control(studio: Studio, event: &KeyboardEvent) -> bool {
    match (event.key().to_ascii_lowercase().as_str(), event.shift_key()) {
        ("z", false) => studio.hiding.history.update(MaskHistory::undo),
        ("z", true) | ("y", _) => studio.hiding.history.update(MaskHistory::redo),
        _ => return false,
    }
    true
}

fn plain(studio: Studio, event: &KeyboardEvent) -> bool {
    if event.alt_key() {
        return false;
    }
    let tool = |tool| studio.hiding.brush.update(|brush| brush.tool = tool);
    match event.key().to_ascii_lowercase().as_str() {
        "b" => tool(Tool::Brush),
        "e" => tool(Tool::Eraser),
        "r" => tool(Tool::Rectangle),
        "[" => studio.hiding.brush.update(|brush| brush.narrow()),
        "]" => studio.hiding.brush.update(|brush| brush.widen()),
        "1" => studio.hide_random(),
        "2" => studio.hide(Hide::Right),
        "3" => studio.hide(Hide::Lower),
        "4" => studio.hide(Hide::Middle),
        "5" => studio.hide(Hide::AllButMiddle),
        "6" => studio.hide(Hide::Checkerboard),
        "n" => studio.reseed(),
        "i" => studio.invert(),
        "0" => studio.clear(),
        "t" => studio.seeing.held.set(true),
        "v" => studio.seeing.view.update(|view| *view = view.next()),
        "," => studio.table.strip.update(|strip| strip.step(-1)),
        "." => studio.table.strip.update(|strip| strip.step(1)),
        "a" => studio.table.pick(),
        "f" => studio.desk.dialog.set(Some(Dialog::Frame)),
        "l" => studio.copy_link(),
        "?" => studio.desk.dialog.set(Some(Dialog::Keys)),
        _ => return false,
    }
    true
}
