//! The run in hand, as the worker holds it.

use std::{
    cell::{Cell, RefCell},
    sync::Arc,
};

use super::{Engine, models::Held};
use crate::{
    engine::together::training::{Diary, Pacing, Places, Session},
    picture::Picture,
    protocol::{Job, together::Slot},
};

/// A run with what the worker knows of it.
pub struct Running {
    /// The request that began it.
    pub job: Job,
    /// The run itself.
    pub session: RefCell<Session>,
    /// When it steps.
    pub pacing: RefCell<Pacing>,
    /// What is told of it.
    pub diary: RefCell<Diary>,
    /// Where its watched pictures were.
    pub places: RefCell<Places>,
    /// The watched pictures.
    pub watched: Arc<Vec<Picture>>,
    /// Why it stopped of itself.
    pub stopped: RefCell<Option<String>>,
    /// Whether the watched pictures were shown.
    pub is_shown: Cell<bool>,
    /// Whether somebody steps through it now.
    pub is_stepping: Cell<bool>,
    /// Whether what stops collapse is wanted, where somebody threw the switch and the run has not heard of it.
    pub wanted: Cell<Option<bool>>,
    /// Steps that the network had done which others look at.
    pub looked_at: Cell<Option<u64>>,
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Running").field("job", &self.job).finish_non_exhaustive()
    }
}

impl Running {
    /// A run at its beginning.
    pub fn new(job: Job, session: Session, pacing: Pacing) -> Self {
        Self {
            job,
            watched: session.watched(),
            session: RefCell::new(session),
            pacing: RefCell::new(pacing),
            diary: RefCell::default(),
            places: RefCell::default(),
            stopped: RefCell::default(),
            is_shown: Cell::new(false),
            is_stepping: Cell::new(false),
            wanted: Cell::new(None),
            looked_at: Cell::new(None),
        }
    }
}

impl Engine {
    /// Puts the network of the run in hand, as it is now, where others look for it; what an earlier one said goes.
    pub fn look_at_run(&self) {
        let Some(run) = self.run.borrow().clone() else { return };
        let session = run.session.borrow();
        let done = session.step_of_network();
        if run.looked_at.replace(Some(done)) != Some(done) {
            self.put(Slot::Trained, Held::new(session.network(), None));
        }
    }
}
