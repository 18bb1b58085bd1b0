//! Models: what can be fetched, what is stored, what is open.

use std::rc::Rc;

use leptos::{prelude::*, task::spawn_local};
use web_sys::Blob;

use super::Studio;
use crate::{
    page::{
        browser::files,
        desk::{Progress, Topic},
        engines::{Engine, OnProgress, Trouble},
        state::choice::model_for,
    },
    protocol::{FromEngine, ModelInfo, ShippedModel, StoredModel, ToEngine},
};

/// Weights that a person dropped: name and file.
pub type Dropped = (String, Blob);

/// Signals of the models.
#[derive(Clone, Copy)]
pub struct Models {
    /// What is beside the page; `None` until the list came.
    pub shipped: RwSignal<Option<Vec<ShippedModel>>>,
    /// What the browser's storage holds.
    pub stored: RwSignal<Vec<StoredModel>>,
    /// The model that predicts.
    pub open: RwSignal<Option<ModelInfo>>,
    /// What a person chose; `None` leaves the choice to the picture.
    pub chosen: RwSignal<Option<String>>,
    /// Weights dropped in this visit.
    pub dropped: RwSignal<Vec<Dropped>, LocalStorage>,
}

impl Models {
    pub(super) fn new() -> Self {
        Self {
            shipped: RwSignal::default(),
            stored: RwSignal::default(),
            open: RwSignal::default(),
            chosen: RwSignal::default(),
            dropped: RwSignal::new_local(Vec::new()),
        }
    }
}

impl Studio {
    /// Reads the list of shipped models.
    pub fn list_shipped(self) {
        spawn_local(async move {
            let text = files::fetch_text("./models/index.json").await;
            let list = text.and_then(|text| serde_json::from_str::<Vec<ShippedModel>>(&text).ok());
            let mut list = list.unwrap_or_default();
            list.retain(|model| model.draws);
            self.models.shipped.set(Some(list));
        });
    }

    /// Asks what storage holds.
    pub fn list_stored(self) {
        self.ask_stored(ToEngine::ListStored);
    }

    /// Deletes stored weights.
    pub fn delete_stored(self, name: String) {
        self.ask_stored(ToEngine::DeleteStored { name });
    }

    fn ask_stored(self, body: ToEngine) {
        let Some(engine) = self.devices.active_engine() else { return };
        spawn_local(async move {
            match engine.ask(&body, Vec::new(), None).await {
                Ok(answer) => {
                    if let FromEngine::Stored(list) = answer.body {
                        self.models.stored.set(list);
                    }
                }
                Err(Trouble::Failed(why)) => self.desk.trouble(why),
                Err(Trouble::Gone(_)) => {}
            }
        });
    }

    /// Takes a model by hand; `None` leaves the choice to the picture again.
    pub fn choose_model(self, name: Option<String>) {
        self.desk.settle(Topic::Wish);
        if self.models.chosen.get_untracked() != name {
            self.models.chosen.set(name);
        } else {
            self.predict();
        }
    }

    /// Weights that were dropped become the model.
    pub fn take_weights(self, name: String, blob: Blob) {
        self.models.dropped.update(|dropped| {
            dropped.retain(|(known, _)| *known != name);
            dropped.push((name.clone(), blob));
        });
        self.devices.each(|engine| {
            engine.holds(|holds| holds.model = holds.model.take().filter(|open| *open != name));
        });
        self.devices.test_anew();
        self.choose_model(Some(name));
    }

    /// The model that the picture on the table is to be predicted with.
    pub fn wanted_model(self) -> Option<String> {
        let origin = self.table.strip.with_untracked(|strip| strip.item().map(|item| item.origin))?;
        let chosen = self.models.chosen.get_untracked();
        let there: Vec<String> = self.models.shipped.with_untracked(|list| {
            let list = list.iter().flatten();
            list.map(|model| model.name.clone()).collect()
        });
        if there.is_empty() && chosen.is_none() {
            // The list may be out of reach while the weights are in storage.
            let fits = match origin {
                crate::page::state::strip::Origin::Scene(_) => crate::page::state::choice::SCENES,
                crate::page::state::strip::Origin::File => crate::page::state::choice::PHOTOS,
            };
            return Some(fits.into());
        }
        model_for(origin, chosen.as_deref(), &there)
    }

    /// Opens a model in an engine that has another, or none.
    pub async fn open_model(self, engine: &Engine, name: &str, quietly: bool) -> Result<Option<ModelInfo>, Trouble> {
        if engine.holds(|holds| holds.model.as_deref() == Some(name)) {
            return Ok(None);
        }
        let dropped = self
            .models
            .dropped
            .with_untracked(|list| list.iter().find(|(known, _)| known == name).cloned());
        let progress = (!quietly).then(|| self.progress_of(format!("model {name}")));
        let answer = match dropped {
            Some((name, blob)) => {
                let buffer = files::buffer(&blob).await;
                let buffer = buffer.map_err(|_| Trouble::Failed(format!("“{name}” could not be read. Drop it again.")))?;
                engine.ask(&ToEngine::OpenFile { name }, vec![buffer], progress).await
            }
            None => engine.ask(&ToEngine::OpenShipped { name: name.into() }, Vec::new(), progress).await,
        };
        if !quietly {
            self.desk.progress.set(None);
        }
        let FromEngine::Model(info) = answer?.body else {
            return Err(Trouble::Failed(format!(
                "The engine did not say what model “{name}” is. Try again."
            )));
        };
        engine.holds(|holds| holds.model = Some(name.into()));
        Ok(Some(*info))
    }

    /// Shows how far something is.
    pub fn progress_of(self, what: String) -> OnProgress {
        Rc::new(move |stage, done, of| {
            self.desk.progress.set(Some(Progress::of_bytes(&what, stage, done, of)));
        })
    }
}
