//! The loop: takes messages in, does one job after the other, and gives the event loop a turn between two.

mod jobs;
mod session;

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use js_sys::ArrayBuffer;
use wasm_bindgen::{JsCast, closure::Closure};
use wasm_bindgen_futures::spawn_local;
use web_sys::MessageEvent;

use self::session::Session;
use super::{
    browser::{
        answer::{Progress, say, scope},
        device::{self, Chosen},
        guard, install_tiles,
        pictures::Pictures,
        shipped::{Fetching, Stop},
        storage::Storage,
    },
    kept,
    queue::Queue,
};
use crate::{
    platform::{warn, web, yield_now},
    protocol::{Envelope, FromEngine, Job, ToEngine, VERSION},
};

/// What travels beside a request.
#[derive(Debug, Default)]
pub struct Beside {
    /// Buffers of the message.
    pub buffers: Vec<ArrayBuffer>,
    /// Weights that a download brought, with their name.
    pub weights: Option<(String, Vec<u8>)>,
}

/// All that this worker holds.
#[derive(Debug)]
pub struct Engine {
    /// Where it computes.
    pub chosen: Chosen,
    /// Where weights are kept.
    pub storage: Option<Storage>,
    /// The page's pictures.
    pub pictures: RefCell<Pictures>,
    /// The model in hand.
    pub session: RefCell<Option<Rc<Session>>>,
    queue: RefCell<Queue<ToEngine, Beside>>,
    running: Cell<bool>,
    /// The newest request for a model: older ones that still load are overtaken.
    opening: Cell<Job>,
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
    let (device, adapter) = (chosen.kind, chosen.adapter.clone());
    let engine = Rc::new(Engine {
        chosen,
        storage: Storage::find().await,
        pictures: RefCell::new(Pictures::new(kept::FRAMED_PX)),
        session: RefCell::default(),
        queue: RefCell::default(),
        running: Cell::new(false),
        opening: Cell::new(0),
    });
    let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| match web::receive(&event) {
        Ok((request, buffers)) => engine.take(request, Beside { buffers, weights: None }),
        Err(reason) => warn(&reason),
    });
    scope()?.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
    say(
        0,
        FromEngine::Ready {
            version: VERSION,
            device,
            adapter,
        },
        Vec::new(),
    );
    Ok(())
}

impl Engine {
    /// Takes a request in. Weights by name are fetched beside the queue, so that predictions go on meanwhile.
    fn take(self: &Rc<Self>, request: Envelope<ToEngine>, beside: Beside) {
        if let ToEngine::OpenShipped { .. } | ToEngine::OpenFile { .. } = request.body {
            self.opening.set(request.job);
        }
        match request.body {
            ToEngine::OpenShipped { name } => {
                let engine = Rc::clone(self);
                spawn_local(async move { engine.fetch(request.job, name).await });
            }
            _ => self.enqueue(request, beside),
        }
    }

    fn enqueue(self: &Rc<Self>, request: Envelope<ToEngine>, beside: Beside) {
        if let Some(job) = self.queue.borrow_mut().push(request, beside) {
            say(job, FromEngine::Overtaken, Vec::new());
        }
        if !self.running.replace(true) {
            let engine = Rc::clone(self);
            spawn_local(async move { engine.work_through().await });
        }
    }

    async fn work_through(self: Rc<Self>) {
        loop {
            // Messages that came meanwhile are seen first: the newest prediction is the one that counts.
            yield_now().await;
            let next = self.queue.borrow_mut().pop();
            let Some((request, beside)) = next else { break };
            let job = request.job;
            match jobs::perform(&self, request, beside).await {
                Ok((answer, buffers)) => say(job, answer, buffers),
                Err(reason) => say(job, FromEngine::Failed(reason), Vec::new()),
            }
        }
        self.running.set(false);
    }

    async fn fetch(self: Rc<Self>, job: Job, name: String) {
        let wanted = || self.opening.get() == job;
        let fetching = Fetching {
            storage: self.storage.as_ref(),
            progress: Progress::of(job),
            wanted,
        };
        match fetching.get(&name).await {
            Ok(_) if !wanted() => say(job, FromEngine::Overtaken, Vec::new()),
            Ok(fetched) => {
                let weights = Some((fetched.name, fetched.bytes));
                self.enqueue(
                    Envelope {
                        job,
                        body: ToEngine::OpenShipped { name },
                    },
                    Beside {
                        buffers: Vec::new(),
                        weights,
                    },
                );
            }
            Err(Stop::Overtaken) => say(job, FromEngine::Overtaken, Vec::new()),
            Err(Stop::Failed(reason)) => say(job, FromEngine::Failed(reason), Vec::new()),
        }
    }
}
