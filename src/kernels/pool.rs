//! Memory that is used again: fresh pages cost the system more than most kernels cost the processor.

use std::{
    fmt,
    ops::{Deref, DerefMut},
    sync::{Mutex, PoisonError},
};

/// Numbers that are kept for later, in all.
const MOST: usize = 1 << 26;

/// What nobody uses at the moment, largest last.
static IDLE: Mutex<Vec<Vec<f32>>> = Mutex::new(Vec::new());

/// Numbers on loan; what they are at first is anybody's guess.
pub struct Buffer {
    values: Vec<f32>,
    len: usize,
}

impl Buffer {
    /// `len` numbers, whatever they are.
    #[must_use]
    pub fn of(len: usize) -> Self {
        let mut idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner);
        let first = idle.partition_point(|values| values.len() < len);
        let fits = idle.get(first).is_some_and(|values| values.len() / 2 <= len.max(1 << 10));
        let values = if fits { idle.remove(first) } else { Vec::new() };
        drop(idle);
        let values = if fits { values } else { vec![0.0; len] };
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
    let mut values = std::mem::take(&mut Buffer::of(len).values);
    values.truncate(len);
    values
}

/// Takes numbers that nobody needs any more.
pub fn give(values: Vec<f32>) {
    if values.is_empty() {
        return;
    }
    let mut idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner);
    if idle.iter().map(Vec::len).sum::<usize>() + values.len() <= MOST {
        let place = idle.partition_point(|other| other.len() < values.len());
        idle.insert(place, values);
    }
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
