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

/// Does `work` as one of the threads that share it: none has to be woken, and none waits, for each thing in it that is shared.
#[cfg(feature = "train")]
pub fn among<R: Send>(work: impl FnOnce() -> R + Send) -> R {
    rayon::scope(|_| work())
}

/// Does `work`: there are no threads to share it with.
#[cfg(not(feature = "train"))]
pub fn among<R>(work: impl FnOnce() -> R) -> R {
    work()
}

#[cfg(all(test, feature = "train"))]
mod tests {
    use std::{
        panic::{AssertUnwindSafe, catch_unwind},
        sync::{
            Mutex,
            atomic::{AtomicUsize, Ordering},
        },
    };

    use super::*;

    #[test]
    fn work_among_threads_ends_however_it_ends() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
        let count = AtomicUsize::new(0);
        let add = |_: usize| {
            count.fetch_add(1, Ordering::Relaxed);
        };
        pool.install(|| among(|| each((0..50).collect(), add)));
        assert_eq!(count.load(Ordering::Relaxed), 50);
        let fails = || pool.install(|| among(|| each((0..50).collect(), |at: usize| assert_ne!(at, 7, "as it should"))));
        assert!(catch_unwind(AssertUnwindSafe(fails)).is_err());
    }

    #[test]
    fn one_thread_does_all_of_it_itself() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let done = Mutex::new(Vec::new());
        let note = |part: usize| done.lock().unwrap().push((part, std::thread::current().id()));
        pool.install(|| each((0..20).collect(), note));
        let here = pool.install(|| std::thread::current().id());
        assert_eq!(done.into_inner().unwrap(), (0..20).map(|part| (part, here)).collect::<Vec<_>>());
    }

    #[test]
    fn works_side_by_side_wait_for_nobody() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
        let count = AtomicUsize::new(0);
        let add = |_: usize| {
            count.fetch_add(1, Ordering::Relaxed);
        };
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..50 {
                        pool.install(|| among(|| each((0..20).collect(), add)));
                    }
                });
            }
        });
        assert_eq!(count.load(Ordering::Relaxed), 4 * 50 * 20);
    }
}
