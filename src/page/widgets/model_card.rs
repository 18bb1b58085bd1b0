//! A model's card: what it is, what it was trained on, with what command, how well it does.

use leptos::prelude::*;

use crate::{
    page::{
        state::figures::{self, decibel},
        widgets::chart::Chart,
    },
    protocol::{ModelCard, ModelInfo, Psnr},
};

/// The card.
#[component]
pub fn Card(
    /// The model.
    model: ModelInfo,
    /// What was measured while it trained.
    curve_of: &'static str,
) -> impl IntoView {
    let Some(card) = model.card else {
        return view! { <p class="small">"This file carries no card: nobody wrote down how it was trained."</p> }.into_any();
    };
    let lines = facts(&card)
        .into_iter()
        .map(|(name, value)| view! { <dt>{name}</dt> <dd>{value}</dd> })
        .collect_view();
    let command = (!card.command.is_empty()).then(|| view! { <pre tabindex="0">{card.command.clone()}</pre> });
    let curve = (card.curve.len() > 1).then(|| {
        view! {
            <h3>"While training: "{curve_of}</h3>
            <Chart points=card.curve.clone() what=curve_of/>
        }
    });
    let table = (!card.validation.is_empty()).then(|| view! { <Validation rows=card.validation.clone()/> });
    view! {
        <div class="facts">
            <dl>{lines}</dl>
            {command}
            {curve}
            {table}
        </div>
    }
    .into_any()
}

fn facts(card: &ModelCard) -> Vec<(&'static str, String)> {
    let run = match (card.steps, card.pictures) {
        (0, _) => String::new(),
        (steps, 0) => format!("{} steps", figures::count(steps)),
        (steps, pictures) => format!("{} steps, {} pictures seen", figures::count(steps), figures::count(pictures)),
    };
    let time = match (card.hours > 0.0, card.device.is_empty()) {
        (true, false) => format!("{} on {}", figures::hours(card.hours), card.device),
        (true, true) => figures::hours(card.hours),
        (false, _) => card.device.clone(),
    };
    let all = [
        ("Method", card.method.clone()),
        ("Trained on", card.data.clone()),
        ("Run", run),
        ("Took", time),
        ("Energy used", card.energy_used.clone()),
        ("Licence", card.license.clone()),
    ];
    all.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}

#[component]
fn Validation(rows: Vec<(String, Psnr)>) -> impl IntoView {
    let row = |(mask, psnr): (String, Psnr)| {
        view! {
            <tr>
                <th scope="row">{mask}</th>
                <td class="own">{decibel(psnr.model)}</td>
                <td>{decibel(psnr.smooth)}</td>
                <td>{decibel(psnr.mean)}</td>
            </tr>
        }
    };
    view! {
        <h3>"On held-out pictures, PSNR over the hidden part"</h3>
        <table>
            <thead>
                <tr><th scope="col">"hidden"</th><th scope="col">"model"</th><th scope="col">"smooth"</th><th scope="col">"mean"</th></tr>
            </thead>
            <tbody>{rows.into_iter().map(row).collect_view()}</tbody>
        </table>
    }
}
