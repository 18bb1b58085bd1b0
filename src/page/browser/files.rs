//! Files in and out.

use js_sys::{ArrayBuffer, Uint8Array};
use leptos::prelude::{document, window};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File, FileList, HtmlAnchorElement, Response, Url};

use crate::page::state::sniff;

/// The largest file that is read at all, bytes.
const LARGEST_BYTES: f64 = 2e9;

/// The files of a list.
pub fn of_list(list: Option<FileList>) -> Vec<File> {
    list.map_or_else(Vec::new, |list| (0..list.length()).filter_map(|i| list.item(i)).collect())
}

/// A file's bytes, in a buffer that can be moved to a worker.
pub async fn buffer(blob: &Blob) -> Result<ArrayBuffer, JsValue> {
    JsFuture::from(blob.array_buffer()).await?.dyn_into()
}

/// Files by what they are, with their names.
#[derive(Default)]
pub struct Sorted {
    /// Weights.
    pub weights: Vec<(String, Blob)>,
    /// Pictures, or what has to be tried as one.
    pub pictures: Vec<(String, Blob)>,
}

/// Sorts files by their first bytes; those that cannot be read at all are named in a sentence to `refuse`.
pub async fn sort(list: Vec<File>, refuse: impl Fn(String)) -> Sorted {
    let mut sorted = Sorted::default();
    for file in list {
        let name = file.name();
        if file.size() > LARGEST_BYTES {
            refuse(format!("“{name}” has more than 2 GB. Choose a smaller file."));
            continue;
        }
        if file.size() == 0.0 {
            refuse(format!("“{name}” is empty (0 bytes). Choose another file."));
            continue;
        }
        let to = match sniff::kind(&name, &head(&file).await) {
            sniff::Kind::Weights => &mut sorted.weights,
            sniff::Kind::Picture => &mut sorted.pictures,
        };
        to.push((name, Blob::from(file)));
    }
    sorted
}

/// The first bytes of a file.
pub async fn head(blob: &Blob) -> Vec<u8> {
    let Ok(start) = blob.slice_with_i32_and_i32(0, 32) else {
        return Vec::new();
    };
    buffer(&start)
        .await
        .map_or_else(|_| Vec::new(), |buffer| Uint8Array::new(&buffer).to_vec())
}

/// Hands a blob to the person as a download.
pub fn save(blob: &Blob, name: &str) {
    let Ok(url) = Url::create_object_url_with_blob(blob) else { return };
    let anchor = document()
        .create_element("a")
        .ok()
        .and_then(|a| a.dyn_into::<HtmlAnchorElement>().ok());
    if let Some(anchor) = anchor {
        anchor.set_href(&url);
        anchor.set_download(name);
        anchor.click();
    }
    // The download has its own hold on the blob a moment later.
    leptos::prelude::set_timeout(
        move || {
            let _ = Url::revoke_object_url(&url);
        },
        std::time::Duration::from_secs(30),
    );
}

/// Fetches a text beside the page; `None` where it is not there.
pub async fn fetch_text(path: &str) -> Option<String> {
    let response: Response = JsFuture::from(window().fetch_with_str(path)).await.ok()?.dyn_into().ok()?;
    if !response.ok() {
        return None;
    }
    JsFuture::from(response.text().ok()?).await.ok()?.as_string()
}
