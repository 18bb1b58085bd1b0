//! A chip that is one of several: pressed where it is the one that holds.

use leptos::prelude::*;

/// The chip: what it says, what that means for who rests a pointer on it, whether it holds, and what happens when a person
/// wants it.
///
/// No component, and its types end here: there are many of them, and all are compiled as one.
pub fn chip(
    name: impl Into<String>,
    title: Option<&'static str>,
    on: impl Fn() -> bool + Send + Sync + 'static,
    press: impl Fn() + 'static,
) -> AnyView {
    one(name.into(), title, Box::new(on), Box::new(press))
}

fn one(name: String, title: Option<&'static str>, on: Box<dyn Fn() -> bool + Send + Sync>, press: Box<dyn Fn()>) -> AnyView {
    let on = Memo::new(move |_| on());
    view! {
        <button class="chip" class:own=on aria-pressed=move || on.get().to_string() title=title on:click=move |_| press()>
            {name}
        </button>
    }
    .into_any()
}
