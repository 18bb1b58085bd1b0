//! The large print with its slider: left of it what the model says, right of it the truth.

use leptos::{html, prelude::*};
use web_sys::{HtmlCanvasElement as Canvas, KeyboardEvent, PointerEvent};

use crate::page::{
    browser::canvas::{fit, lay, lay_part},
    state::{heat, settings::View},
    studio::{
        Studio,
        prints::{Print, place},
    },
};

/// The print and its slider.
#[component]
pub fn Split() -> impl IntoView {
    let studio = Studio::here();
    let node = NodeRef::<html::Canvas>::new();
    let dragged = RwSignal::new(false);
    Effect::new(move |_| {
        studio.desk.resized.track();
        let split = if studio.seeing.held.get() { 0.0 } else { studio.seeing.split.get() };
        let view = studio.seeing.view.get();
        let pointed = studio.hiding.pointed.get();
        if let Some(canvas) = node.get() {
            let pointed = pointed.and_then(|at| at.patch(studio.grid()));
            draw(&canvas, studio.print().as_ref(), view, split, pointed);
        }
    });
    let to = move |event: &PointerEvent| {
        let Some(canvas) = node.get_untracked() else { return };
        let area = canvas.get_bounding_client_rect();
        let part = (f64::from(event.client_x()) - area.left()) / area.width().max(1.0);
        studio.seeing.split.set(part.clamp(0.0, 1.0));
    };
    let down = move |event: PointerEvent| {
        if event.button() == 0 {
            if let Some(canvas) = node.get_untracked() {
                let _ = canvas.set_pointer_capture(event.pointer_id());
            }
            dragged.set(true);
            to(&event);
        }
    };
    let moved = move |event: PointerEvent| {
        if dragged.get_untracked() {
            to(&event);
        }
    };
    let per_cent = move || (studio.seeing.split.get() * 100.0).round();
    view! {
        <div class="split" class:dragged=move || dragged.get()>
            <canvas
                node_ref=node
                role="img"
                aria-label="Prediction"
                on:pointerdown=down
                on:pointermove=moved
                on:pointerup=move |_| dragged.set(false)
                on:pointercancel=move |_| dragged.set(false)
            ></canvas>
            <div class="line" style:left=move || format!("{}%", per_cent()) aria-hidden="true"></div>
            <div
                class="knob"
                style:left=move || format!("{}%", per_cent())
                role="slider"
                tabindex="0"
                aria-label="Before and after"
                aria-valuemin="0"
                aria-valuemax="100"
                aria-valuenow=per_cent
                aria-valuetext=move || format!("{} % guessed, the rest true", per_cent())
                on:keydown=move |event| by_key(studio, &event)
                on:pointerdown=down
                on:pointermove=moved
                on:pointerup=move |_| dragged.set(false)
            >
                <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M9 7l-5 5 5 5M15 7l5 5-5 5"/></svg>
            </div>
        </div>
    }
}

fn by_key(studio: Studio, event: &KeyboardEvent) {
    let split = studio.seeing.split.get_untracked();
    let to = match event.key().as_str() {
        "ArrowLeft" | "ArrowDown" => split - 0.05,
        "ArrowRight" | "ArrowUp" => split + 0.05,
        "PageDown" => split - 0.25,
        "PageUp" => split + 0.25,
        "Home" => 0.0,
        "End" => 1.0,
        _ => return,
    };
    event.prevent_default();
    studio.seeing.split.set(to.clamp(0.0, 1.0));
}

fn draw(canvas: &Canvas, print: Option<&Print>, view: View, split: f64, pointed: Option<usize>) {
    let Some((pen, side)) = fit(canvas) else { return };
    pen.set_fill_style_str("#0d0b0a");
    pen.fill_rect(0.0, 0.0, side, side);
    let Some(print) = print else { return };
    draw_view(&pen, print, view, side);
    let from = (split * side).round();
    if view != View::Truth && from < side {
        let truth = f64::from(print.truth.width());
        lay_part(
            &pen,
            &print.truth,
            [split * truth, 0.0, (1.0 - split) * truth, truth],
            [from, 0.0, side - from, side],
        );
    }
    if let Some(patch) = pointed {
        let [x, y, width, height] = place(&print.mask, patch, side);
        let unit = side / f64::from(canvas.client_width().max(1));
        pen.set_line_width(1.5 * unit);
        pen.set_stroke_style_str("rgba(255, 91, 58, 0.9)");
        pen.stroke_rect(x + unit, y + unit, width - 2.0 * unit, height - 2.0 * unit);
    }
}

/// Draws one view of a print on the whole of a square.
pub fn draw_view(pen: &web_sys::CanvasRenderingContext2d, print: &Print, view: View, side: f64) {
    match view {
        View::Set => lay(pen, &print.set, 0.0, 0.0, side),
        View::Alone => lay(pen, &print.drawn, 0.0, 0.0, side),
        View::Truth => lay(pen, &print.truth, 0.0, 0.0, side),
        View::Wrong => draw_wrong(pen, print, side),
    }
}

fn draw_wrong(pen: &web_sys::CanvasRenderingContext2d, print: &Print, side: f64) {
    // The picture shows through faintly where nothing was hidden, so that one knows where one is.
    pen.set_fill_style_str("#0c0908");
    pen.fill_rect(0.0, 0.0, side, side);
    pen.set_global_alpha(0.16);
    lay(pen, &print.truth, 0.0, 0.0, side);
    pen.set_global_alpha(1.0);
    let top = heat::top(print.largest_energy());
    for patch in print.mask.hidden_indices() {
        let Some(energy) = print.energy_of(patch) else { continue };
        let [r, g, b] = heat::colour(energy / top);
        let [x, y, width, height] = place(&print.mask, patch, side);
        let (left, top) = (x.round(), y.round());
        pen.set_fill_style_str(&format!("rgb({r} {g} {b})"));
        pen.fill_rect(left, top, (x + width).round() - left, (y + height).round() - top);
    }
}

/// One view of the print, small, as a picture.
#[component]
pub fn Proof(
    /// Which view.
    view: View,
) -> impl IntoView {
    let studio = Studio::here();
    let node = NodeRef::<html::Canvas>::new();
    Effect::new(move |_| {
        studio.desk.resized.track();
        let Some((canvas, print)) = node.get().zip(studio.print()) else {
            return;
        };
        if let Some((pen, side)) = fit(&canvas) {
            draw_view(&pen, &print, view, side);
        }
    });
    view! { <canvas node_ref=node aria-hidden="true"></canvas> }
}
