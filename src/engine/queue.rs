//! What waits to be done. Of predictions only the newest stays, and it need not wait for pictures it does not show.

use std::collections::VecDeque;

use crate::protocol::{Envelope, Job, ToEngine};

/// Requests in the order they came, each with what travels beside it.
#[derive(Debug)]
pub struct Queue<B> {
    waiting: VecDeque<(Envelope<ToEngine>, B)>,
}

impl<B> Default for Queue<B> {
    fn default() -> Self {
        Self { waiting: VecDeque::new() }
    }
}

impl<B> Queue<B> {
    /// Takes a request in. Returns the prediction that it overtook, if one was waiting.
    pub fn push(&mut self, request: Envelope<ToEngine>, beside: B) -> Option<Job> {
        let older = match request.body {
            ToEngine::Predict { .. } => self.waiting.iter().position(|(r, _)| matches!(r.body, ToEngine::Predict { .. })),
            _ => None,
        };
        let overtaken = older.and_then(|at| self.waiting.remove(at)).map(|(request, _)| request.job);
        self.waiting.push_back((request, beside));
        overtaken
    }

    /// The next to do: a prediction before pictures that are not its own, else the first that came.
    pub fn pop(&mut self) -> Option<(Envelope<ToEngine>, B)> {
        let at = self.hurried().unwrap_or(0);
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

    /// Where a prediction waits behind nothing but other pictures.
    fn hurried(&self) -> Option<usize> {
        let at = self.waiting.iter().position(|(r, _)| matches!(r.body, ToEngine::Predict { .. }))?;
        let ToEngine::Predict { picture, .. } = self.waiting.get(at)?.0.body else {
            return None;
        };
        let others = self.waiting.iter().take(at).all(|(request, _)| match request.body {
            ToEngine::AddPicture { id, .. } | ToEngine::AddScene { id, .. } | ToEngine::DropPicture { id } => id != picture,
            _ => false,
        });
        others.then_some(at)
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

    fn jobs(queue: &mut Queue<()>) -> Vec<Job> {
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
