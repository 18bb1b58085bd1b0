//! Keep: the link, the saved picture, light and dark, the sheet of keys.

use leptos::prelude::*;

use crate::page::{
    state::settings::Theme,
    studio::{Studio, notices::Dialog},
    widgets::icon::Icon,
};

/// The buttons at the top right.
#[component]
pub fn Keep() -> impl IntoView {
    let studio = Studio::here();
    let theme = studio.desk.theme;
    let next = move |_| {
        theme.update(|theme| {
            *theme = match theme {
                Theme::Dark => Theme::Light,
                Theme::Light => Theme::Auto,
                Theme::Auto => Theme::Dark,
            }
        });
    };
    let words = move || match theme.get() {
        Theme::Auto => "Light or dark: as the system",
        Theme::Dark => "Light or dark: dark",
        Theme::Light => "Light or dark: light",
    };
    let icon = move || match theme.get() {
        Theme::Auto => view! { <Icon name="auto"/> },
        Theme::Dark => view! { <Icon name="moon"/> },
        Theme::Light => view! { <Icon name="sun"/> },
    };
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
            <button class="tool quiet" aria-label=words title=words on:click=next>{icon}</button>
        </div>
    }
}
