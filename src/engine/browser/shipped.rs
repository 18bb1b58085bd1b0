//! Weights by name: out of storage where they are whole, over the network where not, checked by hash either way.

use super::{
    answer::Progress,
    fetch,
    storage::{Reader, Storage, Trouble, Writer},
    whole::Whole,
};
use crate::{
    engine::{
        range::Body,
        stored_name::{Origin, StoredName},
    },
    protocol::{ShippedModel, Stage},
};

/// The list of what is shipped, beside the worker.
const INDEX: &str = "models/index.json";
/// Pauses before a broken download is taken up again.
const PAUSES_MS: [i32; 3] = [500, 1_500, 4_000];
/// How long another worker may write the same file without a byte coming, before this one goes on without storage.
const BUSY_TRIES: u32 = 20;
/// Pause between two looks at what another worker writes.
const BUSY_MS: i32 = 250;

/// Why there are no bytes.
#[derive(Debug)]
pub enum Stop {
    /// A newer request for a model came.
    Overtaken,
    /// A sentence.
    Failed(String),
}

/// Weights, whole and checked.
#[derive(Debug)]
pub struct Fetched {
    /// As the page knows it.
    pub name: String,
    /// The file.
    pub bytes: Vec<u8>,
}

/// One request for weights.
#[derive(Debug)]
pub struct Fetching<'a, F: Fn() -> bool> {
    /// The browser's storage, where it has some.
    pub storage: Option<&'a Storage>,
    /// Tells the page.
    pub progress: Progress,
    /// Whether this is still the newest request.
    pub wanted: F,
}

