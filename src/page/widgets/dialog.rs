//! A dialog: the browser's own, so that focus stays in it and Escape closes it.

use leptos::{html, prelude::*};

use super::icon::Icon;
use crate::page::studio::{
    Studio,
    notices::{self},
};

/// A dialog that is open as long as the desk says so; its content exists only then.
#[component]
pub fn Dialog(
    /// Which one this is.
    which: notices::Dialog,
    /// Its heading.
    title: &'static str,
    /// Its content.
    children: ChildrenFn,
) -> impl IntoView {
    let studio = Studio::here();
    let node = NodeRef::<html::Dialog>::new();
    let open = Memo::new(move |_| studio.desk.dialog.get() == Some(which));
    Effect::new(move |_| {
        let Some(dialog) = node.get() else { return };
        match (open.get(), dialog.open()) {
            (true, false) => drop(dialog.show_modal()),
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    let closed = move |_| {
        if open.get_untracked() {
            studio.desk.dialog.set(None);
        }
    };
    view! {
        <dialog node_ref=node aria-label=title on:close=closed>
            <Show when=move || open.get()>
                <header>
                    <h2>{title}</h2>
                    <button class="tool quiet" aria-label="Close" on:click=move |_| studio.desk.dialog.set(None)>
                        <Icon name="clear"/>
                    </button>
                </header>
                {children()}
            </Show>
        </dialog>
    }
}
