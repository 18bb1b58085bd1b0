//! Memory that is used again: fresh pages cost the system more than most kernels cost the processor.

use std::{
    fmt,
    ops::{Deref, DerefMut},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Numbers that are kept for later, in all.
const MOST: usize = 1 << 26;

/// What nobody uses at the moment.
static IDLE: Mutex<Idle> = Mutex::new(Idle(Vec::new()));

/// Memory that waits to be used again, largest last.
struct Idle(Vec<Vec<f32>>);

impl Idle {
    /// At least `len` numbers, if there are some that would not be wasted on it.
    fn take(&mut self, len: usize) -> Option<Vec<f32>> {
        let first = self.0.partition_point(|values| values.len() < len);
        let fits = self.0.get(first).is_some_and(|values| values.len() / 2 <= len.max(1 << 10));
        fits.then(|| self.0.remove(first))
    }

    /// Keeps `values`, all that they have room for. What then is too much comes back, the largest first, to be freed.
    fn put(&mut self, mut values: Vec<f32>) -> Vec<Vec<f32>> {
        let room = values.capacity();
        if room == 0 || room > MOST {
            return vec![values];
        }
        values.resize(room, 0.0);
        let mut total = self.total() + room;
        let mut surplus = Vec::new();
        while total > MOST
            && let Some(largest) = self.0.pop()
        {
            total -= largest.len();
            surplus.push(largest);
        }
        let place = self.0.partition_point(|other| other.len() < room);
        self.0.insert(place, values);
        surplus
    }

    fn total(&self) -> usize {
        self.0.iter().map(Vec::len).sum()
    }
}

fn idle() -> MutexGuard<'static, Idle> {
    IDLE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Numbers on loan; what they are at first is anybody's guess.
pub struct Buffer {
    values: Vec<f32>,
    len: usize,
}

impl Buffer {
    /// `len` numbers, whatever they are.
    #[must_use]
    pub fn of(len: usize) -> Self {
        let found = idle().take(len);
        let values = found.unwrap_or_else(|| vec![0.0; len]);
        Self { values, len }
    }

    /// `len` zeros.
    #[must_use]
    pub fn zeros(len: usize) -> Self {
        let mut buffer = Self::of(len);
        buffer.fill(0.0);
        buffer
    }
}

/// `len` numbers, whatever they are, for good.
#[must_use]
pub fn fresh(len: usize) -> Vec<f32> {
    if len == 0 {
        return Vec::new();
    }
    let mut values = std::mem::take(&mut Buffer::of(len).values);
    values.truncate(len);
    values
}

/// Takes numbers that nobody needs any more.
pub fn give(values: Vec<f32>) {
    let surplus = idle().put(values);
    drop(surplus); // the lock is free by now: the system may take its time
}

impl Drop for Buffer {
    fn drop(&mut self) {
        give(std::mem::take(&mut self.values));
    }
}

impl Deref for Buffer {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        &self.values[..self.len]
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut self.values[..self.len]
    }
}

impl fmt::Debug for Buffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Buffer({})", self.len)
    }
}

impl Clone for Buffer {
    fn clone(&self) -> Self {
        let mut copy = Self::of(self.len);
        copy.copy_from_slice(self);
        copy
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_more_is_kept_than_allowed() {
        let mut idle = Idle(Vec::new());
        for part in [8, 3, 2, 5, 1, 4, 2, 3, 8, 1] {
            let _ = idle.put(vec![0.0; MOST / part]);
            assert!(idle.total() <= MOST, "{} numbers", idle.total());
            assert!(idle.0.is_sorted_by_key(Vec::len));
        }
        let refused = idle.put(vec![0.0; MOST + 1]);
        assert_eq!(refused[0].len(), MOST + 1);
        assert!(idle.total() <= MOST);
    }

    #[test]
    fn the_largest_go_first() {
        let mut idle = Idle(Vec::new());
        for part in [16, 2, 4] {
            assert!(idle.put(vec![0.0; MOST / part]).is_empty());
        }
        let surplus = idle.put(vec![0.0; MOST / 3]);
        assert_eq!(surplus.iter().map(Vec::len).collect::<Vec<_>>(), [MOST / 2]);
        let kept: Vec<usize> = idle.0.iter().map(Vec::len).collect();
        assert_eq!(kept, [MOST / 16, MOST / 4, MOST / 3]);
    }

    #[test]
    fn a_shortened_buffer_comes_back_whole() {
        let mut idle = Idle(vec![vec![1.0; 5000]]);
        let mut values = idle.take(3000).expect("one that fits");
        values.truncate(3000); // as `fresh` does
        assert!(idle.put(values).is_empty());
        assert_eq!(idle.take(5000).map(|values| values.len()), Some(5000));
    }

    #[test]
    fn nothing_takes_no_memory() {
        assert_eq!(fresh(0).capacity(), 0);
    }
}
