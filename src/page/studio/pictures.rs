//! Pictures in hand: the strip, their developed films, and how they reach an engine.

use std::collections::BTreeMap;

use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::JsCast;
use web_sys::{Blob, HtmlCanvasElement as Canvas, HtmlElement};

use super::{Studio, prints::Seeing};
use crate::{
    page::{
        browser::{blobs::HIDDEN, canvas::of_rgba, files},
        desk::Tone,
        engines::{Answer, Engine, Trouble},
        state::strip::{Origin, Strip, no_room},
    },
    protocol::{FromEngine, ToEngine},
};

/// Signals of the pictures.
#[derive(Clone, Copy)]
pub struct Table {
    /// The strip.
    pub strip: RwSignal<Strip>,
    /// Developed pictures, long side up to 640 pixels, by number.
    pub films: RwSignal<BTreeMap<u32, Canvas>, LocalStorage>,
    /// Files added in this visit, by number; older ones are taken out of storage.
    pub blobs: StoredValue<BTreeMap<u32, Blob>, LocalStorage>,
    /// The file a link speaks of, which only its maker has.
    pub awaited: RwSignal<Option<String>>,
}

impl Table {
    pub(super) fn new() -> Self {
        Self {
            strip: RwSignal::default(),
            films: RwSignal::new_local(BTreeMap::new()),
            blobs: StoredValue::new_local(BTreeMap::new()),
            awaited: RwSignal::default(),
        }
    }

    /// Opens the file picker.
    pub fn pick(self) {
        let input = document()
            .get_element_by_id("add-pictures")
            .and_then(|input| input.dyn_into::<HtmlElement>().ok());
        if let Some(input) = input {
            input.click();
        }
    }
}

impl Studio {
    /// Puts pictures into the strip, the first of them on the table.
    pub fn add_pictures(self, files: Vec<(String, Blob)>) {
        let (mut first, mut left_out) = (None, 0);
        for (name, blob) in files {
            let id = self.table.strip.try_update(|strip| strip.add(name.clone(), Origin::File)).flatten();
            let Some(id) = id else {
                left_out += 1;
                continue;
            };
            first.get_or_insert(id);
            self.table.blobs.update_value(|blobs| drop(blobs.insert(id, blob.clone())));
            self.frame_of_link(id, &name);
            spawn_local(async move {
                if HIDDEN.keep(id, &blob).await.is_err() {
                    let text = format!("“{name}” is on the table, but this browser keeps no files: it is gone after a reload.");
                    self.desk.tell(Tone::Plain, text, None);
                }
            });
        }
        if let Some(id) = first {
            self.select(id);
        }
        if left_out > 0 {
            self.desk.trouble(no_room(left_out));
        }
    }

    /// Another scene of the procedural worlds.
    pub fn add_scene(self, seed: u64) {
        match self.table.strip.try_update(|strip| strip.scene(seed)).flatten() {
            Some(id) => self.select(id),
            None => self.desk.trouble(no_room(1)),
        }
    }

    /// Puts a picture on the table.
    pub fn select(self, id: u32) {
        if self.table.strip.with_untracked(Strip::current) != Some(id) {
            self.table.strip.update(|strip| strip.select(id));
        }
    }

    /// Takes a picture out of the strip and out of storage.
    pub fn remove(self, id: u32) {
        self.table.strip.update(|strip| strip.remove(id));
        self.forget(id);
    }

    /// Takes out what turned out to be no picture.
    pub(super) fn refuse(self, id: u32) {
        self.table.strip.update(|strip| strip.refuse(id));
        self.forget(id);
    }

    fn forget(self, id: u32) {
        self.table.films.update(|films| drop(films.remove(&id)));
        self.table.blobs.update_value(|blobs| drop(blobs.remove(&id)));
        self.devices.each(|engine| {
            if engine.holds(|holds| holds.pictures.remove(&id)) {
                let engine = engine.clone();
                spawn_local(async move {
                    let _ = engine.ask(&ToEngine::DropPicture { id }, Vec::new(), None).await;
                });
            }
        });
        spawn_local(HIDDEN.forget(id));
        if self.table.strip.with_untracked(|strip| strip.items().is_empty()) {
            Seeing::clear(self.seeing);
        }
    }

    /// Brings a picture to an engine that does not hold it yet.
    pub async fn bring(self, engine: &Engine, id: u32) -> Result<(), Trouble> {
        if engine.holds(|holds| holds.pictures.contains(&id)) {
            return Ok(());
        }
        let Some(item) = self.table.strip.with_untracked(|strip| strip.find(id).cloned()) else {
            return Ok(());
        };
        let answer = match item.origin {
            Origin::Scene(seed) => engine.ask(&ToEngine::AddScene { id, seed }, Vec::new(), None).await,
            Origin::File => {
                let buffer = files::buffer(&self.file(id, &item.name).await?).await;
                let buffer = buffer.map_err(|_| Trouble::Failed(format!("“{}” could not be read. Add it again.", item.name)))?;
                engine
                    .ask(
                        &ToEngine::AddPicture {
                            id,
                            name: item.name.clone(),
                        },
                        vec![buffer],
                        None,
                    )
                    .await
            }
        }?;
        engine.holds(|holds| holds.pictures.insert(id));
        self.develop(id, answer);
        Ok(())
    }

    async fn file(self, id: u32, name: &str) -> Result<Blob, Trouble> {
        if let Some(blob) = self.table.blobs.with_value(|blobs| blobs.get(&id).cloned()) {
            return Ok(blob);
        }
        let gone = || Trouble::Failed(format!("“{name}” is no longer in this browser's storage. Add it again."));
        let blob = HIDDEN.take(id).await.ok_or_else(gone)?;
        self.table.blobs.update_value(|blobs| drop(blobs.insert(id, blob.clone())));
        Ok(blob)
    }

    fn develop(self, id: u32, answer: Answer) {
        let FromEngine::Picture {
            size, shown, note, name, ..
        } = answer.body
        else {
            return;
        };
        if let Some(film) = answer.buffers.first().and_then(|buffer| of_rgba(buffer, shown[0], shown[1])) {
            self.table.films.update(|films| drop(films.insert(id, film)));
        }
        let known = self
            .table
            .strip
            .with_untracked(|strip| strip.find(id).is_some_and(|i| i.size == Some(size) && i.note == note));
        if known {
            return;
        }
        if let Some(note) = &note {
            self.desk.tell(Tone::Plain, format!("“{name}”: {note}"), None);
        }
        self.table.strip.update(|strip| {
            if let Some(item) = strip.find_mut(id) {
                (item.size, item.note) = (Some(size), note);
            }
        });
    }
}

impl Seeing {
    fn clear(self) {
        self.print.set(None);
    }
}
