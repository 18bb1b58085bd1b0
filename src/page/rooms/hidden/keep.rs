//! Keep: the link, the saved picture, light and dark, the sheet of keys.

use leptos::prelude::*;

use crate::page::{
    desk::Dialog,
    studio::Studio,
    widgets::{icon::Icon, theme::Light},
};

/// The buttons at the top right.
#[component]
pub fn Keep() -> impl IntoView {
    let studio = Studio::here();
    view! {
        <div class="keep" data-testid="keep">
            <button class="quiet words" title="A link that restores every control (L)" on:click=move |_| studio.copy_link()>
                <Icon name="link"/>
                <span>"Copy link"</span>
            </button>
            <button class="quiet words" title="The prints as one picture" on:click=move |_| studio.save_prints()>
                <Icon name="save"/>
                <span>"Save"</span>
            </button>
            <button class="tool quiet" aria-label="Keys" title="Keys (?)" on:click=move |_| studio.desk.dialog.set(Some(Dialog::Keys))>
                <Icon name="keys"/>
            </button>
            <Light/>
        </div>
    }
}
