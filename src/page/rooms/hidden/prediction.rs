//! The large print: the prediction set into what the model saw, beside the truth.

use leptos::prelude::*;

use crate::page::{
    desk::Phase,
    state::{settings::View, strip::Strip},
    studio::Studio,
    widgets::{icon::Icon, split::Split},
};

/// The print in the middle.
#[component]
pub fn PredictionPrint() -> impl IntoView {
    let studio = Studio::here();
    let title = move || match (studio.seeing.held.get(), studio.seeing.view.get()) {
        (true, _) | (_, View::Truth) => "The truth",
        (_, View::Set) => "What it expects, set into what it saw",
        (_, View::Alone) => "What it expects, every patch of it",
        (_, View::Wrong) => "Where it was wrong",
    };
    let held = studio.seeing.held;
    let picture = Memo::new(move |_| studio.print().map(|print| print.picture));
    let working = move || studio.desk.phase.get() == Phase::Working;
    let none = move || studio.print().is_none();
    let empty = move || studio.table.strip.with(|strip: &Strip| strip.items().is_empty());
    view! {
        <section class="print paper" class:working=working data-testid="prediction">
            <div class="hairline" aria-hidden="true"></div>
            // A new picture develops: the node is made anew, and its style fades it in.
            {move || { picture.with(|_| ()); view! { <div class="develops"><Split/></div> } }}
            <Show when=none>
                <p class="blank">{move || if empty() { "The table is empty. Drop a picture anywhere." } else { "The first print is on its way." }}</p>
            </Show>
            <div class="caption">
                <h2>{title}</h2>
                <button
                    class="link"
                    title="Hold to see the truth (T)"
                    on:pointerdown=move |_| held.set(true)
                    on:pointerup=move |_| held.set(false)
                    on:pointerleave=move |_| held.set(false)
                    on:keydown=move |event| if event.key() == " " || event.key() == "Enter" { held.set(true) }
                    on:keyup=move |_| held.set(false)
                    on:contextmenu=|event| event.prevent_default()
                >
                    <Icon name="eye"/>
                    "Hold for the truth"
                </button>
            </div>
        </section>
    }
}
