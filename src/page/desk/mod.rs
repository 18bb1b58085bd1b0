//! What every room has: messages, progress, dialogs, light, the state that `<body data-state>` tells.

mod offline;

use std::time::Duration;

use leptos::prelude::*;

use crate::{
    page::state::{
        figures::bytes,
        settings::{Theme, Word},
    },
    protocol::Stage,
};

/// How a message is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Good to know.
    Plain,
    /// Something was refused or went wrong.
    Trouble,
}

/// What a button in a message does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Tries again what failed.
    Retry,
    /// Takes the new version that waits.
    Renew,
    /// Puts back what was taken away.
    Undo,
}

/// What a message is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// Itself.
    Any,
    /// Weights: settled where others open.
    Weights,
    /// A model that was asked for and did not open: settled where a person takes another.
    Wish,
}

/// A message. Trouble stays until it is put away or settled; what is good to know leaves by itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// Its number.
    pub id: u32,
    /// What it is about.
    pub topic: Topic,
    /// How it is meant.
    pub tone: Tone,
    /// What it says.
    pub text: String,
    /// What can be done about it.
    pub remedy: Option<Remedy>,
    /// How many older ones it stands for.
    pub stands_for: u32,
}

impl Notice {
    fn of_others(id: u32, count: u32) -> Self {
        Self {
            id,
            topic: Topic::Any,
            tone: Tone::Plain,
            text: format!("… and {count} before these"),
            remedy: None,
            stands_for: count,
        }
    }
}

/// How far something is.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// What is being done, and how far it is.
    pub words: String,
    /// Part done, 0..1, where it is known.
    pub part: Option<f64>,
}

impl Progress {
    /// Bytes of something: `the engine`, `model photos`.
    pub fn of_bytes(what: &str, stage: Stage, done: u64, of: u64) -> Self {
        let words = match stage {
            Stage::Download if of > 0 => format!("Loading {what}: {} of {}", bytes(done), bytes(of)),
            Stage::Download => format!("Loading {what}: {}", bytes(done)),
            Stage::Check => format!("Checking {what}"),
            Stage::WarmUp => format!("Warming up {what}"),
        };
        let part = (of > 0 && stage != Stage::WarmUp).then(|| (done as f64 / of as f64).clamp(0.0, 1.0));
        Self { words, part }
    }
}

/// Which dialog is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialog {
    /// Choosing the square.
    Frame,
    /// Taking a picture.
    Camera,
    /// The sheet of keys.
    Keys,
    /// What the words mean.
    Words,
    /// The model that the room looks through.
    First,
    /// The model that it is compared with.
    Second,
    /// The model that draws what is hidden beside it.
    Drawing,
}

/// What `<body data-state>` tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// No live prediction yet.
    Loading,
    /// The print is the newest there is to have.
    Ready,
    /// A newer one is on its way.
    Working,
    /// Nothing can be predicted until a person does something.
    Error,
}

/// Signals of all that.
#[derive(Clone, Copy)]
pub struct Desk {
    /// Messages, oldest first.
    pub notices: RwSignal<Vec<Notice>>,
    /// What is being loaded.
    pub progress: RwSignal<Option<Progress>>,
    /// The open dialog.
    pub dialog: RwSignal<Option<Dialog>>,
    /// Light or dark.
    pub theme: RwSignal<Theme>,
    /// Where the page stands.
    pub phase: RwSignal<Phase>,
    /// Said to screen readers, politely.
    pub said: RwSignal<String>,
    /// Counts changes of the window's size, for canvases.
    pub resized: RwSignal<u32>,
    next: StoredValue<u32>,
}

impl Desk {
    /// The desk of this page: made when the page first asks for it, and the same from then on.
    pub fn here() -> Self {
        thread_local! {
            static DESK: std::cell::Cell<Option<Desk>> = const { std::cell::Cell::new(None) };
        }
        DESK.get().unwrap_or_else(|| {
            let desk = Self::new();
            DESK.set(Some(desk));
            desk
        })
    }

    /// A desk with nothing on it.
    fn new() -> Self {
        Self {
            notices: RwSignal::default(),
            progress: RwSignal::default(),
            dialog: RwSignal::default(),
            theme: RwSignal::default(),
            phase: RwSignal::new(Phase::Loading),
            said: RwSignal::default(),
            resized: RwSignal::default(),
            next: StoredValue::new(0),
        }
    }

    /// Says something; the same sentence is not said twice.
    pub fn tell(self, tone: Tone, text: impl Into<String>, remedy: Option<Remedy>) {
        self.tell_of(Topic::Any, tone, &text.into(), remedy);
    }

    /// The same, of a topic.
    pub fn tell_of(self, topic: Topic, tone: Tone, text: &str, remedy: Option<Remedy>) {
        let text = text.to_owned();
        if tone == Tone::Plain && remedy.is_none() {
            let read = Duration::from_millis(6_000 + 70 * text.len() as u64);
            let id = self.next.get_value() + 1;
            set_timeout(move || self.put_away(id), read);
        }
        self.next.update_value(|n| *n += 1);
        let id = self.next.get_value();
        self.notices.update(|notices| {
            notices.retain(|notice| notice.text != text);
            notices.push(Notice {
                id,
                topic,
                tone,
                text,
                remedy,
                stands_for: 0,
            });
            // Old ones make room: a hundred broken files are no hundred messages. One stands for them, and is put away like any.
            let gone = notices.first().map_or(0, |oldest| oldest.stands_for);
            let first = usize::from(gone > 0);
            if notices.len() > first + 4 && notices.remove(first).tone == Tone::Trouble {
                notices.drain(..first);
                notices.insert(0, Notice::of_others(id + 1, gone + 1));
                self.next.set_value(id + 1);
            }
        });
    }

    /// Says that something went wrong.
    pub fn trouble(self, text: impl Into<String>) {
        self.tell(Tone::Trouble, text, None);
    }

    /// Puts away what was said of a topic.
    pub fn settle(self, topic: Topic) {
        self.notices.update(|notices| notices.retain(|notice| notice.topic != topic));
    }

    /// Puts a message away.
    pub fn put_away(self, id: u32) {
        self.notices.update(|notices| notices.retain(|notice| notice.id != id));
    }

    /// Puts away messages that offer a remedy which is being tried.
    pub fn put_away_remedy(self, remedy: Remedy) {
        self.notices
            .update(|notices| notices.retain(|notice| notice.remedy != Some(remedy)));
    }

    /// Enters a state, without waking who watches where it is the same.
    pub fn enter(self, phase: Phase) {
        if self.phase.get_untracked() != phase {
            self.phase.set(phase);
        }
    }

    /// What styles and outside drivers read off the document: the state, and the light.
    pub fn tell_the_outside(self) {
        Effect::new(move |_| {
            let state = match self.phase.get() {
                Phase::Loading => "loading",
                Phase::Ready => "ready",
                Phase::Working => "working",
                Phase::Error => "error",
            };
            if let Some(body) = document().body() {
                let _ = body.set_attribute("data-state", state);
            }
        });
        Effect::new(move |_| {
            if let Some(root) = document().document_element() {
                let _ = root.set_attribute("data-theme", self.theme.get().word());
            }
        });
    }
}
