//! A canvas that is drawn once a frame without asking for the layout, and a curve on it.

use leptos::{html, prelude::*};
use web_sys::{CanvasRenderingContext2d as Context, HtmlCanvasElement as Canvas};

use crate::page::{
    browser::{
        canvas::{fit_area, pen, smooth},
        inks::Inks,
    },
    state::{curve::Curve, run::Mark},
    together::Room,
};

/// What there is to draw on: pixels of the screen.
pub struct Paper<'a> {
    /// What draws.
    pub pen: &'a Context,
    /// Its width.
    pub width: f64,
    /// Its height.
    pub height: f64,
    /// Pixels of the screen in one of the page.
    pub unit: f64,
    /// The page's colours.
    pub inks: &'a Inks,
}

/// A canvas on which `paint` draws whenever a frame of the run is due. Sizes and colours are read when the window or the
/// light changes, never for a frame.
#[component]
pub fn Drawn<F>(
    /// What it shows, for those who hear the page.
    #[prop(into)]
    label: Signal<String>,
    /// Draws; what it reads of the run it reads at a frame.
    paint: F,
) -> impl IntoView
where
    F: Fn(&Paper) + 'static,
{
    let room = Room::here();
    let node = NodeRef::<html::Canvas>::new();
    let measured = RwSignal::new_local(None::<(Canvas, f64, Inks)>);
    Effect::new(move |_| {
        room.desk.resized.track();
        room.desk.theme.track();
        let Some(canvas) = node.get() else { return };
        // The light is on the document a moment after its signal.
        request_animation_frame(move || {
            if let Some((pen, _, _, unit)) = fit_area(&canvas) {
                smooth(&pen);
                measured.try_set(Some((canvas, unit, Inks::read())));
            }
        });
    });
    Effect::new(move |_| {
        room.training.frame.track();
        measured.with(|measured| {
            let Some((canvas, unit, inks)) = measured else { return };
            let Some(pen) = pen(canvas) else { return };
            let (width, height) = (f64::from(canvas.width()), f64::from(canvas.height()));
            pen.clear_rect(0.0, 0.0, width, height);
            paint(&Paper {
                pen: &pen,
                width,
                height,
                unit: *unit,
                inks,
            });
        });
    });
    view! { <canvas node_ref=node role="img" aria-label=move || label.get()></canvas> }
}

impl Paper<'_> {
    /// Where the drawing lies: left, top, width, height. Room is left for a number at either end.
    fn area(&self) -> [f64; 4] {
        let (margin, above) = (44.0 * self.unit, 8.0 * self.unit);
        [
            margin,
            above,
            self.width - margin - 4.0 * self.unit,
            self.height - above - 6.0 * self.unit,
        ]
    }

    fn line(&self, colour: &str, width: f64, dashes: &[f64], points: impl Iterator<Item = [f64; 2]>) {
        let pen = self.pen;
        let list: js_sys::Array = dashes.iter().map(|dash| wasm_bindgen::JsValue::from(dash * self.unit)).collect();
        let _ = pen.set_line_dash(&list);
        pen.set_stroke_style_str(colour);
        pen.set_line_width(width * self.unit);
        pen.begin_path();
        for (at, [x, y]) in points.enumerate() {
            if at == 0 { pen.move_to(x, y) } else { pen.line_to(x, y) }
        }
        pen.stroke();
    }

    fn number(&self, text: &str, x: f64, y: f64, align: &str) {
        self.pen.set_fill_style_str(&self.inks.dim);
        self.pen.set_font(&format!("{}px system-ui, sans-serif", 11.0 * self.unit));
        self.pen.set_text_align(align);
        self.pen.set_text_baseline("middle");
        let _ = self.pen.fill_text(text, x, y);
    }

    /// A curve over steps between `low` and `high`, with the marks where the switch was thrown, and a level to compare with.
    pub fn curve(&self, curve: &Curve, [low, high]: [f32; 2], last: u64, marks: &[Mark], level: Option<f32>) {
        let [left, top, width, height] = self.area();
        let span = f64::from(high - low).max(1e-12);
        let x = |step: u64| left + step as f64 / last.max(1) as f64 * width;
        let y = |value: f32| top + (f64::from(high - value) / span).clamp(0.0, 1.0) * height;
        for value in [low, high] {
            self.line(&self.inks.edge, 1.0, &[], [[left, y(value)], [left + width, y(value)]].into_iter());
            self.number(&short(value), left - 5.0 * self.unit, y(value), "right");
        }
        if let Some(level) = level.filter(|level| (low..=high).contains(level)) {
            self.line(
                &self.inks.good,
                1.2,
                &[5.0, 4.0],
                [[left, y(level)], [left + width, y(level)]].into_iter(),
            );
        }
        for mark in marks {
            let colour = if mark.safeguard { &self.inks.good } else { &self.inks.light };
            let dashes: &[f64] = if mark.safeguard { &[2.0, 3.0] } else { &[] };
            self.line(colour, 1.2, dashes, [[x(mark.step), top], [x(mark.step), top + height]].into_iter());
        }
        let points = curve.points();
        // What lies between the smallest and the largest of neighbouring steps, faintly; their mean on it.
        self.pen.set_global_alpha(0.22);
        self.line(
            &self.inks.ink,
            1.0,
            &[],
            points.iter().flat_map(|p| [[x(p.step), y(p.low)], [x(p.step), y(p.high)]]),
        );
        self.pen.set_global_alpha(1.0);
        self.line(&self.inks.ink, 1.6, &[], points.iter().map(|p| [x(p.step), y(p.mean)]));
    }

    /// Bars from the left on a scale from 0 to 1 that stays as it is, by the square root, so that small ones are seen; and a
    /// level to compare with.
    pub fn bars(&self, values: &[f32], level: f32, colour: &str) {
        let [left, top, width, height] = self.area();
        let part = |value: f32| f64::from(value.clamp(0.0, 1.0)).sqrt();
        let across = |part: f64| [0.0, width].map(|x| [left + x, top + (1.0 - part) * height]).into_iter();
        for value in [0.0, 1.0, level] {
            self.number(&short(value), left - 5.0 * self.unit, top + (1.0 - part(value)) * height, "right");
        }
        self.line(&self.inks.edge, 1.0, &[], across(0.0));
        self.line(&self.inks.edge, 1.0, &[], across(1.0));
        self.pen.set_fill_style_str(colour);
        let wide = width / values.len().max(1) as f64;
        for (at, value) in values.iter().enumerate() {
            let high = part(*value) * height;
            self.pen.fill_rect(
                left + at as f64 * wide,
                top + height - high,
                (wide - self.unit).max(0.5 * wide),
                high,
            );
        }
        self.line(&self.inks.good, 1.2, &[5.0, 4.0], across(part(level)));
    }
}

/// A number at an axis, in few letters.
fn short(value: f32) -> String {
    let decimals = match value.abs() {
        v if v >= 100.0 => 0,
        v if v >= 10.0 => 1,
        v if v >= 0.1 || v == 0.0 => 2,
        _ => 3,
    };
    let text = format!("{value:.decimals$}").replace('-', "−");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}
