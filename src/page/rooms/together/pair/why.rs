//! Why these two: how many lines are drawn, and what they are.

use leptos::prelude::*;

use crate::{
    page::{
        rooms::together::needs::NeedsModel,
        together::{MOST_LINES, Room},
        widgets::slide::Slide,
    },
    protocol::together::{Able, Slot},
};

/// The card.
#[component]
pub fn Why() -> impl IntoView {
    let room = Room::here();
    let open = move || room.models.name_in(Slot::First);
    let lacks = move || open().is_some() && !room.models.has_in(Slot::First, |able| able.patches);
    let name = move || open().unwrap_or_default();
    let none = move || room.pictures.second().is_none();
    let count = Signal::derive(move || room.lines() as f64);
    let words = move |count: f64| match count as usize {
        0 => "no lines".to_owned(),
        1 => "the best".to_owned(),
        n => format!("the best {n}"),
    };
    let lacking = Signal::derive(move || format!("“{}” says nothing of single patches, so there are no lines to draw.", name()));
    view! {
        <Show when=move || !lacks() fallback=move || view! { <NeedsModel words=lacking place=Slot::First can=move |able: Able| { able.patches }/> }>
            <section class="card why" aria-label="Why these two">
                <h2>"Why these two"</h2>
                <p>
                    {move || if none() {
                        "Choose picture B, and lines show which patches of the two answer each other."
                    } else {
                        "Each line joins two patches that answer each other. Solid: each is the other's nearest. Dashed: in one direction only. Brighter is more alike."
                    }}
                </p>
                <Slide
                    name="Lines" low=0.0 high=MOST_LINES as f64 step=1.0
                    value=count words set=move |count: f64| room.draw_lines(count as usize)
                />
            </section>
        </Show>
    }
}
