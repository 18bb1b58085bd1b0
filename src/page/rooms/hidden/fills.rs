//! The model beside two plain fills, so that a person can judge.

use leptos::prelude::*;

use crate::page::{
    state::figures,
    studio::Studio,
    widgets::bars::{Bar, Bars},
};

/// The bars' ends, dB: what is worse than the first has no bar, what is better than the last a full one.
const FROM_DB: f32 = 5.0;
const TO_DB: f32 = 35.0;

/// PSNR over the hidden part.
#[component]
pub fn Fills() -> impl IntoView {
    let studio = Studio::here();
    let psnr = Memo::new(move |_| studio.print().and_then(|print| print.numbers).and_then(|numbers| numbers.psnr));
    let bars = Signal::derive(move || {
        let bar = |name, own, value: Option<f32>| Bar {
            name,
            part: value.map_or(0.0, |value| (value - FROM_DB) / (TO_DB - FROM_DB)),
            figure: value.map_or_else(|| "—".into(), figures::decibel),
            own,
        };
        let psnr = psnr.get();
        vec![
            bar("this model", true, psnr.map(|p| p.model)),
            bar("smooth", false, psnr.map(|p| p.smooth)),
            bar("mean colour", false, psnr.map(|p| p.mean)),
        ]
    });
    view! {
        <section class="card" data-testid="fills">
            <h2>"Against plain fills"</h2>
            <Bars bars/>
            <p class="small">"PSNR over the hidden part; more is better. A model that loses to a smooth fill has understood nothing here."</p>
        </section>
    }
}
