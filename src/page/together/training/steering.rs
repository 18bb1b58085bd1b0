//! A run of the room: begun, steered, heard of, saved.

use std::rc::Rc;

use js_sys::{Array, ArrayBuffer};
use leptos::{prelude::*, task::spawn_local};
use web_sys::Blob;

use super::Begun;
use crate::{
    page::{
        browser::{canvas, files},
        engines::Trouble,
        state::run::Run,
        together::{Room, looking::floats},
    },
    protocol::together::{FromTogether, Moment, Steer, ToTogether, TrainSettings, Trainable},
};

/// The control that the switch is, and its word where what stops collapse is taken away.
const GUARD: &str = "guard";
const OFF: &str = "off";
/// Steps a second when a person wants it slow.
const SLOW: f32 = 3.0;

impl Room {
    /// Listens to the run as long as the page is open, whichever panel is.
    pub(in crate::page::together) fn keep_watching(self) {
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

    /// Chooses one for the next run. Where it has nothing to take away, nothing is.
    pub fn choose_method(self, name: String) {
        self.set_control("method", Some(name));
        let idle = self.training.begun.with_untracked(Option::is_none);
        if idle && untrack(|| self.method()).is_some_and(|method| method.switch.is_none()) {
            self.guard(true);
        }
    }

    /// Whether the person's own pictures are trained on, those in the strip.
    pub fn trains_on_own(self) -> bool {
        self.says("train", "strip")
    }

    /// The seed of the next run.
    pub fn train_seed(self) -> u64 {
        self.control::<u64>("seed").unwrap_or(0)
    }

    /// Whether the run is to go slowly.
    pub fn is_slow(self) -> bool {
        self.says("pace", "slow")
    }

    /// Whether what stops collapse is to be in place when the next run begins.
    pub fn is_guarded(self) -> bool {
        !self.says(GUARD, OFF)
    }

    /// Begins the run that the panel is set to; `paused` after its first step.
    pub fn begin_watched(self, paused: bool) {
        let Some(method) = untrack(|| self.method()) else { return };
        let own = untrack(|| self.trains_on_own());
        // A link may ask for more than the method has to take away.
        let safeguard = method.switch.is_none() || untrack(|| self.is_guarded());
        self.begin(TrainSettings {
            method: method.name,
            ids: if own { untrack(|| self.pictures.ids()) } else { Vec::new() },
            bond: 0.0,
            seed: untrack(|| self.train_seed()),
            steps: 0,
            paused,
            safeguard,
        });
    }

    /// Begins a run; one before it ends.
    pub(in crate::page::together) fn begin(self, settings: TrainSettings) {
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
                    doubts,
                    watched,
                    thumb_px,
                } = answer.body
            {
                training.forget(Run::new(settings.paused, settings.safeguard));
                // The switch stands as the run in hand has it, whichever panel asked for that.
                self.say(GUARD, OFF, !settings.safeguard);
                let slow = untrack(|| self.is_slow());
                let single = settings.paused;
                training.begun.set(Some(Begun {
                    settings,
                    facts,
                    doubts,
                    watched,
                    thumb_px,
                }));
                if slow {
                    self.steer(Steer::Pace(SLOW));
                }
                if single {
                    self.steer(Steer::Step);
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

    /// Puts what stops collapse in place or takes it away, in the run in hand or for the next one.
    pub fn guard(self, safeguard: bool) {
        self.say(GUARD, OFF, !safeguard);
        let runs = self.training.begun.with_untracked(Option::is_some);
        // That of “Out of place” goes on as it began.
        if runs && self.placing.going.with_untracked(Option::is_none) {
            self.steer(Steer::Safeguard(safeguard));
        }
    }

    /// Sets the pace, now and for later runs.
    pub fn pace(self, slow: bool) {
        self.say("pace", "slow", slow);
        if self.training.begun.with_untracked(Option::is_some) {
            self.steer(Steer::Pace(if slow { SLOW } else { 0.0 }));
        }
    }

    /// Ends the run and forgets it; the next one begins with what stops collapse.
    pub fn forget_run(self) {
        if self.training.begun.with_untracked(Option::is_some) {
            self.steer(Steer::Stop);
        }
        self.training.begun.set(None);
        self.training.forget(Run::new(false, true));
        self.say(GUARD, OFF, false);
    }

    /// The engine is gone, and the run with it.
    pub(in crate::page::together) fn lose_run(self) {
        if self.training.begun.with_untracked(Option::is_some) {
            self.training.begun.set(None);
            self.training.forget(Run::new(false, true));
        }
        self.training.starting.set(false);
        self.run_is_over();
    }

    /// Saves the weights as they are, as a download.
    pub fn save_trained(self) {
        spawn_local(async move {
            let answer = match self.ask(ToTogether::SaveTrained, None).await {
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
