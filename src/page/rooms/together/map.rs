//! Where pictures lie: a map, what is nearest, what goes together, the energies of all pairs; through one model or two.

mod groups;
mod matrix;
mod nearest;
mod paint;
mod plane;
mod tools;
mod touched;

use leptos::prelude::*;

use self::{
    groups::Groups,
    matrix::Matrix,
    nearest::Nearest,
    plane::MapPlane,
    tools::{Caveat, Tools},
};
use crate::{page::together::Room, protocol::together::Slot};

/// The panel.
#[component]
pub fn Map() -> impl IntoView {
    let room = Room::here();
    room.keep_mapping();
    let two = Memo::new(move |_| room.has_two());
    let count = Memo::new(move |_| room.pictures.list.with(Vec::len));
    view! {
        <section class="bench wide" data-testid="map">
            <div class="left">
                <div class="planes" class:two=two>
                    <Framed place=Slot::First/>
                    <Show when=move || two.get()>
                        <Framed place=Slot::Second/>
                    </Show>
                </div>
                <Tools/>
                <Caveat/>
                <Show when=move || { count.get() > 2 }>
                    <Groups/>
                </Show>
            </div>
            <div class="right">
                <Show when=move || { count.get() > 1 }>
                    <Nearest/>
                    <Matrix/>
                </Show>
            </div>
        </section>
        <p id="plane-help" class="unseen">
            "Arrow keys go from picture to picture and choose it, with Shift the second one. Plus and minus zoom, zero shows all. Drag to pan."
        </p>
    }
}

/// A map with its caption; what stands on it where there is nothing to see yet.
#[component]
fn Framed(place: Slot) -> impl IntoView {
    let room = Room::here();
    let seen = room.mapping.through(place);
    let name = move || room.models.name_in(place);
    let blank = move || {
        let words = match (room.pictures.count(), name().is_some()) {
            _ if seen.laid.with(Option::is_some) => return None,
            (0, _) => "A map needs pictures. Drop some anywhere.",
            _ if room.wanted_model(place).is_none() && room.models.shipped.with(Option::is_some) => {
                "There is no model beside this page. Drop weights of your own, a .safetensors."
            }
            (_, false) => "The model is on its way.",
            (_, true) => "The pictures are being embedded.",
        };
        Some(view! { <p class="blank">{words}</p> })
    };
    let few = move || {
        let few = seen.laid.with(|laid| laid.as_ref().map(|laid| laid.ids.len()));
        let words = match few {
            Some(1) => "One picture is a point without a map. Add a second, and there is a distance.",
            Some(2) => "Two pictures, one distance. With a third there is a shape.",
            _ => return None,
        };
        Some(view! { <p class="few">{words}</p> })
    };
    view! {
        <figure class="map-print">
            <MapPlane place/>
            {blank}
            {few}
            <figcaption>
                <span>{move || name().unwrap_or_else(|| "No model yet".into())}</span>
                <span class="figure">{move || match room.pictures.list.with(Vec::len) {
                    1 => "1 picture".to_owned(),
                    count => format!("{count} pictures"),
                }}</span>
            </figcaption>
        </figure>
    }
}
