//! The sheet of keys.

use leptos::prelude::*;

use crate::page::{
    desk,
    widgets::{dialog::Dialog, shortcuts::SHEET},
};

/// The sheet.
#[component]
pub fn Keys() -> impl IntoView {
    let row = |(keys, what): (&'static str, &'static str)| view! { <dt>{keys}</dt> <dd>{what}</dd> };
    view! {
        <Dialog which=desk::Dialog::Keys title="Keys">
            <dl class="keys" data-testid="keys">{SHEET.map(row).into_iter().collect_view()}</dl>
        </Dialog>
    }
}
