//! Prints: what comes out of a prediction, as canvases.

use js_sys::ArrayBuffer;
use leptos::prelude::*;
use web_sys::HtmlCanvasElement as Canvas;

use crate::{
    mask::Mask,
    page::{
        browser::canvas::{lay_part, of_rgba, pen, sheet},
        state::settings::View,
    },
    protocol::{Frame, Prediction},
};

/// One developed prediction.
#[derive(Clone, Debug, PartialEq)]
pub struct Print {
    /// Which picture.
    pub picture: u32,
    /// Which square of it.
    pub frame: Option<Frame>,
    /// The model's name.
    pub model: String,
    /// The picture as the model gets it.
    pub truth: Canvas,
    /// The model's drawing of every patch.
    pub drawn: Canvas,
    /// The drawing set into what the model saw.
    pub set: Canvas,
    /// The mask it was made under.
    pub mask: Mask,
    /// Energies and times; `None` where the first look has none.
    pub numbers: Option<Prediction>,
}

impl Print {
    /// From an engine's answer; `None` where its buffers do not fit what it says.
    pub fn of_answer(numbers: Prediction, frame: Frame, model: String, buffers: &[ArrayBuffer]) -> Option<Self> {
        let [truth, drawn] = [buffers.first()?, buffers.get(1)?].map(|b| of_rgba(b, numbers.size_px, numbers.size_px));
        let (picture, mask) = (numbers.picture, numbers.mask.clone());
        Self::new(picture, Some(frame), model, truth?, drawn?, mask, Some(numbers))
    }

    /// Sets the drawing into what the model saw.
    pub fn new(
        picture: u32,
        frame: Option<Frame>,
        model: String,
        truth: Canvas,
        drawn: Canvas,
        mask: Mask,
        numbers: Option<Prediction>,
    ) -> Option<Self> {
        let set = sheet(truth.width(), truth.height())?;
        let context = pen(&set)?;
        context.draw_image_with_html_canvas_element(&truth, 0.0, 0.0).ok()?;
        for patch in mask.hidden_indices() {
            // The drawing may be of another size than the picture: each patch has its place on either.
            let [from, on] = [&drawn, &set].map(|sheet| place(&mask, patch, f64::from(sheet.width())));
            lay_part(&context, &drawn, from, on);
        }
        Some(Self {
            picture,
            frame,
            model,
            truth,
            drawn,
            set,
            mask,
            numbers,
        })
    }

    /// Whether an engine of this visit made it; the first look was made when the page was built, and took no time.
    pub fn is_live(&self) -> bool {
        self.numbers.as_ref().is_some_and(|numbers| numbers.total_ms > 0.0)
    }

    /// The energy of a patch; `None` where it is visible or nothing is known.
    pub fn energy_of(&self, patch: usize) -> Option<f32> {
        *self.numbers.as_ref()?.patch_energy.get(patch)?
    }

    /// The largest energy of any patch.
    pub fn largest_energy(&self) -> f32 {
        let energies = self.numbers.iter().flat_map(|n| n.patch_energy.iter().flatten());
        energies.copied().fold(0.0, f32::max)
    }
}

/// Where a patch lies on a square of `side`: `[x, y, width, height]`.
pub fn place(mask: &Mask, patch: usize, side: f64) -> [f64; 4] {
    let (rows, columns) = (mask.grid.rows.max(1), mask.grid.columns.max(1));
    let (width, height) = (side / columns as f64, side / rows as f64);
    [(patch % columns) as f64 * width, (patch / columns) as f64 * height, width, height]
}

/// Where the slider stands at first: most of the guess, and enough of the truth to see that there is one.
pub const SPLIT: f64 = 0.66;

/// Signals of what is shown of a prediction.
#[derive(Clone, Copy)]
pub struct Seeing {
    /// The newest print.
    pub print: RwSignal<Option<Print>, LocalStorage>,
    /// What the large print shows.
    pub view: RwSignal<View>,
    /// Where the slider stands, 0..1 from the left: left of it the view, right of it the truth.
    pub split: RwSignal<f64>,
    /// Whether the key for the truth is held.
    pub held: RwSignal<bool>,
}

impl Seeing {
    pub(super) fn new() -> Self {
        Self {
            print: RwSignal::new_local(None),
            view: RwSignal::default(),
            split: RwSignal::new(SPLIT),
            held: RwSignal::default(),
        }
    }
}
