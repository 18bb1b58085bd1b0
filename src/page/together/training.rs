//! The network that trains in the room, as it is watched.

mod steering;

use leptos::prelude::*;
use web_sys::HtmlCanvasElement as Canvas;

use crate::{
    page::{
        browser::moves,
        state::run::{self, Run},
    },
    platform::now_ms,
    protocol::together::{TrainSettings, Trainable},
};

/// Text changes at most so often, milliseconds: figures that flicker cannot be read.
const READABLE_MS: f64 = 200.0;
/// Part of the way that thumbnails move in one frame.
const GLIDE: f32 = 0.22;

/// What is known of a run from its beginning.
#[derive(Clone, Debug, PartialEq)]
pub struct Begun {
    /// What was asked for.
    pub settings: TrainSettings,
    /// Knobs as the engine set them.
    pub facts: Vec<(String, String)>,
    /// What these make doubtful on these pictures: sentences.
    pub doubts: Vec<String>,
    /// Pictures watched.
    pub watched: usize,
    /// Side of their thumbnails, pixels.
    pub thumb_px: usize,
}

/// Where the watched pictures lie: x and y of each.
#[derive(Default)]
struct Places {
    shown: Vec<f32>,
    target: Vec<f32>,
}

/// Signals of the run.
#[derive(Clone, Copy)]
pub struct Training {
    /// What can be trained; `None` until the list came.
    pub methods: RwSignal<Option<Vec<Trainable>>>,
    /// The run in hand.
    pub begun: RwSignal<Option<Begun>>,
    /// The name under which the weights were saved last.
    pub saved: RwSignal<Option<String>>,
    /// Whether one is being begun.
    pub starting: RwSignal<bool>,
    /// Counts frames in which something has to be drawn anew.
    pub frame: RwSignal<u32>,
    /// Counts moments at which text has to change; fewer than frames.
    pub text: RwSignal<u32>,
    run: StoredValue<Run>,
    places: StoredValue<Places>,
    /// All watched pictures, one below the other.
    thumbs: StoredValue<Option<Canvas>, LocalStorage>,
    /// Whether a frame has been asked for.
    asked: StoredValue<bool>,
    read_at_ms: StoredValue<f64>,
}

impl Training {
    pub(super) fn new() -> Self {
        Self {
            methods: RwSignal::default(),
            begun: RwSignal::default(),
            saved: RwSignal::default(),
            starting: RwSignal::default(),
            frame: RwSignal::default(),
            text: RwSignal::default(),
            run: StoredValue::new(Run::new(false, true)),
            places: StoredValue::new(Places::default()),
            thumbs: StoredValue::new_local(None),
            asked: StoredValue::new(false),
            read_at_ms: StoredValue::new(0.0),
        }
    }

    /// The run as it was drawn last: follows frames.
    pub fn at_frame<T>(self, look: impl FnOnce(&Run) -> T) -> T {
        self.frame.track();
        self.run.with_value(look)
    }

    /// The run as it is read: follows text.
    pub fn as_read<T>(self, look: impl FnOnce(&Run) -> T) -> T {
        self.text.track();
        self.run.with_value(look)
    }

    /// The run as it is.
    pub fn now<T>(self, look: impl FnOnce(&Run) -> T) -> T {
        self.run.with_value(look)
    }

    /// Thumbnails and where they lie: x and y in turn, -1..1. Follows frames.
    pub fn with_places(self, look: impl FnOnce(&Canvas, &[f32])) {
        self.frame.track();
        self.thumbs.with_value(|thumbs| {
            if let Some(thumbs) = thumbs {
                self.places.with_value(|places| look(thumbs, &places.shown));
            }
        });
    }

    /// Draws in the browser's next frame, however often it is asked for until then.
    fn draw_soon(self) {
        if self.asked.get_value() {
            return;
        }
        self.asked.set_value(true);
        request_animation_frame(move || {
            self.asked.set_value(false);
            let part = if moves() { GLIDE } else { 1.0 };
            let arrived = self
                .places
                .try_update_value(|places| run::approach(&mut places.shown, &places.target, part))
                .unwrap_or(true);
            self.frame.update(|n| *n = n.wrapping_add(1));
            if !arrived {
                self.draw_soon();
            }
        });
    }

    /// Changes the text now, or at the next moment that may be read.
    fn tell(self, at_once: bool) {
        let now = now_ms();
        if at_once || now - self.read_at_ms.get_value() >= READABLE_MS {
            self.read_at_ms.set_value(now);
            self.text.update(|n| *n = n.wrapping_add(1));
        }
    }

    fn forget(self, run: Run) {
        self.run.set_value(run);
        self.places.set_value(Places::default());
        self.thumbs.set_value(None);
        self.tell(true);
        self.draw_soon();
    }

    fn move_to(self, target: Vec<f32>) {
        self.places.update_value(|places| places.target = target);
    }
}
