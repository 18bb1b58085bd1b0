//! Works without a network after one visit: the service worker, and the new version that waits.

use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Event, ServiceWorker, ServiceWorkerContainer, ServiceWorkerRegistration, ServiceWorkerState};

use super::{Desk, Remedy, Tone};
use crate::platform::web;

fn container() -> Option<ServiceWorkerContainer> {
    // Absent where the page is not served securely.
    let container = web::get(&window().navigator(), "serviceWorker");
    (!container.is_undefined()).then(|| container.unchecked_into())
}

fn on(target: &web_sys::EventTarget, event: &str, act: impl Fn() + 'static) {
    let act = Closure::<dyn Fn(Event)>::new(move |_| act());
    let _ = target.add_event_listener_with_callback(event, act.as_ref().unchecked_ref());
    // As long as the page.
    act.forget();
}

impl Desk {
    /// Registers the service worker and says when a new version waits.
    pub fn keep_offline(self) {
        let Some(container) = container() else { return };
        spawn_local(async move {
            let Ok(registration) = JsFuture::from(container.register("./sw.js")).await else {
                return;
            };
            let Ok(registration) = registration.dyn_into::<ServiceWorkerRegistration>() else {
                return;
            };
            if registration.waiting().is_some() && container.controller().is_some() {
                self.new_version_waits();
            }
            let watched = registration.clone();
            on(&registration, "updatefound", move || {
                if let Some(worker) = watched.installing() {
                    self.watch(worker);
                }
            });
        });
    }

    fn watch(self, worker: ServiceWorker) {
        let watched = worker.clone();
        on(&worker, "statechange", move || {
            // The very first one takes the page at once and replaces nothing.
            let replaces = container().is_some_and(|container| container.controller().is_some());
            if watched.state() == ServiceWorkerState::Installed && replaces {
                self.new_version_waits();
            }
        });
    }

    fn new_version_waits(self) {
        self.tell(Tone::Plain, "A new version of this page is here and waits.", Some(Remedy::Renew));
    }

    /// Takes the new version: what is on the page survives the reload.
    pub fn renew(self) {
        let Some(container) = container() else { return };
        on(&container, "controllerchange", || {
            let _ = window().location().reload();
        });
        spawn_local(async move {
            let Ok(found) = JsFuture::from(container.get_registration()).await else {
                return;
            };
            let waiting = found
                .dyn_into::<ServiceWorkerRegistration>()
                .ok()
                .and_then(|registration| registration.waiting());
            match waiting {
                Some(worker) => drop(worker.post_message(&JsValue::from_str("take over"))),
                None => drop(window().location().reload()),
            }
        });
    }
}
