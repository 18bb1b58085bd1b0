//! The deviations of the projections along their principal axes: how many directions are in use, and how much of each.

use leptos::prelude::*;

use super::graph::{Drawn, Paper};
use crate::{
    page::{state::run::in_use, together::Room},
    protocol::together::Measured,
};

/// The card.
#[component]
pub fn Spectrum() -> impl IntoView {
    let training = Room::here().training;
    let told = move |tell: fn(&Measured) -> String| {
        training.as_read(|run| run.measured.as_ref().filter(|measured| !measured.spectrum.is_empty()).map(tell))
    };
    let figure = move || told(|measured| format!("{} of {}", in_use(measured), measured.spectrum.len()));
    let label = Signal::derive(move || {
        let words = told(|measured| {
            let widest = measured.spectrum.first().copied().unwrap_or_default();
            format!(
                "{} of {} principal axes in use; the widest {widest:.3}, all {:.3} if even",
                in_use(measured),
                measured.spectrum.len(),
                measured.even
            )
        });
        format!("Spectrum: {}", words.unwrap_or_else(|| "nothing yet".into()))
    });
    let paint = move |paper: &Paper| {
        training.at_frame(|run| {
            if let Some(measured) = &run.measured {
                paper.bars(&measured.spectrum, measured.even, &paper.inks.ink);
            }
        });
    };
    view! {
        <section class="card graph" aria-label="Spectrum">
            <div class="head"><h2>"Spectrum"</h2><span class="figure">{figure}</span></div>
            <Drawn label paint/>
            <p class="small">
                "How far the projections differ along each of their principal axes, by the square root, so that small ones show. At the dashed line all of them would be even. A cliff: few directions are in use. All bars sink: all pictures come to one point. Counted are bars above a tenth of the line."
            </p>
        </section>
    }
}
