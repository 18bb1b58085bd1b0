//! The clipboard.

use leptos::prelude::window;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

/// Puts a text on the clipboard; whether the browser let it.
pub async fn write(text: &str) -> bool {
    let clipboard = window().navigator().clipboard();
    // Absent where the page is not served securely.
    let there = !JsValue::from(clipboard.clone()).is_undefined();
    there && JsFuture::from(clipboard.write_text(text)).await.is_ok()
}
