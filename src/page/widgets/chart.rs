//! A line over steps, with round numbers at its axes.

use leptos::prelude::*;

use crate::page::state::figures;

const WIDTH: f64 = 260.0;
const HEIGHT: f64 = 96.0;
const LEFT: f64 = 34.0;
const BELOW: f64 = 16.0;

/// A curve of `[step, value]`.
#[component]
pub fn Chart(
    /// The points, by step.
    points: Vec<[f64; 2]>,
    /// What the values are, for those who hear the page.
    what: &'static str,
) -> impl IntoView {
    let points: Vec<[f64; 2]> = points.into_iter().filter(|p| p.iter().all(|v| v.is_finite())).collect();
    let (Some(first), Some(last)) = (points.first().copied(), points.last().copied()) else {
        return ().into_any();
    };
    let values = || points.iter().map(|p| p[1]);
    let ticks = figures::ticks(values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
    let (low, high) = (ticks[0].0, ticks[2].0);
    let x = |step: f64| LEFT + (step - first[0]) / (last[0] - first[0]).max(1e-9) * (WIDTH - LEFT - 4.0);
    let y = |value: f64| 8.0 + (high - value) / (high - low) * (HEIGHT - BELOW - 14.0);
    let line: String = points.iter().map(|p| format!("{:.1},{:.1} ", x(p[0]), y(p[1]))).collect();
    let words = format!(
        "{what}: from {:.1} to {:.1} over {} steps",
        first[1],
        last[1],
        figures::count(last[0] as u64)
    );
    let rule = |(value, word): (f64, String)| {
        view! {
            <line class="rule" x1=LEFT x2=WIDTH y1=y(value) y2=y(value)/>
            <text x=LEFT - 6.0 y=y(value) text-anchor="end" dominant-baseline="middle">{word}</text>
        }
    };
    view! {
        <svg class="chart" viewBox=format!("0 0 {WIDTH} {HEIGHT}") role="img" aria-label=words>
            {ticks.map(rule).into_iter().collect_view()}
            <polyline points=line/>
            <text x=LEFT y=HEIGHT - 2.0>{figures::count(first[0] as u64)}</text>
            <text x=WIDTH - 2.0 y=HEIGHT - 2.0 text-anchor="end">{format!("{} steps", figures::count(last[0] as u64))}</text>
        </svg>
    }
    .into_any()
}
