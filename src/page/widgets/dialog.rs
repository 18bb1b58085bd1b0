//! A dialog: the browser's own, so that focus stays in it and Escape closes it.

use leptos::{html, prelude::*};

use super::icon::Icon;
use crate::page::desk::{self, Desk};

/// A dialog that is open as long as the desk says so; its content exists only then.
#[component]
pub fn Dialog(
    /// Which one this is.
    which: desk::Dialog,
    /// Its heading.
    title: &'static str,
    /// Its content.
    children: ChildrenFn,
) -> impl IntoView {
    let desk = Desk::here();
    let node = NodeRef::<html::Dialog>::new();
    let open = Memo::new(move |_| desk.dialog.get() == Some(which));
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
            desk.dialog.set(None);
        }
    };
    view! {
        <dialog node_ref=node aria-label=title on:close=closed>
            <Show when=move || open.get()>
                <header>
                    <h2>{title}</h2>
                    <button class="tool quiet" aria-label="Close" on:click=move |_| desk.dialog.set(None)>
                        <Icon name="clear"/>
                    </button>
                </header>
                {children()}
            </Show>
        </dialog>
    }
}
