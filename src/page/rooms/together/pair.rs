//! The panel `pair`.

use leptos::prelude::*;

/// The panel.
#[component]
pub fn Pair() -> impl IntoView {
    view! { <section class="bench two" data-testid="pair"></section> }
}
