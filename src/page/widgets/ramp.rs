//! The colours of heat with the numbers they stand for.

use leptos::prelude::*;

use crate::page::state::heat;

/// The legend; without numbers nothing.
#[component]
pub fn Ramp(
    /// What the numbers are, and which end is which.
    name: &'static str,
    /// Numbers at the lower end, in the middle, at the upper end.
    #[prop(into)]
    ticks: Signal<Option<[String; 3]>>,
) -> impl IntoView {
    let colours: Vec<String> = (0..=8)
        .map(|i| {
            let [r, g, b] = heat::colour(i as f32 / 8.0);
            format!("rgb({r} {g} {b})")
        })
        .collect();
    let ramp = format!("linear-gradient(to right, {})", colours.join(", "));
    let row = move |ticks: [String; 3]| {
        view! {
            <div class="legend">
                <span class="name">{name}</span>
                <div>
                    <div class="ramp" style:background=ramp.clone()></div>
                    <div class="ticks figure">{ticks.map(|tick| view! { <span>{tick}</span> }).into_iter().collect_view()}</div>
                </div>
            </div>
        }
    };
    move || ticks.get().map(&row)
}
