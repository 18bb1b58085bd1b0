//! A value that comes later, once, on this thread.

use std::{
    cell::RefCell,
    future::Future,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, Waker},
};

struct Slot<T> {
    value: Option<T>,
    waker: Option<Waker>,
}

/// The side that gives the value. Dropping it without leaves the other side waiting.
pub struct Giver<T>(Rc<RefCell<Slot<T>>>);

/// The side that waits for it.
pub struct Later<T>(Rc<RefCell<Slot<T>>>);

/// A pair of them.
pub fn later<T>() -> (Giver<T>, Later<T>) {
    let slot = Rc::new(RefCell::new(Slot { value: None, waker: None }));
    (Giver(slot.clone()), Later(slot))
}

impl<T> Giver<T> {
    /// Gives the value.
    pub fn give(self, value: T) {
        let waker = {
            let mut slot = self.0.borrow_mut();
            slot.value = Some(value);
            slot.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl<T> Future for Later<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let mut slot = self.0.borrow_mut();
        match slot.value.take() {
            Some(value) => Poll::Ready(value),
            None => {
                slot.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}
