//! The badge: where the room computes, how fast, why; and the switch that overrules it.

use leptos::prelude::*;

use crate::{
    page::{
        state::{
            choice::Gpu,
            figures::{milliseconds, times},
            settings::DeviceChoice,
        },
        together::Room,
    },
    protocol::{DeviceKind, DeviceReport},
};

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
                    <span>{move || summary(room)}</span>
                </button>
            </div>
            <Show when=move || open.get()>
                <div class="veil" on:click=move |_| open.set(false)></div>
                <div class="card popover"><Details/></div>
            </Show>
        </div>
    }
}

fn summary(room: Room) -> String {
    match (room.devices.active.get(), room.devices.cpu.get(), room.devices.gpu.get()) {
        (DeviceKind::WebGpu, Some(cpu), Gpu::Tested(gpu)) => format!("WebGPU · {} the CPU", times(cpu.ms / gpu.ms.max(0.01))),
        (DeviceKind::WebGpu, ..) => "WebGPU".into(),
        (DeviceKind::Cpu, _, Gpu::Coming) => "CPU · testing the GPU".into(),
        (DeviceKind::Cpu, ..) => "CPU".into(),
    }
}

#[component]
fn Details() -> impl IntoView {
    let room = Room::here();
    let button = move |value: DeviceChoice, name: &'static str| {
        let on = move || room.device_choice() == value;
        view! {
            <button class="chip" class:own=on aria-pressed=move || on().to_string() on:click=move |_| room.choose_device(value)>{name}</button>
        }
    };
    let cpu = move || match (room.devices.cpu.get(), room.devices.gpu.get()) {
        (Some(report), _) => told(&report),
        (None, Gpu::Missing(_)) => "computes".to_owned(),
        (None, _) => "not timed yet".into(),
    };
    let gpu = move || match room.devices.gpu.get() {
        Gpu::Unknown => "not asked yet".to_owned(),
        Gpu::Missing(_) => "none".into(),
        Gpu::Coming => "its engine is loading and being tested".into(),
        Gpu::Failed(_) => "failed".into(),
        Gpu::Tested(report) => told(&report),
    };
    let adapter_of = move |kind: DeviceKind| {
        let tested = match room.devices.gpu.get() {
            Gpu::Tested(report) if kind == DeviceKind::WebGpu => Some(report.adapter),
            _ => None,
        };
        let here = (room.devices.active.get() == kind).then(|| room.adapter()).flatten();
        tested.or(here).unwrap_or_default()
    };
    view! {
        <h2>"Where it computes"</h2>
        <p>{move || room.device_verdict().why}</p>
        <Show when=move || room.waits_to_move()>
            <p>"The network that trains here stays where it began: the room moves when you reset it."</p>
        </Show>
        <div class="row" role="group" aria-label="Compute on">
            {button(DeviceChoice::Auto, "Automatic")}
            {button(DeviceChoice::Cpu, "CPU")}
            {button(DeviceChoice::WebGpu, "WebGPU")}
        </div>
        <dl>
            <dt>"CPU"</dt>
            <dd><span class="figure">{cpu}</span> <small>{move || adapter_of(DeviceKind::Cpu)}</small></dd>
            <dt>"WebGPU"</dt>
            <dd><span class="figure">{gpu}</span> <small>{move || adapter_of(DeviceKind::WebGpu)}</small></dd>
        </dl>
        <p class="small">
            "The room embeds, compares and trains in a worker of its own: the page never waits for it. Each device answers the model's "
            "self-test and is timed with eight pictures and a step of training. The fastest that is right is taken."
        </p>
    }
}

fn told(report: &DeviceReport) -> String {
    let verdict = if report.right { "right" } else { "wrong" };
    let off = report.error.map_or_else(String::new, |error| format!(" (off by {error:.1e})"));
    format!("{}, {verdict}{off}", milliseconds(report.ms))
}
