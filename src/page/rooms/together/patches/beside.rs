//! The other pictures under the same colours, and the heads one by one.

use leptos::prelude::*;

use super::large::lay_colours;
use crate::page::{
    state::likeness::Look,
    together::{MORE, Room},
    widgets::sheet::Painted,
};

/// The other pictures.
#[component]
pub fn Beside() -> impl IntoView {
    let room = Room::here();
    let ids = Memo::new(move |_| room.beside());
    let all = move || room.pictures.list.with(Vec::len).saturating_sub(1);
    let left = move || all().saturating_sub(ids.with(Vec::len));
    view! {
        <ul class="contact" aria-label="The other pictures">
            <For each=move || ids.get() key=|id| *id let:id><Other id/></For>
        </ul>
        <Show when=move || { all() == 0 }>
            <p class="small">"One picture is enough to look at; with more, you see what is alike in all of them."</p>
        </Show>
        <Show when=move || { left() > 0 }>
            <div class="row">
                <span class="small">{move || format!("{} of {} others.", ids.with(Vec::len), all())}</span>
                <button class="link" on:click=move |_| room.looking.shown.update(|n| *n += MORE)>"Show more"</button>
            </div>
        </Show>
    }
}

#[component]
fn Other(id: u32) -> impl IntoView {
    let room = Room::here();
    let name = move || room.pictures.find(id).map(|thumb| thumb.name).unwrap_or_default();
    let paint = move |pen: &web_sys::CanvasRenderingContext2d, side: f64| {
        let Some(thumb) = room.pictures.find(id) else { return };
        let look = room.look();
        room.looking.seen.with(|seen| {
            let seen = seen
                .as_ref()
                .filter(|seen| seen.look == look && Some(seen.id) == room.pictures.chosen.get());
            lay_colours(pen, &thumb.canvas, seen.and_then(|seen| seen.sheets.get(&id)), look, side);
        });
    };
    view! {
        <li>
            <button class="frame" title=move || format!("{}: point at patches of this one", name()) aria-label=move || format!("Point at patches of {}", name()) on:click=move |_| room.pictures.choose(Some(id))>
                <Painted paint label=""/>
            </button>
        </li>
    }
}

/// Each head of the last layer.
#[component]
pub fn Heads() -> impl IntoView {
    let room = Room::here();
    let count = Memo::new(move |_| room.looking.seen.with(|seen| seen.as_ref().map_or(0, |seen| seen.heads.len())));
    let head = move |at: usize| {
        let paint = move |pen: &web_sys::CanvasRenderingContext2d, side: f64| {
            let Some(thumb) = room.pictures.first() else { return };
            room.looking.seen.with(|seen| {
                let seen = seen.as_ref().filter(|seen| seen.look == Look::Heads && seen.id == thumb.id);
                lay_colours(pen, &thumb.canvas, seen.and_then(|seen| seen.heads.get(at)), Look::Heads, side);
            });
        };
        view! {
            <li>
                <figure>
                    <Painted paint label=format!("Head {}", at + 1)/>
                    <figcaption class="small">{format!("head {}", at + 1)}</figcaption>
                </figure>
            </li>
        }
    };
    view! {
        <ul class="contact heads" aria-label="Heads of the last layer">
            {move || (0..count.get()).map(head).collect_view()}
        </ul>
    }
}
