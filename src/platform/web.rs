//! What page and engine share of the browser: messages, the clock, a task of the event loop.
//!
//! A message is `{ json, buffers }`: the [`Envelope`] as JSON text (numbers of 64 bits stay whole in text) beside
//! `ArrayBuffer`s that are transferred, never copied.

use js_sys::{Array, ArrayBuffer, Object, Promise, Reflect, Uint8Array};
use serde::{Serialize, de::DeserializeOwned};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DedicatedWorkerGlobalScope, MessageChannel, MessageEvent, Performance, Worker};

use crate::protocol::Envelope;

/// Where a message can be posted: a page posts to its [`Worker`], a worker to its own scope.
pub trait Target {
    /// Posts `message`, moving what `transfer` lists.
    fn post_moving(&self, message: &JsValue, transfer: &JsValue) -> Result<(), JsValue>;
}

impl Target for Worker {
    fn post_moving(&self, message: &JsValue, transfer: &JsValue) -> Result<(), JsValue> {
        self.post_message_with_transfer(message, transfer)
    }
}

impl Target for DedicatedWorkerGlobalScope {
    fn post_moving(&self, message: &JsValue, transfer: &JsValue) -> Result<(), JsValue> {
        self.post_message_with_transfer(message, transfer)
    }
}

/// Posts a message; `buffers` are gone from this side afterwards.
///
/// # Errors
/// A sentence, where the message cannot be written or the browser refuses it (a buffer already moved away).
pub fn post<T: Serialize>(target: &impl Target, message: &Envelope<T>, buffers: Vec<ArrayBuffer>) -> Result<(), String> {
    let json = serde_json::to_string(message).map_err(|e| format!("a message could not be written: {e}"))?;
    let list: Array = buffers.into_iter().collect();
    let object = Object::new();
    for (key, value) in [("json", JsValue::from(json)), ("buffers", JsValue::from(&list))] {
        Reflect::set(&object, &key.into(), &value).map_err(|e| said(&e))?;
    }
    target
        .post_moving(&object, &list)
        .map_err(|e| format!("a message could not be sent: {}", said(&e)))
}

/// Reads a message that came.
///
/// # Errors
/// A sentence, where this is no message of the protocol.
pub fn receive<T: DeserializeOwned>(event: &MessageEvent) -> Result<(Envelope<T>, Vec<ArrayBuffer>), String> {
    let data = event.data();
    let json = get(&data, "json").as_string().ok_or("a message without `json` came")?;
    let message = serde_json::from_str(&json).map_err(|e| format!("a message of another version came: {e}"))?;
    let buffers = match get(&data, "buffers").dyn_into::<Array>() {
        Ok(list) => list.iter().filter_map(|b| b.dyn_into::<ArrayBuffer>().ok()).collect(),
        Err(_) => Vec::new(),
    };
    Ok((message, buffers))
}

/// Bytes into a buffer of their own, ready to be moved to the other side.
pub fn to_buffer(bytes: &[u8]) -> ArrayBuffer {
    Uint8Array::from(bytes).buffer()
}

/// A buffer's bytes, copied into wasm memory.
pub fn to_bytes(buffer: &ArrayBuffer) -> Vec<u8> {
    Uint8Array::new(buffer).to_vec()
}

/// A property, `undefined` where there is none.
pub fn get(object: &JsValue, key: &str) -> JsValue {
    Reflect::get(object, &key.into()).unwrap_or(JsValue::UNDEFINED)
}

/// What a JavaScript error says, as a person should read it.
pub fn said(error: &JsValue) -> String {
    let message = get(error, "message").as_string().filter(|m| !m.is_empty());
    let name = get(error, "name").as_string().filter(|n| !n.is_empty());
    message
        .or(name)
        .or_else(|| error.as_string())
        .unwrap_or_else(|| "the browser gave no reason".into())
}

/// Milliseconds since this page or worker began.
pub(super) fn now_ms() -> f64 {
    match get(&js_sys::global(), "performance").dyn_into::<Performance>() {
        Ok(performance) => performance.now(),
        Err(_) => js_sys::Date::now(),
    }
}

/// Resolves in a task of its own, after those that already wait. A timer would do too, but browsers hold nested timers back by 4 ms.
pub(super) async fn next_task() {
    let Ok(channel) = MessageChannel::new() else { return };
    let (here, there) = (channel.port1(), channel.port2());
    let came = Promise::new(&mut |resolve, _| here.set_onmessage(Some(&resolve)));
    if there.post_message(&JsValue::NULL).is_ok() {
        let _ = JsFuture::from(came).await;
    }
    here.set_onmessage(None);
    here.close();
}
