//! Collapse, watched: a small network trains in the page, and a switch takes away what keeps it from collapse.

mod controls;
mod curves;
mod doubts;
mod field;
mod graph;
mod spectrum;

use leptos::prelude::*;

use self::{controls::Controls, curves::Curves, field::Field, spectrum::Spectrum};
use crate::page::{
    state::run::{Run, gist},
    together::Room,
};

/// The panel.
#[component]
pub fn Collapse() -> impl IntoView {
    let room = Room::here();
    room.list_methods();
    view! {
        <section class="collapse" data-testid="collapse">
            <p class="lead">
                "A small network learns to put two views of one picture at one place. Putting "
                <em>"every"</em>
                " picture there would do as well: something has to stop that. Take it away, and watch."
            </p>
            <div class="bench">
                <div class="left"><Controls/></div>
                <div class="middle">
                    <Field/>
                    <Verdict/>
                </div>
                <div class="right">
                    <Curves/>
                    <Spectrum/>
                </div>
            </div>
        </section>
    }
}

/// What is happening, in a sentence; said aloud when it becomes another one, not with every new figure.
#[component]
fn Verdict() -> impl IntoView {
    let training = Room::here().training;
    let sentence = Memo::new(move |_| training.as_read(|run| run.verdict().to_owned()));
    let spoken = Memo::new_with_compare(
        move |_| sentence.get(),
        |old: Option<&String>, new: Option<&String>| old.map(|text| gist(text)) != new.map(|text| gist(text)),
    );
    let ill = Memo::new(move |_| training.as_read(Run::is_ill));
    view! {
        <div class="card verdict" class:ill=move || ill.get()>
            <h2>"What is happening"</h2>
            <p>
                {move || if sentence.with(String::is_empty) {
                    "Nothing yet: start the training.".to_owned()
                } else {
                    sentence.get()
                }}
            </p>
        </div>
        <p class="unseen" role="status">{move || spoken.get()}</p>
    }
}
