//! What a panel says when it lacks something: what to do, and which models have it.

use leptos::prelude::*;

use crate::{
    page::{state::abilities::Able, together::Room},
    protocol::together::Slot,
};

/// A sentence in the place of the panel.
#[component]
pub fn Needs(
    /// What is missing, and what to do.
    #[prop(into)]
    words: Signal<String>,
    /// Whether adding pictures helps.
    #[prop(optional)]
    pictures: bool,
) -> impl IntoView {
    let room = Room::here();
    let add = pictures.then(|| view! { <button class="chip own" on:click=move |_| room.pictures.pick()>"Add pictures"</button> });
    view! {
        <div class="card needs" role="note">
            <p>{move || words.get()}</p>
            {add}
        </div>
    }
}

/// The same, where another model would help: those at hand that have it can be opened at once.
#[component]
pub fn NeedsModel(
    /// What the model lacks.
    #[prop(into)]
    words: Signal<String>,
    /// Where another would go.
    place: Slot,
    /// Whether a model has it.
    can: fn(Able) -> bool,
) -> impl IntoView {
    let room = Room::here();
    let have = Memo::new(move |_| {
        let open = room.models.name_in(place);
        let all = room.models.that(can).into_iter();
        all.filter(|name| Some(name) != open.as_ref()).collect::<Vec<_>>()
    });
    let verb = if place == Slot::Drawing { "Draw with" } else { "Look through" };
    let button = move |name: String| {
        let wanted = name.clone();
        view! {
            <button class="chip" on:click=move |_| room.choose_model(place, Some(wanted.clone()))>{format!("{verb} “{name}”")}</button>
        }
    };
    let otherwise = move || {
        have.with(Vec::is_empty).then(|| {
            view! { <p class="small">"None of the models beside the page has it. Drop weights that have it, as .safetensors."</p> }
        })
    };
    view! {
        <div class="card needs" role="note">
            <p>{move || words.get()}</p>
            <div class="row">{move || have.get().into_iter().map(button).collect_view()}</div>
            {otherwise}
        </div>
    }
}
