//! Patches: what is like the one pointed at, in this picture and in all others.

mod beside;
mod large;
mod over;

use leptos::prelude::*;

use self::{
    beside::{Beside, Heads},
    large::Large,
};
use super::needs::{Needs, NeedsModel};
use crate::{
    page::{
        state::{
            likeness::{Look, Scale},
            settings::Word,
        },
        together::Room,
        widgets::ramp::Ramp,
    },
    protocol::together::{Able, Slot},
};

/// The panel.
#[component]
pub fn Patches() -> impl IntoView {
    let room = Room::here();
    let look = Memo::new(move |_| room.look());
    keep_asking(room);
    let any = move || room.pictures.first().is_some();
    let model = room.models.first;
    let able = Memo::new(move |_| model.with(|model| model.as_ref().map(|model| model.able)));
    let lacks_patches = move || look.get() != Look::Heads && able.get().is_some_and(|able| !able.patches);
    let lacks_heads = move || look.get() == Look::Heads && able.get().is_some_and(|able| !able.attention);
    let name = move || model.with(|model| model.as_ref().map(|model| model.name.clone()).unwrap_or_default());
    let no_patches = Signal::derive(move || format!("“{}” says nothing of single patches.", name()));
    let no_heads = Signal::derive(move || format!("“{}” has no attention to show: its encoder is no transformer.", name()));
    view! {
        <section class="looking" data-testid="patches">
            <Looks/>
            <Show when=any fallback=|| view! { <Needs words="There is no picture yet. Drop one anywhere, or add some." pictures=true/> }>
                <div class="bench two">
                    <div class="left">
                        <Large/>
                        <Legend/>
                        <Says/>
                    </div>
                    <div class="middle">
                        <Show when=lacks_patches><NeedsModel words=no_patches place=Slot::First can=move |able: Able| { able.patches }/></Show>
                        <Show when=lacks_heads><NeedsModel words=no_heads place=Slot::First can=move |able: Able| { able.attention }/></Show>
                        <Show when=move || { look.get() == Look::Heads } fallback=|| view! { <Beside/> }><Heads/></Show>
                    </div>
                </div>
            </Show>
        </section>
    }
}

const LOOKS: [(Look, &str, &str); 3] = [
    (Look::Heat, "Alike", "How alike every patch is to the one pointed at"),
    (Look::Colours, "Colours", "What the model makes of each patch, as a colour"),
    (Look::Heads, "Attention", "Where the heads of the last layer look"),
];

#[component]
fn Looks() -> impl IntoView {
    let room = Room::here();
    let chip = move |(look, name, title): (Look, &'static str, &'static str)| {
        let on = move || room.look() == look;
        view! {
            <button class="chip" class:own=on aria-pressed=move || on().to_string() title=title data-look=look.word() on:click=move |_| room.look_at(look)>
                {name}
            </button>
        }
    };
    view! { <div class="row looks" role="group" aria-label="What to look at">{LOOKS.map(chip).into_iter().collect_view()}</div> }
}

#[component]
fn Legend() -> impl IntoView {
    let room = Room::here();
    let ticks = move |of: Look| {
        Signal::derive(move || {
            room.looking
                .seen
                .with(|seen| seen.as_ref().filter(|seen| seen.look == of)?.scale.as_ref().map(Scale::ticks))
        })
    };
    view! {
        <Ramp name="cosine; 1 is the same" ticks=ticks(Look::Heat)/>
        <Ramp name="share of attention" ticks=ticks(Look::Heads)/>
    }
}

/// What one sees, in a sentence.
#[component]
fn Says() -> impl IntoView {
    let room = Room::here();
    let words = move || match room.look() {
        Look::Heat => {
            "Point at a patch, or go from one to the next with the arrow keys. Bright is alike to the model, in this picture and in all others; a click pins the patch."
        }
        Look::Colours => {
            "Each patch in three colours out of what the model says of it: along the first three principal components of the patches of 40 fixed scenes, the same for every picture, so that with one model a colour always means the same."
        }
        Look::Heads => "Each small picture is one head of the last layer: bright is where it looks.",
    };
    let heads = move || room.look() == Look::Heads;
    let from = move |patch: bool, name: &'static str| {
        let on = move || room.looks_from_patch() == patch;
        view! { <button class="chip" class:own=on aria-pressed=move || on().to_string() on:click=move |_| room.look_from_patch(patch)>{name}</button> }
    };
    view! {
        <p class="small says">{words}</p>
        <Show when=heads>
            <div class="row" role="group" aria-label="Where heads look from">
                {from(false, "From the picture as a whole")}
                {from(true, "From the patch")}
            </div>
        </Show>
    }
}

/// Asks anew whenever something changed that the colours depend on.
fn keep_asking(room: Room) {
    let wish = Memo::new(move |_| {
        let look = room.look();
        let from = room.looks_from_patch();
        let patch = (look == Look::Heat || (look == Look::Heads && from)).then(|| room.patch());
        let beside = if look == Look::Heads { Vec::new() } else { room.beside() };
        let model = room.models.first.with(|model| model.as_ref().map(|model| model.name.clone()));
        (look, from, patch, room.pictures.first().map(|thumb| thumb.id), beside, model)
    });
    Effect::new(move |_| {
        wish.with(|_| ());
        untrack(|| room.ask_patches());
    });
}
