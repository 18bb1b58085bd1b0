//! The first look: a picture already hidden and predicted when the page was built, shown while the engine loads.

use leptos::{prelude::*, task::spawn_local};

use super::{Studio, prints::Print};
use crate::{
    page::{
        browser::{blobs::HIDDEN, canvas, files},
        state::{
            first,
            strip::{Origin, Strip},
        },
    },
    protocol::Prediction,
};

/// Films are no longer than this, pixels.
const FILM_PX: u32 = 640;

impl Studio {
    /// Shows what can be shown before an engine answers.
    pub fn show_first_look(self) {
        let Some(item) = self.table.strip.with_untracked(|strip| strip.item().cloned()) else {
            return;
        };
        let untouched = self.hiding.history.with_untracked(|history| *history.mask() == first::mask());
        let is_first = item.origin == Origin::Scene(first::SAMPLES[0]) && item.frame.is_none() && untouched;
        spawn_local(async move {
            if is_first {
                self.show_first_print(item.id).await;
            } else if item.origin == Origin::File {
                self.preview(item.id).await;
            }
        });
    }

    async fn show_first_print(self, id: u32) {
        let Some(drawn) = canvas::load("./first/drawn.png", FILM_PX).await else {
            return;
        };
        // As large as the model takes it, so that the print stays as it is when the engine's own comes.
        let Some(truth) = canvas::load("./first/truth.png", drawn.width()).await else {
            return;
        };
        let numbers = files::fetch_text("./first/numbers.json").await;
        let numbers = numbers.and_then(|text| serde_json::from_str::<Prediction>(&text).ok());
        let print = Print::new(id, None, first::MODEL.into(), truth, drawn, first::mask(), numbers);
        let waits = self.seeing.print.with_untracked(Option::is_none) && self.table.strip.with_untracked(Strip::current) == Some(id);
        if waits {
            self.seeing.print.set(print);
        }
    }

    /// A person's own picture as the browser decodes it, until the engine has.
    async fn preview(self, id: u32) {
        let Some(blob) = HIDDEN.take(id).await else { return };
        let Ok(url) = web_sys::Url::create_object_url_with_blob(&blob) else {
            return;
        };
        let film = canvas::load(&url, FILM_PX).await;
        let _ = web_sys::Url::revoke_object_url(&url);
        if let Some(film) = film {
            self.table.films.update(|films| {
                films.entry(id).or_insert(film);
            });
        }
    }
}
