//! The origin-private file system, in one folder. A worker writes in place, so what a broken download brought is there.

use js_sys::{AsyncIterator, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, File, FileSystemDirectoryHandle, FileSystemFileHandle, FileSystemGetDirectoryOptions, FileSystemGetFileOptions,
    FileSystemReadWriteOptions, FileSystemSyncAccessHandle,
};

use super::Trouble;
use crate::{
    engine::browser::answer::{said, scope},
    platform::web,
};

/// The folder.
const FOLDER: &str = "weights";
/// Bytes read at once.
const PIECE: f64 = (4 << 20) as f64;
/// Bytes after which what was written is made to last.
const FLUSH_EVERY: u64 = 4 << 20;

/// The folder that holds the weights.
#[derive(Clone, Debug)]
pub struct Files(FileSystemDirectoryHandle);

/// A file being written.
#[derive(Debug)]
pub struct Writer {
    handle: FileSystemSyncAccessHandle,
    at: u64,
    flushed: u64,
}

/// A file being read.
#[derive(Debug)]
pub struct Reader {
    file: Blob,
    at: f64,
}

impl Files {
    /// Opens the folder.
    pub async fn open() -> Result<Self, String> {
        let storage = web::get(&scope()?.navigator(), "storage");
        // Only a worker may write in place; a browser that cannot is served by the cache.
        if web::get(&storage, "getDirectory").is_undefined() || web::get(&js_sys::global(), "FileSystemSyncAccessHandle").is_undefined() {
            return Err("no private file system".into());
        }
        let root: FileSystemDirectoryHandle = settled(storage.unchecked_into::<web_sys::StorageManager>().get_directory()).await?;
        let options = FileSystemGetDirectoryOptions::new();
        options.set_create(true);
        settled(root.get_directory_handle_with_options(FOLDER, &options)).await.map(Self)
    }

    /// Names and bytes.
    pub async fn list(&self) -> Result<Vec<(String, u64)>, String> {
        let mut files = Vec::new();
        let names: AsyncIterator = self.0.keys();
        loop {
            let next = JsFuture::from(names.next().map_err(|e| said(&e))?).await.map_err(|e| said(&e))?;
            let Some(name) = web::get(&next, "value").as_string() else {
                return Ok(files);
            };
            if let Ok(file) = self.file(&name).await {
                files.push((name, file.size() as u64));
            }
        }
    }

    /// Opens a file to read.
    pub async fn reader(&self, name: &str) -> Result<Reader, String> {
        let file = self.file(name).await?;
        Ok(Reader {
            file: file.into(),
            at: 0.0,
        })
    }

    /// Opens a file to write from `at` on; what stands after is cut off.
    pub async fn writer(&self, name: &str, at: u64) -> Result<Writer, Trouble> {
        let options = FileSystemGetFileOptions::new();
        options.set_create(true);
        let entry = settled::<FileSystemFileHandle>(self.0.get_file_handle_with_options(name, &options)).await;
        let promise = entry.map_err(Trouble::Refused)?.create_sync_access_handle();
        let handle = JsFuture::from(promise).await.map_err(|e| {
            let busy = web::get(&e, "name").as_string().as_deref() == Some("NoModificationAllowedError");
            if busy { Trouble::Busy } else { Trouble::Refused(said(&e)) }
        })?;
        let handle: FileSystemSyncAccessHandle = handle.unchecked_into();
        if let Err(e) = handle.truncate_with_f64(at as f64) {
            handle.close();
            return Err(Trouble::Refused(said(&e)));
        }
        Ok(Writer { handle, at, flushed: at })
    }

    /// Deletes a file.
    pub async fn delete(&self, name: &str) {
        let _ = JsFuture::from(self.0.remove_entry(name)).await;
    }

    async fn file(&self, name: &str) -> Result<File, String> {
        let entry: FileSystemFileHandle = settled(self.0.get_file_handle(name)).await?;
        settled(entry.get_file()).await
    }
}

impl Reader {
    /// The next piece; `None` at the end.
    pub async fn piece(&mut self) -> Option<Uint8Array> {
        let end = (self.at + PIECE).min(self.file.size());
        if end <= self.at {
            return None;
        }
        let slice = self.file.slice_with_f64_and_f64(self.at, end).ok()?;
        let buffer = JsFuture::from(slice.array_buffer()).await.ok()?;
        self.at = end;
        Some(Uint8Array::new(&buffer))
    }
}

impl Writer {
    /// Writes at the end.
    pub fn append(&mut self, bytes: &Uint8Array) -> Result<(), String> {
        let options = FileSystemReadWriteOptions::new();
        options.set_at_f64(self.at as f64);
        let length = u64::from(bytes.length());
        let written = self
            .handle
            .write_with_js_u8_array_and_options(bytes, &options)
            .map_err(|e| said(&e))?;
        if written as u64 != length {
            return Err("the browser's storage is full".into());
        }
        self.at += length;
        if self.at - self.flushed >= FLUSH_EVERY {
            self.flushed = self.at;
            self.handle.flush().map_err(|e| said(&e))?;
        }
        Ok(())
    }

    /// Makes it last and lets it go.
    pub fn close(self) {
        let _ = self.handle.flush();
        self.handle.close();
    }
}

async fn settled<T: JsCast>(promise: js_sys::Promise) -> Result<T, String> {
    let value: JsValue = JsFuture::from(promise).await.map_err(|e| said(&e))?;
    Ok(value.unchecked_into())
}
