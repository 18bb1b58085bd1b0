//! Who makes what next: slots of batches in step order, at most `ahead` batches at once.

use std::{
    collections::BTreeMap,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
};

use super::batch::{HostBatch, Pending};
use crate::data::DataError;

struct State {
    /// The batch whose slots are handed out, and the next slot.
    open: Option<(Arc<Pending>, usize)>,
    /// Number of the next batch to open.
    next: u64,
    /// Number of the batch that the model gets next.
    wanted: u64,
    ready: BTreeMap<u64, Result<HostBatch, DataError>>,
    is_stopped: bool,
}

/// Held only to hand out a number, never while a picture is made.
pub(super) struct Queue {
    batch: usize,
    ahead: u64,
    end: u64,
    state: Mutex<State>,
    work: Condvar,
    done: Condvar,
}

impl Queue {
    pub fn new(batch: usize, ahead: usize, start: u64, end: Option<u64>) -> Self {
        let state = State {
            open: None,
            next: start,
            wanted: start,
            ready: BTreeMap::new(),
            is_stopped: false,
        };
        Self {
            batch,
            ahead: ahead as u64,
            end: end.unwrap_or(u64::MAX),
            state: Mutex::new(state),
            work: Condvar::new(),
            done: Condvar::new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next slot to make; `None` when there is nothing more to do.
    pub fn take(&self) -> Option<(Arc<Pending>, usize)> {
        let mut state = self.state();
        loop {
            if state.is_stopped {
                return None;
            }
            if let Some((pending, slot)) = state.open.take() {
                if slot + 1 < self.batch {
                    state.open = Some((pending.clone(), slot + 1));
                }
                return Some((pending, slot));
            }
            if state.next >= self.end {
                return None;
            }
            if state.next - state.wanted < self.ahead {
                state.open = Some((Arc::new(Pending::new(state.next, self.batch)), 0));
                state.next += 1;
                self.work.notify_all();
                continue;
            }
            state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// A batch is made.
    pub fn finish(&self, step: u64, batch: Result<HostBatch, DataError>) {
        self.state().ready.insert(step, batch);
        self.done.notify_all();
    }

    /// The next batch, once it is there; `None` at the end, and after an error.
    pub fn next(&self) -> Option<Result<HostBatch, DataError>> {
        let mut state = self.state();
        while !state.is_stopped && state.wanted < self.end {
            let wanted = state.wanted;
            if let Some(batch) = state.ready.remove(&wanted) {
                state.wanted += 1;
                state.is_stopped = batch.is_err();
                drop(state);
                self.work.notify_all();
                return Some(batch);
            }
            state = self.done.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        None
    }

    pub fn ready(&self) -> usize {
        self.state().ready.len()
    }

    pub fn stop(&self) {
        self.state().is_stopped = true;
        self.work.notify_all();
        self.done.notify_all();
    }
}
