//! The three prints, and lines from one to another.

use leptos::{html, prelude::*};
use wasm_bindgen::JsValue;
use web_sys::{CanvasRenderingContext2d as Context, HtmlCanvasElement as Canvas};

use super::Ends;
use crate::{
    mask::Grid,
    page::{
        browser::canvas::fit_area,
        state::{
            changes,
            matching::{self, Square},
        },
        together::Room,
        widgets::sheet::Sheet,
    },
    protocol::together::Match,
};

/// A, A disturbed, B, and the lines.
#[component]
pub fn Prints(
    /// The prints that lines end on.
    ends: Ends,
) -> impl IntoView {
    let room = Room::here();
    let stage = NodeRef::<html::Div>::new();
    let first = move || room.pictures.first();
    let name = move || first().map(|thumb| thumb.name).unwrap_or_default();
    let sharp = room.sharp(first);
    let disturbed = move || {
        let print = room.pair.print.get().filter(|print| Some(print.id) == room.pictures.chosen.get());
        print.map(|print| print.canvas).or_else(sharp)
    };
    let done = Memo::new(move |_| changes::words(&room.changes()));
    view! {
        <div class="prints" node_ref=stage>
            <figure class="print paper one">
                <Sheet from=sharp label=Signal::derive(move || format!("A: {}", name()))/>
                <figcaption class="caption"><h2>"A"</h2><span class="small">{name}</span></figcaption>
            </figure>
            <figure class="print paper two" class:working=move || room.pair.working.get()>
                <div class="hairline" aria-hidden="true"></div>
                <Sheet from=disturbed node=ends.disturbed label=Signal::derive(move || format!("A disturbed: {}", done.get()))/>
                <figcaption class="caption"><h2>"A disturbed"</h2><span class="small">{move || done.get()}</span></figcaption>
            </figure>
            <Other ends/>
            <Lines ends stage/>
        </div>
    }
}

#[component]
fn Other(ends: Ends) -> impl IntoView {
    let room = Room::here();
    let second = move || room.pictures.second();
    let name = move || second().map(|thumb| thumb.name).unwrap_or_default();
    let sharp = room.sharp(second);
    let several = move || room.pictures.list.with(|list| list.len() > 1);
    let words = move || {
        if several() {
            "Which other picture? The energy between the two shows what “far” means."
        } else {
            "A second picture shows what “far” means. Add one."
        }
    };
    view! {
        <figure class="print paper three">
            <Sheet from=sharp node=ends.other label=Signal::derive(move || {
                if second().is_some() { format!("B: {}", name()) } else { "B: no picture yet".into() }
            })/>
            <Show when=move || second().is_none()>
                <div class="blank"><p>{words}</p></div>
            </Show>
            <figcaption class="caption">
                <h2>"B"</h2>
                <span class="small">{name}</span>
                <Show when=several fallback=move || view! { <button class="link" on:click=move |_| room.pictures.pick()>"Add pictures"</button> }>
                    <button class="link" on:click=move |_| room.next_other()>"Next"</button>
                    <Show when=move || second().is_some()>
                        <button class="link" on:click=move |_| room.pictures.swap()>"Swap with A"</button>
                    </Show>
                </Show>
            </figcaption>
        </figure>
    }
}

/// The lines, over everything and in nobody's way.
#[component]
fn Lines(ends: Ends, stage: NodeRef<html::Div>) -> impl IntoView {
    let room = Room::here();
    let node = NodeRef::<html::Canvas>::new();
    let drawn = Memo::new(move |_| {
        let count = room.lines();
        let pair = (room.pictures.chosen.get(), room.pictures.other.get());
        room.pair.matches.with(|matches| {
            let matches = matches.as_ref().filter(|m| (Some(m.id), Some(m.other)) == pair)?;
            Some((matches.grid, matching::best(&matches.all, matches.grid, count)))
        })
    });
    let words = move || {
        drawn.get().map_or_else(
            || "No lines between patches yet".to_owned(),
            |(grid, lines)| matching::words(&lines, grid),
        )
    };
    Effect::new(move |_| {
        room.desk.resized.track();
        room.pair.print.track();
        let (Some(canvas), Some(stage), Some(left), Some(right)) = (node.get(), stage.get(), ends.disturbed.get(), ends.other.get()) else {
            return;
        };
        let Some((pen, width, height, ratio)) = fit_area(&canvas) else {
            return;
        };
        pen.clear_rect(0.0, 0.0, width, height);
        let origin = stage.get_bounding_client_rect();
        let square = |canvas: &Canvas| {
            let area = canvas.get_bounding_client_rect();
            Square {
                left: (area.left() - origin.left()) * ratio,
                top: (area.top() - origin.top()) * ratio,
                side: area.width() * ratio,
            }
        };
        drawn.with(|drawn| {
            if let Some((grid, lines)) = drawn {
                draw(&pen, lines, *grid, [square(&left), square(&right)], ratio);
            }
        });
    });
    view! { <canvas class="lines" node_ref=node role="img" aria-label=words></canvas> }
}

fn draw(pen: &Context, lines: &[Match], grid: Grid, [left, right]: [Square; 2], ratio: f64) {
    pen.set_line_cap("round");
    // The strongest last, so that they lie on top.
    for line in lines.iter().rev() {
        let strength = matching::strength(line, lines);
        let ([x0, y0], [x1, y1]) = (left.middle(grid, line.left), right.middle(grid, line.right));
        let dash = js_sys::Array::new();
        if !line.mutual {
            dash.push(&JsValue::from(3.0 * ratio));
            dash.push(&JsValue::from(5.0 * ratio));
        }
        let _ = pen.set_line_dash(&dash);
        for (colour, width) in [
            (format!("rgba(12, 9, 8, {:.2})", 0.55 * strength), 3.5),
            (format!("rgba(255, 91, 58, {strength:.2})"), 1.6),
        ] {
            pen.set_stroke_style_str(&colour);
            pen.set_line_width(width * ratio);
            pen.begin_path();
            pen.move_to(x0, y0);
            pen.line_to(x1, y1);
            pen.stroke();
        }
        pen.set_fill_style_str(&format!("rgba(255, 241, 214, {strength:.2})"));
        for [x, y] in [[x0, y0], [x1, y1]] {
            pen.begin_path();
            let _ = pen.arc(x, y, 2.6 * ratio, 0.0, std::f64::consts::TAU);
            pen.fill();
        }
    }
}
