//! The ways in and out of the strip, and what a click on it chooses.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlInputElement};

use crate::page::{browser::files, state::gathering::SCENES, together::Room, widgets::icon::Icon};

/// The buttons beside the strip.
#[component]
pub fn Ways() -> impl IntoView {
    let room = Room::here();
    let picked = move |event: Event| {
        let Some(input) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) else {
            return;
        };
        room.take_files(files::of_list(input.files()));
        input.set_value("");
    };
    let some = move || room.pictures.count() > 0;
    let take_out = move |_| {
        if let Some(id) = room.pictures.chosen.get_untracked() {
            room.remove(&[id]);
        }
    };
    let take_all_out = move |_| room.remove_all();
    view! {
        <div class="ways">
            <div class="row">
                <label class="chip own">
                    <input id="add-pictures" class="unseen" type="file" accept="image/*,.heic,.heif,.avif" multiple aria-label="Add pictures" on:change=picked/>
                    <Icon name="plus"/>
                    "Add pictures"
                </label>
                <button class="chip" title="Scenes of the procedural worlds" on:click=move |_| room.add_scenes()>
                    <Icon name="scene"/>
                    {move || if some() { "A scene".to_owned() } else { format!("{SCENES} scenes") }}
                </button>
            </div>
            <Show when=some>
                <div class="row">
                    <Which/>
                    <button class="tool" aria-label="Take the chosen picture out" title="Take the chosen picture out (Delete)" on:click=take_out>
                        <Icon name="clear"/>
                    </button>
                    <button class="tool" aria-label="Take all pictures out" title="Take all pictures out" on:click=take_all_out>
                        <Icon name="bin"/>
                    </button>
                </div>
            </Show>
        </div>
    }
}

/// Whether a click chooses the first or the second picture.
#[component]
fn Which() -> impl IntoView {
    let room = Room::here();
    let second = room.pictures.choosing_other;
    let button = move |value: bool, letter: &'static str, name: &'static str| {
        let on = move || second.get() == value;
        view! {
            <button class="chip" class:own=on aria-pressed=move || on().to_string() aria-label=name title=name on:click=move |_| second.set(value)>
                {letter}
            </button>
        }
    };
    view! {
        <div class="group" role="group" aria-label="A click chooses">
            <span class="small">"A click chooses"</span>
            {button(false, "A", "A click chooses the first picture, A")}
            {button(true, "B", "A click chooses the second picture, B (or Shift and click)")}
        </div>
    }
}
