//! Out of place: a cow on a beach. Does the embedding follow the object or the setting?

mod bonds;
mod example;
mod scale;

use leptos::prelude::*;

use self::{bonds::Knob, example::Example, scale::Scale};
use crate::{
    page::{state::bonds::words as follows, together::Room, widgets::icon::Icon},
    protocol::together::Slot,
};

/// The panel.
#[component]
pub fn Place() -> impl IntoView {
    let room = Room::here();
    room.list_methods();
    keep_asking(room);
    view! {
        <section class="place" data-testid="place">
            <p class="lead">
                "A cow on a beach: to the model, is it nearer to a cow in a meadow, or to a beach with something else on it? What always went together in training, it cannot tell apart."
            </p>
            <Example/>
            <div class="bench two">
                <div class="left"><Models/></div>
                <div class="middle"><Knob/></div>
            </div>
        </section>
    }
}

/// The number of each model that is open.
#[component]
fn Models() -> impl IntoView {
    let room = Room::here();
    let places = room.placing.places;
    let row = move |slot: Slot| {
        let placed = move || places.with(|places| places.get(&slot).cloned());
        let value = Signal::derive(move || placed().map(|placed| placed.place.follows_object));
        let said = move || {
            placed().map(|placed| {
                let part = placed.place.follows_object;
                format!("“{}” {}.", placed.model, follows(part))
            })
        };
        view! {
            <Show when=move || placed().is_some()>
                <p class="large"><output>{move || value.get().map(|value| format!("{value:.2}"))}</output><span class="unit">{said}</span></p>
                <Scale value/>
            </Show>
        }
    };
    let none = move || places.with(|places| places.is_empty());
    let triples = move || places.with(|places| places.values().next().map(|placed| placed.place.triples));
    view! {
        <section class="card models-placed" aria-label="Object or setting">
            <h2>"Object or setting?"</h2>
            <Show when=none><p>"The open models are being asked."</p></Show>
            {row(Slot::First)}
            {row(Slot::Second)}
            <div class="row">
                <p class="small">
                    {move || triples().map(|n| format!("The share of {n} rare scenes that lie nearer to the one with their object. One half would be chance."))}
                </p>
                <button class="link" on:click=move |_| room.other_scenes()><Icon name="dice"/>"Other scenes"</button>
            </div>
        </section>
    }
}

/// Asks anew whenever another model opened, or other scenes are wanted.
fn keep_asking(room: Room) {
    let name = move |slot: Slot| room.models.name_in(slot);
    let wish = move || (name(Slot::First), name(Slot::Second), room.scenes_seed());
    room.keep_asking(wish, Room::ask_places);
}
