//! The panel `map`.

use leptos::prelude::*;

/// The panel.
#[component]
pub fn Map() -> impl IntoView {
    view! { <section class="bench two" data-testid="map"></section> }
}
