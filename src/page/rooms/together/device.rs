//! The badge: where the room computes, how fast, why; and the switch that overrules it.

use leptos::prelude::*;

use crate::{
    page::{
        state::{
            choice::Gpu,
            figures::{milliseconds, times},
        },
        together::Room,
        widgets::device::{DeviceBadge, DeviceSwitch},
    },
    protocol::{DeviceKind, DeviceReport},
};

/// Badge and card.
#[component]
pub fn Device() -> impl IntoView {
    let room = Room::here();
    let is_wrong =
        move || room.devices.active.get() == DeviceKind::Cpu && room.devices.cpu.with(|cpu| cpu.as_ref().is_some_and(|cpu| !cpu.right));
    view! {
        <DeviceBadge summary=move || summary(room) on=move || room.adapter().is_some() wrong=is_wrong memory=|| None>
            <Details/>
        </DeviceBadge>
    }
}

fn summary(room: Room) -> String {
    match (room.devices.active.get(), room.devices.cpu.get(), room.devices.gpu.get()) {
        (DeviceKind::WebGpu, Some(cpu), Gpu::Tested(gpu)) => format!("WebGPU · {} the CPU", times(cpu.ms / gpu.ms.max(0.01))),
        (DeviceKind::WebGpu, ..) => "WebGPU".into(),
        (DeviceKind::Cpu, Some(cpu), _) if !cpu.right => "CPU · self-test failed".into(),
        (DeviceKind::Cpu, _, Gpu::Coming) => "CPU · testing the GPU".into(),
        (DeviceKind::Cpu, ..) => "CPU".into(),
    }
}

#[component]
fn Details() -> impl IntoView {
    let room = Room::here();
    let cpu = move || match (room.devices.cpu.get(), room.devices.gpu.get()) {
        (Some(report), _) => told(&report),
        (None, Gpu::Missing(_)) => "computes".to_owned(),
        (None, _) => "not timed yet".into(),
    };
    let gpu = move || match room.devices.gpu.get() {
        Gpu::Unknown => "not asked yet".to_owned(),
        Gpu::Missing(_) => "none".into(),
        Gpu::Coming => "its engine is loading and being tested".into(),
        Gpu::Failed(_) => "not used".into(),
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
        <DeviceSwitch chosen=move || room.device_choice() choose=move |value| room.choose_device(value)/>
        <dl>
            <dt>"CPU"</dt>
            <dd><span class="figure">{cpu}</span> <small>{move || adapter_of(DeviceKind::Cpu)}</small></dd>
            <dt>"WebGPU"</dt>
            <dd><span class="figure">{gpu}</span> <small>{move || adapter_of(DeviceKind::WebGpu)}</small></dd>
        </dl>
        <p class="small">
            "The room embeds, compares and trains in a worker of its own: the page never waits for it. Where there is a GPU, both devices "
            "answer the model's self-test and are timed with eight pictures and a step of training. The fastest that is right is taken."
        </p>
    }
}

fn told(report: &DeviceReport) -> String {
    let verdict = if report.right { "right" } else { "wrong" };
    let off = report.error.map_or_else(String::new, |error| format!(" (off by {error:.1e})"));
    format!("{}, {verdict}{off}", milliseconds(report.ms))
}
