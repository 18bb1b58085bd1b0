//! Hidden: parts of a picture are hidden, a model says what it expects there.

mod camera;
mod device;
mod energy;
mod fills;
mod frame;
mod keep;
mod keys;
mod model;
mod prediction;
mod proofs;
mod sees;
mod strip;
mod tools;
mod words;

use leptos::prelude::*;

use self::{
    camera::Camera, device::Device, energy::Energy, fills::Fills, frame::FrameChoice, keep::Keep, keys::Keys, model::Model,
    prediction::PredictionPrint, proofs::Proofs, sees::Sees, strip::FilmStrip, tools::Tools, words::Words,
};
use crate::page::widgets::progress::Loading;

/// The room.
#[component]
pub fn Hidden() -> impl IntoView {
    view! {
        <header class="top">
            <p class="mark">"Dark"<span>"room"</span></p>
            <Device/>
            <Keep/>
        </header>
        <main>
            <div class="invitation">
                <h1>"What is under the dark?"</h1>
                <p>"Paint over any part of the picture. The model sees only what stays light, and says what it expects in the rest."</p>
                <Loading/>
            </div>
            <div class="bench">
                <div class="left">
                    <Sees/>
                    <Tools/>
                </div>
                <div class="middle">
                    <PredictionPrint/>
                    <Proofs/>
                </div>
                <div class="right">
                    <Energy/>
                    <Fills/>
                    <Model/>
                </div>
            </div>
            <FilmStrip/>
        </main>
        <footer>
            <p><strong>"Pictures never leave this machine."</strong>" What you drop here is decoded, hidden and predicted in this browser, and kept in it alone."</p>
        </footer>
        <FrameChoice/>
        <Camera/>
        <Keys/>
        <Words/>
    }
}
