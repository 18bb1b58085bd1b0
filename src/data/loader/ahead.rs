//! Batches made ahead of the model, by threads of their own.

use std::{
    sync::Arc,
    thread::{self, JoinHandle},
};

use rayon::prelude::*;

use super::{
    HostBatch, LoaderConfig,
    batch::Pending,
    make::Maker,
    queue::{Queue, Turn},
};
use crate::{
    data::{DataError, Skipped, Source},
    platform::give_way,
};

/// Batches in step order. Dropping it ends its threads.
pub struct Loader {
    maker: Arc<Maker>,
    queue: Arc<Queue>,
    threads: Vec<JoinHandle<()>>,
}

impl Loader {
    /// Starts the threads; the first batches are in the making when this returns.
    ///
    /// # Errors
    /// A sentence for settings that cannot work, an empty source, or a system that grants no thread.
    pub fn start(source: Arc<dyn Source>, config: LoaderConfig) -> Result<Self, DataError> {
        let grid = config.check(&*source)?;
        let queue = Arc::new(Queue::new(config.batch, config.ahead.max(1), config.start_step, config.steps));
        let (count, gives_way) = (threads_of(&config), config.gives_way);
        let mut loader = Self {
            maker: Arc::new(Maker::new(source, config, grid)),
            queue,
            threads: Vec::with_capacity(count),
        };
        if gives_way {
            rayon::current_num_threads(); // starts rayon's threads: those that a thread which gives way starts do so, too
        }
        for number in 0..count {
            let (maker, queue) = (loader.maker.clone(), loader.queue.clone());
            let started = thread::Builder::new().name(format!("loader {number}")).spawn(move || {
                if gives_way {
                    give_way();
                }
                work(&maker, &queue);
            });
            match started {
                Ok(thread) => loader.threads.push(thread),
                Err(_) if number > 0 => break, // fewer threads, the same batches
                Err(error) => return Err(DataError::Config(format!("no thread could be started: {error}"))),
            }
        }
        Ok(loader)
    }

    /// Broken pictures met so far; others were taken in their place.
    #[must_use]
    pub fn skipped(&self) -> Skipped {
        self.maker.skipped()
    }

    /// Batches that lie ready: 0 when the model waits for the loader.
    #[must_use]
    pub fn ready(&self) -> usize {
        self.queue.ready()
    }
}

fn work(maker: &Maker, queue: &Queue) {
    while let Some((pending, slot)) = queue.take() {
        make(maker, queue, &pending, slot);
    }
}

/// An error of any slot that nobody else has made is its batch's, the first to come.
fn make(maker: &Maker, queue: &Queue, pending: &Pending, slot: usize) {
    match maker.piece(pending, slot) {
        Ok(piece) => {
            if pending.put(slot, piece) {
                assemble(maker, queue, pending);
            }
        }
        Err(error) => {
            if pending.missing().contains(&slot) {
                queue.finish(pending.step, Err(error));
            }
        }
    }
}

/// Where somebody else may have to do it again, the slots stay where they are until it is done.
fn assemble(maker: &Maker, queue: &Queue, pending: &Pending) {
    let pieces = if maker.gives_way() { pending.pieces() } else { pending.take() };
    queue.finish(pending.step, maker.batch(pending, pieces));
}

impl Iterator for Loader {
    type Item = Result<HostBatch, DataError>;

    fn next(&mut self) -> Option<Self::Item> {
        let (maker, queue) = (&*self.maker, &*self.queue);
        loop {
            match queue.next(maker.gives_way()) {
                Turn::Take(batch) => return batch,
                // On every core: the model's threads have nothing to do until this is done.
                Turn::Make(pending, slots) => slots.into_par_iter().for_each(|slot| make(maker, queue, &pending, slot)),
                Turn::Assemble(pending) => assemble(maker, queue, &pending),
            }
        }
    }
}

impl Drop for Loader {
    /// Waits for its threads, but not for those that give way: they end with the slot they have in hand, and that may take long
    /// where a second program keeps the processor busy.
    fn drop(&mut self) {
        self.queue.stop();
        for thread in self.threads.drain(..).filter(|_| !self.maker.gives_way()) {
            let _ = thread.join(); // a picture's panic is its batch's error
        }
    }
}

fn threads_of(config: &LoaderConfig) -> usize {
    match config.threads {
        0 => thread::available_parallelism().map_or(1, usize::from),
        n => n.min(1024),
    }
}
