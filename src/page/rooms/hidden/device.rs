//! The badge: which device computes, how fast, why; and the switch that overrules it.

use leptos::prelude::*;

use crate::{
    page::{
        state::{
            choice::Gpu,
            figures::{bytes, milliseconds, times},
        },
        studio::Studio,
        widgets::device::{DeviceBadge, DeviceSwitch},
    },
    protocol::{DeviceKind, DeviceReport},
};

/// Badge and card.
#[component]
pub fn Device() -> impl IntoView {
    let studio = Studio::here();
    let on = move || studio.models.open.with(Option::is_some);
    view! {
        <DeviceBadge summary=move || summary(studio) on wrong=move || studio.devices.is_wrong() memory=move || memory(studio)>
            <Details/>
        </DeviceBadge>
    }
}

fn summary(studio: Studio) -> String {
    let active = studio.devices.active.get();
    let name = match active {
        DeviceKind::Cpu => "CPU",
        DeviceKind::WebGpu => "WebGPU",
    };
    let Some(ms) = last_ms(studio) else { return name.into() };
    if studio.devices.is_wrong() {
        return format!("{name} · self-test failed");
    }
    let compared = match (active, studio.devices.cpu.get(), studio.devices.gpu.get()) {
        (DeviceKind::WebGpu, Some(cpu), Gpu::Tested(gpu)) => format!(" · {} the CPU", times(cpu.ms / gpu.ms.max(0.01))),
        (DeviceKind::Cpu, _, Gpu::Coming) => " · testing the GPU".into(),
        _ => String::new(),
    };
    format!("{name} · {}{compared}", milliseconds(ms))
}

fn last_ms(studio: Studio) -> Option<f32> {
    // The first look was drawn when the page was built and has no time.
    studio.print()?.numbers.map(|numbers| numbers.total_ms).filter(|ms| *ms > 0.0)
}

/// Bytes that the engine's program holds.
fn memory(studio: Studio) -> Option<u64> {
    studio
        .print()?
        .numbers
        .map(|numbers| numbers.memory_bytes)
        .filter(|bytes| *bytes > 0)
}

#[component]
fn Details() -> impl IntoView {
    let studio = Studio::here();
    let choice = studio.devices.choice;
    let cpu = move || match studio.devices.cpu.get() {
        Some(report) => told(&report),
        None => "being timed".into(),
    };
    let gpu = move || match studio.devices.gpu.get() {
        Gpu::Unknown => "not asked yet".into(),
        Gpu::Missing(_) => "none".into(),
        Gpu::Coming => "its engine is loading and being tested".into(),
        Gpu::Failed(_) => "failed".into(),
        Gpu::Tested(report) => told(&report),
    };
    let adapter = move || match studio.devices.gpu.get() {
        Gpu::Tested(report) => report.adapter,
        _ => String::new(),
    };
    view! {
        <h2>"Where it computes"</h2>
        <p>{move || studio.devices.verdict().why}</p>
        <DeviceSwitch chosen=move || choice.get() choose=move |value| choice.set(value)/>
        <dl>
            <dt>"CPU"</dt>
            <dd><span class="figure">{cpu}</span> <small>{move || studio.devices.cpu_name.get()}</small></dd>
            <dt>"WebGPU"</dt>
            <dd><span class="figure">{gpu}</span> <small>{adapter}</small></dd>
            <dt>"Memory"</dt>
            <dd class="figure">{move || memory(studio).map_or_else(|| "—".to_owned(), bytes)}</dd>
        </dl>
        <p class="small">
            "Each device answers the model's self-test: a fixed picture whose answer is stored with the weights. "
            "The fastest that is right is taken."
        </p>
    }
}

fn told(report: &DeviceReport) -> String {
    let verdict = if report.right { "right" } else { "wrong" };
    let off = report
        .error
        .map_or_else(|| "no answer".to_owned(), |error| format!("off by {error:.1e}"));
    format!("{} a prediction, {verdict} ({off})", milliseconds(report.ms))
}
