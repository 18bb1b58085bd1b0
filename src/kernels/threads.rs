//! Work on every core. What a piece of work computes never depends on how many there are.

/// Does `work` on every task, in any order.
#[cfg(feature = "train")]
pub fn each<T: Send>(tasks: Vec<T>, work: impl Fn(T) + Sync + Send) {
    use rayon::prelude::*;
    if tasks.len() == 1 {
        tasks.into_iter().for_each(work);
    } else {
        tasks.into_par_iter().for_each(work);
    }
}

/// Does `work` on every task, one after the other: there are no threads to share it with.
#[cfg(not(feature = "train"))]
pub fn each<T>(tasks: Vec<T>, work: impl Fn(T)) {
    tasks.into_iter().for_each(work);
}
