//! A square picture that is drawn anew when it changes.

use leptos::{html, prelude::*};
use web_sys::{CanvasRenderingContext2d as Context, HtmlCanvasElement as Canvas};

use crate::page::{
    browser::canvas::{fit, lay_square},
    desk::Desk,
};

/// The square in the middle of a picture.
#[component]
pub fn Sheet<F>(
    /// The picture; nothing while there is none.
    from: F,
    /// What it shows, for those who hear the page; empty for decoration.
    #[prop(into)]
    label: Signal<String>,
    /// The canvas, for who has to know where it lies.
    #[prop(optional)]
    node: NodeRef<html::Canvas>,
) -> impl IntoView
where
    F: Fn() -> Option<Canvas> + 'static,
{
    let paint = move |pen: &Context, side: f64| {
        if let Some(from) = from() {
            lay_square(pen, &from, 0.0, 0.0, side);
        }
    };
    view! { <Painted paint label node/> }
}

/// A square that something paints on, whenever what it reads changes.
#[component]
pub fn Painted<F>(
    /// Paints on a square of so many pixels.
    paint: F,
    /// What it shows, for those who hear the page; empty for decoration.
    #[prop(into)]
    label: Signal<String>,
    /// The canvas, for who has to know where it lies.
    #[prop(optional)]
    node: NodeRef<html::Canvas>,
) -> impl IntoView
where
    F: Fn(&Context, f64) + 'static,
{
    let desk = Desk::here();
    Effect::new(move |_| {
        desk.resized.track();
        let Some((pen, side)) = node.get().and_then(|canvas| fit(&canvas)) else {
            return;
        };
        pen.set_fill_style_str("#0d0b0a");
        pen.fill_rect(0.0, 0.0, side, side);
        paint(&pen, side);
    });
    let hidden = move || label.with(String::is_empty).then_some("true");
    let role = move || if label.with(String::is_empty) { "presentation" } else { "img" };
    view! {
        <canvas
            node_ref=node
            role=role
            aria-hidden=hidden
            aria-label=move || Some(label.get()).filter(|label| !label.is_empty())
        ></canvas>
    }
}
