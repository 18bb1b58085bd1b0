//! Where the watched pictures lie, moving as the network learns.

use leptos::prelude::*;
use web_sys::HtmlCanvasElement as Canvas;

use super::graph::{Drawn, Paper};
use crate::page::{browser::canvas::lay_part, together::Room};

/// The print.
#[component]
pub fn Field() -> impl IntoView {
    let training = Room::here().training;
    let paint = move |paper: &Paper| {
        training.with_places(|thumbs, places| draw(paper, thumbs, places));
    };
    let none = move || training.as_read(|run| run.measured.is_none());
    let watched = move || training.begun.get().map(|begun| format!("{} pictures", begun.watched));
    let label = Signal::derive(move || {
        training.as_read(|run| match run.part_of_healthy() {
            Some(part) => format!("Map of the watched pictures: they fill {:.0} % of a healthy spread", part * 100.0),
            None => "Map of the watched pictures: nothing yet".into(),
        })
    });
    view! {
        <figure class="print dark field-map">
            <Drawn label paint/>
            <Show when=none><p class="blank">"The watched pictures will lie here, each where the network puts it."</p></Show>
            <figcaption class="caption">
                <h2>"Where the network puts them"</h2>
                <span class="figure">{watched}</span>
            </figcaption>
        </figure>
        <p class="small">"The two directions in which they differ most, always to one scale: where all land on one point, so they do here."</p>
    }
}

/// `thumbs` are squares, one below the other.
fn draw(paper: &Paper, thumbs: &Canvas, places: &[f32]) {
    let side = f64::from(thumbs.width());
    let on = (paper.width / 14.0).clamp(14.0 * paper.unit, 44.0 * paper.unit);
    let (half_width, half_height) = (0.5 * (paper.width - on) - 6.0, 0.5 * (paper.height - on) - 6.0);
    paper.pen.set_stroke_style_str("rgba(243, 236, 226, 0.10)");
    paper.pen.set_line_width(paper.unit);
    paper.pen.begin_path();
    let _ = paper.pen.ellipse(
        0.5 * paper.width,
        0.5 * paper.height,
        half_width.max(1.0),
        half_height.max(1.0),
        0.0,
        0.0,
        std::f64::consts::TAU,
    );
    paper.pen.stroke();
    for (at, place) in places.chunks_exact(2).enumerate() {
        let [x, y] = [f64::from(place[0]), f64::from(place[1])].map(|v| if v.is_finite() { v.clamp(-1.0, 1.0) } else { 0.0 });
        let left = 0.5 * (paper.width - on) + x * half_width;
        let top = 0.5 * (paper.height - on) - y * half_height;
        lay_part(paper.pen, thumbs, [0.0, at as f64 * side, side, side], [left, top, on, on]);
    }
}
