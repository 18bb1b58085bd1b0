//! What outlives the moment: the session over a reload, and the link.

use std::{collections::BTreeMap, time::Duration};

use leptos::{prelude::*, task::spawn_local};
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsValue;

use super::Room;
use crate::{
    page::{
        browser::{clipboard, storage},
        desk::Tone,
        state::{
            gathering::{Gathering, SCENES},
            plane::Look,
            room_link::{Named, RoomLink},
            scenes::Scenes,
            session,
            settings::Theme,
            strip::Origin,
        },
    },
    protocol::together::Slot,
};

/// Where the room's session is kept.
const SESSION: &str = "darkroom.together";
/// Where one looks on the map, as a control of the link.
const LOOK: &str = "look";

/// What is kept beside the link.
#[derive(Serialize, Deserialize)]
struct Kept {
    all: Gathering,
    hash: String,
}

impl Room {
    /// Takes up where the last visit ended, then what the link in the address asks for.
    pub(super) fn restore(self) {
        let hidden = storage::read(storage::SESSION).and_then(|text| session::Session::parse(&text));
        if let Some(hidden) = &hidden {
            self.desk.theme.set(hidden.theme);
            self.devices.as_elsewhere(hidden.device);
        }
        let kept = storage::read(SESSION).and_then(|text| serde_json::from_str::<Kept>(&text).ok());
        match kept {
            Some(kept) => {
                self.pictures.all.set(kept.all.sane());
                let mut link = RoomLink::parse(&kept.hash);
                // The light is one for both rooms, and the other may have changed it since.
                link.theme = link.theme.filter(|_| hidden.is_none());
                self.follow(&link, false);
            }
            None => {
                let strip = hidden.map(|hidden| hidden.strip).unwrap_or_default();
                let own = strip.items().iter().any(|item| item.origin == Origin::File);
                let items = strip.items().iter().map(|item| (item.id, item.name.clone(), item.origin));
                self.take_over(items.collect());
                if !own {
                    let scenes = Gathering::of_scenes(SCENES);
                    self.take_over(
                        scenes
                            .items()
                            .iter()
                            .map(|item| (item.id, item.name.clone(), item.origin))
                            .collect(),
                    );
                }
            }
        }
        self.follow_link();
    }

    /// Does what the link in the address asks for.
    pub(super) fn follow_link(self) {
        let link = RoomLink::parse(&window().location().hash().unwrap_or_default());
        if link != RoomLink::default() && link != self.link() {
            self.follow(&link, true);
        }
    }

    fn follow(self, link: &RoomLink, from_outside: bool) {
        link.panel.into_iter().for_each(|panel| self.panel.set(panel));
        link.theme.into_iter().for_each(|theme| self.desk.theme.set(theme));
        let mut wanted = BTreeMap::new();
        let named = [
            (Slot::First, &link.first),
            (Slot::Second, &link.second),
            (Slot::Drawing, &link.drawing),
        ];
        for (slot, name) in named {
            wanted.extend(name.clone().map(|name| (slot, name)));
        }
        self.models.wanted.set(wanted);
        let look = link.controls.get(LOOK).and_then(|text| Look::parse(text));
        self.mapping.look.set(look.unwrap_or_default());
        self.controls.set(link.controls.clone());
        // A run in hand follows it as far as one may steer it.
        let (safeguard, slow) = untrack(|| (self.is_guarded(), self.is_slow()));
        self.guard(safeguard);
        self.pace(slow);
        // A session keeps its pictures beside its link.
        if let Some(scenes) = link.scenes.as_ref().filter(|_| from_outside) {
            self.only_scenes(scenes);
        }
        let [a, b] = [&link.a, &link.b].map(|named| named.as_ref().and_then(|named| self.named(named, from_outside)));
        self.pictures.chosen.set(a);
        self.pictures.other.set(b.filter(|_| b != a));
        self.settle_choice();
        self.bring();
    }

