//! Patches: what is like the one pointed at, in this picture and in all others.

mod beside;
mod large;
mod over;

use leptos::prelude::*;

use self::{
    beside::{Beside, Heads},
    large::Large,
};
use super::{
    needs::{Needs, NeedsModel},
    through::Through,
};
use crate::{
    page::{
        state::likeness::{Look, Scale},
        together::Room,
        widgets::{chip::chip, ramp::Ramp},
    },
    protocol::together::Able,
};

/// The panel.
#[component]
pub fn Patches() -> impl IntoView {
    let room = Room::here();
    keep_asking(room);
    let any = move || room.pictures.first().is_some();
    let heads = move || room.look() == Look::Heads;
    let lacks = move || {
        let place = room.lens();
        let (name, able) = room.models.of(place, |model| (model.name.clone(), model.able))?;
        let (has, words, can): (_, _, fn(Able) -> bool) = if heads() {
            (able.attention, "has no attention to show: its encoder is no transformer.", |able| {
                able.attention
            })
        } else {
            (able.patches, "says nothing of single patches.", |able| able.patches)
        };
        (!has).then(|| view! { <NeedsModel words=format!("“{name}” {words}") place can/> })
    };
    view! {
        <section class="looking" data-testid="patches">
            <div class="row looks">
                <Looks/>
                <Through/>
            </div>
            <Show when=any fallback=|| view! { <Needs words="There is no picture yet. Drop one anywhere, or add some." pictures=true/> }>
                <div class="bench two">
                    <div class="left">
                        <Large/>
                        <Legend/>
                        <Says/>
                    </div>
                    <div class="middle">
                        {lacks}
                        <Show when=heads fallback=|| view! { <Beside/> }><Heads/></Show>
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
    let one = move |(look, name, title): (Look, &'static str, &'static str)| {
        let on = move || room.look() == look;
        chip(name, Some(title), on, move || room.look_at(look))
    };
    view! { <div class="group" role="group" aria-label="What to look at">{LOOKS.map(one).into_iter().collect_view()}</div> }
}

#[component]
fn Legend() -> impl IntoView {
    let room = Room::here();
    let ticks = move |of: Look| {
        Signal::derive(move || {
            let seen = room.looking.seen;
            seen.with(|seen| seen.as_ref().filter(|seen| seen.look == of)?.scale.as_ref().map(Scale::ticks))
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
        chip(name, None, on, move || room.look_from_patch(patch))
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
    let wish = move || {
        let look = room.look();
        let from = room.looks_from_patch();
        let patch = (look == Look::Heat || (look == Look::Heads && from)).then(|| room.patch());
        let beside = if look == Look::Heads { Vec::new() } else { room.beside() };
        (room.patches_of(), from, patch, beside)
    };
    room.keep_asking(wish, Room::ask_patches);
}
