//! The order of the pictures: a permutation an epoch, pure in `(seed, epoch)`.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use crate::chance::Chance;

/// Epochs whose order is kept: steps ahead may already be in the next.
const KEPT: usize = 3;

/// Sample numbers by position, without end. Position `p` lies in epoch `p / len`.
pub(super) struct Order {
    seed: u64,
    len: usize,
    kept: Mutex<VecDeque<(u64, Arc<Vec<usize>>)>>,
}

impl Order {
    pub fn new(seed: u64, len: usize) -> Self {
        Self {
            seed,
            len,
            kept: Mutex::default(),
        }
    }

    /// Epoch that `position` lies in, in whole and parts of an epoch.
    pub fn epoch(&self, position: u64) -> f64 {
        position as f64 / self.len.max(1) as f64
    }

    /// Sample numbers at `count` positions from `start` on.
    pub fn samples(&self, start: u64, count: usize) -> Vec<usize> {
        let len = self.len.max(1) as u64;
        let mut samples = Vec::with_capacity(count);
        while samples.len() < count {
            let position = start + samples.len() as u64;
            let order = self.of(position / len);
            let rest = order.get((position % len) as usize..).unwrap_or_default();
            if rest.is_empty() {
                break; // an empty source, which no loader takes
            }
            samples.extend(rest.iter().take(count - samples.len()));
        }
        samples
    }

    fn of(&self, epoch: u64) -> Arc<Vec<usize>> {
        let kept = || self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let find = |kept: &VecDeque<(u64, Arc<Vec<usize>>)>| kept.iter().find(|(e, _)| *e == epoch).map(|(_, order)| order.clone());
        let known = find(&kept());
        known.unwrap_or_else(|| {
            // Not under the lock: of millions of pictures it takes a while, and whoever makes it may be standing back.
            let order = Arc::new(Chance::new(self.seed, "order", epoch).permutation(self.len));
            let mut kept = kept();
            find(&kept).unwrap_or_else(|| {
                if kept.len() == KEPT {
                    kept.pop_front();
                }
                kept.push_back((epoch, order.clone()));
                order
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_epoch_has_each_picture_once_and_batches_run_on_across_its_end() {
        let order = Order::new(3, 10);
        let all: Vec<usize> = (0..6).flat_map(|step| order.samples(step * 7, 7)).collect();
        for epoch in all.chunks_exact(10) {
            let mut sorted = epoch.to_vec();
            sorted.sort_unstable();
            assert_eq!(sorted, (0..10).collect::<Vec<_>>());
        }
        assert_ne!(all[..10], all[10..20], "epochs differ");
        assert_eq!(Order::new(3, 10).samples(35, 7), all[35..42], "no need to start at the beginning");
        assert_ne!(Order::new(4, 10).samples(0, 10), all[..10], "seeds differ");
    }
}
