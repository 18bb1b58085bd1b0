//! Messages at the lower edge, the newest first.

use leptos::prelude::*;

use super::icon::Icon;
use crate::page::studio::{
    Studio,
    notices::{Notice, Remedy, Tone},
};

/// All messages.
#[component]
pub fn Notices() -> impl IntoView {
    let studio = Studio::here();
    view! {
        <div class="notices" aria-live="polite">
            <For each=move || studio.desk.notices.get().into_iter().rev() key=|notice| notice.id let:notice>
                <Message notice/>
            </For>
        </div>
    }
}

#[component]
fn Message(notice: Notice) -> impl IntoView {
    let studio = Studio::here();
    let remedy = notice.remedy.map(|remedy| {
        let act = move |_| match remedy {
            Remedy::Retry => studio.retry(),
            Remedy::Renew => studio.renew(),
        };
        let words = match remedy {
            Remedy::Retry => "Try again",
            Remedy::Renew => "Take it now",
        };
        view! { <button class="chip own" on:click=act>{words}</button> }
    });
    view! {
        <div class="notice" class:trouble=notice.tone == Tone::Trouble role=if notice.tone == Tone::Trouble { "alert" } else { "note" }>
            <p>{notice.text}</p>
            {remedy}
            <button class="tool quiet" aria-label="Put this message away" on:click=move |_| studio.desk.put_away(notice.id)>
                <Icon name="clear"/>
            </button>
        </div>
    }
}
