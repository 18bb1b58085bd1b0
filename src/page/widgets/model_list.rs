//! Models to pick: shipped, stored, dropped; sizes before a download, and a bin for what is stored.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Event, File, HtmlInputElement};

use super::icon::Icon;
use crate::{
    page::{browser::files, state::figures::bytes},
    protocol::{ShippedModel, StoredModel},
};

/// A model that can be picked.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Row {
    name: String,
    title: String,
    /// Where it is and how large.
    state: String,
    stored: bool,
}

/// Every model there is, once; `dropped` are names and bytes.
pub fn rows(shipped: Vec<ShippedModel>, stored: Vec<StoredModel>, dropped: Vec<(String, f64)>) -> Vec<Row> {
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

/// The list. What is done is told to three functions, so that it knows no room.
#[component]
pub fn List<D>(
    /// The models.
    rows: impl Fn() -> Vec<Row> + Send + Sync + 'static,
    /// The one that was chosen by hand.
    chosen: impl Fn() -> Option<String> + Copy + Send + Sync + 'static,
    /// What it is when none was chosen: a name and a line.
    none: (&'static str, &'static str),
    /// Which weights may be dropped.
    hint: &'static str,
    /// Chooses.
    choose: impl Fn(Option<String>) + Copy + Send + Sync + 'static,
    /// Takes files that were picked.
    take: impl Fn(Vec<File>) + Copy + 'static,
    /// Deletes stored weights; no bin without it.
    delete: Option<D>,
) -> impl IntoView
where
    D: Fn(String) + Copy + Send + Sync + 'static,
{
    let picked = move |event: Event| {
        let Some(input) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) else {
            return;
        };
        take(files::of_list(input.files()));
        input.set_value("");
    };
    let by_itself = move || chosen().is_none();
    view! {
        <div class="models">
            <div class="choice" class:own=by_itself>
                <button aria-pressed=move || by_itself().to_string() on:click=move |_| choose(None)>
                    <strong>{none.0}</strong>
                    <span>{none.1}</span>
                </button>
            </div>
            <For each=rows key=Clone::clone let:row>
                <Choice row chosen choose delete/>
            </For>
            <label class="chip">
                <input class="unseen" type="file" accept=".safetensors" aria-label="Open weights" on:change=picked/>
                <Icon name="open"/>
                "Open weights"
            </label>
            <p class="small">{hint}</p>
        </div>
    }
}

#[component]
fn Choice<D>(
    row: Row,
    chosen: impl Fn() -> Option<String> + Copy + Send + Sync + 'static,
    choose: impl Fn(Option<String>) + Copy + Send + Sync + 'static,
    delete: Option<D>,
) -> impl IntoView
where
    D: Fn(String) + Copy + Send + Sync + 'static,
{
    let Row {
        name,
        title,
        state,
        stored,
    } = row;
    let (mine, taken, binned) = (name.clone(), name.clone(), name.clone());
    let on = Memo::new(move |_| chosen().as_deref() == Some(mine.as_str()));
    let bin = delete.filter(|_| stored).map(|delete| {
        let label = format!("Delete the stored weights of {binned}");
        view! {
            <button class="tool quiet" aria-label=label title="Delete from this browser" on:click=move |_| delete(binned.clone())>
                <Icon name="bin"/>
            </button>
        }
    });
    view! {
        <div class="choice" class:own=on>
            <button aria-pressed=move || on.get().to_string() on:click=move |_| choose(Some(taken.clone()))>
                <strong>{name}</strong>
                <span>{title}</span>
                <span class="figure">{state}</span>
            </button>
            {bin}
        </div>
    }
}
