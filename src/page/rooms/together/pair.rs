//! The energy of a pair: one picture disturbed by hand, against itself and against another.

mod energies;
mod prints;
mod sliders;
mod why;

use leptos::{html, prelude::*};

use self::{energies::Energies, prints::Prints, sliders::Sliders, why::Why};
use super::needs::Needs;
use crate::{page::together::Room, protocol::together::Slot};

/// Where the two prints lie that lines go between.
#[derive(Clone, Copy)]
struct Ends {
    disturbed: NodeRef<html::Canvas>,
    other: NodeRef<html::Canvas>,
}

/// The panel.
#[component]
pub fn Pair() -> impl IntoView {
    let room = Room::here();
    let ends = Ends {
        disturbed: NodeRef::new(),
        other: NodeRef::new(),
    };
    keep_asking(room);
    let any = move || room.pictures.first().is_some();
    view! {
        <section class="pair" data-testid="pair">
            <p class="lead">
                "Disturb picture A and watch the energy. It is read off the network as it is, apart from any loss: nothing is trained here."
            </p>
            <Show when=any fallback=|| view! { <Needs words="There is no picture yet. Drop one anywhere, or add some." pictures=true/> }>
                <Prints ends/>
                <div class="cards">
                    <Sliders/>
                    <Energies/>
                    <Why/>
                </div>
            </Show>
        </section>
    }
}

/// Asks anew whenever something changed that an energy depends on.
fn keep_asking(room: Room) {
    let name = move |slot: Slot| room.models.name_in(slot);
    let wish = move || {
        (
            room.pictures.first().map(|thumb| thumb.id),
            room.pictures.second().map(|thumb| thumb.id),
            room.changes(),
            name(Slot::First),
            name(Slot::Second),
            room.lines() > 0,
        )
    };
    room.keep_asking(wish, Room::ask_pair);
}
