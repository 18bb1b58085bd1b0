//! The network that trains in the room: begun, steered, watched, saved.

use std::rc::Rc;

use js_sys::{Array, ArrayBuffer};
use leptos::{prelude::*, task::spawn_local};
use web_sys::{Blob, HtmlCanvasElement as Canvas};

use super::{Room, looking::floats};
use crate::{
    page::{
        browser::{canvas, files, moves},
        engines::Trouble,
        state::run::{self, Run},
    },
    platform::now_ms,
    protocol::together::{FromTogether, Moment, Steer, ToTogether, TrainSettings, Trainable},
};

/// Text changes at most so often, milliseconds: figures that flicker cannot be read.
const READABLE_MS: f64 = 200.0;
/// Steps a second when a person wants it slow.
pub const SLOW: f32 = 3.0;
/// Part of the way that thumbnails move in one frame.
const GLIDE: f32 = 0.22;

/// What is known of a run from its beginning.
#[derive(Clone, Debug, PartialEq)]
pub struct Begun {
    /// What was asked for.
    pub settings: TrainSettings,
    /// Knobs as the engine set them.
    pub facts: Vec<(String, String)>,
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
            run: StoredValue::new(Run::new(false)),
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

impl Room {
    /// Listens to the run as long as the page is open, whichever panel is.
    pub(super) fn keep_watching(self) {
        self.line.listen(Rc::new(move |moment, buffers| self.hear(moment, &buffers)));
    }

    fn hear(self, moment: Moment, buffers: &[ArrayBuffer]) {
        let training = self.training;
        let Some(begun) = training.begun.get_untracked() else { return };
        if training.starting.get_untracked() {
            return; // of the run before
        }
        if moment.measured.is_some() {
            if let Some(places) = buffers.first().map(floats) {
                training.move_to(places);
            }
            if let Some(thumbs) = buffers.get(1) {
                training
                    .thumbs
                    .set_value(canvas::of_rgba(thumbs, begun.thumb_px, begun.thumb_px * begun.watched));
            }
        }
        let before = training.now(|run| (run.is_going(), run.safeguard, run.verdict().is_empty()));
        training.run.update_value(|run| run.take(moment));
        let after = training.now(|run| (run.is_going(), run.safeguard, run.verdict().is_empty()));
        training.tell(before != after || !after.0);
        training.draw_soon();
        if training.now(|run| run.ended || run.stopped.is_some()) {
            self.run_is_over();
        }
    }

    /// Asks what can be trained, once.
    pub fn list_methods(self) {
        if self.training.methods.with_untracked(Option::is_some) {
            return;
        }
        spawn_local(async move {
            if let Some(answer) = self.answer(ToTogether::ListTrainable, None).await
                && let FromTogether::Trainable(methods) = answer.body
            {
                self.training.methods.set(Some(methods));
            }
        });
    }

    /// The method that is chosen; the first of the list where none is.
    pub fn method(self) -> Option<Trainable> {
        let wanted = self.control::<String>("method");
        self.training.methods.with(|methods| {
            let methods = methods.as_deref()?;
            let named = methods.iter().find(|method| Some(&method.name) == wanted.as_ref());
            named.or(methods.first()).cloned()
        })
    }

    /// Whether the person's own pictures are trained on, those in the strip.
    pub fn trains_on_own(self) -> bool {
        self.control::<String>("train").as_deref() == Some("strip")
    }

    /// The seed of the next run.
    pub fn train_seed(self) -> u64 {
        self.control::<u64>("seed").unwrap_or(0)
    }

    /// Whether the run is to go slowly.
    pub fn is_slow(self) -> bool {
        self.control::<String>("pace").as_deref() == Some("slow")
    }

    /// Begins the run that the panel is set to.
    pub fn begin_watched(self, paused: bool) {
        let Some(method) = untrack(|| self.method()) else { return };
        let own = untrack(|| self.trains_on_own());
        self.begin(TrainSettings {
            method: method.name,
            ids: if own { untrack(|| self.pictures.ids()) } else { Vec::new() },
            bond: 0.0,
            seed: untrack(|| self.train_seed()),
            steps: 0,
            paused,
        });
    }

    /// Begins a run; one before it ends.
    pub(super) fn begin(self, settings: TrainSettings) {
        let training = self.training;
        if training.starting.get_untracked() {
            return;
        }
        training.starting.set(true);
        spawn_local(async move {
            let answer = self.answer(ToTogether::Train(settings.clone()), None).await;
            training.starting.set(false);
            if let Some(answer) = answer
                && let FromTogether::Training {
                    settings: facts,
                    watched,
                    thumb_px,
                } = answer.body
            {
                training.forget(Run::new(settings.paused));
                let slow = untrack(|| self.is_slow());
                training.begun.set(Some(Begun {
                    settings,
                    facts,
                    watched,
                    thumb_px,
                }));
                if slow {
                    self.steer(Steer::Pace(SLOW));
                }
            } else {
                self.run_is_over();
            }
        });
    }

    /// Tells the run something; what changes shows in its next moment.
    pub fn steer(self, steer: Steer) {
        spawn_local(async move {
            self.answer(ToTogether::Steer(steer), None).await;
        });
    }

    /// Sets the pace, now and for later runs.
    pub fn pace(self, slow: bool) {
        self.set_control("pace", slow.then(|| "slow".into()));
        if self.training.begun.with_untracked(Option::is_some) {
            self.steer(Steer::Pace(if slow { SLOW } else { 0.0 }));
        }
    }

    /// Ends the run and forgets it.
    pub fn forget_run(self) {
        if self.training.begun.with_untracked(Option::is_some) {
            self.steer(Steer::Stop);
        }
        self.training.begun.set(None);
        self.training.forget(Run::new(false));
    }

    /// The engine is gone, and the run with it.
    pub(super) fn lose_run(self) {
        if self.training.begun.with_untracked(Option::is_some) {
            self.training.begun.set(None);
            self.training.forget(Run::new(false));
        }
        self.training.starting.set(false);
        self.run_is_over();
    }

    /// Saves the weights as they are, as a download.
    pub fn save_trained(self) {
        spawn_local(async move {
            let answer = match self.ask(ToTogether::SaveTrained, Vec::new(), None).await {
                Ok(answer) => answer,
                Err(Trouble::Failed(why) | Trouble::Gone(why)) => return self.desk.trouble(why),
            };
            let FromTogether::Saved { name } = answer.body else { return };
            let blob = answer
                .buffers
                .first()
                .and_then(|buffer| Blob::new_with_buffer_source_sequence(&Array::of1(buffer)).ok());
            match blob {
                Some(blob) => {
                    files::save(&blob, &name);
                    self.training.saved.set(Some(name));
                }
                None => self.desk.trouble("The browser made no file of the weights. Try again."),
            }
        });
    }
}
