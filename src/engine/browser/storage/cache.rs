//! The Cache API as a store of files: each file in parts, under addresses that exist nowhere but in the cache:
//! `<base>/weights-store/FILE/OFFSET`.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Cache, Request, Response, Url};

use super::Trouble;
use crate::engine::browser::answer::{said, scope};

/// Name of the cache, apart from the page's own.
const NAME: &str = "darkroom-weights";
/// Folder of the made-up addresses.
const FOLDER: &str = "weights-store/";
/// Bytes of a part.
const PART: usize = 1 << 20;

/// The cache that holds the weights.
#[derive(Clone, Debug)]
pub struct Parts {
    cache: Cache,
    base: String,
}

/// A file being written.
#[derive(Debug)]
pub struct Writer {
    parts: Parts,
    file: String,
    at: u64,
    part: Vec<u8>,
}

/// A file being read.
#[derive(Debug)]
pub struct Reader {
    parts: Parts,
    file: String,
    at: u64,
}

impl Parts {
    /// Opens the cache.
    pub async fn open() -> Result<Self, String> {
        let scope = scope()?;
        let base = Url::new_with_base(FOLDER, &scope.location().href()).map_err(|e| said(&e))?.href();
        let caches = scope.caches().map_err(|e| said(&e))?;
        if caches.is_undefined() {
            return Err("no cache".into());
        }
        let cache = JsFuture::from(caches.open(NAME)).await.map_err(|e| said(&e))?;
        Ok(Self {
            cache: cache.unchecked_into(),
            base,
        })
    }

    /// Names and bytes, as far as parts follow on each other.
    pub async fn list(&self) -> Result<Vec<(String, u64)>, String> {
        let mut files = Vec::new();
        for (file, _) in self.addresses(None).await? {
            if !files.iter().any(|(known, _)| *known == file) {
                let bytes = self.length(&file).await;
                files.push((file, bytes));
            }
        }
        Ok(files)
    }

    /// Opens a file to read.
    pub async fn reader(&self, file: &str) -> Result<Reader, String> {
        let reader = Reader {
            parts: self.clone(),
            file: file.into(),
            at: 0,
        };
        match self.part(file, 0).await {
            Some(_) => Ok(reader),
            None => Err("no such file".into()),
        }
    }

    /// Opens a file to write from `at` on; parts after are dropped.
    pub async fn writer(&self, file: &str, at: u64) -> Result<Writer, Trouble> {
        for (_, offset) in self.addresses(Some(file)).await.map_err(Trouble::Refused)? {
            if offset >= at {
                self.drop_part(file, offset).await;
            }
        }
        Ok(Writer {
            parts: self.clone(),
            file: file.into(),
            at,
            part: Vec::new(),
        })
    }

    /// Deletes a file.
    pub async fn delete(&self, file: &str) {
        for (_, offset) in self.addresses(Some(file)).await.unwrap_or_default() {
            self.drop_part(file, offset).await;
        }
    }

    /// Files and offsets of all parts, or of one file's.
    async fn addresses(&self, only: Option<&str>) -> Result<Vec<(String, u64)>, String> {
        let keys: Array = JsFuture::from(self.cache.keys()).await.map_err(|e| said(&e))?.unchecked_into();
        let read = |key: JsValue| {
            let url = key.unchecked_into::<Request>().url();
            let (file, offset) = url.strip_prefix(&self.base)?.split_once('/')?;
            let file = js_sys::decode_uri_component(file).ok()?.as_string()?;
            Some((file, offset.parse().ok()?))
        };
        let wanted = |(file, _): &(String, u64)| only.is_none_or(|only| only == file);
        Ok(keys.iter().filter_map(read).filter(wanted).collect())
    }

    async fn length(&self, file: &str) -> u64 {
        let mut at = 0;
        while let Some(part) = self.part(file, at).await {
            at += u64::from(part.length());
        }
        at
    }

    async fn part(&self, file: &str, offset: u64) -> Option<Uint8Array> {
        let found = JsFuture::from(self.cache.match_with_str(&self.address(file, offset))).await.ok()?;
        let response: Response = found.dyn_into().ok()?;
        let buffer = JsFuture::from(response.array_buffer().ok()?).await.ok()?;
        let bytes = Uint8Array::new(&buffer);
        (bytes.length() > 0).then_some(bytes)
    }

    async fn drop_part(&self, file: &str, offset: u64) {
        let _ = JsFuture::from(self.cache.delete_with_str(&self.address(file, offset))).await;
    }

    fn address(&self, file: &str, offset: u64) -> String {
        let file = js_sys::encode_uri_component(file);
        format!("{}{}/{offset}", self.base, String::from(file))
    }
}

impl Reader {
    /// The next part; `None` at the end.
    pub async fn piece(&mut self) -> Option<Uint8Array> {
        let part = self.parts.part(&self.file, self.at).await?;
        self.at += u64::from(part.length());
        Some(part)
    }
}

impl Writer {
    /// Writes at the end, a part at a time.
    pub async fn append(&mut self, bytes: &Uint8Array) -> Result<(), String> {
        self.part.extend(bytes.to_vec());
        while self.part.len() >= PART {
            let rest = self.part.split_off(PART);
            let part = std::mem::replace(&mut self.part, rest);
            self.put(part).await?;
        }
        Ok(())
    }

    /// Writes what is left.
    pub async fn close(mut self) {
        let part = std::mem::take(&mut self.part);
        if !part.is_empty() {
            let _ = self.put(part).await;
        }
    }

    async fn put(&mut self, mut part: Vec<u8>) -> Result<(), String> {
        let length = part.len() as u64;
        let response = Response::new_with_opt_u8_array(Some(&mut part)).map_err(|e| said(&e))?;
        let address = self.parts.address(&self.file, self.at);
        JsFuture::from(self.parts.cache.put_with_str(&address, &response))
            .await
            .map_err(|e| said(&e))?;
        self.at += length;
        Ok(())
    }
}
