//! The prints as one picture to keep.

use leptos::{prelude::*, task::spawn_local};
use web_sys::CanvasRenderingContext2d as Context;

use super::{Studio, prints::Print};
use crate::page::{
    browser::{canvas, files},
    state::{figures, settings::View},
    widgets::split::draw_view,
};

const SIDE: f64 = 384.0;
const GAP: f64 = 24.0;
const BELOW: f64 = 44.0;

impl Studio {
    /// Saves what the model saw, what it expects, the truth and where it was wrong, as one PNG.
    pub fn save_prints(self) {
        let Some(print) = self.seeing.print.get_untracked() else {
            return self.desk.trouble("There is no print yet to save. Wait for the first prediction.");
        };
        let name = self
            .table
            .strip
            .with_untracked(|strip| strip.find(print.picture).map(|item| item.name.clone()));
        let name = name.unwrap_or_else(|| "print".into());
        spawn_local(async move {
            let png = match sheet_of(&print) {
                Some(sheet) => canvas::png(&sheet).await,
                None => None,
            };
            let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem);
            match png {
                Some(png) => files::save(&png, &format!("darkroom {stem}.png")),
                None => self.desk.trouble("The browser made no picture of the prints. Try again."),
            }
        });
    }
}

fn sheet_of(print: &Print) -> Option<web_sys::HtmlCanvasElement> {
    let (width, height) = (4.0 * SIDE + 5.0 * GAP, SIDE + 2.0 * GAP + BELOW);
    let sheet = canvas::sheet(width as u32, height as u32)?;
    let pen = canvas::pen(&sheet)?;
    canvas::smooth(&pen);
    pen.set_fill_style_str("#141110");
    pen.fill_rect(0.0, 0.0, width, height);
    let energy = print.numbers.as_ref().and_then(|numbers| numbers.energy).map(figures::energy);
    let psnr = print.numbers.as_ref().and_then(|numbers| numbers.psnr);
    let wrong = energy.map_or_else(|| "nothing hidden".into(), |energy| format!("where it was wrong: energy {energy}"));
    let set = psnr.map_or_else(
        || format!("what {} expects", print.model),
        |p| {
            format!(
                "what {} expects: {}, smooth fill {}",
                print.model,
                figures::decibel(p.model),
                figures::decibel(p.smooth)
            )
        },
    );
    let captions = [
        ("what the model saw".to_string(), None),
        (set, Some(View::Set)),
        ("the truth".into(), Some(View::Truth)),
        (wrong, Some(View::Wrong)),
    ];
    for (i, (caption, view)) in captions.into_iter().enumerate() {
        let x = GAP + i as f64 * (SIDE + GAP);
        pen.save();
        let _ = pen.translate(x, GAP);
        pen.begin_path();
        pen.rect(0.0, 0.0, SIDE, SIDE);
        pen.clip();
        draw_view(&pen, print, view.unwrap_or(View::Truth), SIDE);
        if view.is_none() {
            hide(&pen, print);
        }
        pen.restore();
        pen.set_fill_style_str("#f3ece2");
        pen.set_font("15px system-ui, sans-serif");
        let _ = pen.fill_text_with_max_width(&caption, x, GAP + SIDE + 28.0, SIDE);
    }
    Some(sheet)
}

fn hide(pen: &Context, print: &Print) {
    pen.set_fill_style_str("#0d0b0a");
    for patch in print.mask.hidden_indices() {
        let [x, y, width, height] = super::prints::place(&print.mask, patch, SIDE);
        pen.fill_rect(x, y, width, height);
    }
}
