//! Files that come in: dropped, picked, pasted, taken with the camera; pictures, weights and masks.

use leptos::{prelude::*, task::spawn_local};
use web_sys::File;

use super::Studio;
use crate::{
    mask::Mask,
    page::{
        browser::{canvas, files},
        state::{history::leave_one, sniff},
    },
    picture::Rgb8,
};

/// A mask picture is read at no more than this on a side, pixels: many times any grid.
const LARGEST_MASK_SIDE: u32 = 1024;

impl Studio {
    /// Takes files as what they are: weights become the model, the rest goes into the strip.
    pub fn take_files(self, list: Vec<File>) {
        if list.is_empty() {
            return;
        }
        spawn_local(async move {
            let sorted = files::sort(list, |why| self.desk.trouble(why)).await;
            for (name, blob) in sorted.weights {
                self.take_weights(name, blob);
            }
            self.add_pictures(sorted.pictures);
        });
    }

    /// A mask out of a PNG: white is hidden.
    pub fn take_mask(self, file: File) {
        spawn_local(async move {
            match self.read_mask(&file).await {
                Ok(mask) => self.hiding.history.update(|history| history.set(leave_one(mask))),
                Err(why) => self.desk.trouble(why),
            }
        });
    }

    async fn read_mask(self, file: &File) -> Result<Mask, String> {
        let name = file.name();
        sniff::mask_size(&name, &files::head(file).await)?;
        let broken = || format!("“{name}” could not be read as a PNG: it may be cut short. Save the mask again.");
        let url = web_sys::Url::create_object_url_with_blob(file).map_err(|_| broken())?;
        let sheet = canvas::load(&url, LARGEST_MASK_SIDE).await;
        let _ = web_sys::Url::revoke_object_url(&url);
        let sheet = sheet.ok_or_else(broken)?;
        let rgba = canvas::pixels(&sheet).ok_or_else(broken)?;
        let rgb = rgba.chunks_exact(4).flat_map(over_black).collect();
        let picture = Rgb8::new(sheet.width() as usize, sheet.height() as usize, rgb).map_err(|e| format!("“{name}”: {e}"))?;
        Ok(Mask::from_picture(&picture, self.grid_now()))
    }

    /// The mask as a PNG, one patch as large as in the model's own picture.
    pub fn save_mask(self) {
        let size = self
            .models
            .open
            .with_untracked(|open| open.as_ref().map_or(128, |model| model.size_px));
        let mask = self.hiding.history.with_untracked(|history| history.on(self.grid_now()));
        let picture = mask.to_picture((size / mask.grid.columns.max(1)).max(1));
        spawn_local(async move {
            let rgba: Vec<u8> = picture.pixels.chunks_exact(3).flat_map(|p| [p[0], p[1], p[2], 255]).collect();
            let buffer = crate::platform::web::to_buffer(&rgba);
            let png = match canvas::of_rgba(&buffer, picture.width, picture.height) {
                Some(sheet) => canvas::png(&sheet).await,
                None => None,
            };
            match png {
                Some(png) => files::save(&png, "mask.png"),
                None => self.desk.trouble("The browser made no PNG of the mask. Try again."),
            }
        });
    }
}

/// What is transparent in a mask is not hidden.
fn over_black(pixel: &[u8]) -> [u8; 3] {
    let [r, g, b, alpha] = [pixel[0], pixel[1], pixel[2], pixel[3]].map(u16::from);
    [r, g, b].map(|channel| (channel * alpha / 255) as u8)
}
