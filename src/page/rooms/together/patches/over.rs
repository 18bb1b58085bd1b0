//! Colours over a picture, one pixel a patch.
//!
//! They lie on a canvas of their own, which the browser stretches: the picture below need not be drawn again when they
//! change, and so they keep up with the pointer.

use leptos::{html, prelude::*};
use web_sys::{HtmlCanvasElement as Canvas, ImageData};

use crate::page::{
    browser::canvas::{pen, sheet, show, size, smooth},
    state::likeness::Look,
    together::Room,
};

/// Pixels of the canvas for one patch: what browsers make of a canvas of single pixels, stretched a hundredfold, has bands.
const FINER: u32 = 8;

/// How much of the picture they cover.
fn cover(look: Look) -> f64 {
    match look {
        Look::Heat | Look::Heads => 0.74,
        Look::Colours => 0.86,
    }
}

thread_local! {
    /// Where colours lie before they are stretched, a pixel a patch: one canvas for all, since the browser has work with each that
    /// changes, seen or not.
    static PATCHES: Option<Canvas> = sheet(1, 1);
}

/// The colours; nothing while there are none. Its parent is a `laid`.
#[component]
pub fn Over<F>(
    /// One pixel a patch.
    colours: F,
) -> impl IntoView
where
    F: Fn() -> Option<ImageData> + 'static,
{
    let room = Room::here();
    let node = NodeRef::<html::Canvas>::new();
    Effect::new(move |_| {
        let (Some(canvas), image) = (node.get(), colours()) else { return };
        canvas.set_hidden(image.is_none());
        if let Some(image) = image {
            PATCHES.with(|patches| lay(&canvas, patches.as_ref()?, &image));
        }
    });
    view! { <canvas node_ref=node class="over" aria-hidden="true" style:opacity=move || cover(room.look()).to_string()></canvas> }
}

fn lay(canvas: &Canvas, patches: &Canvas, image: &ImageData) -> Option<()> {
    show(patches, image)?;
    let [width, height] = [FINER * image.width(), FINER * image.height()];
    size(canvas, width, height);
    let pen = pen(canvas)?;
    smooth(&pen);
    pen.draw_image_with_html_canvas_element_and_dw_and_dh(patches, 0.0, 0.0, width.into(), height.into())
        .ok()
}
