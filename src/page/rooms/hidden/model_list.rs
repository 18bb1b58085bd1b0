//! Models to pick: shipped, stored, dropped; sizes before a download, and a bin for what is stored.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlInputElement};

use crate::page::{browser::files, state::figures::bytes, studio::Studio, widgets::icon::Icon};

#[derive(Clone, PartialEq, Eq, Hash)]
struct Row {
    name: String,
    title: String,
    /// Where it is and how large.
    state: String,
    stored: bool,
}

fn rows(studio: Studio) -> Vec<Row> {
    let shipped = studio.models.shipped.get().unwrap_or_default();
    let stored = studio.models.stored.get();
    let dropped = studio
        .models
        .dropped
        .with(|dropped| dropped.iter().map(|(name, blob)| (name.clone(), blob.size())).collect::<Vec<_>>());
    let mut rows: Vec<Row> = Vec::new();
    for model in shipped {
        let held = stored.iter().find(|held| held.name == model.name);
        let state = match held {
            Some(held) if held.bytes >= held.of => format!("{}, stored here", bytes(model.bytes)),
            Some(held) => format!("{} of {} stored; goes on where it broke off", bytes(held.bytes), bytes(model.bytes)),
            None => format!("{} to download", bytes(model.bytes)),
        };
        rows.push(Row {
            name: model.name,
            title: model.title,
            state,
            stored: held.is_some(),
        });
    }
    for held in stored {
        if rows.iter().all(|row| row.name != held.name) {
            let state = format!("{}, stored here", bytes(held.bytes));
            rows.push(Row {
                name: held.name,
                title: "Weights of your own".into(),
                state,
                stored: true,
            });
        }
    }
    for (name, size) in dropped {
        if rows.iter().all(|row| row.name != name) {
            rows.push(Row {
                name,
                title: "Weights of your own".into(),
                state: bytes(size as u64),
                stored: false,
            });
        }
    }
    rows
}

/// The list.
#[component]
pub fn List() -> impl IntoView {
    let studio = Studio::here();
    let picked = move |event: Event| {
        let Some(input) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) else {
            return;
        };
        studio.take_files(files::of_list(input.files()));
        input.set_value("");
    };
    let by_picture = move || studio.models.chosen.get().is_none();
    view! {
        <div class="models">
            <div class="choice" class:own=by_picture>
                <button aria-pressed=move || by_picture().to_string() on:click=move |_| studio.choose_model(None)>
                    <strong>"By the picture"</strong>
                    <span>"scenes for scenes, photos for photographs"</span>
                </button>
            </div>
            <For each=move || rows(studio) key=Clone::clone let:row>
                <Choice row/>
            </For>
            <label class="chip">
                <input class="unseen" type="file" accept=".safetensors" aria-label="Open weights" on:change=picked/>
                <Icon name="open"/>
                "Open weights"
            </label>
            <p class="small">
                "Or drop a .safetensors anywhere: what this project's trainer wrote, or a published ViT-MAE checkpoint."
            </p>
        </div>
    }
}

#[component]
fn Choice(row: Row) -> impl IntoView {
    let studio = Studio::here();
    let Row {
        name,
        title,
        state,
        stored,
    } = row;
    let (mine, taken, binned) = (name.clone(), name.clone(), name.clone());
    let on = Memo::new(move |_| studio.models.chosen.with(|chosen| chosen.as_deref() == Some(mine.as_str())));
    let bin = stored.then(|| {
        let label = format!("Delete the stored weights of {binned}");
        view! {
            <button class="tool quiet" aria-label=label title="Delete from this browser" on:click=move |_| studio.delete_stored(binned.clone())>
                <Icon name="bin"/>
            </button>
        }
    });
    view! {
        <div class="choice" class:own=on>
            <button aria-pressed=move || on.get().to_string() on:click=move |_| studio.choose_model(Some(taken.clone()))>
                <strong>{name}</strong>
                <span>{title}</span>
                <span class="figure">{state}</span>
            </button>
            {bin}
        </div>
    }
}
