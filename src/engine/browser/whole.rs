//! A weights file in the making: bytes in memory and their hash, as they come.

use js_sys::Uint8Array;
use sha2::{Digest, Sha256};

/// Largest file taken. A module's memory ends at 4 GiB, and the file stands beside the tensors made of it.
pub const MOST_BYTES: u64 = 1_600_000_000;

/// Bytes so far.
#[derive(Debug)]
pub struct Whole {
    bytes: Vec<u8>,
    of: usize,
    hash: Sha256,
}

impl Whole {
    /// Room for `of` bytes.
    ///
    /// # Errors
    /// A sentence that names the file, where there is no such room.
    pub fn new(name: &str, of: u64) -> Result<Self, String> {
        let too_large = || {
            format!(
                "{name} has {} MB, more than this browser can hold: take a smaller model, or store it at half precision",
                of / 1_000_000
            )
        };
        let of = usize::try_from(of)
            .ok()
            .filter(|&of| of as u64 <= MOST_BYTES)
            .ok_or_else(too_large)?;
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(of).map_err(|_| too_large())?;
        Ok(Self {
            bytes,
            of,
            hash: Sha256::new(),
        })
    }

    /// Appends a piece; false where it does not fit.
    #[must_use]
    pub fn take(&mut self, piece: &Uint8Array) -> bool {
        let (at, length) = (self.bytes.len(), piece.length() as usize);
        if length > self.of - at {
            return false;
        }
        self.bytes.resize(at + length, 0);
        let place = &mut self.bytes[at..];
        piece.copy_to(place);
        self.hash.update(&*place);
        true
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.hash.reset();
    }

    /// Bytes held.
    pub fn len(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// Whether all are there.
    pub fn is_full(&self) -> bool {
        self.bytes.len() == self.of
    }

    /// The bytes and their SHA-256, lower-case hex.
    pub fn finish(self) -> (Vec<u8>, String) {
        let hex = self.hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        (self.bytes, hex)
    }
}
