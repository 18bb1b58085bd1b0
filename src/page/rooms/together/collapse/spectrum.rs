//! The singular values of the projections.

use leptos::prelude::*;

use super::graph::{Drawn, Paper};
use crate::page::together::Room;

/// The card.
#[component]
pub fn Spectrum() -> impl IntoView {
    let training = Room::here().training;
    let words = Signal::derive(move || {
        training.as_read(|run| {
            let spectrum = run
                .measured
                .as_ref()
                .map(|measured| measured.spectrum.as_slice())
                .unwrap_or_default();
            let strong = spectrum.iter().filter(|value| **value > 0.1).count();
            format!("Singular values: {strong} of {} above a tenth of the largest", spectrum.len())
        })
    });
    let paint = move |paper: &Paper| {
        training.at_frame(|run| {
            if let Some(measured) = &run.measured {
                paper.bars(&measured.spectrum, &paper.inks.ink);
            }
        });
    };
    view! {
        <section class="card graph" aria-label="Spectrum">
            <div class="head"><h2>"Spectrum"</h2></div>
            <Drawn label=words paint/>
            <p class="small">"Singular values of the projections, the largest is 1. A cliff means that only a few directions are in use."</p>
        </section>
    }
}
