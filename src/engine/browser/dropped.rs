//! Files of weights that a person brought: read, opened by whoever asked, kept for the next visit.

use js_sys::{ArrayBuffer, Uint8Array};

use super::{answer::Progress, storage::Storage, whole::Whole};
use crate::{
    engine::stored_name::{Origin, StoredName},
    platform::yield_now,
    protocol::Stage,
};

/// Bytes hashed between two turns of the event loop.
const HASHED: u32 = 4 << 20;

/// A file that was read.
#[derive(Debug)]
pub struct Dropped {
    /// Its bytes.
    pub inside: Vec<u8>,
    /// What it is kept under.
    pub stored: StoredName,
}

impl Dropped {
    /// Reads a file piece by piece, with progress.
    ///
    /// # Errors
    /// A sentence that names the file.
    pub async fn read(name: &str, bytes: &Uint8Array, progress: &Progress) -> Result<Self, String> {
        let length = u64::from(bytes.length());
        let mut whole = Whole::new(name, length)?;
        for from in (0..bytes.length()).step_by(HASHED as usize) {
            let taken = whole.take(&bytes.subarray(from, from.saturating_add(HASHED).min(bytes.length())));
            if !taken {
                return Err(format!("{name} changed while it was read: add it again."));
            }
            progress.say(Stage::Check, whole.len(), length);
            yield_now().await;
        }
        let (inside, hash) = whole.finish();
        let stored = StoredName::new(Origin::Dropped, name, &hash, length);
        Ok(Self { inside, stored })
    }
}

/// Keeps a file, unless it is kept already.
///
/// # Errors
/// Why it is not kept, the end of a clause.
pub async fn keep(storage: Option<&Storage>, stored: &StoredName, bytes: &Uint8Array) -> Result<(), String> {
    let Some(storage) = storage else {
        return Err("this browser offers no storage here".into());
    };
    let there = storage
        .list()
        .await
        .into_iter()
        .any(|(known, held)| known == *stored && held == stored.bytes);
    if there {
        return Ok(());
    }
    let mut writer = storage.writer(stored, 0).await.map_err(|trouble| trouble.to_string())?;
    let written = writer.append(bytes).await;
    writer.close().await;
    if written.is_err() {
        storage.delete(stored).await;
    }
    written
}

/// A model's note, and that its file is not there at the next visit.
pub fn not_kept(note: Option<String>, reason: &str) -> Option<String> {
    let said = format!("It could not be stored for the next visit ({reason}).");
    Some(note.map_or_else(|| said.clone(), |note| format!("{note} {said}")))
}

/// The bytes that came with a request.
///
/// # Errors
/// A sentence, where none came.
pub fn first(buffers: Vec<ArrayBuffer>, name: &str) -> Result<Uint8Array, String> {
    let buffer = buffers.into_iter().next();
    buffer
        .map(|buffer| Uint8Array::new(&buffer))
        .ok_or_else(|| format!("{name} came without its bytes: add it again."))
}
