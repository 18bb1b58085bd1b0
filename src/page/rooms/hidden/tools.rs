//! Ways to hide: tools, chips, the random mask's share, masks in and out.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlInputElement};

use crate::page::{
    browser::files,
    state::{
        brush::{Brush, Tool},
        hide::Hide,
        history::MaskHistory,
    },
    studio::Studio,
    widgets::icon::Icon,
};

/// The tools beside what they change.
#[component]
pub fn Tools() -> impl IntoView {
    view! {
        <section class="tools" data-testid="tools">
            <div class="row">
                <Tooling/>
                <Steps/>
                <Size/>
            </div>
            <Chips/>
            <Share/>
            <MaskFiles/>
        </section>
    }
}

#[component]
fn Tooling() -> impl IntoView {
    let brush = Studio::here().hiding.brush;
    let button = move |tool: Tool, icon: &'static str, name: &'static str, title: &'static str| {
        let held = move || brush.get().tool == tool;
        view! {
            <button
                class="tool"
                class:own=held
                aria-pressed=move || held().to_string()
                aria-label=name
                title=title
                on:click=move |_| brush.update(|brush| brush.tool = tool)
            >
                <Icon name=icon/>
            </button>
        }
    };
    view! {
        <div class="group" role="group" aria-label="Tool">
            {button(Tool::Brush, "brush", "Brush", "Brush: hides what it passes over (B)")}
            {button(Tool::Eraser, "eraser", "Eraser", "Eraser: shows it again (E)")}
            {button(Tool::Rectangle, "rectangle", "Rectangle", "Rectangle: hides from corner to corner (R)")}
        </div>
    }
}

#[component]
fn Steps() -> impl IntoView {
    let studio = Studio::here();
    let history = studio.hiding.history;
    view! {
        <div class="group" role="group" aria-label="Steps">
            <button
                class="tool" aria-label="Undo" title="Undo (Ctrl Z)"
                disabled=move || !history.with(MaskHistory::can_undo)
                on:click=move |_| history.update(MaskHistory::undo)
            ><Icon name="undo"/></button>
            <button
                class="tool" aria-label="Redo" title="Redo (Ctrl Shift Z)"
                disabled=move || !history.with(MaskHistory::can_redo)
                on:click=move |_| history.update(MaskHistory::redo)
            ><Icon name="redo"/></button>
            <button class="tool" aria-label="Invert" title="Invert: hide what is visible (I)" on:click=move |_| studio.invert()>
                <Icon name="invert"/>
            </button>
            <button class="tool" aria-label="Clear" title="Clear: hide nothing (0)" on:click=move |_| studio.clear()>
                <Icon name="clear"/>
            </button>
        </div>
    }
}

#[component]
fn Size() -> impl IntoView {
    let brush = Studio::here().hiding.brush;
    let set = move |event| {
        if let Ok(size) = event_target_value(&event).parse::<usize>() {
            brush.update(|brush| brush.size = size.clamp(1, Brush::LARGEST));
        }
    };
    view! {
        <label class="slide" title="Brush size ([ and ])">
            <span>"Size"</span>
            <input
                type="range" min="1" max=Brush::LARGEST
                style=("--part", move || format!("{}%", (brush.get().size - 1) * 100 / (Brush::LARGEST - 1)))
                prop:value=move || brush.get().size.to_string()
                on:input=set
            />
            <span class="figure">{move || brush.get().size}</span>
        </label>
    }
}

#[component]
fn Chips() -> impl IntoView {
    let studio = Studio::here();
    let chip = move |hide: Hide| {
        let act = move |_| match hide {
            Hide::Random { .. } => studio.hide_random(),
            hide => studio.hide(hide),
        };
        let on = Memo::new(move |_| {
            let hide = match hide {
                Hide::Random { .. } => Hide::Random {
                    percent: studio.hiding.percent.get(),
                },
                hide => hide,
            };
            let grid = studio.grid();
            let wanted = hide.mask(grid, studio.hiding.seed.get());
            studio.hiding.history.with(|history| history.on(grid) == wanted)
        });
        view! {
            <button class="chip" class:own=on aria-pressed=move || on.get().to_string() title=hide.hint() on:click=act>
                {hide.label()}
            </button>
        }
    };
    view! {
        <div class="row chips" role="group" aria-label="Hide">
            {Hide::ALL.map(chip).into_iter().collect_view()}
        </div>
    }
}

#[component]
fn Share() -> impl IntoView {
    let studio = Studio::here();
    let percent = studio.hiding.percent;
    let set = move |event| {
        if let Ok(value) = event_target_value(&event).parse::<u8>() {
            percent.set(value.min(100));
            studio.hide_random();
        }
    };
    view! {
        <div class="row">
            <label class="slide wide" title="How much of the picture the random mask hides">
                <span>"Random"</span>
                <input
                    type="range" min="0" max="98"
                    aria-label="Share hidden at random, per cent"
                    style=("--part", move || format!("{}%", f32::from(percent.get()) / 0.98))
                    prop:value=move || percent.get().to_string()
                    on:input=set
                />
                <span class="figure">{move || format!("{} %", percent.get())}</span>
            </label>
            <button class="tool" aria-label="Random anew" title="Random anew, with another seed (N)" on:click=move |_| studio.reseed()>
                <Icon name="dice"/>
            </button>
        </div>
    }
}

#[component]
fn MaskFiles() -> impl IntoView {
    let studio = Studio::here();
    let picked = move |event: Event| {
        let Some(input) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) else {
            return;
        };
        for file in files::of_list(input.files()).into_iter().take(1) {
            studio.take_mask(file);
        }
        // The same file again is a change again.
        input.set_value("");
    };
    view! {
        <div class="row words">
            <label class="link">
                <input class="unseen" type="file" accept="image/png" aria-label="Open a mask" on:change=picked/>
                "Open a mask"
            </label>
            <button class="link" title="As a PNG: white is hidden" on:click=move |_| studio.save_mask()>"Save the mask"</button>
        </div>
    }
}
