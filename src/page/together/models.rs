//! Models: what can be fetched, what is stored, what is open in which place.

use std::collections::{BTreeMap, BTreeSet};

use leptos::{prelude::*, task::spawn_local};
use web_sys::Blob;

use super::{OnProgress, Room};
use crate::{
    page::{
        browser::files,
        engines::{Engine, Together, Trouble},
        state::abilities,
    },
    protocol::{
        ModelInfo, ShippedModel, StoredModel,
        together::{Able, FromTogether, Slot, ToTogether},
    },
};

/// A model that is open.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenModel {
    /// Its name: a shipped one's, or the file's.
    pub name: String,
    /// For its card.
    pub info: ModelInfo,
    /// What it can do here.
    pub able: Able,
}

/// Signals of the models.
#[derive(Clone, Copy)]
pub struct Models {
    /// What is beside the page; `None` until the list came.
    pub shipped: RwSignal<Option<Vec<ShippedModel>>>,
    /// What the browser's storage holds.
    pub stored: RwSignal<Vec<StoredModel>>,
    /// Weights dropped in this visit, by name.
    pub dropped: RwSignal<BTreeMap<String, Blob>, LocalStorage>,
    /// The model that the room looks through.
    pub first: RwSignal<Option<OpenModel>>,
    /// The one it is compared with.
    pub second: RwSignal<Option<OpenModel>>,
    /// The masked autoencoder that draws beside a joint-embedding model.
    pub drawing: RwSignal<Option<OpenModel>>,
    /// What weights of a person's own can do, by name, once they were open.
    own: RwSignal<BTreeMap<String, Able>>,
    /// Those that could not be opened: the room does not choose them by itself.
    pub(super) refused: RwSignal<BTreeSet<String>>,
    /// What a person wants in each place; in the first, and for drawing, the room chooses where nobody did.
    pub(super) wanted: RwSignal<BTreeMap<Slot, String>>,
}

/// Shipped models in the order in which the room looks for one by itself.
const PREFERRED: [&str; 2] = ["together", "photos"];

impl Models {
    pub(super) fn new() -> Self {
        Self {
            shipped: RwSignal::default(),
            stored: RwSignal::default(),
            dropped: RwSignal::new_local(BTreeMap::new()),
            first: RwSignal::default(),
            second: RwSignal::default(),
            drawing: RwSignal::default(),
            own: RwSignal::default(),
            refused: RwSignal::default(),
            wanted: RwSignal::default(),
        }
    }

    /// The model that a person put into a place.
    pub fn wanted_by_hand(self, slot: Slot) -> Option<String> {
        self.wanted.with(|wanted| wanted.get(&slot).cloned())
    }

    /// The model in a place; `None` for the network that trains, which is the engine's own.
    pub fn in_slot(self, slot: Slot) -> Option<RwSignal<Option<OpenModel>>> {
        match slot {
            Slot::First => Some(self.first),
            Slot::Second => Some(self.second),
            Slot::Drawing => Some(self.drawing),
            Slot::Trained => None,
        }
    }

    /// Something of the model that is open in a place.
    pub fn of<T>(self, slot: Slot, what: impl FnOnce(&OpenModel) -> T) -> Option<T> {
        self.in_slot(slot)?.with(|model| model.as_ref().map(what))
    }

    /// The name of the model that is open in a place.
    pub fn name_in(self, slot: Slot) -> Option<String> {
        self.of(slot, |model| model.name.clone())
    }

    /// Whether the model that is open in a place can do something.
    pub fn has_in(self, slot: Slot, can: impl FnOnce(Able) -> bool) -> bool {
        self.of(slot, |model| model.able).is_some_and(can)
    }

    /// Models beside the page that can do something.
    pub fn shipped_that(self, can: fn(Able) -> bool) -> Vec<String> {
        self.shipped.with(|list| {
            let names = list.iter().flatten().map(|model| model.name.as_str());
            names
                .filter(|name| abilities::of_shipped(name).is_some_and(can))
                .map(str::to_owned)
                .collect()
        })
    }

