//! A line from the setting to the object, with a point on it.

use leptos::prelude::*;

/// The line.
#[component]
pub fn Scale(
    /// 0 the setting alone, 1 the object alone.
    value: Signal<Option<f32>>,
) -> impl IntoView {
    let left = move || value.get().map(|value| format!("{:.1}%", value.clamp(0.0, 1.0) * 100.0));
    view! {
        <div class="object-scale" aria-hidden="true">
            <div class="track"><span class="half"></span><span class="dot" style:left=left></span></div>
            <div class="ends"><span>"0 setting"</span><span>"1 object"</span></div>
        </div>
    }
}
