//! The small differences between a native program and a browser: the clock, yielding, a line in the log.
//!
//! `web.rs` is the glue that page and engine share: posting and receiving messages.

#[cfg(any(unix, windows))]
pub mod file;
#[cfg(all(feature = "web", target_family = "wasm"))]
pub mod web;

/// Milliseconds since some fixed moment of this program; for differences only.
#[cfg(not(target_family = "wasm"))]
pub fn now_ms() -> f64 {
    use std::{sync::OnceLock, time::Instant};
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_secs_f64() * 1e3
}

/// Milliseconds since some fixed moment of this page or worker; for differences only.
#[cfg(all(feature = "web", target_family = "wasm"))]
pub fn now_ms() -> f64 {
    web::now_ms()
}

/// A wasm module without a browser around it has no clock.
#[cfg(all(not(feature = "web"), target_family = "wasm"))]
pub fn now_ms() -> f64 {
    0.0
}

/// Lets whatever waits run first: in a browser a real task of the event loop, so that messages posted meanwhile are seen.
pub async fn yield_now() {
    #[cfg(all(feature = "web", target_family = "wasm"))]
    web::next_task().await;
}

/// A warning for whoever develops: the browser's console. Natively nothing, since the command line owns standard error.
pub fn warn(_message: &str) {
    #[cfg(all(feature = "web", target_family = "wasm"))]
    web_sys::console::warn_1(&_message.into());
}
