//! The model in hand, others to pick, and its card.

use leptos::prelude::*;

use crate::page::{
    state::figures,
    studio::Studio,
    widgets::{
        model_card::Card,
        model_list::{List, rows},
    },
};

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
    let all = move || {
        let dropped = studio
            .models
            .dropped
            .with(|all| all.iter().map(|(name, blob)| (name.clone(), blob.size())).collect());
        rows(studio.models.shipped.get().unwrap_or_default(), studio.models.stored.get(), dropped)
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
                <List
                    rows=all
                    chosen=move || studio.models.chosen.get()
                    none=("By the picture", "scenes for scenes, photos for photographs")
                    hint="Or drop a .safetensors anywhere: what this project's trainer wrote, or a published ViT-MAE checkpoint."
                    choose=move |name| studio.choose_model(name)
                    take=move |files| studio.take_files(files)
                    delete=Some(move |name| studio.delete_stored(name))
                />
            </details>
            {move || open.get().map(|model| view! {
                <details name="model">
                    <summary>"Its card"</summary>
                    <Card model curve_of="PSNR on held-out pictures, dB"/>
                </details>
            })}
        </section>
    }
}
