//! What outlives the moment: the session over a reload, the link, the saved picture.

use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::JsValue;

use super::Studio;
use crate::page::{
    browser::{clipboard, storage},
    desk::{Tone, Topic},
    state::{
        first,
        history::MaskHistory,
        link::LinkState,
        session::Session,
        settings::{DeviceChoice, Theme},
        strip::{Origin, Strip},
    },
};

impl Studio {
    /// Takes up where the last visit ended, then what the link in the address asks for.
    pub fn restore(self) {
        let session = storage::read(storage::SESSION).and_then(|text| Session::parse(&text));
        match session {
            Some(session) => self.take_session(session),
            None => self.table.strip.set(Strip::of_scenes(&first::SAMPLES)),
        }
        self.follow_link();
    }

    fn take_session(self, session: Session) {
        self.table.strip.set(session.strip);
        self.hiding.history.set(MaskHistory::new(session.mask));
        self.hiding.percent.set(session.percent);
        self.hiding.seed.set(session.seed);
        self.hiding.brush.set(session.brush);
        self.seeing.view.set(session.view);
        self.seeing.split.set(f64::from(session.split) / 100.0);
        self.models.chosen.set(session.model);
        self.devices.choice.set(session.device);
        self.desk.theme.set(session.theme);
    }

    /// Does what the link in the address asks for.
    pub fn follow_link(self) {
        let hash = window().location().hash().unwrap_or_default();
        let link = LinkState::parse(&hash);
        if link == LinkState::default() || link == self.link() {
            return;
        }
        if let Some(seed) = link.scene {
            self.table.strip.update(|strip| {
                let Some(id) = strip.scene(seed) else { return };
                strip.select(id);
                if let Some(item) = strip.find_mut(id) {
                    item.frame = link.frame;
                }
            });
        } else if let Some(name) = link.file {
            self.follow_file(&name, link.frame);
        }
        let put = |value: Option<u8>, signal: RwSignal<u8>| value.into_iter().for_each(|v| signal.set(v));
        put(link.percent, self.hiding.percent);
        link.seed.into_iter().for_each(|v| self.hiding.seed.set(v));
        link.brush.into_iter().for_each(|v| self.hiding.brush.set(v));
        link.mask
            .into_iter()
            .for_each(|v| self.hiding.history.update(|history| history.set(v)));
        link.view.into_iter().for_each(|v| self.seeing.view.set(v));
        link.split.into_iter().for_each(|v| self.seeing.split.set(f64::from(v) / 100.0));
        self.desk.settle(Topic::Wish);
        self.models.chosen.set(link.model);
        self.devices.choice.set(link.device.unwrap_or_default());
        link.theme.into_iter().for_each(|v| self.desk.theme.set(v));
    }

    fn follow_file(self, name: &str, frame: Option<crate::protocol::Frame>) {
        let known = self.table.strip.with_untracked(|strip| {
            let own = strip.items().iter().filter(|item| item.origin == Origin::File);
            own.filter(|item| item.name == name).map(|item| item.id).next_back()
        });
        if let Some(id) = known {
            self.table.strip.update(|strip| {
                strip.select(id);
                if let (Some(item), Some(_)) = (strip.find_mut(id), frame) {
                    item.frame = frame;
                }
            });
        } else {
            self.table.awaited.set(Some(name.into()));
            self.desk.tell(
                Tone::Plain,
                format!("This link was made with “{name}”, which is on its maker's machine alone. Drop that file here to see the same; until then the mask lies on another picture."),
                None,
            );
        }
    }

    /// The square that the link wanted of a file which has now come.
    pub(super) fn frame_of_link(self, id: u32, name: &str) {
        if self.table.awaited.with_untracked(|awaited| awaited.as_deref() == Some(name)) {
            self.table.awaited.set(None);
            let frame = LinkState::parse(&window().location().hash().unwrap_or_default()).frame;
            self.table.strip.update(|strip| {
                if let Some(item) = strip.find_mut(id) {
                    item.frame = frame;
                }
            });
        }
    }

    /// Everything that a link keeps, as it stands.
    pub fn link(self) -> LinkState {
        let item = self.table.strip.with(|strip| strip.item().cloned());
        let scene = item
            .as_ref()
            .and_then(|item| if let Origin::Scene(seed) = item.origin { Some(seed) } else { None });
        let theme = self.desk.theme.get();
        let device = self.devices.choice.get();
        LinkState {
            scene,
            file: item.as_ref().filter(|_| scene.is_none()).map(|item| item.name.clone()),
            frame: item.and_then(|item| item.frame),
            model: self.models.chosen.get(),
            mask: Some(self.hiding.history.with(|history| history.mask().clone())),
            percent: Some(self.hiding.percent.get()),
            seed: Some(self.hiding.seed.get()),
            brush: Some(self.hiding.brush.get()),
            view: Some(self.seeing.view.get()),
            split: Some((self.seeing.split.get() * 100.0).round() as u8),
            device: (device != DeviceChoice::Auto).then_some(device),
            theme: (theme != Theme::default()).then_some(theme),
        }
    }

    fn session(self) -> Session {
        Session {
            strip: self.table.strip.get(),
            mask: self.hiding.history.with(|history| history.mask().clone()),
            percent: self.hiding.percent.get(),
            seed: self.hiding.seed.get(),
            brush: self.hiding.brush.get(),
            view: self.seeing.view.get(),
            split: (self.seeing.split.get() * 100.0).round() as u8,
            model: self.models.chosen.get(),
            device: self.devices.choice.get(),
            theme: self.desk.theme.get(),
        }
    }

    /// Writes session and address whenever something changed, a moment after it settled.
    pub fn keep_session(self) {
        let due = StoredValue::new(0u64);
        let changed = Memo::new(move |_| (self.session(), self.link()));
        Effect::new(move |before: Option<()>| {
            changed.with(|_| ());
            due.update_value(|n| *n += 1);
            let mine = due.get_value();
            // The address stays as it came until something is touched.
            let touched = before.is_some();
            let write = move || {
                if due.get_value() == mine {
                    untrack(|| self.write_session(touched));
                }
            };
            set_timeout(write, std::time::Duration::from_millis(250));
        });
        // A reload right after a stroke must not lose it.
        let leaving = move |_| untrack(|| self.write_session(false));
        let _ = window_event_listener_untyped("pagehide", leaving);
    }

    fn write_session(self, address: bool) {
        storage::write(storage::SESSION, &self.session().to_text());
        if address {
            self.write_address();
        }
    }

    fn write_address(self) {
        let hash = format!("#{}", self.link().to_hash());
        if let Ok(history) = window().history() {
            let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&hash));
        }
    }

    /// Copies the link to the clipboard.
    pub fn copy_link(self) {
        untrack(|| self.write_address());
        let address = window().location().href().unwrap_or_default();
        let own = self
            .table
            .strip
            .with_untracked(|strip| strip.item().is_some_and(|item| item.origin == Origin::File));
        spawn_local(async move {
            let copied = clipboard::write(&address).await;
            let text = match (copied, own) {
                (true, true) => "Link copied. It restores every control; your picture stays here and is not in it.",
                (true, false) => "Link copied. It restores every control.",
                (false, _) => "This browser does not let the page write to the clipboard. The link is in the address bar.",
            };
            self.desk.tell(Tone::Plain, text, None);
        });
    }
}
