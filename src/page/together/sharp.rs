//! Pictures for large prints: as sharp as their files allow, where a thumbnail would be too small.

use leptos::{prelude::*, task::spawn_local};
use web_sys::{HtmlCanvasElement as Canvas, Url};

use super::{Room, Thumb};
use crate::page::{browser::canvas, state::strip::Origin};

/// The long side of a large print at most, pixels of the screen.
const SIDE: u32 = 1024;

impl Room {
    /// The picture that `of` names, for a large print: its thumbnail at once, and sharp as soon as its file is decoded.
    /// Scenes, and files that the browser cannot decode, stay as they are.
    pub fn sharp(self, of: impl Fn() -> Option<Thumb> + Copy + 'static) -> impl Fn() -> Option<Canvas> + Copy + 'static {
        let large = RwSignal::new_local(None::<(u32, Canvas)>);
        Effect::new(move |before: Option<Option<u32>>| {
            let file = of().filter(|thumb| thumb.origin == Origin::File).map(|thumb| thumb.id);
            if let Some(id) = file.filter(|_| before.flatten() != file) {
                spawn_local(async move {
                    let canvas = self.decoded(id).await;
                    large.try_set(canvas.map(|canvas| (id, canvas)));
                });
            }
            file
        });
        move || {
            let thumb = of()?;
            let sharp = large.with(|large| large.as_ref().filter(|(id, _)| *id == thumb.id).map(|(_, canvas)| canvas.clone()));
            Some(sharp.unwrap_or(thumb.canvas))
        }
    }

    async fn decoded(self, id: u32) -> Option<Canvas> {
        let url = Url::create_object_url_with_blob(&self.file(id).await?).ok()?;
        let canvas = canvas::load(&url, SIDE).await;
        let _ = Url::revoke_object_url(&url);
        canvas
    }
}
