//! Drop anywhere: the whole window takes files, and says so while something hangs over it.

use leptos::prelude::*;
use web_sys::{DragEvent, File};

use crate::page::browser::files;

/// Listens on the window, and covers it while files hang over it.
#[component]
pub fn DropZone(
    /// What is done with files let go.
    take: impl Fn(Vec<File>) + 'static,
    /// What letting go does.
    words: &'static str,
) -> impl IntoView {
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
            take(list);
        }
    });
    view! {
        <div class="drop" class:over=move || { depth.get() > 0 } aria-hidden="true">
            <div>
                <p class="words">{words}</p>
                <p>"Pictures of any kind, or a model as .safetensors. They stay on this machine."</p>
            </div>
        </div>
    }
}
