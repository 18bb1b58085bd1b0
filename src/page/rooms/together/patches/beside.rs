//! The other pictures under the same colours, and the heads one by one.

use leptos::prelude::*;

use super::over::Over;
use crate::page::{
    together::{MORE, Room},
    widgets::sheet::Sheet,
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
    let picture = move || room.pictures.find(id).map(|thumb| thumb.canvas);
    let colours = move || room.seen(|seen| seen.sheets.get(&id).cloned());
    view! {
        <li>
            <button class="frame" title=move || format!("{}: point at patches of this one", name()) aria-label=move || format!("Point at patches of {}", name()) on:click=move |_| room.pictures.choose(Some(id))>
                <span class="laid"><Sheet from=picture label=""/><Over colours/></span>
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
        let picture = move || room.pictures.first().map(|thumb| thumb.canvas);
        let colours = move || room.seen(|seen| seen.heads.get(at).cloned());
        view! {
            <li>
                <figure>
                    <span class="laid"><Sheet from=picture label=format!("Head {}", at + 1)/><Over colours/></span>
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
