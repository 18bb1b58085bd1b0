//! Answers that follow a slider or a pointer: one question at a time, always the newest.

use std::future::Future;

use leptos::{prelude::*, task::spawn_local};

use super::{Answer, OnProgress, Room};
use crate::{page::engines::Trouble, protocol::together::ToTogether};

/// A line in which only the newest wish counts.
#[derive(Clone, Copy)]
pub(super) struct Newest {
    busy: StoredValue<bool>,
    wishes: StoredValue<u64>,
}

impl Newest {
    pub(super) fn new() -> Self {
        Self {
            busy: StoredValue::new(false),
            wishes: StoredValue::new(0),
        }
    }

    /// Calls `turn`, which reads what is wished for itself: at once, or as soon as the turn that runs is over.
    pub(super) fn wish<F, W>(self, turn: F)
    where
        F: Fn() -> W + 'static,
        W: Future<Output = ()> + 'static,
    {
        self.wishes.update_value(|n| *n += 1);
        if self.busy.get_value() {
            return;
        }
        self.busy.set_value(true);
        spawn_local(async move {
            loop {
                let mine = self.count();
                turn().await;
                if self.count() == mine {
                    break;
                }
            }
            self.busy.set_value(false);
        });
    }

    /// How many wishes there were: another number than before says that there is a newer one.
    pub(super) fn count(self) -> u64 {
        self.wishes.get_value()
    }
}

impl Room {
    /// Asks anew whenever what is wished for became something else, for as long as the panel is open that says so.
    pub fn keep_asking<W: PartialEq + 'static>(self, wish: impl Fn() -> W + 'static, ask: fn(Self)) {
        Effect::new(move |before: Option<W>| {
            let now = wish();
            if before.as_ref() != Some(&now) {
                untrack(|| ask(self));
            }
            now
        });
    }

    /// Asks, and says what went wrong; `None` where there is no answer.
    pub(super) async fn answer(self, body: ToTogether, progress: Option<OnProgress>) -> Option<Answer> {
        match self.ask(body, progress).await {
            Ok(answer) => Some(answer),
            Err(Trouble::Failed(why)) => {
                self.desk.trouble(why);
                None
            }
            // The line has said so, and has another engine started.
            Err(Trouble::Gone(_)) => None,
        }
    }
}
