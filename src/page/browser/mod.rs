//! What browsers lend: storage, files, canvases, and a value that comes later.

pub mod blobs;
pub mod canvas;
pub mod clipboard;
pub mod files;
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
