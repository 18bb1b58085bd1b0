//! The room moves from one device to another.

use std::time::Duration;

use leptos::prelude::*;

use super::Up;
use crate::{
    page::{
        engines::{Engine, Together},
        together::Room,
    },
    protocol::DeviceKind,
};

/// How often an engine whose place was taken is looked at.
const RETIRES_AFTER: Duration = Duration::from_millis(250);

impl Room {
    /// Moves to where the room should be: all is brought to the next engine while the one that answers goes on, and then it
    /// takes its place. What keeps it from it is said by the badge.
    pub(in crate::page::together) async fn move_on(self, wish: u64) {
        let Some(device) = untrack(|| self.is_to_move()) else { return };
        let next = match self.devices.spare(device) {
            Some(next) => next,
            None => match Engine::start(device, self.shows("the engine")).await {
                Ok(next) => {
                    self.devices.end_spare();
                    self.line.listen_to(&next.0, self);
                    self.devices.spare.set_value(Some(next.clone()));
                    next
                }
                Err(trouble) => return self.did_not_move(device, &trouble.why()),
            },
        };
        let filled = self.fill(&next.0, wish).await;
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
                before.into_iter().for_each(retire);
            }
            // There is a newer wish.
            Ok(()) => {}
        }
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

/// Ends an engine whose place was taken, once nothing is asked of it any more; what it says unasked nobody hears.
fn retire(engine: Engine<Together>) {
    engine.holds(|holds| holds.unasked = None);
    if engine.is_idle() {
        engine.end("Another engine took its place.");
    } else {
        set_timeout(move || retire(engine), RETIRES_AFTER);
    }
}
