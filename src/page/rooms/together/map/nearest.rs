//! The nearest pictures of the chosen one, with their energies; through two models, and how many they share.

use leptos::{html, prelude::*};

use crate::{
    page::{
        browser::{
            canvas::{lay_square, pen, smooth},
            in_turn,
        },
        state::{figures::pair_energy, plane::shared},
        together::Room,
    },
    protocol::together::Slot,
};

/// The card.
#[component]
pub fn Nearest() -> impl IntoView {
    let room = Room::here();
    let (first, second) = (room.mapping.first.nearest, room.mapping.second.nearest);
    let name = move || {
        room.pictures
            .chosen
            .get()
            .and_then(|id| room.pictures.find(id))
            .map(|thumb| thumb.name)
    };
    let two = Memo::new(move |_| room.has_two());
    let words = move || match name() {
        None => "Choose a picture, on the map or in the strip.".into(),
        Some(name) => format!("To “{name}”. Energy is their squared distance, 0 to 4; less is nearer."),
    };
    let sharing = move || {
        let (a, b) = (first.get(), second.get());
        let most = a.len().min(b.len());
        (two.get() && most > 0).then(|| {
            view! { <p class="sharing"><strong class="figure">{format!("{} of {most}", shared(&a, &b))}</strong> " nearest are the same in both models."</p> }
        })
    };
    view! {
        <section class="card nearest" data-testid="nearest">
            <h2>"Nearest"</h2>
            <p class="small">{words}</p>
            <div class="columns" class:two=two>
                <Column place=Slot::First/>
                <Show when=move || two.get()><Column place=Slot::Second/></Show>
            </div>
            {sharing}
        </section>
    }
}

#[component]
fn Column(place: Slot) -> impl IntoView {
    let room = Room::here();
    let nearest = room.mapping.through(place).nearest;
    let title = move || room.models.name_in(place).unwrap_or_default();
    let label = move || format!("Nearest pictures through {}", title());
    let two = move || room.has_two();
    view! {
        <div>
            {move || two().then(|| view! { <h3>{title()}</h3> })}
            <ol aria-label=label>
                <For each=move || nearest.get() key=|(id, energy)| (*id, energy.to_bits()) let:near>
                    <Near place id=near.0 energy=near.1/>
                </For>
            </ol>
        </div>
    }
}

#[component]
fn Near(place: Slot, id: u32, energy: f32) -> impl IntoView {
    let room = Room::here();
    let node = NodeRef::<html::Canvas>::new();
    let thumb = untrack(|| room.pictures.find(id));
    let name = thumb.as_ref().map(|thumb| thumb.name.clone()).unwrap_or_default();
    let from = StoredValue::new_local(thumb);
    Effect::new(move |_| {
        let Some(canvas) = node.get() else { return };
        in_turn(id as usize, move || {
            let _ = from.try_with_value(|thumb| {
                let Some((pen, from)) = pen(&canvas).zip(thumb.as_ref().map(|thumb| &thumb.canvas)) else {
                    return;
                };
                smooth(&pen);
                lay_square(&pen, from, 0.0, 0.0, 88.0);
            });
        });
    });
    let hovered = room.mapping.hovered;
    let other = if place == Slot::First {
        room.mapping.second
    } else {
        room.mapping.first
    };
    let both = move || other.nearest.with(|nearest| nearest.iter().any(|(near, _)| *near == id));
    let label = format!("{name}, energy {}", pair_energy(energy));
    view! {
        <li>
            <button
                class:both=both
                class:pointed=move || hovered.get() == Some(id)
                aria-label=label
                title=name.clone()
                on:click=move |_| room.pictures.choose(Some(id))
                on:pointerenter=move |_| hovered.set(Some(id))
                on:pointerleave=move |_| hovered.set(None)
                on:focus=move |_| hovered.set(Some(id))
                on:blur=move |_| hovered.set(None)
            >
                <canvas node_ref=node width="88" height="88" aria-hidden="true"></canvas>
                <span class="figure">{pair_energy(energy)}</span>
            </button>
        </li>
    }
}
