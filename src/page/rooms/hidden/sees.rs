//! What the model sees, and the tools' canvas.

use leptos::prelude::*;

use crate::page::{
    desk::Dialog,
    studio::Studio,
    widgets::{icon::Icon, patches::Patches},
};

/// The print on the left.
#[component]
pub fn Sees() -> impl IntoView {
    let studio = Studio::here();
    let count = move || {
        let grid = studio.grid();
        let hidden = studio.hiding.history.with(|history| history.on(grid).hidden_count());
        format!("{hidden} of {} patches hidden", grid.len())
    };
    view! {
        <section class="print dark" data-testid="sees">
            <Patches/>
            <div class="caption">
                <h2>"What the model sees"</h2>
                <span class="figure">{count}</span>
                <button
                    class="tool quiet"
                    title="Choose the square (F)"
                    aria-label="Choose the square"
                    on:click=move |_| studio.desk.dialog.set(Some(Dialog::Frame))
                >
                    <Icon name="crop"/>
                </button>
            </div>
        </section>
    }
}
