//! The energies of all pairs as a heat map, groups together; the same as a table for those who hear the page.

use std::rc::Rc;

use leptos::{html, prelude::*};
use web_sys::{HtmlCanvasElement as Canvas, KeyboardEvent, MouseEvent};

use super::super::through::Through;
use crate::{
    page::{
        browser::canvas::{of_rgba, pen},
        state::{cursor::Move, figures::pair_energy, grouping::order, heat},
        together::{
            Room,
            mapping::{Grouped, MOST_PAIRED, Pairs},
        },
        widgets::ramp::Ramp,
    },
    platform::web::to_buffer,
};

/// The side of the canvas in its own pixels.
const SIDE: f64 = 640.0;
/// A table is read out up to so many pictures; beyond that nobody listens to the end.
const MOST_READ: usize = 40;

/// Pairs in the order in which they are shown.
struct Shown {
    ids: Vec<u32>,
    energies: Vec<f32>,
    top: f32,
    picture: Option<Canvas>,
}

/// The card.
#[component]
pub fn Matrix() -> impl IntoView {
    let room = Room::here();
    let shown = RwSignal::new_local(None::<Rc<Shown>>);
    Effect::new(move |_| {
        let seen = room.mapping.through(room.lens());
        let groups = seen.groups.get();
        shown.set(seen.pairs.get().map(|pairs| Rc::new(arrange(&pairs, groups.as_deref()))));
    });
    let words = move || match room.pictures.list.with(Vec::len) {
        count if count > MOST_PAIRED => format!("All pairs are shown for up to {MOST_PAIRED} pictures; here are {count}."),
        _ => "Every picture against every other: black is energy 0, the same to the model.".to_owned(),
    };
    view! {
        <section class="card matrix" data-testid="matrix">
            <h2>"All pairs"</h2>
            <Through/>
            <p class="small">{words}</p>
            {move || shown.get().map(|shown| view! { <Heat shown/> })}
        </section>
    }
}

fn arrange(pairs: &Pairs, groups: Option<&Grouped>) -> Shown {
    let groups = groups
        .filter(|groups| groups.ids == pairs.ids)
        .map(|groups| groups.groups.as_slice());
    let order = order(&pairs.ids, groups);
    let side = pairs.ids.len();
    let at = |row: usize, column: usize| pairs.energies.get(row * side + column).copied().unwrap_or(f32::NAN);
    let energies: Vec<f32> = order
        .iter()
        .flat_map(|row| order.iter().map(move |column| at(*row, *column)))
        .collect();
    let top = heat::top(energies.iter().copied().filter(|v| v.is_finite()).fold(0.0, f32::max)).min(4.0);
    let rgba: Vec<u8> = energies
        .iter()
        .flat_map(|energy| {
            let [r, g, b] = heat::colour(energy / top);
            [r, g, b, 255]
        })
        .collect();
    Shown {
        ids: order.iter().filter_map(|at| pairs.ids.get(*at).copied()).collect(),
        energies,
        top,
        picture: of_rgba(&to_buffer(&rgba), side, side),
    }
}

