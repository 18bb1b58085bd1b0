//! The bar that counts bytes, or pictures.

use leptos::prelude::*;

use crate::page::desk::{Desk, Progress};

/// What is being loaded, and how far; nothing while nothing is.
#[component]
pub fn Loading() -> impl IntoView {
    let progress = Desk::here().progress;
    let show = move |p: Progress| {
        let part = p.part.map(|part| part * 100.0);
        view! {
            <div class="loading">
                <span>{p.words}</span>
                <div
                    class="rail"
                    class:running=part.is_none()
                    role="progressbar"
                    aria-label="Loading"
                    aria-valuemin="0"
                    aria-valuemax="100"
                    aria-valuenow=part.map(|part| part.round().to_string())
                >
                    <span style:width=format!("{:.1}%", part.unwrap_or(30.0))></span>
                </div>
            </div>
        }
    };
    move || progress.get().map(show)
}
