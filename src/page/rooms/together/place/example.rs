//! A triple of scenes to look at.

use leptos::prelude::*;

use crate::page::{together::Room, widgets::sheet::Sheet};

const CAPTIONS: [(&str, &str); 3] = [
    ("Out of place", "a rare pair"),
    ("The same object", "nearer where the object counts"),
    ("The same setting", "nearer where the setting counts"),
];

/// The three prints.
#[component]
pub fn Example() -> impl IntoView {
    let room = Room::here();
    let example = room.placing.example;
    let print = move |at: usize| {
        let (name, hint) = CAPTIONS[at];
        let shows = move || example.with(|example| example.as_ref().map(|prints| prints[at].1.clone()));
        let label = Signal::derive(move || format!("{name}: {}", shows().unwrap_or_default()));
        view! {
            <figure class="print paper">
                <Sheet from=move || example.with(|example| example.as_ref().map(|prints| prints[at].0.clone())) label/>
                <figcaption class="caption"><h2>{move || shows().unwrap_or_else(|| name.into())}</h2><span class="small">{hint}</span></figcaption>
            </figure>
        }
    };
    view! {
        <div class="triple" role="group" aria-label="An example">
            {print(1)}
            {print(0)}
            {print(2)}
        </div>
    }
}
