//! The badge: where the room computes.

use leptos::prelude::*;

use crate::page::together::Room;

/// Badge and card.
#[component]
pub fn Device() -> impl IntoView {
    let room = Room::here();
    let open = RwSignal::new(false);
    let close_on_escape = move |event: web_sys::KeyboardEvent| {
        if event.key() == "Escape" {
            open.set(false);
        }
    };
    let up = move || room.adapter().is_some();
    view! {
        <div class="device" data-testid="device" on:keydown=close_on_escape>
            <div role="group" aria-label="Device">
                <button class="chip badge" aria-expanded=move || open.get().to_string() on:click=move |_| open.update(|open| *open = !*open)>
                    <span class="dot" class:on=up aria-hidden="true"></span>
                    <span>"CPU"</span>
                </button>
            </div>
            <Show when=move || open.get()>
                <div class="veil" on:click=move |_| open.set(false)></div>
                <div class="card popover">
                    <h2>"Where it computes"</h2>
                    <p>
                        {move || match room.adapter() {
                            Some(adapter) => format!("On this machine's processor: {adapter}."),
                            None => "Its engine is on the way.".into(),
                        }}
                    </p>
                    <p class="small">
                        "This room embeds, compares and trains on the processor alone, in a worker of its own: the page never waits for it."
                    </p>
                </div>
            </Show>
        </div>
    }
}
