//! Small state in local storage. A browser that lends none (private windows, full disks) costs only the memory.

use leptos::prelude::window;

/// Where the session is kept.
pub const SESSION: &str = "darkroom.session";

/// What is kept under a key.
pub fn read(key: &str) -> Option<String> {
    window().local_storage().ok()??.get_item(key).ok()?
}

/// Keeps a text; whether it could.
pub fn write(key: &str, text: &str) -> bool {
    let storage = window().local_storage().ok().flatten();
    storage.is_some_and(|storage| storage.set_item(key, text).is_ok())
}
