//! A gate that lets work in as long as there is room beside what is inside.

use std::{
    cell::{Cell, RefCell},
    future::poll_fn,
    task::{Poll, Waker},
};

/// Counts what is inside in units of its own; work that is larger than all the room there is goes in alone.
#[derive(Debug)]
pub struct Gate {
    room: u64,
    inside: Cell<u64>,
    waiting: RefCell<Vec<Waker>>,
}

/// To be inside; leaves when dropped.
#[derive(Debug)]
pub struct Pass<'a> {
    gate: &'a Gate,
    size: u64,
}

impl Gate {
    /// With room for so much.
    #[must_use]
    pub const fn new(room: u64) -> Self {
        Self {
            room,
            inside: Cell::new(0),
            waiting: RefCell::new(Vec::new()),
        }
    }

    /// Waits until there is room for `size`.
    pub async fn pass(&self, size: u64) -> Pass<'_> {
        poll_fn(|context| {
            let inside = self.inside.get();
            if inside > 0 && inside.saturating_add(size) > self.room {
                self.waiting.borrow_mut().push(context.waker().clone());
                return Poll::Pending;
            }
            self.inside.set(inside.saturating_add(size));
            Poll::Ready(())
        })
        .await;
        Pass { gate: self, size }
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        self.gate.inside.set(self.gate.inside.get().saturating_sub(self.size));
        self.gate.waiting.take().into_iter().for_each(Waker::wake);
    }
}

#[cfg(test)]
mod tests {
    use std::{pin::pin, sync::Arc, task::Context};

    use super::*;

    struct Counted(std::sync::atomic::AtomicUsize);

    impl std::task::Wake for Counted {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        }
    }

    #[test]
    fn what_finds_no_room_waits_and_is_woken() {
        let woken = Arc::new(Counted(0.into()));
        let waker = Waker::from(Arc::clone(&woken));
        let mut context = Context::from_waker(&waker);
        let gate = Gate::new(10);
        let mut first = pin!(gate.pass(6));
        let mut second = pin!(gate.pass(4));
        let mut third = pin!(gate.pass(1));
        let Poll::Ready(first) = first.as_mut().poll(&mut context) else {
            panic!("an empty gate lets in")
        };
        let Poll::Ready(second) = second.as_mut().poll(&mut context) else {
            panic!("there is room for both")
        };
        assert!(third.as_mut().poll(&mut context).is_pending());
        drop(first);
        assert_eq!(woken.0.load(std::sync::atomic::Ordering::Relaxed), 1);
        let Poll::Ready(third) = third.as_mut().poll(&mut context) else {
            panic!("room was made")
        };
        drop((second, third));
        let mut alone = pin!(gate.pass(100));
        let Poll::Ready(alone) = alone.as_mut().poll(&mut context) else {
            panic!("what is larger than the room goes in alone")
        };
        let mut small = pin!(gate.pass(1));
        assert!(small.as_mut().poll(&mut context).is_pending());
        drop(alone);
        assert!(small.as_mut().poll(&mut context).is_ready());
    }
}
