//! The files behind the pictures: those of this visit, and their copies in storage.

use js_sys::ArrayBuffer;
use leptos::{prelude::*, task::spawn_local};
use web_sys::Blob;

use super::Room;
use crate::page::browser::{blobs::TOGETHER, files};

impl Room {
    /// A picture's file, out of this visit or out of storage.
    pub(super) async fn file(self, id: u32) -> Option<Blob> {
        if let Some(blob) = self.pictures.blobs.with_value(|blobs| blobs.get(&id).cloned()) {
            return Some(blob);
        }
        TOGETHER.take(id).await
    }

    /// A picture's bytes. A file may be changed or gone since it was added; the copy in storage is then as good.
    pub(super) async fn bytes(self, id: u32) -> Option<ArrayBuffer> {
        if let Ok(buffer) = files::buffer(&self.file(id).await?).await {
            return Some(buffer);
        }
        files::buffer(&TOGETHER.take(id).await?).await.ok()
    }

    /// Forgets files and copies.
    pub(super) fn forget_files(self, ids: Vec<u32>) {
        self.pictures.blobs.update_value(|blobs| blobs.retain(|id, _| !ids.contains(id)));
        spawn_local(async move {
            for id in ids {
                TOGETHER.forget(id).await;
            }
        });
    }
}
