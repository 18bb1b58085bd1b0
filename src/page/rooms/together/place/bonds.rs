//! The knob: how strongly object and setting go together in training, and what comes of it.

use leptos::prelude::*;

use crate::page::{
    state::bonds::Point,
    together::{Room, STEPS},
    widgets::slide::Slide,
};

/// The card.
#[component]
pub fn Knob() -> impl IntoView {
    let room = Room::here();
    let bonds = room.placing.bonds;
    let going = move || room.placing.going.get();
    let step = move || room.training.as_read(|run| run.step).min(STEPS);
    let cannot = move || room.training.methods.with(Option::is_none) || room.training.starting.get();
    let method = move || room.method().map(|method| method.title).unwrap_or_default();
    let any = move || bonds.with(|bonds| !bonds.points().is_empty());
    let others = move || room.training.begun.with(Option::is_some) && going().is_none();
    view! {
        <section class="card bonds" aria-label="Train at a bond">
            <h2>"What training makes of it"</h2>
            <p>"How often did the two go together? At 0 an object is seen in all eight settings alike, at 1 where it belongs, but for about one scene in twenty."</p>
            <Slide
                name="Bond" low=0.0 high=1.0 step=0.05
                value=Signal::derive(move || room.bond())
                words=|bond: f64| format!("{bond:.2}")
                set=move |bond: f64| room.set_bond(bond)
            />
            <div class="row">
                <Show
                    when=move || going().is_some()
                    fallback=move || view! {
                        <button class="chip own" disabled=cannot on:click=move |_| room.train_at_bond()>"Train at this bond"</button>
                        <span class="small">{move || format!("{}, {STEPS} steps on scenes, then asked.", method())}</span>
                    }
                >
                    <div class="loading">
                        <span>{move || format!("Training at a bond of {:.2}: step {} of {STEPS}", going().map_or(0.0, |going| going.bond), step())}</span>
                        <div class="rail" role="progressbar" aria-label="Training" aria-valuemin="0" aria-valuemax=STEPS aria-valuenow=move || step().to_string()>
                            <span style:width=move || format!("{:.1}%", step() as f64 / STEPS as f64 * 100.0)></span>
                        </div>
                    </div>
                    <button class="chip" on:click=move |_| room.give_up_bond()>"Stop"</button>
                </Show>
            </div>
            <Show when=others><p class="small">"This ends the run under “Collapse”."</p></Show>
            <Show when=any fallback=|| view! { <p class="small">"Train at a few bonds: each becomes a point here."</p> }>
                <Plot/>
                <Table/>
                <button class="link" on:click=move |_| room.forget_bonds()>"Forget these"</button>
            </Show>
        </section>
    }
}

const WIDTH: f32 = 320.0;
const HEIGHT: f32 = 150.0;
const LEFT: f32 = 30.0;
const BELOW: f32 = 26.0;

fn x(bond: f32) -> f32 {
    LEFT + bond * (WIDTH - LEFT - 10.0)
}

fn y(value: f32) -> f32 {
    8.0 + (1.0 - value) * (HEIGHT - BELOW - 8.0)
}

#[component]
fn Plot() -> impl IntoView {
    let room = Room::here();
    let bonds = room.placing.bonds;
    let rule = |value: f32, word: &'static str| {
        view! {
            <line class="rule" class:half=value == 0.5 x1=LEFT x2=WIDTH y1=y(value) y2=y(value)/>
            <text x=LEFT - 6.0 y=y(value) text-anchor="end" dominant-baseline="middle">{word}</text>
        }
    };
    let dot = |(at, of): (usize, &Point), last: usize| {
        let (cx, cy) = (x(of.bond), y(of.follows_object));
        view! { <circle class:own=at == last cx=cx cy=cy r="4.5"/> }
    };
    let dots = move || {
        bonds.with(|bonds| {
            let points = bonds.points();
            points.iter().enumerate().map(|point| dot(point, points.len() - 1)).collect_view()
        })
    };
    let words = move || {
        let networks = match bonds.with(|bonds| bonds.points().len()) {
            1 => "1 network".to_owned(),
            count => format!("{count} networks"),
        };
        format!("{networks}: bond against what they follow; the table has the numbers")
    };
    view! {
        <svg class="bond-plot" viewBox=format!("0 0 {WIDTH} {HEIGHT}") role="img" aria-label=words>
            {rule(1.0, "1")}
            {rule(0.5, "½")}
            {rule(0.0, "0")}
            {dots}
            <text x=x(0.0) y=HEIGHT - 6.0>"bond 0"</text>
            <text x=x(1.0) y=HEIGHT - 6.0 text-anchor="end">"bond 1"</text>
        </svg>
    }
}

#[component]
fn Table() -> impl IntoView {
    let room = Room::here();
    let row = |point: &Point| {
        view! {
            <tr>
                <td>{format!("{:.2}", point.bond)}</td>
                <td class="own">{format!("{:.2}", point.follows_object)}</td>
                <td>{format!("{}, {} steps, seed {}", point.method, point.steps, point.seed)}</td>
            </tr>
        }
    };
    let rows = move || room.placing.bonds.with(|bonds| bonds.points().iter().rev().map(row).collect_view());
    view! {
        <details>
            <summary>"The numbers"</summary>
            <div class="facts">
                <table>
                    <thead><tr><th>"bond"</th><th>"follows the object"</th><th>"network"</th></tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </details>
    }
}
