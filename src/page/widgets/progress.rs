//! The bar that counts bytes.

use leptos::prelude::*;

use crate::{
    page::{
        state::figures::bytes,
        studio::{Studio, notices::Progress},
    },
    protocol::Stage,
};

fn words(progress: &Progress) -> String {
    let Progress { what, stage, done, of } = progress;
    match stage {
        Stage::Download if *of > 0 => format!("Loading {what}: {} of {}", bytes(*done), bytes(*of)),
        Stage::Download => format!("Loading {what}: {}", bytes(*done)),
        Stage::Check => format!("Checking {what}"),
        Stage::WarmUp => format!("Warming up {what}"),
    }
}

/// What is being loaded, and how far; nothing while nothing is.
#[component]
pub fn Loading() -> impl IntoView {
    let progress = Studio::here().desk.progress;
    let part = |p: &Progress| (p.of > 0 && p.stage != Stage::WarmUp).then(|| (p.done as f64 / p.of as f64).clamp(0.0, 1.0) * 100.0);
    let show = move |p: Progress| {
        let part = part(&p);
        view! {
            <div class="loading">
                <span>{words(&p)}</span>
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
