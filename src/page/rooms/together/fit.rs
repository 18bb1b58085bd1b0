//! The panel `fit`.

use leptos::prelude::*;

/// The panel.
#[component]
pub fn Fit() -> impl IntoView {
    view! { <section class="bench two" data-testid="fit"></section> }
}
