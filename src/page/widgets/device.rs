//! The badge of the device that computes, with a card behind it: the same in both rooms, each with its own words.

use leptos::prelude::*;

use crate::page::{browser::focus, state::settings::DeviceChoice};

/// Badge and card; what the card says are its children.
#[component]
pub fn DeviceBadge(
    /// A few words.
    summary: impl Fn() -> String + Send + 'static,
    /// Whether something computes.
    on: impl Fn() -> bool + Send + 'static,
    /// Whether it computes wrongly.
    wrong: impl Fn() -> bool + Send + 'static,
    /// Bytes that the engine holds, for those who measure.
    memory: impl Fn() -> Option<u64> + Send + 'static,
    children: ChildrenFn,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let close_on_escape = move |event: web_sys::KeyboardEvent| {
        if event.key() == "Escape" {
            open.set(false);
            // It may have been in the card, and would go with it.
            focus("badge");
        }
    };
    view! {
        <div class="device" data-testid="device" data-memory=memory on:keydown=close_on_escape>
            <div role="group" aria-label="Device">
                <button id="badge" class="chip badge" aria-expanded=move || open.get().to_string() on:click=move |_| open.update(|open| *open = !*open)>
                    <span class="dot" class:on=on class:wrong=wrong aria-hidden="true"></span>
                    <span>{summary}</span>
                </button>
            </div>
            <Show when=move || open.get()>
                <div class="veil" on:click=move |_| open.set(false)></div>
                <div class="card popover">{children()}</div>
            </Show>
        </div>
    }
}

/// The switch that overrules what is chosen by itself.
#[component]
pub fn DeviceSwitch(
    /// What is chosen.
    chosen: impl Fn() -> DeviceChoice + Copy + Send + Sync + 'static,
    /// Chooses.
    choose: impl Fn(DeviceChoice) + Copy + 'static,
) -> impl IntoView {
    let button = move |value: DeviceChoice, name: &'static str| {
        let on = move || chosen() == value;
        view! {
            <button class="chip" class:own=on aria-pressed=move || on().to_string() on:click=move |_| choose(value)>{name}</button>
        }
    };
    view! {
        <div class="row" role="group" aria-label="Compute on">
            {button(DeviceChoice::Auto, "Automatic")}
            {button(DeviceChoice::Cpu, "CPU")}
            {button(DeviceChoice::WebGpu, "WebGPU")}
        </div>
    }
}
