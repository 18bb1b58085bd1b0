//! Picture files kept across reloads, in the browser's cache storage under addresses of our own.

use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, Cache, Response};

/// The service worker leaves caches of this name alone.
const CACHE: &str = "darkroom-pictures";

/// The files of the first room.
pub const HIDDEN: Shelf = Shelf("./kept/");
/// The files of the room "Together".
pub const TOGETHER: Shelf = Shelf("./kept/together/");

/// A room's files, by the pictures' numbers.
#[derive(Clone, Copy)]
pub struct Shelf(&'static str);

async fn cache() -> Result<Cache, JsValue> {
    JsFuture::from(window().caches()?.open(CACHE)).await?.dyn_into()
}

impl Shelf {
    fn address(self, id: u32) -> String {
        format!("{}{id}", self.0)
    }

    /// Keeps a picture's file under the picture's number.
    pub async fn keep(self, id: u32, blob: &Blob) -> Result<(), JsValue> {
        let response = Response::new_with_opt_blob(Some(blob))?;
        let put = cache().await?.put_with_str(&self.address(id), &response);
        JsFuture::from(put).await.map(drop)
    }

    /// A picture's file; `None` where it is not kept.
    pub async fn take(self, id: u32) -> Option<Blob> {
        let found = JsFuture::from(cache().await.ok()?.match_with_str(&self.address(id))).await.ok()?;
        let response: Response = found.dyn_into().ok()?;
        JsFuture::from(response.blob().ok()?).await.ok()?.dyn_into().ok()
    }

    /// Forgets a picture's file.
    pub async fn forget(self, id: u32) {
        if let Ok(cache) = cache().await {
            let _ = JsFuture::from(cache.delete_with_str(&self.address(id))).await;
        }
    }
}
