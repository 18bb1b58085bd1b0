//! Drop anywhere: the whole window takes files, and says so while something hangs over it.

use leptos::prelude::*;
use web_sys::DragEvent;

use crate::page::{browser::files, studio::Studio};

/// Listens on the window, and covers it while files hang over it.
#[component]
pub fn DropZone() -> impl IntoView {
    let studio = Studio::here();
    let depth = RwSignal::new(0i32);
    let carries_files = |event: &DragEvent| event.data_transfer().is_some_and(|data| data.types().includes(&"Files".into(), 0));
    let _ = window_event_listener(leptos::ev::dragenter, move |event| {
        if carries_files(&event) {
            event.prevent_default();
            depth.update(|n| *n += 1);
        }
    });
    let _ = window_event_listener(leptos::ev::dragover, move |event| {
        if carries_files(&event) {
            event.prevent_default();
        }
    });
    let _ = window_event_listener(leptos::ev::dragleave, move |event| {
        if carries_files(&event) {
            depth.update(|n| *n = (*n - 1).max(0));
        }
    });
    let _ = window_event_listener(leptos::ev::drop, move |event| {
        depth.set(0);
        let list = files::of_list(event.data_transfer().and_then(|data| data.files()));
        if !list.is_empty() {
            event.prevent_default();
            studio.take_files(list);
        }
    });
    view! {
        <div class="drop" class:over=move || { depth.get() > 0 } aria-hidden="true">
            <div>
                <p class="words">"Let go to put it on the table"</p>
                <p>"Pictures of any kind, or a model as .safetensors. They stay on this machine."</p>
            </div>
        </div>
    }
}
