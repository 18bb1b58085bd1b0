//! Light and dark.

use leptos::prelude::*;

use super::icon::Icon;
use crate::page::{desk::Desk, state::settings::Theme};

/// The button that goes from dark to light to the system's own.
#[component]
pub fn Light() -> impl IntoView {
    let theme = Desk::here().theme;
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
    view! { <button class="tool quiet" aria-label=words title=words on:click=next>{icon}</button> }
}
