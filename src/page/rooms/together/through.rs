//! Which of two models is spoken of, in panels that speak of one at a time.

use leptos::prelude::*;

use crate::{
    page::{together::Room, widgets::chip::chip},
    protocol::together::Slot,
};

/// The choice; nothing where one model is open alone.
#[component]
pub fn Through() -> impl IntoView {
    let room = Room::here();
    let one = move |slot: Slot| {
        let name = room.wanted_model(slot).unwrap_or_default();
        chip(name, None, move || room.lens() == slot, move || room.look_through(slot))
    };
    move || {
        room.has_two().then(|| {
            view! {
                <div class="row through" role="group" aria-label="Seen through">
                    <span class="small" aria-hidden="true">"Through"</span>
                    {one(Slot::First)}
                    {one(Slot::Second)}
                </div>
            }
        })
    }
}