    /// The same, and weights of a person's own that were open in this visit.
    pub fn that(self, can: fn(Able) -> bool) -> Vec<String> {
        let shipped = self.shipped_that(can);
        self.own.with(|own| {
            let mine = own.iter().filter(|(name, able)| can(**able) && !shipped.contains(name));
            let mine: Vec<String> = mine.map(|(name, _)| name.clone()).collect();
            shipped.iter().cloned().chain(mine).collect()
        })
    }
}

impl Room {
    /// Puts a model into a place: a shipped, stored or dropped one by its name; `None` empties it (the first and the one that
    /// draws go back to the room's own choice).
    pub fn choose_model(self, slot: Slot, name: Option<String>) {
        if slot == Slot::Second && name.is_none() {
            self.look_through(Slot::First);
        }
        let same = self.models.wanted.with_untracked(|wanted| wanted.get(&slot) == name.as_ref());
        if !same {
            self.models.wanted.update(|wanted| match name {
                Some(name) => drop(wanted.insert(slot, name)),
                None => drop(wanted.remove(&slot)),
            });
        }
        self.bring();
    }

    /// The model that a place should hold. One that draws is kept waiting until somebody asks which part fits.
    pub fn wanted_model(self, slot: Slot) -> Option<String> {
        if slot == Slot::Drawing && !self.fitting.is_asked() {
            return None;
        }
        self.models.wanted_by_hand(slot).or_else(|| match slot {
            Slot::First => self.first_by_itself(),
            Slot::Drawing => self.drawing_by_itself(),
            Slot::Second | Slot::Trained => None,
        })
    }

    fn first_by_itself(self) -> Option<String> {
        let refused = self.models.refused.get();
        self.models.shipped.with(|list| {
            let there = || list.iter().flatten().filter(|model| !refused.contains(&model.name));
            let preferred = PREFERRED.iter().find_map(|name| there().find(|model| model.name == *name));
            preferred.or(there().next()).map(|model| model.name.clone())
        })
    }

    /// A masked autoencoder from beside the page, where none of the other models draws.
    fn drawing_by_itself(self) -> Option<String> {
        if [Slot::First, Slot::Second]
            .into_iter()
            .any(|slot| self.models.has_in(slot, |able| able.draws))
        {
            return None;
        }
        let refused = self.models.refused.get();
        let draws = self.models.shipped_that(|able| able.draws);
        draws.into_iter().find(|name| !refused.contains(name))
    }

    /// Asks what can be fetched and what storage holds, and goes on with what that makes possible.
    pub fn list_models(self) {
        spawn_local(async move {
            if let Err(Trouble::Failed(why)) = self.ask_for_models().await {
                self.models.shipped.set(Some(Vec::new()));
                self.desk.trouble(why);
            }
            self.bring();
        });
    }

    async fn ask_for_models(self) -> Result<(), Trouble> {
        if let FromTogether::Models { shipped, stored } = self.ask(ToTogether::ListModels, None).await?.body {
            self.models.shipped.set(Some(shipped));
            self.models.stored.set(stored);
        }
        Ok(())
    }

    /// Weights that were dropped: the model of the room, or of another place.
    pub fn take_weights(self, slot: Slot, name: String, blob: Blob) {
        // Another file of the same name is another model, wherever the last one is open.
        self.forget_model(&name);
        self.devices.test_anew();
        self.models.own.update(|own| {
            let _ = own.remove(&name);
        });
        self.models.dropped.update(|dropped| drop(dropped.insert(name.clone(), blob)));
        self.choose_model(slot, Some(name));
    }

