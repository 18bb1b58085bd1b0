//! Small prints of every view; a touch puts one on the large print. The heat map has its legend.

use leptos::prelude::*;

use crate::page::{
    state::{heat, settings::View},
    studio::Studio,
    widgets::split::Proof,
};

const VIEWS: [(View, &str); 4] = [
    (View::Set, "set in"),
    (View::Alone, "every patch"),
    (View::Truth, "the truth"),
    (View::Wrong, "where wrong"),
];

/// The small prints.
#[component]
pub fn Proofs() -> impl IntoView {
    let view_now = Studio::here().seeing.view;
    let proof = move |(view, name): (View, &'static str)| {
        let on = move || view_now.get() == view;
        view! {
            <button class="proof" class:own=on class:dark=view == View::Wrong aria-pressed=move || on().to_string() on:click=move |_| view_now.set(view)>
                <Proof view/>
                <span>{name}</span>
            </button>
        }
    };
    view! {
        <section class="proofs" data-testid="proofs">
            <div class="row" role="group" aria-label="View">{VIEWS.map(proof).into_iter().collect_view()}</div>
            <Legend/>
        </section>
    }
}

#[component]
fn Legend() -> impl IntoView {
    let studio = Studio::here();
    let top = Memo::new(move |_| {
        studio
            .print()
            .filter(|print| print.numbers.is_some())
            .map(|print| heat::top(print.largest_energy()))
    });
    let colours: Vec<String> = (0..=8)
        .map(|i| {
            let [r, g, b] = heat::colour(i as f32 / 8.0);
            format!("rgb({r} {g} {b})")
        })
        .collect();
    let ramp = format!("linear-gradient(to right, {})", colours.join(", "));
    let ticks = move || {
        top.get().map(|top| {
            heat::ticks(top)
                .map(|v| view! { <span>{heat::tick(v)}</span> })
                .into_iter()
                .collect_view()
        })
    };
    view! {
        <div class="legend">
            <span class="name">"error of a patch, squared"</span>
            <div>
                <div class="ramp" style:background=ramp></div>
                <div class="ticks figure">{ticks}</div>
            </div>
        </div>
    }
}
