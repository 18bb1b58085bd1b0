//! The way to the room's engine: one worker, started when first needed, and a new one where it was lost.

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use leptos::prelude::*;

use super::{Answer, OnProgress, OnTrained, Room};
use crate::{
    page::{
        desk::{Progress, Remedy, Tone},
        engines::{Engine, Holding, OnLost, OnUnasked, Together, Trouble},
        state::figures::count,
    },
    protocol::{
        DeviceKind, Stage as Bytes,
        together::{FromTogether, Slot, Stage, ToTogether},
    },
};

/// How often the engine may be lost before a person is asked.
const PATIENCE: u32 = 3;

/// Signals of the engine.
#[derive(Clone, Copy)]
pub(super) struct Line {
    /// What the device calls itself; `None` until the engine is up.
    pub(super) adapter: RwSignal<Option<String>>,
    /// Which pictures each model has embedded.
    pub(super) embedded: RwSignal<BTreeMap<Slot, BTreeSet<u32>>>,
    engine: StoredValue<Option<Engine<Together>>, LocalStorage>,
    /// Whether one is starting.
    starting: StoredValue<Vec<Waiter>, LocalStorage>,
    hearers: StoredValue<Vec<OnTrained>, LocalStorage>,
    lost: StoredValue<u32>,
    /// Whether the loop of bringing runs.
    pub(super) busy: StoredValue<bool>,
    /// Counts reasons to bring something.
    pub(super) wishes: StoredValue<u64>,
}

type Waiter = crate::page::browser::later::Giver<Result<Engine<Together>, Trouble>>;

impl Line {
    pub(super) fn new() -> Self {
        Self {
            adapter: RwSignal::default(),
            embedded: RwSignal::default(),
            engine: StoredValue::new_local(None),
            starting: StoredValue::new_local(Vec::new()),
            hearers: StoredValue::new_local(Vec::new()),
            lost: StoredValue::new(0),
            busy: StoredValue::new(false),
            wishes: StoredValue::new(0),
        }
    }

    pub(super) fn listen(self, hear: OnTrained) {
        self.hearers.update_value(|all| all.push(hear));
    }

    /// The engine that runs.
    pub(super) fn running(self) -> Option<Engine<Together>> {
        self.engine.with_value(Clone::clone).filter(|engine| !engine.is_gone())
    }

    /// Puts another engine, or none, in the place of the one that runs, and gives that back.
    pub(super) fn replace(self, next: Option<(Engine<Together>, String)>) -> Option<Engine<Together>> {
        let (engine, adapter) = next.unzip();
        let before = self.engine.try_update_value(|now| std::mem::replace(now, engine)).flatten();
        self.adapter.set(adapter);
        self.tell_embedded();
        before
    }

    /// Whether this is the engine that answers.
    pub(super) fn is(self, engine: &Engine<Together>) -> bool {
        self.engine.with_value(|now| now.as_ref().is_some_and(|now| now.is(engine)))
    }

    /// Tells what the engine that answers has embedded.
    pub(super) fn tell_embedded(self) {
        let embedded = self
            .engine
            .with_value(|now| now.as_ref().map(|now| now.holds(|holds| holds.embedded.clone())));
        self.embedded.set(embedded.unwrap_or_default());
    }

    /// Hears what an engine says unasked, and that it is gone.
    pub(super) fn listen_to(self, engine: &Engine<Together>, room: Room) {
        let unasked: OnUnasked = Rc::new(move |answer| self.hear(answer));
        let lost: OnLost = Rc::new(move |engine, why| room.is_lost(engine, why));
        engine.holds(|holds: &mut Holding| {
            holds.unasked = Some(unasked);
            holds.lost = Some(lost);
        });
    }

    fn hear(self, answer: Answer) {
        let FromTogether::Trained(moment) = answer.body else { return };
        let all = self.hearers.with_value(Clone::clone);
        for hear in all {
            hear(moment.clone(), answer.buffers.clone());
        }
    }
}

impl Room {
    /// Asks the engine, which is started where none runs. Waits its turn after what was asked before, but does not wait
    /// until pictures and models are there: read [`Room::embedded`] for that.
    ///
    /// # Errors
    /// A sentence for a person. Where the engine is gone a new one is started with the next question.
    pub async fn ask(self, body: ToTogether, progress: Option<OnProgress>) -> Result<Answer, Trouble> {
        let mut engine = self.engine().await?;
        loop {
            let answer = engine.ask(&body, Vec::new(), progress.clone()).await;
            let Err(Trouble::Gone(why)) = &answer else { return answer };
            self.is_lost(&engine, why);
            // One whose place was taken may end before it answers; the one that has it knows all but a run.
            let is_of_run = matches!(body, ToTogether::Train(_) | ToTogether::Steer(_) | ToTogether::SaveTrained);
            match self.line.running() {
                Some(next) if !is_of_run => engine = next,
                _ => return answer,
            }
        }
    }

