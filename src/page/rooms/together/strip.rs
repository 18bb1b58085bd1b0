//! The film strip of the room: every panel's pictures, and which are chosen.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlInputElement};

use crate::page::{browser::files, together::Room, widgets::icon::Icon};

/// The strip.
#[component]
pub fn PictureStrip() -> impl IntoView {
    let room = Room::here();
    let picked = move |event: Event| {
        let Some(input) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) else {
            return;
        };
        room.take_files(files::of_list(input.files()));
        input.set_value("");
    };
    view! {
        <section class="strip" data-testid="strip">
            <div class="film">
                <ul aria-label="Pictures">
                    <For each=move || room.pictures.ids() key=|id| *id let:id>
                        <li>
                            <button class="frame" on:click=move |_| room.pictures.choose(Some(id))>
                                {move || room.pictures.find(id).map(|thumb| thumb.name)}
                            </button>
                        </li>
                    </For>
                </ul>
                <div class="ways">
                    <label class="chip own">
                        <input id="add-pictures" class="unseen" type="file" accept="image/*,.heic,.heif,.avif" multiple aria-label="Add pictures" on:change=picked/>
                        <Icon name="plus"/>
                        "Choose"
                    </label>
                </div>
            </div>
        </section>
    }
}
