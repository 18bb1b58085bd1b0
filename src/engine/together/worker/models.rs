//! The models in hand, each in its place.

use std::{cell::RefCell, rc::Rc};

use js_sys::Uint8Array;

use super::{Answer, Engine, failed};
use crate::{
    engine::{
        browser::{
            answer::Progress,
            dropped::{self, Dropped},
            opened::{self, Opened},
            shipped::{self, Fetching, Stop},
        },
        together::Kind,
    },
    methods::AnyMethod,
    platform::yield_now,
    predict::together::{Palette, able},
    protocol::{
        Job, ModelInfo,
        together::{Able, FromTogether, Slot},
    },
    weights::SelfTest,
};

/// A model in its place.
#[derive(Debug)]
pub struct Held {
    /// For answers alone.
    pub model: AnyMethod,
    /// Side of the square it takes, pixels.
    pub size_px: usize,
    /// What it can do here.
    pub able: Able,
    /// What it should answer to the self-test, where its file says so.
    pub check: Option<SelfTest>,
    /// The colours of its patches, once somebody asked.
    pub palette: RefCell<Option<Rc<Palette>>>,
}

impl Held {
    /// A model, and what its file says of the self-test.
    pub fn new(model: AnyMethod, check: Option<SelfTest>) -> Self {
        use crate::methods::Method;
        Self {
            size_px: model.views().size_px,
            able: able(&model),
            check,
            model,
            palette: RefCell::new(None),
        }
    }
}

impl Engine {
    /// The model in this place. Of one in training, the network as it is now.
    ///
    /// # Errors
    /// A sentence, where there is none.
    pub fn model(&self, slot: Slot) -> Result<Rc<Held>, Stop> {
        if slot == Slot::Trained {
            self.look_at_run();
        }
        let held = self.models.borrow().get(&slot).cloned();
        held.ok_or_else(|| {
            failed(match slot {
                Slot::Trained => "Nothing trains here: begin a run.",
                _ => "There is no model here: choose one, or drop its weights on the page.",
            })
        })
    }

    /// Whether this very model is still in its place.
    ///
    /// # Errors
    /// A sentence, where it is not: what it says is no longer asked for.
    pub fn check_held(&self, slot: Slot, held: &Rc<Held>) -> Result<(), Stop> {
        match self.models.borrow().get(&slot) {
            Some(now) if Rc::ptr_eq(now, held) => Ok(()),
            _ => Err(failed("The model was changed meanwhile: ask again.")),
        }
    }

    /// Puts a model into its place; what the one before said goes with it.
    pub fn put(&self, slot: Slot, held: Held) {
        self.kept.borrow_mut().clear(slot);
        self.models.borrow_mut().insert(slot, Rc::new(held));
    }

    /// Empties a place.
    pub fn close(&self, slot: Slot) {
        self.kept.borrow_mut().clear(slot);
        self.models.borrow_mut().remove(&slot);
    }
}

/// Fetches a model by name and opens it.
///
/// # Errors
/// A sentence, or that another model was asked for meanwhile.
pub async fn open_shipped(engine: &Rc<Engine>, job: Job, slot: Slot, name: &str) -> Answer {
    let kind = Kind::Open(slot);
    let fetching = Fetching {
        storage: engine.storage.as_ref(),
        progress: Progress::of(job),
        wanted: || engine.is_newest(&kind, job),
    };
    let fetched = fetching.get(name).await?;
    engine.check_newest(Some(&kind), job)?;
    let info = open(engine, slot, &fetched.name, fetched.bytes)?;
    Ok(said(engine, slot, info))
}

/// Opens a file from the room, then keeps it for the next visit.
///
/// # Errors
/// A sentence that names it.
pub async fn open_file(engine: &Rc<Engine>, job: Job, slot: Slot, name: &str, bytes: &Uint8Array) -> Answer {
    let dropped = Dropped::read(name, bytes, &Progress::of(job)).await.map_err(failed)?;
    let mut info = open(engine, slot, name, dropped.inside)?;
    if let Err(reason) = dropped::keep(engine.storage.as_ref(), &dropped.stored, bytes).await {
        info.note = dropped::not_kept(info.note, &reason);
    }
    Ok(said(engine, slot, info))
}

/// What can be fetched, and what storage holds.
///
/// # Errors
/// None: a list that is out of reach is empty.
pub async fn list(engine: &Engine) -> Answer {
    let shipped = shipped::index().await.unwrap_or_default();
    let stored = match &engine.storage {
        Some(storage) => storage.models().await,
        None => Vec::new(),
    };
    yield_now().await;
    Ok((FromTogether::Models { shipped, stored }, Vec::new()))
}

fn open(engine: &Engine, slot: Slot, name: &str, bytes: Vec<u8>) -> Result<ModelInfo, Stop> {
    let Opened { model, header, info } = opened::open(name, &bytes, &engine.chosen).map_err(failed)?;
    drop(bytes);
    engine.put(slot, Held::new(model, header.and_then(|header| header.check)));
    Ok(info)
}

fn said(engine: &Engine, slot: Slot, info: ModelInfo) -> (FromTogether, Vec<js_sys::ArrayBuffer>) {
    let models = engine.models.borrow();
    let able = models.get(&slot).map(|held| held.able).unwrap_or_default();
    let info = Box::new(info);
    (FromTogether::Model { slot, info, able }, Vec::new())
}