    /// The engine opens a model of this name anew.
    pub(super) fn forget_model(self, name: &str) {
        self.line.engine.with_value(|engine| {
            if let Some(engine) = engine {
                engine.holds(|holds: &mut Holding| holds.models.retain(|_, held| held != name));
            }
        });
    }

    /// What the device calls itself; `None` until the engine is up.
    pub fn adapter(self) -> Option<String> {
        self.line.adapter.get()
    }

    /// The engine that runs, or a new one.
    pub(super) async fn engine(self) -> Result<Engine<Together>, Trouble> {
        if let Some(engine) = self.line.running() {
            return Ok(engine);
        }
        let (giver, later) = crate::page::browser::later::later();
        let first = self.line.starting.try_update_value(|waiting| {
            waiting.push(giver);
            waiting.len() == 1
        });
        if first == Some(true) {
            let started = self.start_engine().await;
            let waiting = self.line.starting.try_update_value(std::mem::take).unwrap_or_default();
            for giver in waiting {
                giver.give(started.clone());
            }
        }
        later.await
    }

    async fn start_engine(self) -> Result<Engine<Together>, Trouble> {
        // A GPU's comes by a move alone, and where it is lost the processor goes on.
        let started = Engine::start(DeviceKind::Cpu, self.shows("the engine")).await;
        self.desk.progress.set(None);
        match (self.line.running(), started) {
            (None, Ok((engine, adapter))) => {
                self.line.listen_to(&engine, self);
                self.line.replace(Some((engine.clone(), adapter)));
                Ok(engine)
            }
            // The room moved meanwhile.
            (Some(running), started) => {
                if let Ok((engine, _)) = started {
                    engine.end("Another engine took its place.");
                }
                Ok(running)
            }
            (None, Err(trouble)) => Err(trouble),
        }
    }

    /// An engine is gone: another takes over, or a person is asked.
    pub(super) fn is_lost(self, engine: &Engine<Together>, why: &str) {
        let mine = self.line.is(engine);
        engine.end(why);
        if !mine {
            return;
        }
        // What nobody can bring back is no news that leaves by itself.
        let (tone, lost) = if untrack(|| self.has_run()) {
            (Tone::Trouble, " The network that trained there is lost.")
        } else {
            (Tone::Plain, "")
        };
        self.line.replace(None);
        self.lose_run();
        if engine.kind() == DeviceKind::WebGpu {
            self.gpu_is_lost(why, tone, lost);
            return self.bring();
        }
        self.line.lost.update_value(|n| *n += 1);
        if self.line.lost.get_value() < PATIENCE {
            let text = format!("{why} Another engine takes over; pictures and models are brought to it.{lost}");
            self.desk.tell(tone, text, None);
            self.bring();
        } else {
            self.desk.tell(Tone::Trouble, format!("{why}{lost}"), Some(Remedy::Retry));
        }
    }

    /// Tries again what was given up.
    pub(super) fn retry(self) {
        self.desk.put_away_remedy(Remedy::Retry);
        self.line.lost.set_value(0);
        self.models.refused.set(BTreeSet::new());
        if self.models.shipped.with_untracked(|list| list.as_ref().is_none_or(Vec::is_empty)) {
            self.list_models();
        }
        self.bring();
    }

    /// Shows how far a job is; the bar goes when `desk.progress` is emptied.
    pub fn shows(self, what: &str) -> OnProgress {
        let what = what.to_owned();
        Rc::new(move |stage, done, of| {
            let bytes = |stage| Progress::of_bytes(&what, stage, done, of);
            let counted = |verb: &str| Progress {
                words: format!("{verb} {what}: {} of {}", count(done), count(of)),
                part: (of > 0).then(|| (done as f64 / of as f64).clamp(0.0, 1.0)),
            };
            self.desk.progress.set(Some(match stage {
                Stage::Download => bytes(Bytes::Download),
                Stage::Check => bytes(Bytes::Check),
                Stage::WarmUp => bytes(Bytes::WarmUp),
                Stage::Embed => counted("Embedding"),
                Stage::Map => counted("Ordering"),
            }));
        })
    }
}
