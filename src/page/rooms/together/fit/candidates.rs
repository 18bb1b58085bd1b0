//! The candidates, set into the hole: the visitor takes one.

use leptos::prelude::*;

use crate::{
    page::{
        browser::canvas::lay,
        state::{hole::Hole, ranking},
        together::{Fitted, Guess, Room},
        widgets::sheet::Painted,
    },
    protocol::together::Origin,
};

/// The prints.
#[component]
pub fn Candidates() -> impl IntoView {
    let room = Room::here();
    let count = Memo::new(move |_| {
        room.fitting
            .fitted
            .with(|fitted| fitted.as_ref().map_or(0, |fitted| fitted.order.len()))
    });
    let guess = room.fitting.guess;
    let working = move || room.fitting.working.get() && count.get() == 0;
    view! {
        <ul class="contact candidates" aria-label="Parts that may fit">
            {move || (0..count.get()).map(|place| view! { <Candidate place/> }).collect_view()}
        </ul>
        <Show when=working><p class="small">"The parts are being cut."</p></Show>
        <Show when=move || { count.get() > 0 && guess.get().is_none() }>
            <div class="row">
                <span class="small">"Touch the one that fits."</span>
                <button class="link" on:click=move |_| guess.set(Some(Guess::GaveUp))>"Tell me"</button>
            </div>
        </Show>
    }
}

/// What a candidate is, once it may be told.
pub fn origin(room: Room, of: Origin) -> String {
    match of {
        Origin::Right => "the right one".into(),
        Origin::Elsewhere => "from elsewhere in it".into(),
        Origin::Other(id) => room
            .pictures
            .find(id)
            .map_or_else(|| "from another picture".into(), |thumb| format!("from {}", thumb.name)),
    }
}

/// The candidate that is shown at a place.
fn at<T>(fitted: Option<&Fitted>, place: usize, look: impl FnOnce(&Fitted, usize) -> T) -> Option<T> {
    let fitted = fitted?;
    let index = *fitted.order.get(place)?;
    Some(look(fitted, index))
}

#[component]
fn Candidate(place: usize) -> impl IntoView {
    let room = Room::here();
    let (fitted, guess) = (room.fitting.fitted, room.fitting.guess);
    let paint = move |pen: &web_sys::CanvasRenderingContext2d, side: f64| {
        fitted.with(|fitted| {
            at(fitted.as_ref(), place, |fitted, index| {
                if let Some(square) = fitted.squares.get(index) {
                    lay(pen, square, 0.0, 0.0, side);
                }
                if let (Some(hole), Some(canvas)) = (Hole::around(&fitted.hole), pen.canvas()) {
                    super::cut::outline(pen, &canvas, hole, side);
                }
            });
        });
    };
    let what = move || fitted.with(|fitted| at(fitted.as_ref(), place, |fitted, index| fitted.candidates[index].origin));
    let index = move || fitted.with(|fitted| at(fitted.as_ref(), place, |_, index| index));
    let told = move || guess.get().is_some();
    let right = move || told() && what() == Some(Origin::Right);
    let taken = move || matches!(guess.get(), Some(Guess::Took(taken)) if Some(taken) == index());
    let words = move || match (told(), what()) {
        (true, Some(what)) => format!("{}, {}", ranking::letter(place), origin(room, what)),
        _ => ranking::letter(place).to_string(),
    };
    let take = move |_| {
        if let (false, Some(index)) = (told(), index()) {
            guess.set(Some(Guess::Took(index)));
        }
    };
    view! {
        <li>
            <button
                class="proof" class:right=right class:own=taken
                aria-label=move || format!("Part {}", words())
                aria-pressed=move || taken().to_string()
                aria-disabled=move || told().to_string()
                on:click=take
            >
                <Painted paint label=""/>
                <span>{words}</span>
            </button>
        </li>
    }
}
