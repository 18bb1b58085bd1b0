//! Picture files kept across reloads, in the browser's cache storage under an address of our own.

use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, Cache, Response};

/// The service worker leaves caches of this name alone.
const SHELF: &str = "darkroom-pictures";

async fn shelf() -> Result<Cache, JsValue> {
    JsFuture::from(window().caches()?.open(SHELF)).await?.dyn_into()
}

fn address(id: u32) -> String {
    format!("./kept/{id}")
}

/// Keeps a picture's file under the picture's number.
pub async fn keep(id: u32, blob: &Blob) -> Result<(), JsValue> {
    let response = Response::new_with_opt_blob(Some(blob))?;
    JsFuture::from(shelf().await?.put_with_str(&address(id), &response)).await.map(drop)
}

/// A picture's file; `None` where it is not kept.
pub async fn take(id: u32) -> Option<Blob> {
    let found = JsFuture::from(shelf().await.ok()?.match_with_str(&address(id))).await.ok()?;
    let response: Response = found.dyn_into().ok()?;
    JsFuture::from(response.blob().ok()?).await.ok()?.dyn_into().ok()
}

/// Forgets a picture's file.
pub async fn forget(id: u32) {
    if let Ok(shelf) = shelf().await {
        let _ = JsFuture::from(shelf.delete_with_str(&address(id))).await;
    }
}