    /// Opens what a place should hold, and empties one that should hold nothing.
    pub(super) async fn settle_slot(self, engine: &Engine<Together>, slot: Slot) -> Result<(), Trouble> {
        let Some(place) = self.models.in_slot(slot) else { return Ok(()) };
        let wanted = untrack(|| self.wanted_model(slot));
        let held = engine.holds(|holds| holds.models.get(&slot).cloned());
        if held == wanted {
            return Ok(());
        }
        place.set(None);
        // Whichever panel is open: the map's may not be, and would find the last model's map when it opens. One that draws
        // has none.
        if slot != Slot::Drawing {
            self.mapping.through(slot).forget();
        }
        engine.holds(|holds| {
            holds.embedded.remove(&slot);
            holds.models.remove(&slot)
        });
        self.line.tell_embedded();
        let Some(name) = wanted else {
            return engine.ask(&ToTogether::Close { slot }, Vec::new(), None).await.map(drop);
        };
        let opened = self.open(engine, slot, &name, Some(self.shows(&format!("model {name}")))).await;
        self.desk.progress.set(None);
        match opened {
            Ok(model) => {
                if abilities::of_shipped(&name).is_none() {
                    self.models.own.update(|own| {
                        let _ = own.insert(name.clone(), model.able);
                    });
                }
                engine.holds(|holds| holds.models.insert(slot, name));
                place.set(Some(model));
                // What was fetched is stored now, and the list says so.
                spawn_local(async move { drop(self.ask_for_models().await) });
                Ok(())
            }
            Err(Trouble::Gone(why)) => Err(Trouble::Gone(why)),
            Err(trouble) => {
                // A model that cannot be opened is not tried again and again.
                self.models.wanted.update(|wanted| wanted.retain(|_, known| *known != name));
                self.models.refused.update(|refused| {
                    let _ = refused.insert(name);
                });
                Err(trouble)
            }
        }
    }

    /// The same in an engine that does not answer yet: nothing of it is shown.
    pub(super) async fn settle_beside(self, next: &Engine<Together>, slot: Slot) -> Result<(), Trouble> {
        let wanted = untrack(|| self.wanted_model(slot));
        if next.holds(|holds| holds.models.get(&slot).cloned()) == wanted {
            return Ok(());
        }
        next.holds(|holds| {
            holds.embedded.remove(&slot);
            holds.models.remove(&slot)
        });
        let Some(name) = wanted else {
            return next.ask(&ToTogether::Close { slot }, Vec::new(), None).await.map(drop);
        };
        self.open(next, slot, &name, None).await?;
        next.holds(|holds| holds.models.insert(slot, name));
        Ok(())
    }

    /// Whether storage has a copy of weights that were dropped: the one file of this name, whole and as long as they are.
    fn is_stored(self, name: &str, dropped: &Blob) -> bool {
        self.models.stored.with_untracked(|stored| {
            let mut named = stored.iter().filter(|model| model.name == name);
            let is_copy = |model: &StoredModel| model.bytes == model.of && model.of as f64 == dropped.size();
            named.next().is_some_and(is_copy) && named.next().is_none()
        })
    }

    pub(super) async fn open(
        self,
        engine: &Engine<Together>,
        slot: Slot,
        name: &str,
        progress: Option<OnProgress>,
    ) -> Result<OpenModel, Trouble> {
        let dropped = self.models.dropped.with_untracked(|dropped| dropped.get(name).cloned());
        let name = name.to_owned();
        let buffer = match &dropped {
            Some(blob) => files::buffer(blob).await.ok(),
            None => None,
        };
        let named = name.clone();
        let (body, buffers) = match (buffer, dropped) {
            (Some(buffer), _) => (ToTogether::OpenFile { slot, name: named }, vec![buffer]),
            (None, Some(blob)) if !self.is_stored(&name, &blob) => {
                return Err(Trouble::Failed(format!("“{name}” could not be read. Drop it again.")));
            }
            _ => (ToTogether::OpenShipped { slot, name: named }, Vec::new()),
        };
        let answer = engine.ask(&body, buffers, progress).await?;
        match answer.body {
            FromTogether::Model { info, able, .. } => Ok(OpenModel { name, info: *info, able }),
            _ => Err(Trouble::Failed(format!(
                "The engine did not say what model “{name}” is. Try again."
            ))),
        }
    }
}
