//! What the models say, side by side, once the visitor has had a turn.

use leptos::prelude::*;

use super::candidates::origin;
use crate::{
    page::{
        state::{
            figures,
            ranking::{self, Judge},
        },
        together::{Fitted, Guess, Room},
    },
    protocol::together::Origin,
};

/// The rankings.
#[component]
pub fn Verdicts() -> impl IntoView {
    let room = Room::here();
    let (fitted, guess) = (room.fitting.fitted, room.fitting.guess);
    let told = move || guess.get().is_some() && fitted.with(Option::is_some);
    let yours = move || {
        let right = fitted.with(|fitted| {
            fitted
                .as_ref()
                .and_then(|fitted| fitted.candidates.iter().position(|c| c.origin == Origin::Right))
        });
        match guess.get() {
            Some(Guess::Took(taken)) if Some(taken) == right => "You found it.",
            Some(Guess::Took(_)) => "That was not the one; the right one is marked.",
            _ => "The right one is marked.",
        }
    };
    let both = move || {
        let rank = |fitted: &Fitted| fitted.ranks(Judge::Joint) && fitted.ranks(Judge::Drawn);
        fitted.with(|fitted| fitted.as_ref().is_some_and(rank))
    };
    view! {
        <div role="status">
            <Show when=told><p class="yours">{yours}</p></Show>
        </div>
        <Show when=told>
            <div class="cards">
                <Ranking judge=Judge::Joint/>
                <Ranking judge=Judge::Drawn/>
            </div>
            <Show when=both>
                <p class="small">"Energies of two models have no common scale: compare the order, not the figures."</p>
            </Show>
        </Show>
    }
}

#[component]
fn Ranking(judge: Judge) -> impl IntoView {
    let room = Room::here();
    let fitted = room.fitting.fitted;
    let (kind, what) = match judge {
        Judge::Joint => ("predicts embeddings", "how far the part's embedding lies from the one predicted"),
        Judge::Drawn => ("draws pixels", "mean squared error of the pixels drawn, 0 to 1"),
    };
    let name = move || room.judge(judge).and_then(|slot| room.models.name_in(slot)).unwrap_or_default();
    let any = move || fitted.with(|fitted| fitted.as_ref().is_some_and(|fitted| fitted.ranks(judge)));
    let verdict = move || {
        fitted.with(|fitted| {
            let fitted = fitted.as_ref()?;
            let rank = ranking::rank_of_right(&fitted.candidates, judge)?;
            Some(format!(
                "It puts the right one {}.",
                ranking::ordinal(rank, ranking::ranked(&fitted.candidates, judge).len())
            ))
        })
    };
    let rows = move || fitted.with(|fitted| fitted.as_ref().map(|fitted| rows(room, fitted, judge)));
    view! {
        <Show when=any>
            <section class="card ranking" aria-label=move || format!("Ranking by {}", name())>
                <h2>{move || format!("{}, {kind}", name())}</h2>
                <p>{verdict}</p>
                <ol class="ranks">{rows}</ol>
                <p class="small">{format!("Energy: {what}. Less fits better.")}</p>
            </section>
        </Show>
    }
}

fn rows(room: Room, fitted: &Fitted, judge: Judge) -> impl IntoView + use<> {
    let ranked = ranking::ranked(&fitted.candidates, judge);
    let row = |&(index, energy): &(usize, f32)| {
        let place = fitted.order.iter().position(|shown| *shown == index).unwrap_or_default();
        let what = fitted.candidates[index].origin;
        let width = format!("{:.1}%", ranking::part(energy, &ranked) * 100.0);
        view! {
            <li class:own=what == Origin::Right>
                <span class="name"><strong>{ranking::letter(place).to_string()}</strong>" "{origin(room, what)}</span>
                <span class="rail"><span style:width=width></span></span>
                <span class="figure">{figures::energy(energy)}</span>
            </li>
        }
    };
    ranked.iter().map(row).collect_view()
}