impl<F: Fn() -> bool> Fetching<'_, F> {
    /// The weights of this name.
    ///
    /// # Errors
    /// [`Stop`].
    pub async fn get(&self, name: &str) -> Result<Fetched, Stop> {
        let (stored, path) = self.find(name).await?;
        // A stored copy may have been damaged, a download too: once more, from the beginning.
        for _ in 0..2 {
            let (bytes, hash) = self.assemble(&stored, path.as_deref()).await?;
            if hash == stored.sha256 {
                if let Some(storage) = self.storage {
                    storage.delete_other_versions(&stored).await;
                }
                return Ok(Fetched { name: stored.name, bytes });
            }
            if let Some(storage) = self.storage {
                storage.delete(&stored).await;
            }
        }
        Err(Stop::Failed(format!(
            "The weights of {name} came twice with a wrong checksum: what the server holds is not what its list names. Reload the page; if that does not help, choose another model."
        )))
    }

    /// What to get and where: by the server's list, or from storage where the list is out of reach or lacks it.
    async fn find(&self, name: &str) -> Result<(StoredName, Option<String>), Stop> {
        let list = index().await;
        if let Ok(Some(model)) = list.as_ref().map(|list| list.iter().find(|model| model.name == name)) {
            let stored = StoredName::new(Origin::Shipped, &model.name, &model.sha256, model.bytes);
            return Ok((stored, Some(format!("models/{}", model.file))));
        }
        if let Some(storage) = self.storage {
            let whole = |(stored, bytes): &(StoredName, u64)| stored.name == name && *bytes == stored.bytes;
            if let Some((stored, _)) = storage.list().await.into_iter().find(whole) {
                return Ok((stored, None));
            }
        }
        Err(Stop::Failed(match list {
            Err(reason) => format!("The list of models could not be fetched ({reason}): check the connection and try again."),
            Ok(list) if list.is_empty() => {
                "This page ships no model. Drop weights of your own, a .safetensors file, anywhere on it.".into()
            }
            Ok(list) => {
                let names: Vec<_> = list.iter().map(|model| model.name.as_str()).collect();
                format!("There is no model named {name}: choose one of {}.", names.join(", "))
            }
        }))
    }

    /// All bytes: those in storage first, the rest from the network.
    async fn assemble(&self, stored: &StoredName, path: Option<&str>) -> Result<(Vec<u8>, String), Stop> {
        let mut whole = Whole::new(&stored.name, stored.bytes).map_err(Stop::Failed)?;
        let mut writer = None;
        if let Some(storage) = self.storage {
            let mut patience = BUSY_TRIES;
            loop {
                let before = whole.len();
                whole.clear();
                self.read(storage.reader(stored).await, &mut whole, stored.bytes).await?;
                if whole.is_full() {
                    break;
                }
                match storage.writer(stored, whole.len()).await {
                    Ok(opened) => writer = Some(opened),
                    Err(Trouble::Busy) if patience > 0 => {
                        patience = if whole.len() > before { BUSY_TRIES } else { patience - 1 };
                        fetch::sleep(BUSY_MS).await;
                        continue;
                    }
                    Err(_) => {}
                }
                break;
            }
        }
        if !whole.is_full() {
            let Some(path) = path else {
                return Err(Stop::Failed(format!(
                    "The stored copy of {} is damaged: delete it and add the file again.",
                    stored.name
                )));
            };
            let done = self.download(path, stored, &mut whole, &mut writer).await;
            if let Some(writer) = writer.take() {
                writer.close().await;
            }
            done?;
        }
        Ok(whole.finish())
    }

    /// Takes in what is stored.
    async fn read(&self, reader: Option<Reader>, whole: &mut Whole, of: u64) -> Result<(), Stop> {
        let Some(mut reader) = reader else { return Ok(()) };
        while let Some(piece) = reader.piece().await {
            if !whole.take(&piece) {
                // Longer than it should be: not this file.
                whole.clear();
                return Ok(());
            }
            self.progress.say(Stage::Check, whole.len(), of);
            self.check_wanted()?;
        }
        Ok(())
    }

    /// Gets the rest, taking up a broken download where it stopped.
    async fn download(&self, path: &str, stored: &StoredName, whole: &mut Whole, writer: &mut Option<Writer>) -> Result<(), Stop> {
        let mut failures = 0;
        loop {
            let before = whole.len();
            let reason = match self.attempt(path, stored, whole, writer).await {
                Ok(()) if whole.is_full() => return Ok(()),
                Ok(()) => "the connection was closed".into(),
                Err(Attempt::Stop(stop)) => return Err(stop),
                Err(Attempt::Broke(reason)) => reason,
            };
            failures = if whole.len() > before { 0 } else { failures + 1 };
            match PAUSES_MS.get(failures) {
                Some(&pause) => fetch::sleep(pause).await,
                None => return Err(Stop::Failed(self.broke_off(stored, whole.len(), &reason))),
            }
            self.check_wanted()?;
        }
    }

    async fn attempt(&self, path: &str, stored: &StoredName, whole: &mut Whole, writer: &mut Option<Writer>) -> Result<(), Attempt> {
        let of = stored.bytes;
        let mut incoming = fetch::open(path, whole.len(), of).await.map_err(Attempt::Broke)?;
        if incoming.body == Body::AskForAll {
            incoming.stop().await;
            self.start_over(stored, whole, writer).await;
            incoming = fetch::open(path, 0, of).await.map_err(Attempt::Broke)?;
        }
        match incoming.body {
            Body::GoesOn => {}
            Body::StartsOver => self.start_over(stored, whole, writer).await,
            Body::AskForAll => return Err(Attempt::Broke("the server's answer makes no sense".into())),
            Body::Refused(status) => {
                incoming.stop().await;
                return Err(Attempt::Broke(format!("the server answered {status}")));
            }
        }
        self.progress.say(Stage::Download, whole.len(), of);
        while let Some(piece) = incoming.piece().await.map_err(Attempt::Broke)? {
            if !(self.wanted)() {
                incoming.stop().await;
                return Err(Attempt::Stop(Stop::Overtaken));
            }
            if !whole.take(&piece) {
                incoming.stop().await;
                let sentence = format!(
                    "The server holds more bytes of {} than its list names: reload the page and try again.",
                    stored.name
                );
                return Err(Attempt::Stop(Stop::Failed(sentence)));
            }
            if let Some(open) = writer
                && open.append(&piece).await.is_err()
            {
                // A full disk must not keep the model from being used now.
                if let Some(writer) = writer.take() {
                    writer.close().await;
                }
            }
            self.progress.say(Stage::Download, whole.len(), of);
        }
        Ok(())
    }

    /// Drops what is held, in memory and in storage.
    async fn start_over(&self, stored: &StoredName, whole: &mut Whole, writer: &mut Option<Writer>) {
        whole.clear();
        if let (Some(old), Some(storage)) = (writer.take(), self.storage) {
            old.close().await;
            *writer = storage.writer(stored, 0).await.ok();
        }
    }

    fn check_wanted(&self) -> Result<(), Stop> {
        if (self.wanted)() { Ok(()) } else { Err(Stop::Overtaken) }
    }

    fn broke_off(&self, stored: &StoredName, held: u64, reason: &str) -> String {
        let kept = match (held, self.storage) {
            (1.., Some(_)) => " What has come is kept: it goes on from there.",
            _ => "",
        };
        format!(
            "The download of {} broke off at {} of {} bytes ({reason}): check the connection and try again.{kept}",
            stored.name, held, stored.bytes
        )
    }
}

/// How one request ended before its time.
enum Attempt {
    Stop(Stop),
    Broke(String),
}

/// The lines of the list.
///
/// # Errors
/// A sentence's end.
pub async fn index() -> Result<Vec<ShippedModel>, String> {
    let text = fetch::text(INDEX).await?;
    serde_json::from_str(&text).map_err(|reason| format!("the list cannot be read: {reason}"))
}
