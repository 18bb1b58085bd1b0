//! The panels as tabs: arrows go from one to the next, as in every tab list.

use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

use crate::page::{
    browser::into_the_middle,
    state::{panel::Panel, settings::Word},
    together::Room,
};

/// The tabs.
#[component]
pub fn Tabs() -> impl IntoView {
    let room = Room::here();
    let tab = move |(panel, word): &'static (Panel, &'static str)| {
        let on = move || room.panel.get() == *panel;
        view! {
            <button
                role="tab"
                id=format!("tab-{word}")
                aria-controls="panel"
                aria-selected=move || on().to_string()
                tabindex=move || if on() { "0" } else { "-1" }
                on:click=move |_| room.panel.set(*panel)
            >
                {panel.title()}
            </button>
        }
    };
    let list = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        let (panel, list) = (room.panel.get(), list.get());
        if let (Some(list), Some((_, word))) = (list, Panel::WORDS.iter().find(|(one, _)| *one == panel)) {
            show(&list, word);
        }
    });
    view! {
        <div class="tabs" role="tablist" aria-label="What to look at" node_ref=list on:keydown=move |event| by_key(room, &event)>
            {Panel::WORDS.iter().map(tab).collect_view()}
        </div>
    }
}

/// Moves the chosen tab into the middle, where not all have room beside each other.
fn show(list: &HtmlElement, word: &str) {
    let tab = list.query_selector(&format!("#tab-{word}")).ok().flatten();
    if let Some(tab) = tab.and_then(|tab| tab.dyn_into::<HtmlElement>().ok()) {
        into_the_middle(list, &tab);
    }
}

fn by_key(room: Room, event: &KeyboardEvent) {
    let all = Panel::WORDS;
    let here = all
        .iter()
        .position(|(panel, _)| *panel == room.panel.get_untracked())
        .unwrap_or_default();
    let to = match event.key().as_str() {
        "ArrowRight" => (here + 1) % all.len(),
        "ArrowLeft" => (here + all.len() - 1) % all.len(),
        "Home" => 0,
        "End" => all.len() - 1,
        _ => return,
    };
    event.prevent_default();
    if let Some((panel, word)) = all.get(to) {
        room.panel.set(*panel);
        crate::page::browser::focus(&format!("tab-{word}"));
    }
}
