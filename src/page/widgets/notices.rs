//! Messages at the lower edge, the newest first.

use leptos::prelude::*;

use super::icon::Icon;
use crate::page::desk::{Desk, Notice, Remedy, Tone};

/// All messages.
#[component]
pub fn Notices(
    /// Does what a message offers.
    act: impl Fn(Remedy) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let desk = Desk::here();
    view! {
        <div class="notices" aria-live="polite">
            <For each=move || desk.notices.get().into_iter().rev() key=|notice| notice.id let:notice>
                <Message notice act/>
            </For>
        </div>
    }
}

#[component]
fn Message(notice: Notice, act: impl Fn(Remedy) + Copy + Send + Sync + 'static) -> impl IntoView {
    let desk = Desk::here();
    let remedy = notice.remedy.map(|remedy| {
        let words = match remedy {
            Remedy::Retry => "Try again",
            Remedy::Renew => "Take it now",
            Remedy::Undo => "Undo",
        };
        view! { <button class="chip own" on:click=move |_| act(remedy)>{words}</button> }
    });
    view! {
        <div class="notice" aria-live=(notice.stands_for > 0).then_some("off") class:trouble=notice.tone == Tone::Trouble role=if notice.tone == Tone::Trouble { "alert" } else { "note" }>
            <p>{notice.text}</p>
            {remedy}
            <button class="tool quiet" aria-label="Put this message away" on:click=move |_| desk.put_away(notice.id)>
                <Icon name="clear"/>
            </button>
        </div>
    }
}
