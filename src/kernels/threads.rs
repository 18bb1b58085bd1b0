//! Work on every core. What a piece of work computes never depends on how many there are.

/// Does `work` on every task, in any order.
#[cfg(feature = "train")]
pub fn each<T: Send>(tasks: Vec<T>, work: impl Fn(T) + Sync + Send) {
    use rayon::prelude::*;
    if tasks.len() == 1 || rayon::current_num_threads() == 1 {
        tasks.into_iter().for_each(work);
    } else {
        // Each by itself: what one thread does not get to, another takes.
        tasks.into_par_iter().with_max_len(1).for_each(work);
    }
}

/// Does `work` on every task, one after the other: there are no threads to share it with.
#[cfg(not(feature = "train"))]
pub fn each<T>(tasks: Vec<T>, work: impl Fn(T)) {
    tasks.into_iter().for_each(work);
}

/// Does `work` without help from other cores, whoever in it asks for it: for what adds up in another order on more of them.
#[cfg(feature = "train")]
pub fn alone<R: Send>(work: impl FnOnce() -> R + Send) -> R {
    match rayon::ThreadPoolBuilder::new().num_threads(1).build() {
        Ok(pool) => pool.install(work),
        Err(_) => work(), // no thread to be had: then nobody helps
    }
}

/// Does `work`: there is nobody to help.
#[cfg(not(feature = "train"))]
pub fn alone<R>(work: impl FnOnce() -> R) -> R {
    work()
}

/// Does `work` as one of the threads that share it: none has to be woken, and none waits, for each thing in it that is shared. On
/// one core a masked autoencoder's step takes 4 % less.
#[cfg(feature = "train")]
pub fn among<R: Send>(work: impl FnOnce() -> R + Send) -> R {
    use std::sync::atomic::{AtomicBool, Ordering};
    struct Ends<'a>(&'a AtomicBool);
    impl Drop for Ends<'_> {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Release);
        }
    }
    let is_done = AtomicBool::new(false);
    let is_done = &is_done;
    rayon::scope(|scope| {
        let _ends = Ends(is_done);
        let here = rayon::current_thread_index();
        scope.spawn_broadcast(move |_, context| {
            while Some(context.index()) != here && !is_done.load(Ordering::Acquire) {
                if rayon::yield_now() != Some(rayon::Yield::Executed) {
                    std::thread::yield_now();
                }
            }
        });
        work()
    })
}

/// Does `work`: there are no threads to share it with.
#[cfg(not(feature = "train"))]
pub fn among<R>(work: impl FnOnce() -> R) -> R {
    work()
}