    /// The room's number of a picture that a link speaks of; a scene comes in where it is not there.
    fn named(self, named: &Named, from_outside: bool) -> Option<u32> {
        match named {
            Named::Scene(seed) => self.pictures.all.try_update(|all| all.scene(*seed)).flatten(),
            Named::File(name) => {
                let known = self.pictures.all.with_untracked(|all| {
                    let mut own = all.items().iter().filter(|item| item.origin == Origin::File);
                    own.find(|item| item.name == *name).map(|item| item.id)
                });
                if known.is_none() && from_outside {
                    let text = format!(
                        "This link was made with “{name}”, which is on its maker's machine alone. Drop that file here and choose it to see the same."
                    );
                    self.desk.tell(Tone::Plain, text, None);
                }
                known
            }
        }
    }

    /// Everything that a link keeps, as it stands.
    fn link(self) -> RoomLink {
        let named = |id: Option<u32>| {
            self.pictures
                .all
                .with(|all| id.and_then(|id| all.find(id)).map(|item| Named::of(item.origin, &item.name)))
        };
        let theme = self.desk.theme.get();
        let mut controls = self.controls.get();
        controls.remove(LOOK);
        controls.extend(self.mapping.look.get().to_text().map(|text| (LOOK.to_owned(), text)));
        self.models.wanted.with(|wanted| RoomLink {
            panel: Some(self.panel.get()),
            first: wanted.get(&Slot::First).cloned(),
            second: wanted.get(&Slot::Second).cloned(),
            drawing: wanted.get(&Slot::Drawing).cloned(),
            scenes: self.pictures.all.with(|all| Scenes::of(all.seeds())),
            a: named(self.pictures.chosen.get()),
            b: named(self.pictures.other.get()),
            theme: (theme != Theme::default()).then_some(theme),
            controls,
        })
    }

    /// Writes session and address whenever something changed, a moment after it settled.
    pub(super) fn keep_session(self) {
        let due = StoredValue::new(0u64);
        let changed = Memo::new(move |_| self.link().to_hash());
        Effect::new(move |before: Option<()>| {
            changed.with(|_| ());
            self.pictures.all.track();
            due.update_value(|n| *n += 1);
            let mine = due.get_value();
            let touched = before.is_some();
            let write = move || {
                if due.get_value() == mine {
                    untrack(|| self.write(touched));
                }
            };
            set_timeout(write, Duration::from_millis(250));
        });
        let _ = window_event_listener_untyped("pagehide", move |_| untrack(|| self.write(false)));
    }

    fn write(self, address: bool) {
        let hash = self.link().to_hash();
        if address && let Ok(history) = window().history() {
            let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&format!("#{hash}")));
        }
        let all = self.pictures.all.get();
        storage::write(SESSION, &serde_json::to_string(&Kept { all, hash }).unwrap_or_default());
        // The light is one for both rooms.
        let hidden = storage::read(storage::SESSION).and_then(|text| session::Session::parse(&text));
        if let Some(mut hidden) = hidden.filter(|hidden| hidden.theme != self.desk.theme.get()) {
            hidden.theme = self.desk.theme.get();
            storage::write(storage::SESSION, &hidden.to_text());
        }
    }

    /// Copies the link to the clipboard.
    pub fn copy_link(self) {
        untrack(|| self.write(true));
        let own = self
            .pictures
            .all
            .with_untracked(|all| all.items().iter().any(|item| item.origin == Origin::File));
        spawn_local(async move {
            let copied = clipboard::write(&window().location().href().unwrap_or_default()).await;
            let text = match (copied, own) {
                (true, true) => "Link copied. It restores every control and the scenes; your pictures stay here and are not in it.",
                (true, false) => "Link copied. It restores every control and the scenes.",
                (false, _) => "This browser does not let the page write to the clipboard. The link is in the address bar.",
            };
            self.desk.tell(Tone::Plain, text, None);
        });
    }
}
