//! The panel `patches`.

use leptos::prelude::*;

/// The panel.
#[component]
pub fn Patches() -> impl IntoView {
    view! { <section class="bench two" data-testid="patches"></section> }
}
