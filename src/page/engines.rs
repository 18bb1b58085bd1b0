//! One engine in its worker: starts it, numbers what is asked of it, and hands every answer to who asked.

mod hidden;
mod together;

use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use js_sys::ArrayBuffer;
use wasm_bindgen::{JsCast, prelude::Closure};
use web_sys::{MessageEvent, Worker, WorkerOptions, WorkerType};

use serde::{Serialize, de::DeserializeOwned};

use crate::{
    page::browser::later::{Giver, Later, later},
    platform::web,
    protocol::{DeviceKind, Envelope, Job},
};

pub use self::{
    hidden::Hidden,
    together::{Holds as Holding, OnLost, OnUnasked, Together},
};

/// What a room and its engine say to each other.
pub trait Protocol: Sized + 'static {
    /// What may be asked.
    type Ask: Serialize;
    /// What the engine says.
    type Said: DeserializeOwned;
    /// What takes time.
    type Stage: Copy + 'static;
    /// What an engine holds, so that nothing is sent twice.
    type Holds: Default;
    /// The version of its messages.
    const VERSION: u32;

    /// The worker's name, by which `engine_start.js` knows the program.
    fn program(kind: DeviceKind) -> &'static str;

    /// What of a message the line itself has to know.
    fn sort(said: Self::Said) -> Sorted<Self>;

    /// What an engine says of itself when it is up: its version, its device, its adapter.
    fn ready(said: Self::Said) -> Option<(u32, DeviceKind, String)>;

    /// Hears what nobody asked for.
    fn unasked(_engine: &Engine<Self>, _answer: Answer<Self>) {}

    /// Hears that an engine is gone, and why, whether anybody waits for it or not.
    fn lost(_engine: &Engine<Self>, _why: &str) {}
}

/// A message, as the line sees it.
pub enum Sorted<P: Protocol> {
    /// How far a job is.
    Progress(P::Stage, u64, u64),
    /// The job failed.
    Failed(String),
    /// The device is gone.
    Lost(String),
    /// An answer, or that the engine is up.
    Answer(P::Said),
}

/// An answer and its buffers.
pub struct Answer<P: Protocol = Hidden> {
    /// What the engine said.
    pub body: P::Said,
    /// Buffers beside it.
    pub buffers: Vec<ArrayBuffer>,
}

/// Why there is no answer.
#[derive(Clone, Debug)]
pub enum Trouble {
    /// The job failed; the engine goes on.
    Failed(String),
    /// The engine is gone.
    Gone(String),
}

impl Trouble {
    /// The sentence for a person.
    pub fn why(self) -> String {
        match self {
            Self::Failed(why) | Self::Gone(why) => why,
        }
    }
}

/// Hears how far a job is.
pub type OnProgress<P = Hidden> = Rc<dyn Fn(<P as Protocol>::Stage, u64, u64)>;

struct Waiting<P: Protocol> {
    giver: Giver<Result<Answer<P>, Trouble>>,
    progress: Option<OnProgress<P>>,
}

struct Line<P: Protocol> {
    last: Job,
    waiting: BTreeMap<Job, Waiting<P>>,
    gone: Option<String>,
}

struct Inner<P: Protocol> {
    kind: DeviceKind,
    worker: Worker,
    line: RefCell<Line<P>>,
    holds: RefCell<P::Holds>,
}

/// An engine; clones are handles on the same worker.
pub struct Engine<P: Protocol = Hidden>(Rc<Inner<P>>);

impl<P: Protocol> Clone for Engine<P> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

/// Number of what nobody asked for: `Ready`, how far the engine's own download is, and its end.
const UNASKED: Job = 0;

