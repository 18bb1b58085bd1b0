//! What disturbs the picture.

use leptos::prelude::*;

use crate::{
    page::{
        state::changes::{KNOBS, Knob},
        together::Room,
        widgets::slide::Slide,
    },
    protocol::together::Changes,
};

/// The sliders, the switch and the way back.
#[component]
pub fn Sliders() -> impl IntoView {
    let room = Room::here();
    let row = move |knob: &'static Knob| {
        let value = Signal::derive(move || f64::from(knob.of(&room.changes())));
        view! {
            <Slide
                name=knob.name
                low=f64::from(knob.low) high=f64::from(knob.high) step=f64::from(knob.step)
                value
                words=move |value: f64| (knob.words)(value as f32)
                set=move |value: f64| room.change(knob, value as f32)
            />
        }
    };
    let flipped = move || room.changes().flip;
    view! {
        <section class="card sliders" aria-label="Disturb A">
            <h2>"Disturb A"</h2>
            {KNOBS.iter().map(row).collect_view()}
            <div class="row">
                <button class="chip" class:own=flipped role="switch" aria-checked=move || flipped().to_string() on:click=move |_| room.flip(!flipped())>
                    "Flip left and right"
                </button>
                <button class="chip" disabled=move || room.changes() == Changes::default() on:click=move |_| room.rest()>"As it was"</button>
            </div>
        </section>
    }
}