#[component]
fn Heat(shown: Rc<Shown>) -> impl IntoView {
    let room = Room::here();
    let node = NodeRef::<html::Canvas>::new();
    let cell = RwSignal::new(None::<[usize; 2]>);
    let side = shown.ids.len();
    let shown = StoredValue::new_local(shown);
    Effect::new(move |_| {
        room.desk.theme.track();
        let (cell, hovered) = (cell.get(), room.mapping.hovered.get());
        if let Some(canvas) = node.get() {
            shown.with_value(|shown| paint(&canvas, shown, cell, hovered));
        }
    });
    let point = move |event: &MouseEvent| {
        let canvas = node.get_untracked()?;
        let of = |at: i32, all: i32| (f64::from(at) / f64::from(all.max(1)) * side as f64).floor();
        let (x, y) = (
            of(event.offset_x(), canvas.client_width()),
            of(event.offset_y(), canvas.client_height()),
        );
        let fine = |at: f64| (at >= 0.0 && at < side as f64).then_some(at as usize);
        Some([fine(y)?, fine(x)?])
    };
    let id = move |at: usize| shown.with_value(|shown| shown.ids.get(at).copied());
    let name = move |at: usize| {
        id(at)
            .and_then(|id| untrack(|| room.pictures.find(id)))
            .map(|thumb| thumb.name)
            .unwrap_or_default()
    };
    let said = move || {
        cell.get().map(|[row, column]| {
            let energy = shown
                .with_value(|shown| shown.energies.get(row * side + column).copied())
                .unwrap_or(f32::NAN);
            (pair_energy(energy), format!("“{}” and “{}”", name(row), name(column)))
        })
    };
    let by_key = move |event: KeyboardEvent| {
        let here = cell.get_untracked().unwrap_or([0, 0]);
        let last = side.saturating_sub(1);
        let to = match (Move::of_key(&event.key()), event.key().as_str()) {
            (Some(Move::Up), _) => [here[0].saturating_sub(1), here[1]],
            (Some(Move::Down), _) => [(here[0] + 1).min(last), here[1]],
            (Some(Move::Left), _) => [here[0], here[1].saturating_sub(1)],
            (Some(Move::Right), _) => [here[0], (here[1] + 1).min(last)],
            (Some(Move::Home), _) => [here[0], 0],
            (Some(Move::End), _) => [here[0], last],
            (None, "Enter" | " ") => {
                choose(room, id(here[0]), id(here[1]));
                here
            }
            _ => return,
        };
        event.prevent_default();
        cell.set(Some(to));
        if let Some((energy, names)) = untrack(said) {
            room.desk.said.set(format!("{names}: energy {energy}"));
        }
    };
    let top = shown.with_value(|shown| shown.top);
    view! {
        <canvas
            node_ref=node
            width=SIDE.to_string()
            height=SIDE.to_string()
            tabindex="0"
            role="application"
            aria-label="Energies of all pairs"
            aria-roledescription="matrix"
            on:pointermove=move |event| cell.set(point(&event))
            on:pointerleave=move |_| cell.set(None)
            on:click=move |event| if let Some([row, column]) = point(&event) { choose(room, id(row), id(column)) }
            on:focus=move |_| if cell.get_untracked().is_none() { cell.set(Some([0, 0])) }
            on:blur=move |_| cell.set(None)
            on:keydown=by_key
        ></canvas>
        <p class="pointed">
            {move || match said() {
                Some((energy, names)) => view! { <strong class="figure">{energy}</strong> " " {names} }.into_any(),
                None => "Point at a pair for its energy; click to choose the two.".into_any(),
            }}
        </p>
        <Ramp name="Energy" ticks=Some(heat::ticks(top).map(heat::tick))/>
        {(side <= MOST_READ).then(|| view! { <Table shown/> })}
    }
}

fn choose(room: Room, first: Option<u32>, second: Option<u32>) {
    room.pictures.choose(first);
    room.pictures.choose_other(second);
}

fn paint(canvas: &Canvas, shown: &Shown, cell: Option<[usize; 2]>, hovered: Option<u32>) {
    let Some(pen) = pen(canvas) else { return };
    pen.set_image_smoothing_enabled(false);
    if let Some(picture) = &shown.picture {
        crate::page::browser::canvas::lay(&pen, picture, 0.0, 0.0, SIDE);
    }
    let one = SIDE / shown.ids.len().max(1) as f64;
    pen.set_stroke_style_str("#56b4e9");
    pen.set_line_width(2.0);
    let row = |at: usize| pen.stroke_rect(1.0, at as f64 * one, SIDE - 2.0, one);
    let column = |at: usize| pen.stroke_rect(at as f64 * one, 1.0, one, SIDE - 2.0);
    if let Some([down, right]) = cell {
        row(down);
        column(right);
    } else if let Some(at) = hovered.and_then(|id| shown.ids.iter().position(|known| *known == id)) {
        row(at);
        column(at);
    }
}

/// The same numbers for those who hear the page.
#[component]
fn Table(shown: StoredValue<Rc<Shown>, LocalStorage>) -> impl IntoView {
    let room = Room::here();
    let name = move |id: u32| untrack(|| room.pictures.find(id)).map(|thumb| thumb.name).unwrap_or_default();
    shown.with_value(|shown| {
        let side = shown.ids.len();
        let heads = shown.ids.iter().map(|id| view! { <th scope="col">{name(*id)}</th> }).collect_view();
        let rows = shown.ids.iter().enumerate().map(|(row, id)| {
            let cells = shown.energies.iter().skip(row * side).take(side);
            view! { <tr><th scope="row">{name(*id)}</th>{cells.map(|energy| view! { <td>{pair_energy(*energy)}</td> }).collect_view()}</tr> }
        });
        view! {
            <table class="unseen">
                <caption>"Energies of all pairs, 0 to 4; less is nearer"</caption>
                <thead><tr><td></td>{heads}</tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        }
    })
}
