//! One request to the place this page came from, read piece by piece.

use js_sys::{Array, Promise, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, ReadableStreamDefaultReader, RequestCache, RequestInit, Response, Url};

use super::answer::{said, scope};
use crate::{
    engine::range::{self, Body},
    platform::web,
};

/// A server that says nothing for this long has gone away.
const PATIENCE_MS: i32 = 20_000;

/// A body that comes in pieces.
#[derive(Debug)]
pub struct Incoming {
    reader: ReadableStreamDefaultReader,
    /// What it holds.
    pub body: Body,
}

/// Asks for the bytes from `from` on of a file of `of` bytes, at a path beside this worker.
///
/// # Errors
/// A sentence's end, where no answer comes.
pub async fn open(path: &str, from: u64, of: u64) -> Result<Incoming, String> {
    let headers = Headers::new().map_err(|e| said(&e))?;
    if from > 0 {
        headers.set("Range", &format!("bytes={from}-")).map_err(|e| said(&e))?;
    }
    let init = RequestInit::new();
    init.set_headers(&headers);
    // Weights are kept in the store of our own; a second copy in the browser's cache serves nobody.
    init.set_cache(RequestCache::NoStore);
    let response = request(path, &init).await?;
    let span = response.headers().get("Content-Range").ok().flatten();
    let body = range::judge(response.status(), span.as_deref(), from, of);
    let stream = response.body().ok_or("the answer was empty")?;
    let reader = stream
        .get_reader()
        .dyn_into()
        .map_err(|_| "the browser cannot read answers piece by piece")?;
    Ok(Incoming { reader, body })
}

/// A small text file beside this worker, asked of the server each time.
///
/// # Errors
/// A sentence's end.
pub async fn text(path: &str) -> Result<String, String> {
    let init = RequestInit::new();
    init.set_cache(RequestCache::NoCache);
    let response = request(path, &init).await?;
    if !response.ok() {
        return Err(format!("the server answered {}", response.status()));
    }
    let text = in_time(response.text().map_err(|e| said(&e))?).await?;
    text.as_string().ok_or_else(|| "the answer is no text".into())
}

impl Incoming {
    /// The next piece; `None` at the end.
    ///
    /// # Errors
    /// A sentence's end, where the connection broke.
    pub async fn piece(&self) -> Result<Option<Uint8Array>, String> {
        let read = in_time(self.reader.read()).await?;
        if web::get(&read, "done").is_truthy() {
            return Ok(None);
        }
        web::get(&read, "value")
            .dyn_into()
            .map(Some)
            .map_err(|_| "the answer holds no bytes".into())
    }

    /// Lets the rest go.
    pub async fn stop(&self) {
        let _ = JsFuture::from(self.reader.cancel()).await;
    }
}

/// Waits.
pub async fn sleep(ms: i32) {
    let _ = JsFuture::from(timer(ms, &JsValue::UNDEFINED)).await;
}

async fn request(path: &str, init: &RequestInit) -> Result<Response, String> {
    let scope = scope()?;
    let url = Url::new_with_base(path, &scope.location().href()).map_err(|e| said(&e))?;
    let answer = in_time(scope.fetch_with_str_and_init(&url.href(), init)).await?;
    answer.dyn_into().map_err(|_| "the browser gave no answer".into())
}

/// A promise's value, or an error where it takes too long.
async fn in_time(promise: Promise) -> Result<JsValue, String> {
    let late = JsValue::from(js_sys::Error::new("the server stopped answering"));
    let race = Promise::race(&Array::of2(&promise, &timer(PATIENCE_MS, &late)));
    let value = JsFuture::from(race).await.map_err(|e| said(&e))?;
    if value == late { Err(said(&late)) } else { Ok(value) }
}

/// Resolves to `value` after so many milliseconds.
fn timer(ms: i32, value: &JsValue) -> Promise {
    Promise::new(&mut |resolve, _| {
        if let Ok(scope) = scope() {
            let _ = scope.set_timeout_with_callback_and_timeout_and_arguments_1(&resolve, ms, value);
        }
    })
}
