//! What waits to be done. Of some kinds only the newest request stays, and some need not wait for what is none of theirs.

use std::collections::VecDeque;

use crate::protocol::{Envelope, Job, ToEngine};

/// What a queue must know of the requests in it.
pub trait Request {
    /// Whether `older`, which waits, need not be answered any more now that this one came.
    fn overtakes(&self, older: &Self) -> bool;

    /// Whether this one may be done before `earlier`, which waits before it.
    fn passes(&self, earlier: &Self) -> bool;
}

/// Requests in the order they came, each with what travels beside it.
#[derive(Debug)]
pub struct Queue<R, B> {
    waiting: VecDeque<(Envelope<R>, B)>,
}

impl<R, B> Default for Queue<R, B> {
    fn default() -> Self {
        Self { waiting: VecDeque::new() }
    }
}

impl<R: Request, B> Queue<R, B> {
    /// Takes a request in. Returns the one that it overtook, if such a one was waiting.
    pub fn push(&mut self, request: Envelope<R>, beside: B) -> Option<Job> {
        let older = self.waiting.iter().position(|(older, _)| request.body.overtakes(&older.body));
        let overtaken = older.and_then(|at| self.waiting.remove(at)).map(|(request, _)| request.job);
        self.waiting.push_back((request, beside));
        overtaken
    }

    /// The next to do: one that may pass all that wait before it, else the first that came.
    pub fn pop(&mut self) -> Option<(Envelope<R>, B)> {
        let hurried = |at: &usize| {
            let Some((request, _)) = self.waiting.get(*at) else { return false };
            let mut before = self.waiting.iter().take(*at);
            before.all(|(earlier, _)| request.body.passes(&earlier.body))
        };
        let at = (1..self.waiting.len()).find(hurried).unwrap_or(0);
        self.waiting.remove(at)
    }

    /// How many wait.
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}

/// Of predictions only the newest stays, and it need not wait for pictures it does not show.
impl Request for ToEngine {
    fn overtakes(&self, older: &Self) -> bool {
        matches!((self, older), (Self::Predict { .. }, Self::Predict { .. }))
    }

    fn passes(&self, earlier: &Self) -> bool {
        match (self, earlier) {
            (Self::Predict { picture, .. }, Self::AddPicture { id, .. } | Self::AddScene { id, .. } | Self::DropPicture { id }) => {
                id != picture
            }
            _ => false,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::{
        mask::{Grid, Mask},
        protocol::Frame,
    };

    fn predict(job: Job, picture: u32) -> Envelope<ToEngine> {
        let grid = Grid { rows: 1, columns: 2 };
        let mask = Mask {
            grid,
            hidden: vec![true, false],
        };
        let frame = Frame { x: 0.0, y: 0.0, side: 1.0 };
        Envelope {
            job,
            body: ToEngine::Predict { picture, frame, mask },
        }
    }

    fn add(job: Job, id: u32) -> Envelope<ToEngine> {
        Envelope {
            job,
            body: ToEngine::AddScene { id, seed: 0 },
        }
    }

    fn jobs(queue: &mut Queue<ToEngine, ()>) -> Vec<Job> {
        std::iter::from_fn(|| queue.pop()).map(|(request, ())| request.job).collect()
    }

    #[test]
    fn only_the_newest_prediction_is_left() {
        let mut queue = Queue::default();
        assert_eq!(queue.push(predict(1, 7), ()), None);
        assert_eq!(
            queue.push(
                Envelope {
                    job: 2,
                    body: ToEngine::Check
                },
                ()
            ),
            None
        );
        assert_eq!(queue.push(predict(3, 7), ()), Some(1));
        assert_eq!(queue.push(predict(4, 7), ()), Some(3));
        assert_eq!(jobs(&mut queue), [2, 4]);
    }

    #[test]
    fn a_prediction_does_not_wait_for_other_pictures() {
        let mut queue = Queue::default();
        for job in 1..=3 {
            queue.push(add(job, job), ());
        }
        queue.push(predict(9, 42), ());
        assert_eq!(jobs(&mut queue), [9, 1, 2, 3]);
    }

    #[test]
    fn a_prediction_waits_for_its_own_picture_and_for_everything_else() {
        let mut queue = Queue::default();
        queue.push(add(1, 1), ());
        queue.push(add(2, 2), ());
        queue.push(predict(3, 2), ());
        assert_eq!(jobs(&mut queue), [1, 2, 3]);
        queue.push(
            Envelope {
                job: 4,
                body: ToEngine::OpenFile { name: "a".into() },
            },
            (),
        );
        queue.push(predict(5, 2), ());
        assert_eq!(jobs(&mut queue), [4, 5]);
    }
}
