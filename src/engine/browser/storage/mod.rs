//! Weights kept in the browser: in its private file system, or in its cache where it has none. A download that breaks
//! off leaves what came, and goes on from there.

mod cache;
mod files;

use js_sys::Uint8Array;

use crate::engine::stored_name::{Origin, StoredName};
use crate::protocol::StoredModel;

/// Where weights are kept.
#[derive(Clone, Debug)]
pub enum Storage {
    /// The origin-private file system.
    Files(files::Files),
    /// The Cache API, in parts.
    Cache(cache::Parts),
}

/// A file that grows.
#[derive(Debug)]
pub enum Writer {
    /// In the file system.
    File(files::Writer),
    /// In the cache.
    Cache(cache::Writer),
}

/// A file that is read in pieces.
#[derive(Debug)]
pub enum Reader {
    /// In the file system.
    File(files::Reader),
    /// In the cache.
    Cache(cache::Reader),
}

/// Why nothing can be written.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// Another worker or window is writing this very file.
    #[error("another window is writing it")]
    Busy,
    /// The browser's reason.
    #[error("{0}")]
    Refused(String),
}

impl Storage {
    /// The best that this browser offers; `None` in some private windows.
    pub async fn find() -> Option<Self> {
        match files::Files::open().await {
            Ok(files) => Some(Self::Files(files)),
            Err(_) => cache::Parts::open().await.ok().map(Self::Cache),
        }
    }

    /// Every file of ours with the bytes held.
    pub async fn list(&self) -> Vec<(StoredName, u64)> {
        let files = match self {
            Self::Files(files) => files.list().await,
            Self::Cache(parts) => parts.list().await,
        };
        let ours = |(file, bytes): (String, u64)| Some((StoredName::from_file(&file)?, bytes));
        files.unwrap_or_default().into_iter().filter_map(ours).collect()
    }

    /// The same for the page, by name.
    pub async fn models(&self) -> Vec<StoredModel> {
        let model = |(stored, bytes): (StoredName, u64)| StoredModel {
            name: stored.name,
            bytes,
            of: stored.bytes,
        };
        let mut models: Vec<_> = self.list().await.into_iter().map(model).collect();
        models.sort_by(|a, b| a.name.cmp(&b.name));
        models
    }

    /// Opens a file for reading; `None` where there is none.
    pub async fn reader(&self, stored: &StoredName) -> Option<Reader> {
        let file = stored.to_file();
        match self {
            Self::Files(files) => files.reader(&file).await.ok().map(Reader::File),
            Self::Cache(parts) => parts.reader(&file).await.ok().map(Reader::Cache),
        }
    }

    /// Opens a file to write on after its first `at` bytes.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn writer(&self, stored: &StoredName, at: u64) -> Result<Writer, Trouble> {
        let file = stored.to_file();
        match self {
            Self::Files(files) => files.writer(&file, at).await.map(Writer::File),
            Self::Cache(parts) => parts.writer(&file, at).await.map(Writer::Cache),
        }
    }

    /// Deletes a file; one that is not there is as good as deleted.
    pub async fn delete(&self, stored: &StoredName) {
        let file = stored.to_file();
        match self {
            Self::Files(files) => files.delete(&file).await,
            Self::Cache(parts) => parts.delete(&file).await,
        }
    }

    /// Deletes what was shipped under this name in another version.
    pub async fn delete_other_versions(&self, keep: &StoredName) {
        for (stored, _) in self.list().await {
            if stored.origin == Origin::Shipped && keep.origin == Origin::Shipped && stored.name == keep.name && stored != *keep {
                self.delete(&stored).await;
            }
        }
    }
}

impl Reader {
    /// The next piece; `None` at the end or where it cannot be read.
    pub async fn piece(&mut self) -> Option<Uint8Array> {
        match self {
            Self::File(reader) => reader.piece().await,
            Self::Cache(reader) => reader.piece().await,
        }
    }
}

impl Writer {
    /// Appends.
    ///
    /// # Errors
    /// The browser's reason: a full disk, mostly.
    pub async fn append(&mut self, bytes: &Uint8Array) -> Result<(), String> {
        match self {
            Self::File(writer) => writer.append(bytes),
            Self::Cache(writer) => writer.append(bytes).await,
        }
    }

    /// Writes what is left and lets the file go.
    pub async fn close(self) {
        match self {
            Self::File(writer) => writer.close(),
            Self::Cache(writer) => writer.close().await,
        }
    }
}
