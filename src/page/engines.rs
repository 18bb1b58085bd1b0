//! One engine in its worker: starts it, numbers what is asked of it, and hands every answer to who asked.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use js_sys::ArrayBuffer;
use wasm_bindgen::{JsCast, prelude::Closure};
use web_sys::{MessageEvent, Worker, WorkerOptions, WorkerType};

use crate::{
    page::browser::later::{Giver, later},
    platform::web,
    protocol::{DeviceKind, Envelope, FromEngine, Job, Stage, ToEngine, VERSION},
};

/// An answer and its buffers.
pub struct Answer {
    /// What the engine said.
    pub body: FromEngine,
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
pub type OnProgress = Rc<dyn Fn(Stage, u64, u64)>;

struct Waiting {
    giver: Giver<Result<Answer, Trouble>>,
    progress: Option<OnProgress>,
}

/// What an engine holds, so that nothing is sent twice.
#[derive(Default)]
pub struct Holds {
    /// Pictures, by number.
    pub pictures: BTreeSet<u32>,
    /// The model that is open.
    pub model: Option<String>,
}

#[derive(Default)]
struct Line {
    last: Job,
    waiting: BTreeMap<Job, Waiting>,
    gone: Option<String>,
}

struct Inner {
    kind: DeviceKind,
    worker: Worker,
    line: RefCell<Line>,
    holds: RefCell<Holds>,
}

/// An engine; clones are handles on the same worker.
#[derive(Clone)]
pub struct Engine(Rc<Inner>);

/// Number of what nobody asked for: `Ready`, how far the engine's own download is, and its end.
const UNASKED: Job = 0;

impl Engine {
    /// Starts the engine for a device and waits until it is ready. Gives it and its adapter's name.
    pub async fn start(kind: DeviceKind, progress: OnProgress) -> Result<(Self, String), Trouble> {
        let name = match kind {
            DeviceKind::Cpu => "engine",
            DeviceKind::WebGpu => "engine-webgpu",
        };
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        options.set_name(name);
        let worker = Worker::new_with_options("./engine_start.js", &options)
            .map_err(|e| Trouble::Gone(format!("This browser starts no worker: {}", web::said(&e))))?;
        let engine = Self(Rc::new(Inner {
            kind,
            worker,
            line: RefCell::default(),
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
        match ready.await?.body {
            FromEngine::Ready { version, .. } if version != VERSION => {
                let sentence = format!("The engine speaks version {version}, this page {VERSION}. Reload the page to have both anew.");
                engine.end(&sentence);
                Err(Trouble::Gone(sentence))
            }
            FromEngine::Ready { device, .. } if device != kind => {
                let sentence = "The engine that came computes on another device. Reload the page to have it anew.";
                engine.end(sentence);
                Err(Trouble::Gone(sentence.into()))
            }
            FromEngine::Ready { adapter, .. } => Ok((engine, adapter)),
            _ => Err(Trouble::Gone("The engine did not say that it is ready. Reload the page.".into())),
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
                Self(inner).end(&format!("The engine stopped: {said}."));
            }
        });
        self.0.worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        self.0.worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        // As long as the worker, and that is as long as the page or until it is lost.
        on_message.forget();
        on_error.forget();
    }

    fn hear(&self, event: &MessageEvent) {
        let (Envelope { job, body }, buffers) = match web::receive::<FromEngine>(event) {
            Ok(message) => message,
            Err(sentence) => return self.end(&format!("The engine could not be understood: {sentence}. Reload the page.")),
        };
        match body {
            FromEngine::Progress { stage, done, of } => {
                let heard = self.0.line.borrow().waiting.get(&job).and_then(|waiting| waiting.progress.clone());
                if let Some(progress) = heard {
                    progress(stage, done, of);
                }
            }
            FromEngine::Lost(why) => self.end(&why),
            FromEngine::Failed(why) if job == UNASKED => self.end(&why),
            body => {
                let waiting = self.0.line.borrow_mut().waiting.remove(&job);
                if let Some(waiting) = waiting {
                    waiting.giver.give(match body {
                        FromEngine::Failed(why) => Err(Trouble::Failed(why)),
                        body => Ok(Answer { body, buffers }),
                    });
                }
            }
        }
    }

    /// Asks; `buffers` are moved.
    pub async fn ask(&self, body: ToEngine, buffers: Vec<ArrayBuffer>, progress: Option<OnProgress>) -> Result<Answer, Trouble> {
        let (giver, answer) = later();
        let job = {
            let mut line = self.0.line.borrow_mut();
            if let Some(why) = &line.gone {
                return Err(Trouble::Gone(why.clone()));
            }
            line.last = line.last.wrapping_add(1).max(1);
            let job = line.last;
            line.waiting.insert(job, Waiting { giver, progress });
            job
        };
        if let Err(sentence) = web::post(&self.0.worker, &Envelope { job, body }, buffers) {
            self.0.line.borrow_mut().waiting.remove(&job);
            return Err(Trouble::Failed(sentence));
        }
        answer.await
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

    /// Which device this engine computes on.
    pub fn kind(&self) -> DeviceKind {
        self.0.kind
    }

    /// Whether it has ended.
    pub fn is_gone(&self) -> bool {
        self.0.line.borrow().gone.is_some()
    }

    /// What it holds.
    pub fn holds<T>(&self, look: impl FnOnce(&mut Holds) -> T) -> T {
        look(&mut self.0.holds.borrow_mut())
    }
}
