//! The panel `place`.

use leptos::prelude::*;

/// The panel.
#[component]
pub fn Place() -> impl IntoView {
    view! { <section class="bench two" data-testid="place"></section> }
}
