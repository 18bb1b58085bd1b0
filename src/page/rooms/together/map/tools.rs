//! How the map is made and looked at, and what not to read into it.

use leptos::prelude::*;

use crate::{
    page::{
        state::plane::Look,
        together::{Room, mapping::Seen},
        widgets::chip::chip,
    },
    protocol::together::{MapKind, Slot},
};

/// Kind and zoom.
#[component]
pub fn Tools() -> impl IntoView {
    let room = Room::here();
    let look = room.mapping.look;
    let kind = move |value: MapKind, name: &'static str, what: &'static str| {
        let on = move || room.map_kind() == value;
        chip(name, Some(what), on, move || room.set_map_kind(value))
    };
    let closer = move |times: f64| look.update(|look| *look = look.closer(times, [1.0, 1.0], [2.0, 2.0]));
    view! {
        <div class="tools">
            <div class="row">
                <div class="group" role="group" aria-label="How the map is made">
                    {kind(MapKind::Neighbours, "Neighbours", "Pictures that are close stay close (t-SNE)")}
                    {kind(MapKind::Pca, "Widest spread", "The two directions in which the embeddings differ most (principal components)")}
                </div>
                <div class="group zoom" role="group" aria-label="Zoom">
                    <button class="tool" aria-label="Farther" title="Farther (−)" on:click=move |_| closer(1.0 / 1.5)><span aria-hidden="true">"−"</span></button>
                    <button class="tool" aria-label="Closer" title="Closer (+)" on:click=move |_| closer(1.5)><span aria-hidden="true">"+"</span></button>
                    <button class="chip" aria-label="The whole map" title="The whole map (0)" on:click=move |_| look.set(Look::default())>"Whole map"</button>
                </div>
            </div>
        </div>
    }
}

/// What not to read into a map.
#[component]
pub fn Caveat() -> impl IntoView {
    let room = Room::here();
    let words = move || caveat(room.mapping.through(Slot::First));
    view! { <p class="small caveat">{words}</p> }
}

fn caveat(seen: Seen) -> String {
    seen.laid.with(|laid| match laid.as_deref() {
        None => String::new(),
        Some(laid) if laid.ids.len() < 3 => String::new(),
        Some(laid) if laid.kind == MapKind::Pca => {
            let part = laid
                .explained
                .map(|part| part[0] + part[1])
                .filter(|part| part.is_finite())
                .map_or_else(|| "a part".to_owned(), |part| format!("{:.0} %", f64::from(part.clamp(0.0, 1.0)) * 100.0));
            format!(
                "Not in this map: all but {part} of how the embeddings vary. Pictures that lie on each other here may be far apart in a direction that it does not show; the energies beside it are exact."
            )
        }
        Some(_) => "Not in this map: how far groups are from each other, and how wide they are. Only who is beside whom was kept, and that not always; the energies beside it are exact.".to_owned(),
    })
}
