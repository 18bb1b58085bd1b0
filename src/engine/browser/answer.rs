//! The way back to the page.

use std::cell::Cell;

use js_sys::ArrayBuffer;
use serde::Serialize;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::DedicatedWorkerGlobalScope;

use crate::{
    platform::{now_ms, warn, web},
    protocol::{Envelope, FromEngine, Job, Stage},
};

/// Progress is said at most this often.
const PROGRESS_EVERY_MS: f64 = 60.0;

/// The scope of this worker.
///
/// # Errors
/// A sentence, where this is no dedicated worker.
pub fn scope() -> Result<DedicatedWorkerGlobalScope, String> {
    js_sys::global()
        .dyn_into()
        .map_err(|_| "the engine runs in a dedicated worker only".into())
}

/// Posts an answer. Where even that fails there is nobody to tell but the console.
pub fn say(job: Job, body: impl Serialize, buffers: Vec<ArrayBuffer>) {
    let posted = scope().and_then(|scope| web::post(&scope, &Envelope { job, body }, buffers));
    if let Err(reason) = posted {
        warn(&reason);
    }
}

/// Says how far a job is, not too often.
#[derive(Debug)]
pub struct Progress {
    job: Job,
    said_ms: Cell<f64>,
}

impl Progress {
    /// Of this job.
    pub fn of(job: Job) -> Self {
        Self {
            job,
            said_ms: Cell::new(f64::NEG_INFINITY),
        }
    }

    /// `done` of `of` bytes or steps; the first and the last are always said.
    pub fn say(&self, stage: Stage, done: u64, of: u64) {
        self.tell(done, of, || FromEngine::Progress { stage, done, of });
    }

    /// The same in an engine's own words.
    pub fn tell<T: Serialize>(&self, done: u64, of: u64, words: impl FnOnce() -> T) {
        let now = now_ms();
        if done > 0 && done < of && now - self.said_ms.get() < PROGRESS_EVERY_MS {
            return;
        }
        self.said_ms.set(now);
        say(self.job, words(), Vec::new());
    }
}

/// A rejected promise's reason, as a sentence's end.
pub fn said(error: &JsValue) -> String {
    web::said(error)
}
