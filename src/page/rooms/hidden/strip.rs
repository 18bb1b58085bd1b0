//! The film strip: pictures in hand, and the ways in.

use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlInputElement};

use crate::page::{
    browser::{
        canvas::{lay_part, pen},
        files, into_the_middle,
    },
    desk::Dialog,
    state::strip::Strip,
    studio::Studio,
    widgets::icon::Icon,
};

/// The strip.
#[component]
pub fn FilmStrip() -> impl IntoView {
    let studio = Studio::here();
    let strip = studio.table.strip;
    let list = NodeRef::<html::Ul>::new();
    // When another picture comes onto the table and at nothing else: a person who scrolls on is left alone.
    let mut before = None;
    Effect::new(move |_| {
        let now = strip.with(Strip::current);
        if std::mem::replace(&mut before, now) != now
            && let Some(list) = list.get_untracked()
            && let Ok(Some(own)) = list.query_selector(".own")
        {
            into_the_middle(&list, own.unchecked_ref());
        }
    });
    let ids = move || strip.with(|strip| strip.items().iter().map(|item| item.id).collect::<Vec<_>>());
    view! {
        <section class="strip" data-testid="strip">
            <div class="film">
                <ul aria-label="Film strip" node_ref=list>
                    <For each=ids key=|id| *id let:id>
                        <Picture id/>
                    </For>
                </ul>
                <WaysIn/>
            </div>
        </section>
    }
}

#[component]
fn Picture(id: u32) -> impl IntoView {
    let studio = Studio::here();
    let node = NodeRef::<html::Canvas>::new();
    let strip = studio.table.strip;
    let item = Memo::new(move |_| strip.with(|strip| strip.find(id).cloned()));
    let on = move || strip.with(Strip::current) == Some(id);
    let name = move || item.get().map(|item| item.name).unwrap_or_default();
    let film = Memo::new_with_compare(
        move |_| {
            studio
                .table
                .films
                .with(|films| films.get(&id).cloned())
                .map(send_wrapper::SendWrapper::new)
        },
        |a, b| a.and_then(Option::as_deref) != b.and_then(Option::as_deref),
    );
    Effect::new(move |_| {
        let (Some(canvas), Some(film), Some(item)) = (node.get(), film.get(), item.get()) else {
            return;
        };
        let (Some(frame), Some(size), Some(pen)) = (item.square(), item.size, pen(&canvas)) else {
            return;
        };
        canvas.set_width(192);
        canvas.set_height(192);
        crate::page::browser::canvas::smooth(&pen);
        let scale = f64::from(film.width()) / size[0].max(1) as f64;
        let [x, y, side] = [frame.x, frame.y, frame.side].map(|v| f64::from(v) * scale);
        lay_part(&pen, &film, [x, y, side, side], [0.0, 0.0, 192.0, 192.0]);
    });
    view! {
        <li class:own=on>
            <button class="frame" aria-label=name title=name aria-pressed=move || on().to_string() on:click=move |_| studio.select(id)>
                <canvas node_ref=node aria-hidden="true"></canvas>
            </button>
            <button class="away" aria-label=move || format!("Take {} out", name()) title="Take out" on:click=move |_| studio.remove(id)>
                <Icon name="clear"/>
            </button>
        </li>
    }
}

#[component]
fn WaysIn() -> impl IntoView {
    let studio = Studio::here();
    let picked = move |event: Event| {
        let Some(input) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) else {
            return;
        };
        studio.take_files(files::of_list(input.files()));
        input.set_value("");
    };
    let another = move |_| {
        let mut chance = crate::chance::Chance::new(js_sys::Date::now() as u64, "scene", 0);
        studio.add_scene(chance.bits() % 100_000);
    };
    view! {
        <div class="ways">
            <p>"Drop pictures anywhere, or paste them."</p>
            <div class="row">
                <label class="chip own">
                    <input id="add-pictures" class="unseen" type="file" accept="image/*,.heic,.heif,.avif" multiple aria-label="Add pictures" on:change=picked/>
                    <Icon name="plus"/>
                    "Choose"
                </label>
                <button class="chip" on:click=move |_| studio.desk.dialog.set(Some(Dialog::Camera))>
                    <Icon name="camera"/>
                    "Camera"
                </button>
                <button class="chip" title="A new scene out of the procedural worlds" on:click=another>
                    <Icon name="scene"/>
                    "New scene"
                </button>
            </div>
        </div>
    }
}
