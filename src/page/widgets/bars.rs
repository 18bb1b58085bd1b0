//! Bars side by side, each with its number.

use leptos::prelude::*;

/// One bar.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// What it stands for.
    pub name: &'static str,
    /// 0..1 of the row.
    pub part: f32,
    /// The number beside it.
    pub figure: String,
    /// Whether it is the one this is about.
    pub own: bool,
}

/// Bars, as a list that reads well without them.
#[component]
pub fn Bars(
    /// The bars.
    #[prop(into)]
    bars: Signal<Vec<Bar>>,
) -> impl IntoView {
    let row = |bar: Bar| {
        view! {
            <li class:own=bar.own>
                <span class="name">{bar.name}</span>
                <span class="rail"><span style:width=format!("{:.1}%", bar.part.clamp(0.0, 1.0) * 100.0)></span></span>
                <span class="figure">{bar.figure}</span>
            </li>
        }
    };
    view! { <ul class="bars">{move || bars.get().into_iter().map(row).collect_view()}</ul> }
}
