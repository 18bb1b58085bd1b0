//! The last net: whatever ends the module is told to the page as [`FromEngine::Lost`], so that it can go on with another worker.

use std::{
    cell::Cell,
    panic::{PanicHookInfo, set_hook},
};

use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{ErrorEvent, Event, PromiseRejectionEvent};

use super::answer;
use crate::{platform::web, protocol::FromEngine};

thread_local! {
    static SAID: Cell<bool> = const { Cell::new(false) };
}

/// Says once that this engine is gone.
pub fn lost(sentence: &str) {
    if !SAID.replace(true) {
        answer::say(0, FromEngine::Lost(sentence.into()), Vec::new());
    }
}

/// Catches panics, and traps that leave no panic behind (memory that cannot be had).
pub fn install() {
    set_hook(Box::new(|info: &PanicHookInfo<'_>| {
        console_error_panic_hook::hook(info);
        lost("The engine met a mistake of its own and stopped. The browser's console has the details.");
    }));
    let Ok(scope) = answer::scope() else { return };
    let on_error = Closure::<dyn Fn(Event)>::new(|event: Event| {
        let reason = match event.dyn_ref::<ErrorEvent>() {
            Some(error) => error.error(),
            None => event
                .dyn_ref::<PromiseRejectionEvent>()
                .map_or(JsValue::UNDEFINED, PromiseRejectionEvent::reason),
        };
        // Only what the module itself does: a promise that nobody waits for may fail without harm.
        if web::get(&reason, "name").as_string().as_deref() == Some("RuntimeError") {
            lost("The engine stopped, most likely because memory ran out. A smaller model or picture needs less.");
        }
    });
    for kind in ["error", "unhandledrejection"] {
        let _ = scope.add_event_listener_with_callback(kind, on_error.as_ref().unchecked_ref());
    }
    on_error.forget();
}
