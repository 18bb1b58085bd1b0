//! The model in hand, others to pick, and its card.

use leptos::prelude::*;

use super::{model_card::Card, model_list::List};
use crate::page::{state::figures, studio::Studio};

/// The panel.
#[component]
pub fn Model() -> impl IntoView {
    let studio = Studio::here();
    let open = studio.models.open;
    let facts = move || {
        open.get().map(|model| {
            format!(
                "{} parameters, {}. It takes {} × {} pixels in {} × {} patches.",
                figures::count(model.parameters),
                figures::bytes(model.bytes),
                model.size_px,
                model.size_px,
                model.grid.rows,
                model.grid.columns
            )
        })
    };
    let name = move || open.get().map_or_else(|| "None yet".into(), |model| model.name);
    let title = move || {
        open.get()
            .and_then(|model| model.card)
            .map(|card| card.title)
            .filter(|title| !title.is_empty())
    };
    let note = move || {
        open.get()
            .and_then(|model| model.note)
            .map(|note| view! { <p class="small note">{note}</p> })
    };
    view! {
        <section class="card model" data-testid="model">
            <h2>"Model"</h2>
            <p class="name">{name}</p>
            {move || title().map(|title| view! { <p>{title}</p> })}
            <p class="small">{facts}</p>
            {note}
            <details name="model">
                <summary>"Take another"</summary>
                <List/>
            </details>
            {move || open.get().map(|model| view! {
                <details name="model">
                    <summary>"Its card"</summary>
                    <Card model/>
                </details>
            })}
        </section>
    }
}
