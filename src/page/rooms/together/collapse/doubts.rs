//! What is doubtful of the run in hand: settings that can be meant, and seldom are.

use leptos::prelude::*;

use crate::page::{state::run::sentence, together::Room};

/// Under the settings; said aloud once, when a run begins with it.
#[component]
pub fn Doubts() -> impl IntoView {
    let training = Room::here().training;
    let doubts = Memo::new(move |_| {
        training
            .begun
            .with(|begun| begun.as_ref().map(|begun| begun.doubts.clone()).unwrap_or_default())
    });
    let line = |doubt: String| view! { <li>{sentence(&doubt)}</li> };
    view! {
        <div role="status">
            <Show when=move || !doubts.with(Vec::is_empty)>
                <div class="doubts">
                    <p class="small">"Worth knowing of this run:"</p>
                    <ul class="small">{move || doubts.get().into_iter().map(line).collect_view()}</ul>
                </div>
            </Show>
        </div>
    }
}
