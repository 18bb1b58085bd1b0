//! Who makes what next: slots of batches in step order, at most `ahead` batches at once.

use std::{
    collections::BTreeMap,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::batch::{HostBatch, Pending};
use crate::data::DataError;

/// How long no batch may be finished before whoever waits makes the slots that other threads have begun. Where slots take longer
/// than that, some are made twice.
const PATIENCE: Duration = Duration::from_millis(50);

/// What whoever wants the next batch does.
pub(super) enum Turn {
    /// Takes it; `None` at the end, and after an error.
    Take(Option<Result<HostBatch, DataError>>),
    /// Makes these slots of it.
    Make(Arc<Pending>, Vec<usize>),
    /// Puts it together: every slot is there.
    Assemble(Arc<Pending>),
}

struct State {
    /// The batch whose slots are handed out, and the next slot.
    open: Option<(Arc<Pending>, usize)>,
    /// Number of the next batch to open.
    next: u64,
    /// Number of the batch that the model gets next.
    wanted: u64,
    /// Whether that was waited for in vain.
    is_overdue: bool,
    /// Begun, and not yet ready.
    making: BTreeMap<u64, Arc<Pending>>,
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
            is_overdue: false,
            making: BTreeMap::new(),
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
            if let Some(slot) = self.slot(&mut state) {
                return Some(slot);
            }
            if state.next >= self.end {
                return None;
            }
            state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// A slot that nobody has begun, of the lowest batch that has one.
    fn slot(&self, state: &mut State) -> Option<(Arc<Pending>, usize)> {
        if state.open.is_none() && state.next < self.end && state.next - state.wanted < self.ahead {
            let pending = Arc::new(Pending::new(state.next, self.batch));
            state.making.insert(state.next, pending.clone());
            state.open = Some((pending, 0));
            state.next += 1;
            self.work.notify_all();
        }
        let (pending, slot) = state.open.take()?;
        if slot + 1 < self.batch {
            state.open = Some((pending.clone(), slot + 1));
        }
        Some((pending, slot))
    }

    /// A batch is made, or cannot be. Only the first time counts.
    pub fn finish(&self, step: u64, batch: Result<HostBatch, DataError>) {
        let mut state = self.state();
        let Some(pending) = state.making.remove(&step) else {
            return;
        };
        state.ready.insert(step, batch);
        drop(state);
        self.done.notify_all();
        pending.take();
    }

    /// The next batch, once it is there. Whoever helps gets work of it instead of waiting: first the slots that nobody has begun, and
    /// then, when nothing comes for a while, those that others have begun. They may be standing back for a second program, and what a
    /// slot holds does not depend on who makes it.
    pub fn next(&self, helps: bool) -> Turn {
        let mut state = self.state();
        while !state.is_stopped && state.wanted < self.end {
            let wanted = state.wanted;
            if let Some(batch) = state.ready.remove(&wanted) {
                state.wanted += 1;
                state.is_overdue = false;
                state.is_stopped = batch.is_err();
                drop(state);
                self.work.notify_all();
                return Turn::Take(Some(batch));
            }
            if !helps {
                state = self.done.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            let is_open = state.next == wanted || state.open.as_ref().is_some_and(|(pending, _)| pending.step == wanted);
            if is_open && let Some((pending, slot)) = self.slot(&mut state) {
                state.open = None;
                return Turn::Make(pending, (slot..self.batch).collect());
            }
            if state.is_overdue
                && let Some(pending) = state.making.get(&wanted).cloned()
            {
                drop(state);
                let missing = pending.missing();
                return if missing.is_empty() {
                    Turn::Assemble(pending)
                } else {
                    Turn::Make(pending, missing)
                };
            }
            let waited = self.done.wait_timeout(state, PATIENCE).unwrap_or_else(PoisonError::into_inner);
            state = waited.0;
            state.is_overdue = waited.1.timed_out();
        }
        Turn::Take(None)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{data::loader::batch::Piece, picture::Picture};

    fn piece() -> Piece {
        Piece {
            picture: Picture::grey(4, 4, 0.5),
            others: Vec::new(),
            colours: Vec::new(),
            fill: None,
            index: None,
            label: None,
            factors: Vec::new(),
        }
    }

    fn failed(step: u64) -> Result<HostBatch, DataError> {
        let why = "tried".into();
        Err(DataError::Thread { step, why })
    }

    #[test]
    fn who_helps_takes_what_nobody_began_then_what_is_overdue_and_then_puts_it_together() {
        let queue = Queue::new(3, 2, 7, Some(9));
        let (pending, first) = queue.take().unwrap();
        assert_eq!((pending.step, first), (7, 0));
        let Turn::Make(helped, rest) = queue.next(true) else { panic!() };
        assert_eq!((helped.step, &*rest), (7, &[1, 2][..]));
        assert!(rest.iter().all(|&slot| !helped.put(slot, piece())));
        assert_eq!(queue.take().unwrap().0.step, 8, "the others go on with the next");
        // The first is still in another's hands, and so is the next batch, which is not the one that is wanted.
        let Turn::Make(helped, overdue) = queue.next(true) else { panic!() };
        assert_eq!((helped.step, &*overdue), (7, &[0][..]));
        assert!(helped.put(0, piece()), "it was the last");
        assert!(!pending.put(0, piece()), "the other comes too late");
        // Whoever put the last does not get to put them together.
        let Turn::Assemble(helped) = queue.next(true) else { panic!() };
        assert_eq!((helped.step, helped.pieces().len()), (7, 3));
    }

    #[test]
    fn a_batch_is_finished_once() {
        let queue = Queue::new(1, 1, 0, None);
        let (pending, _) = queue.take().unwrap();
        queue.finish(0, failed(0));
        queue.finish(0, failed(1));
        assert!(pending.pieces().is_empty() && !pending.put(0, piece()), "its slots are let go");
        assert!(matches!(
            queue.next(false),
            Turn::Take(Some(Err(DataError::Thread { step: 0, .. })))
        ));
        queue.finish(0, failed(2));
        assert_eq!(queue.ready(), 0);
        assert!(matches!(queue.next(true), Turn::Take(None)), "an error ends it");
    }
}
