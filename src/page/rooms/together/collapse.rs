//! The panel `collapse`.

use leptos::prelude::*;

/// The panel.
#[component]
pub fn Collapse() -> impl IntoView {
    view! { <section class="bench two" data-testid="collapse"></section> }
}
