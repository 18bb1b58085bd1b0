//! Curves over the steps of the run: the loss by itself, and what becomes of the embeddings.

use leptos::prelude::*;

use super::graph::{Drawn, Paper};
use crate::page::{
    state::run::{Run, apart},
    together::Room,
};

/// The three curves.
#[component]
pub fn Curves() -> impl IntoView {
    let training = Room::here().training;
    let loss = move || training.as_read(|run| run.loss.last().map(|loss| format!("{loss:.3}")));
    let spread = move || {
        training.as_read(|run| {
            let [spread, healthy] = apart(run.measured.as_ref()?);
            Some(format!("{:.3} of {:.3}", spread?, healthy?))
        })
    };
    let rank = move || {
        training.as_read(|run| {
            let measured = run.measured.as_ref()?;
            Some(format!("{:.1} of {}", measured.rank_me?, measured.highest_rank))
        })
    };
    view! {
        <Graph
            name="Loss" hint="What training makes small. It may look well while everything collapses."
            figure=Signal::derive(loss) paint=move |paper: &Paper| training.at_frame(|run| draw_loss(paper, run))
        />
        <Graph
            name="Spread" hint="How far apart the pictures lie; the dashed line is what is healthy: 1/√d where directions are compared, the deviation asked for where points are. At 0 all pictures are one."
            figure=Signal::derive(spread) paint=move |paper: &Paper| training.at_frame(|run| draw_spread(paper, run))
        />
        <Graph
            name="Rank" hint="In how many directions the embeddings differ. More is better."
            figure=Signal::derive(rank) paint=move |paper: &Paper| training.at_frame(|run| draw_rank(paper, run))
        />
    }
}

/// A curve with its name and its newest figure.
#[component]
fn Graph<F>(
    name: &'static str,
    /// What it is, and what is better.
    hint: &'static str,
    /// The newest figure.
    figure: Signal<Option<String>>,
    /// Draws it.
    paint: F,
) -> impl IntoView
where
    F: Fn(&Paper) + 'static,
{
    let label = Signal::derive(move || format!("{name}: {}", figure.get().unwrap_or_else(|| "nothing yet".into())));
    view! {
        <section class="card graph" aria-label=name>
            <div class="head"><h2>{name}</h2><span class="figure">{move || figure.get()}</span></div>
            <Drawn label paint/>
            <p class="small">{hint}</p>
        </section>
    }
}

fn draw_loss(paper: &Paper, run: &Run) {
    let [low, high] = run.loss.ends().unwrap_or([0.0, 1.0]);
    let room = ((high - low) * 0.05).max(1e-3);
    paper.curve(&run.loss, [low - room, high + room], run.step, &run.marks, None);
}

fn draw_spread(paper: &Paper, run: &Run) {
    let healthy = run.measured.as_ref().and_then(|measured| apart(measured)[1]);
    let high = run.spread.ends().map_or(0.0, |ends| ends[1]).max(healthy.unwrap_or(0.1)) * 1.1;
    paper.curve(&run.spread, [0.0, high], run.step, &run.marks, healthy);
}

fn draw_rank(paper: &Paper, run: &Run) {
    let high = run.rank.ends().map_or(1.0, |ends| ends[1]).max(2.0) * 1.1;
    paper.curve(&run.rank, [0.0, high], run.step, &run.marks, None);
}
