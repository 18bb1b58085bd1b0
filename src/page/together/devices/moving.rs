//! The room moves from one device to another.

use std::time::Duration;

use leptos::{prelude::*, task::spawn_local};

use super::Up;
use crate::{
    page::{
        engines::{Engine, Together},
        state::settings::DeviceChoice,
        together::Room,
    },
    protocol::DeviceKind,
};

/// Pause between two looks at an engine whose place was taken.
const LOOKS_EVERY: Duration = Duration::from_millis(250);
/// How often it is looked at: for a minute.
const LOOKS: u32 = 240;
/// How long a GPU that a person wants to leave may say nothing.
const LEAVES_AFTER: Duration = Duration::from_secs(20);

impl Room {
    /// Moves to where the room should be: all is brought to the next engine while the one that answers goes on, and then it
    /// takes its place. What keeps it from it is said by the badge.
    pub(in crate::page::together) async fn move_on(self, wish: u64) {
        let Some(device) = untrack(|| self.is_to_move()).filter(|_| self.is_newest(wish)) else {
            return;
        };
        let Some(next) = self.devices.spare(device) else {
            return self.start_next(device);
        };
        self.devices.coming.set_value(Some(device));
        let filled = self.fill(&next.0, wish).await;
        self.devices.coming.set_value(None);
        self.desk.progress.set(None);
        match filled {
            Err(trouble) => {
                // One that was ended on purpose is no spare any more, and did not fail.
                let is_spare = |spare: &Option<Up>| spare.as_ref().is_some_and(|(spare, _)| spare.is(&next.0));
                if self.devices.spare.with_value(is_spare) {
                    self.did_not_move(device, &trouble.why());
                }
            }
            Ok(()) if self.is_newest(wish) && untrack(|| self.is_to_move()) == Some(device) && !next.0.is_gone() => {
                self.devices.spare.set_value(None);
                let before = self.line.replace(Some(next));
                self.devices.active.set(device);
                before.into_iter().for_each(|before| retire(before, LOOKS));
                self.desk.said.set(match device {
                    DeviceKind::Cpu => "The CPU computes now.".into(),
                    DeviceKind::WebGpu => "WebGPU computes now.".into(),
                });
            }
            // There is a newer wish, or a network began to train meanwhile: what is there waits for the next move.
            Ok(()) => {}
        }
    }

    /// Starts the engine to move to, beside the loop of bringing: one that does not come holds nothing up.
    fn start_next(self, device: DeviceKind) {
        if self.devices.coming.get_value() == Some(device) {
            return;
        }
        self.devices.coming.set_value(Some(device));
        spawn_local(async move {
            let started = Engine::start(device, self.shows("the engine")).await;
            self.devices.coming.set_value(None);
            self.desk.progress.set(None);
            let is_wanted = untrack(|| self.device_verdict().device == device && self.devices.active.get() != device);
            match started {
                Ok(next) if is_wanted => {
                    self.devices.end_spare();
                    self.line.listen_to(&next.0, self);
                    self.devices.spare.set_value(Some(next));
                    self.bring();
                }
                // Another wish came meanwhile.
                Ok((next, _)) => next.end("It is not needed."),
                Err(trouble) if is_wanted => self.did_not_move(device, &trouble.why()),
                Err(_) => {}
            }
        });
    }

    /// Where a person wants to leave a GPU whose engine answers nothing, the loop of bringing would wait for it for ever: with
    /// nothing done for so long, it counts as lost.
    pub(super) fn leave_in_time(self) {
        let is_wanted = move || self.device_choice() == DeviceChoice::Cpu && self.is_to_move() == Some(DeviceKind::Cpu);
        let Some(engine) = self.line.running().filter(|_| untrack(is_wanted)) else {
            return;
        };
        // One turn of the loop, and how far it is.
        let turn = move || {
            (
                self.line.busy.get_value(),
                self.line.wishes.get_value(),
                self.desk.progress.get_untracked(),
            )
        };
        let before = turn();
        let look = move || {
            if !self.line.is(&engine) || !untrack(is_wanted) {
                return;
            }
            let is_coming = self.devices.coming.get_value() == Some(DeviceKind::Cpu);
            if before.0 && turn() == before && !is_coming {
                self.is_lost(&engine, "The GPU did not answer.");
            } else {
                self.leave_in_time();
            }
        };
        set_timeout(look, LEAVES_AFTER);
    }

    fn did_not_move(self, device: DeviceKind, why: &str) {
        self.desk.progress.set(None);
        self.devices.end_spare();
        match device {
            DeviceKind::WebGpu => self.gpu_failed(why),
            DeviceKind::Cpu => self.desk.trouble(why),
        }
    }
}

/// Ends an engine whose place was taken, once nothing is asked of it any more, or after so many looks; what it says unasked
/// nobody hears.
fn retire(engine: Engine<Together>, looks: u32) {
    engine.holds(|holds| holds.unasked = None);
    if looks == 0 || engine.is_idle() {
        engine.end("Another engine took its place.");
    } else {
        set_timeout(move || retire(engine, looks - 1), LOOKS_EVERY);
    }
}
