//! A slider in a row: its name, the slider, where it stands with its unit.

use leptos::prelude::*;

/// The row.
#[component]
pub fn Slide(
    /// What it changes.
    name: &'static str,
    /// The least.
    low: f64,
    /// The most.
    high: f64,
    /// From one stop to the next.
    step: f64,
    /// Where it stands.
    #[prop(into)]
    value: Signal<f64>,
    /// How a value is written, with its unit.
    #[prop(into)]
    words: Callback<f64, String>,
    /// Hears where a person puts it.
    #[prop(into)]
    set: Callback<f64>,
) -> impl IntoView {
    let part = move || (value.get() - low) / (high - low) * 100.0;
    let heard = move |event| {
        if let Ok(value) = event_target_value(&event).parse::<f64>() {
            set.run(value.clamp(low, high));
        }
    };
    let said = move || words.run(value.get());
    view! {
        <label class="slide row-of-three">
            <span>{name}</span>
            <input
                type="range" min=low max=high step=step
                aria-label=name
                aria-valuetext=said
                style=("--part", move || format!("{:.1}%", part()))
                prop:value=move || value.get().to_string()
                on:input=heard
            />
            <span class="figure">{said}</span>
        </label>
    }
}
