//! The head: the mark, the models, the device, and what is kept.

use leptos::prelude::*;

use super::{device::Device, models::Models};
use crate::page::{
    together::Room,
    widgets::{icon::Icon, theme::Light},
};

/// The head.
#[component]
pub fn Head() -> impl IntoView {
    let room = Room::here();
    view! {
        <header class="top">
            <p class="mark">"Dark"<span>"room"</span></p>
            <Models/>
            <Device/>
            <div class="keep" data-testid="keep">
                <button class="quiet words" title="A link that restores every control" on:click=move |_| room.copy_link()>
                    <Icon name="link"/>
                    <span>"Copy link"</span>
                </button>
                <Light/>
            </div>
        </header>
    }
}
