//! Whether the browser has a GPU for us.

use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::platform::web;

/// Asks for one, and gives its adapter.
///
/// # Errors
/// Why there is none, in a sentence.
pub async fn adapter() -> Result<JsValue, String> {
    let gpu = web::get(&leptos::prelude::window().navigator(), "gpu");
    if gpu.is_undefined() {
        return Err("This browser has no WebGPU, so the CPU computes.".into());
    }
    let none = || "This browser knows WebGPU but found no GPU to use, so the CPU computes.".to_string();
    let request = web::get(&gpu, "requestAdapter")
        .dyn_into::<js_sys::Function>()
        .map_err(|_| none())?;
    let promise = request
        .call0(&gpu)
        .ok()
        .and_then(|p| p.dyn_into::<js_sys::Promise>().ok())
        .ok_or_else(none)?;
    let adapter: JsValue = JsFuture::from(promise).await.map_err(|_| none())?;
    if adapter.is_null() || adapter.is_undefined() {
        Err(none())
    } else {
        Ok(adapter)
    }
}

/// Whether an adapter is the processor in disguise.
pub fn is_software(adapter: &JsValue) -> bool {
    let says = |from: &JsValue| web::get(from, "isFallbackAdapter").as_bool() == Some(true);
    says(&web::get(adapter, "info")) || says(adapter)
}