impl<P: Protocol> Engine<P> {
    /// Starts the engine for a device and waits until it is ready. Gives it and its adapter's name.
    pub async fn start(kind: DeviceKind, progress: OnProgress<P>) -> Result<(Self, String), Trouble> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        options.set_name(P::program(kind));
        let worker = Worker::new_with_options("./engine_start.js", &options)
            .map_err(|e| Trouble::Gone(format!("This browser starts no worker: {}", web::said(&e))))?;
        let engine = Self(Rc::new(Inner {
            kind,
            worker,
            line: RefCell::new(Line {
                last: 0,
                waiting: BTreeMap::new(),
                gone: None,
            }),
            holds: RefCell::default(),
        }));
        let (giver, ready) = later();
        engine.0.line.borrow_mut().waiting.insert(
            UNASKED,
            Waiting {
                giver,
                progress: Some(progress),
            },
        );
        engine.listen();
        match P::ready(ready.await?.body) {
            Some((version, device, adapter)) if version == P::VERSION && device == kind => Ok((engine, adapter)),
            // One from an older visit, say, out of a cache.
            _ => {
                let sentence = "The engine that came does not fit this page. Reload the page to have both anew.";
                engine.end(sentence);
                Err(Trouble::Gone(sentence.into()))
            }
        }
    }

    fn listen(&self) {
        let weak = Rc::downgrade(&self.0);
        let heard = weak.clone();
        let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            if let Some(inner) = heard.upgrade() {
                Self(inner).hear(&event);
            }
        });
        let on_error = Closure::<dyn Fn(web_sys::Event)>::new(move |event: web_sys::Event| {
            event.prevent_default();
            if let Some(inner) = weak.upgrade() {
                let said = web::get(&event, "message")
                    .as_string()
                    .unwrap_or_else(|| "its program could not be loaded".into());
                Self(inner).die(&format!("The engine stopped: {said}."));
            }
        });
        self.0.worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        self.0.worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        // As long as the worker, and that is as long as the page or until it is lost.
        on_message.forget();
        on_error.forget();
    }

    fn hear(&self, event: &MessageEvent) {
        let (Envelope { job, body }, buffers) = match web::receive::<P::Said>(event) {
            Ok(message) => message,
            Err(sentence) => return self.die(&format!("The engine could not be understood: {sentence}. Reload the page.")),
        };
        let heard = match P::sort(body) {
            Sorted::Progress(stage, done, of) => {
                let heard = self.0.line.borrow().waiting.get(&job).and_then(|waiting| waiting.progress.clone());
                if let Some(progress) = heard {
                    progress(stage, done, of);
                }
                return;
            }
            Sorted::Lost(why) => return self.die(&why),
            Sorted::Failed(why) if job == UNASKED => return self.die(&why),
            Sorted::Failed(why) => Err(Trouble::Failed(why)),
            Sorted::Answer(body) => Ok(Answer { body, buffers }),
        };
        let waiting = self.0.line.borrow_mut().waiting.remove(&job);
        match (waiting, heard) {
            (Some(waiting), heard) => waiting.giver.give(heard),
            (None, Ok(answer)) if job == UNASKED => P::unasked(self, answer),
            _ => {}
        }
    }

    /// Asks, at once; `buffers` are moved. What comes later is the answer.
    #[must_use]
    pub fn ask(&self, body: &P::Ask, buffers: Vec<ArrayBuffer>, progress: Option<OnProgress<P>>) -> Later<Result<Answer<P>, Trouble>> {
        let (giver, answer) = later();
        let mut line = self.0.line.borrow_mut();
        if let Some(why) = &line.gone {
            giver.give(Err(Trouble::Gone(why.clone())));
            return answer;
        }
        line.last = line.last.wrapping_add(1).max(1);
        let job = line.last;
        match web::post(&self.0.worker, &Envelope { job, body }, buffers) {
            Ok(()) => drop(line.waiting.insert(job, Waiting { giver, progress })),
            Err(sentence) => giver.give(Err(Trouble::Failed(sentence))),
        }
        answer
    }

    /// Ends the worker; everyone who waits learns why.
    pub fn end(&self, why: &str) {
        self.0.worker.terminate();
        let waiting = {
            let mut line = self.0.line.borrow_mut();
            line.gone.get_or_insert_with(|| why.to_string());
            std::mem::take(&mut line.waiting)
        };
        for (_, waiting) in waiting {
            waiting.giver.give(Err(Trouble::Gone(why.to_string())));
        }
    }

    /// The same of itself.
    fn die(&self, why: &str) {
        self.end(why);
        P::lost(self, why);
    }

    /// Whether nothing is asked of it.
    pub fn is_idle(&self) -> bool {
        self.0.line.borrow().waiting.is_empty()
    }

    /// Whether both are handles on one worker.
    pub fn is(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }

    /// Which device this engine computes on.
    pub fn kind(&self) -> DeviceKind {
        self.0.kind
    }

    /// Whether it has ended.
    pub fn is_gone(&self) -> bool {
        self.0.line.borrow().gone.is_some()
    }

    /// What it holds.
    pub fn holds<T>(&self, look: impl FnOnce(&mut P::Holds) -> T) -> T {
        look(&mut self.0.holds.borrow_mut())
    }
}
