//! What the words mean, one touch away.

use leptos::prelude::*;

use crate::page::{desk, widgets::dialog::Dialog};

const WORDS: [(&str, &str); 8] = [
    (
        "Energy",
        "A number that says how badly a picture fits what the model expects: low where it fits. Here it is the mean squared error of the hidden pixels, each between 0 and 1. Zero would be a perfect guess.",
    ),
    (
        "Energy is not loss",
        "The loss is what training makes small, over many pictures. The energy is what you read here, for this one picture.",
    ),
    (
        "Patch",
        "A small square of the picture. The model takes the picture in patches and is given only those that stay visible.",
    ),
    (
        "Masked autoencoder",
        "A network that learns by hiding patches of pictures and drawing them again: no labels, only pictures (He et al., 2021).",
    ),
    (
        "PSNR",
        "The same error on a scale of decibels: 10 log10(1 / error). Three more is about half the error.",
    ),
    (
        "Smooth fill",
        "Each hidden pixel is the mean of its neighbours, as a soap film hangs in a frame. It knows nothing of the world, only its edge.",
    ),
    ("Mean colour", "Every hidden pixel gets the mean colour of what is visible."),
    (
        "Why blurred?",
        "Where several answers are possible the model draws their mean, since that keeps the squared error small. A mean of pictures is blurred.",
    ),
];

/// The words.
#[component]
pub fn Words() -> impl IntoView {
    let row = |(word, what): (&'static str, &'static str)| view! { <dt>{word}</dt> <dd>{what}</dd> };
    view! {
        <Dialog which=desk::Dialog::Words title="What the words mean">
            <dl class="glossary" data-testid="words">{WORDS.map(row).into_iter().collect_view()}</dl>
        </Dialog>
    }
}
