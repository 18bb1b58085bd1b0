//! Canvases: pixels in, drawings, pictures out.

use js_sys::{ArrayBuffer, Uint8ClampedArray};
use leptos::prelude::{document, window};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, CanvasRenderingContext2d as Context, HtmlCanvasElement as Canvas, HtmlImageElement, ImageData};

use crate::page::browser::later::later;

/// A canvas that is not on the page.
pub fn sheet(width: u32, height: u32) -> Option<Canvas> {
    let canvas: Canvas = document().create_element("canvas").ok()?.dyn_into().ok()?;
    canvas.set_width(width);
    canvas.set_height(height);
    Some(canvas)
}

/// What draws on a canvas.
pub fn pen(canvas: &Canvas) -> Option<Context> {
    canvas.get_context("2d").ok()??.dyn_into().ok()
}

/// These pixels, `4 * width * height` bytes RGBA; `None` where there are more or fewer.
pub fn image_of(buffer: &ArrayBuffer, width: usize, height: usize) -> Option<ImageData> {
    let (width, height) = (u32::try_from(width).ok()?, u32::try_from(height).ok()?);
    ImageData::new_with_js_u8_clamped_array_and_sh(&Uint8ClampedArray::new(buffer), width, height).ok()
}

/// A canvas with these pixels, as [`image_of`] takes them.
pub fn of_rgba(buffer: &ArrayBuffer, width: usize, height: usize) -> Option<Canvas> {
    let image = image_of(buffer, width, height)?;
    let canvas = sheet(image.width(), image.height())?;
    show(&canvas, &image)?;
    Some(canvas)
}

/// Makes a canvas show these pixels, one of its own for each.
pub fn show(canvas: &Canvas, image: &ImageData) -> Option<()> {
    size(canvas, image.width(), image.height());
    pen(canvas)?.put_image_data(image, 0.0, 0.0).ok()
}

/// Gives a canvas another size, and leaves what is on it where it has that size already.
pub fn size(canvas: &Canvas, width: u32, height: u32) {
    if [canvas.width(), canvas.height()] != [width, height] {
        canvas.set_width(width);
        canvas.set_height(height);
    }
}

/// A canvas's pixels, RGBA.
pub fn pixels(canvas: &Canvas) -> Option<Vec<u8>> {
    let (width, height) = (f64::from(canvas.width()), f64::from(canvas.height()));
    Some(pen(canvas)?.get_image_data(0.0, 0.0, width, height).ok()?.data().0)
}

/// Sizes a canvas on the page to the screen's own pixels and gives what draws on it, with its side in those pixels.
pub fn fit(canvas: &Canvas) -> Option<(Context, f64)> {
    let ratio = window().device_pixel_ratio().clamp(1.0, 3.0);
    let side = (f64::from(canvas.client_width()) * ratio).round().clamp(1.0, 2048.0);
    size(canvas, side as u32, side as u32);
    let pen = pen(canvas)?;
    smooth(&pen);
    Some((pen, side))
}

/// Sizes a canvas of any shape to the screen's own pixels and gives what draws on it, with its width, height and the
/// pixels of one CSS pixel. It asks for the layout: not for every frame.
pub fn fit_area(canvas: &Canvas) -> Option<(Context, f64, f64, f64)> {
    let ratio = window().device_pixel_ratio().clamp(1.0, 3.0);
    let side = |css: i32| (f64::from(css) * ratio).round().clamp(1.0, 4096.0);
    let (width, height) = (side(canvas.client_width()), side(canvas.client_height()));
    size(canvas, width as u32, height as u32);
    Some((pen(canvas)?, width, height, ratio))
}

/// Draws the square in the middle of `from` on the square `(x, y, side)`.
pub fn lay_square(pen: &Context, from: &Canvas, x: f64, y: f64, side: f64) {
    let (width, height) = (f64::from(from.width()), f64::from(from.height()));
    let part = width.min(height);
    lay_part(
        pen,
        from,
        [(width - part) / 2.0, (height - part) / 2.0, part, part],
        [x, y, side, side],
    );
}

/// Draws the whole of `from` on the square `(x, y, side)`.
pub fn lay(pen: &Context, from: &Canvas, x: f64, y: f64, side: f64) {
    let _ = pen.draw_image_with_html_canvas_element_and_dw_and_dh(from, x, y, side, side);
}

/// Draws a part of `from` on a part of the canvas; both are `[x, y, width, height]`.
pub fn lay_part(pen: &Context, from: &Canvas, part: [f64; 4], on: [f64; 4]) {
    let _ = pen.draw_image_with_html_canvas_element_and_sw_and_sh_and_dx_and_dy_and_dw_and_dh(
        from, part[0], part[1], part[2], part[3], on[0], on[1], on[2], on[3],
    );
}

/// A canvas as a PNG.
pub async fn png(canvas: &Canvas) -> Option<Blob> {
    let (giver, png) = later();
    let done = wasm_bindgen::closure::Closure::once_into_js(move |blob: JsValue| giver.give(blob.dyn_into::<Blob>().ok()));
    canvas.to_blob_with_type(done.unchecked_ref(), "image/png").ok()?;
    png.await
}

/// A picture at an address; `None` where the browser cannot decode it.
pub async fn image(address: &str) -> Option<HtmlImageElement> {
    let image = HtmlImageElement::new().ok()?;
    image.set_src(address);
    JsFuture::from(image.decode()).await.ok()?;
    Some(image)
}

/// Pixels of a part of a picture as they are, RGBA; `left, top, width, height`.
pub fn pixels_of(image: &HtmlImageElement, [left, top, width, height]: [u32; 4]) -> Option<Vec<u8>> {
    let canvas = sheet(width, height)?;
    pen(&canvas)?
        .draw_image_with_html_image_element(image, -f64::from(left), -f64::from(top))
        .ok()?;
    pixels(&canvas)
}

/// A picture at an address, on a canvas of at most `most` pixels on a side; `None` where the browser cannot decode it.
pub async fn load(address: &str, most: u32) -> Option<Canvas> {
    let image = image(address).await?;
    let (width, height) = (f64::from(image.natural_width()), f64::from(image.natural_height()));
    let scale = (f64::from(most) / width.max(height)).min(1.0);
    let (width, height) = ((width * scale).round().max(1.0), (height * scale).round().max(1.0));
    let canvas = sheet(width as u32, height as u32)?;
    let pen = pen(&canvas)?;
    smooth(&pen);
    pen.draw_image_with_html_image_element_and_dw_and_dh(&image, 0.0, 0.0, width, height)
        .ok()?;
    Some(canvas)
}

/// Scales as well as the browser can.
pub fn smooth(pen: &Context) {
    pen.set_image_smoothing_enabled(true);
    let _ = js_sys::Reflect::set(pen, &"imageSmoothingQuality".into(), &"high".into());
}
