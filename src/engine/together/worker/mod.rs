//! The loop: takes messages in, does one job after the other, and those that take long beside them, round by round, with
//! a turn of the event loop between two rounds.

mod asked;
mod checked;
mod embedding;
mod jobs;
mod looked;
mod models;
mod running;
mod training;

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    rc::Rc,
};

use js_sys::ArrayBuffer;
use wasm_bindgen::{JsCast, closure::Closure};
use wasm_bindgen_futures::spawn_local;
use web_sys::MessageEvent;

use self::{models::Held, running::Running};
use super::requests::Kind;
use crate::{
    engine::{
        browser::{
            answer::{say, scope},
            device::{self, Chosen},
            guard, install_tiles,
            pictures::Pictures,
            shipped::Stop,
            storage::Storage,
        },
        kept,
        queue::Queue,
    },
    platform::{warn, web, yield_now},
    predict::together::Kept,
    protocol::{
        Envelope, Job,
        together::{FromTogether, Slot, ToTogether, VERSION},
    },
};

/// What a job is answered: words and buffers, or why there are none.
pub type Answer = Result<(FromTogether, Vec<ArrayBuffer>), Stop>;

/// All that this worker holds.
#[derive(Debug)]
pub struct Engine {
    /// Where it computes.
    pub chosen: Chosen,
    /// Where weights are kept.
    pub storage: Option<Storage>,
    /// The room's pictures.
    pub pictures: RefCell<Pictures>,
    /// Those that are still decoded, by the job that brings them.
    pub coming: RefCell<BTreeMap<u32, Job>>,
    /// Classes of those that are scenes.
    pub classes: RefCell<BTreeMap<u32, usize>>,
    /// The models in hand.
    pub models: RefCell<BTreeMap<Slot, Rc<Held>>>,
    /// What they said.
    pub kept: RefCell<Kept>,
    /// The run in hand.
    pub run: RefCell<Option<Rc<Running>>>,
    queue: RefCell<Queue<ToTogether, Vec<ArrayBuffer>>>,
    is_working: Cell<bool>,
    newest: RefCell<BTreeMap<Kind, Job>>,
}

/// Starts the engine: installs the nets, takes the device, listens, and says `Ready`.
pub fn start() {
    guard::install();
    spawn_local(async {
        if let Err(reason) = run().await {
            guard::lost(&reason);
        }
    });
}

async fn run() -> Result<(), String> {
    install_tiles();
    let chosen = device::choose().await?;
    let ready = FromTogether::Ready {
        version: VERSION,
        device: chosen.kind,
        adapter: chosen.adapter.clone(),
    };
    let engine = Rc::new(Engine {
        chosen,
        storage: Storage::find().await,
        pictures: RefCell::new(Pictures::new(kept::MANY_PX)),
        coming: RefCell::default(),
        classes: RefCell::default(),
        models: RefCell::default(),
        kept: RefCell::default(),
        run: RefCell::default(),
        queue: RefCell::default(),
        is_working: Cell::new(false),
        newest: RefCell::default(),
    });
    let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| match web::receive(&event) {
        Ok((request, buffers)) => engine.take(request, buffers),
        Err(reason) => warn(&reason),
    });
    scope()?.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
    say(0, ready, Vec::new());
    Ok(())
}

impl Engine {
    /// Whether a job is still the newest of its kind.
    pub fn is_newest(&self, kind: &Kind, job: Job) -> bool {
        self.newest.borrow().get(kind) == Some(&job)
    }

    /// Stops a job that was overtaken by another of its kind.
    ///
    /// # Errors
    /// [`Stop::Overtaken`].
    pub fn check_newest(&self, kind: Option<&Kind>, job: Job) -> Result<(), Stop> {
        match kind {
            Some(kind) if !self.is_newest(kind, job) => Err(Stop::Overtaken),
            _ => Ok(()),
        }
    }

    /// Takes a request in. Who steers a run is heard at once; what takes long is done beside the queue.
    fn take(self: &Rc<Self>, request: Envelope<ToTogether>, buffers: Vec<ArrayBuffer>) {
        if let Some(kind) = Kind::of(&request.body) {
            self.newest.borrow_mut().insert(kind, request.job);
        }
        match request.body {
            ToTogether::Steer(steer) => answer(request.job, self.steer(steer)),
            ToTogether::OpenShipped { .. } => self.beside(request, buffers),
            _ => self.enqueue(request, buffers),
        }
    }

    fn enqueue(self: &Rc<Self>, request: Envelope<ToTogether>, buffers: Vec<ArrayBuffer>) {
        if let Some(job) = self.queue.borrow_mut().push(request, buffers) {
            say(job, FromTogether::Overtaken, Vec::new());
        }
        if !self.is_working.replace(true) {
            let engine = Rc::clone(self);
            spawn_local(async move { engine.work_through().await });
        }
    }

    async fn work_through(self: Rc<Self>) {
        loop {
            // Messages that came meanwhile are seen first: the newest is the one that counts.
            yield_now().await;
            let next = self.queue.borrow_mut().pop();
            let Some((request, buffers)) = next else { break };
            if jobs::takes_long(&request.body) {
                self.beside(request, buffers);
            } else {
                let job = request.job;
                answer(job, jobs::perform(&self, request, buffers).await);
            }
        }
        self.is_working.set(false);
    }

    fn beside(self: &Rc<Self>, request: Envelope<ToTogether>, buffers: Vec<ArrayBuffer>) {
        let engine = Rc::clone(self);
        spawn_local(async move {
            let job = request.job;
            answer(job, jobs::perform(&engine, request, buffers).await);
        });
    }
}

fn answer(job: Job, said: Answer) {
    match said {
        Ok((words, buffers)) => say(job, words, buffers),
        Err(Stop::Overtaken) => say(job, FromTogether::Overtaken, Vec::new()),
        Err(Stop::Failed(reason)) => say(job, FromTogether::Failed(reason), Vec::new()),
    }
}

/// What cannot be computed, as a job's failure.
pub fn failed(reason: impl ToString) -> Stop {
    Stop::Failed(reason.to_string())
}

/// Numbers into a buffer.
pub fn numbers(values: &[f32]) -> ArrayBuffer {
    let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    web::to_buffer(&bytes)
}
