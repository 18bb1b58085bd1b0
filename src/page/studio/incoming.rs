//! Files that come in: dropped, picked, pasted, taken with the camera; pictures, weights and masks.

use leptos::{prelude::*, task::spawn_local};
use web_sys::File;

use super::Studio;
use crate::{
    mask::{Mask, is_hidden},
    page::{
        browser::{canvas, files},
        state::{history::leave_one, sniff},
    },
};

/// So many pixels of a mask are looked at at once: the largest one would fill the page's memory.
const AT_ONCE_PX: u32 = 1 << 20;

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
        let size = sniff::mask_size(&name, &files::head(file).await)?;
        let [left, top, width, height] = self.part_of_mask(&name, size)?;
        let broken = || format!("“{name}” could not be read as a PNG: it may be cut short. Save the mask again.");
        let url = web_sys::Url::create_object_url_with_blob(file).map_err(|_| broken())?;
        let image = canvas::image(&url).await;
        let _ = web_sys::Url::revoke_object_url(&url);
        let image = image.ok_or_else(broken)?;
        let mut hidden = Vec::with_capacity(width as usize * height as usize);
        let rows = (AT_ONCE_PX / width).max(1);
        for from in (0..height).step_by(rows as usize) {
            let rgba = canvas::pixels_of(&image, [left, top + from, width, rows.min(height - from)]).ok_or_else(broken)?;
            hidden.extend(rgba.chunks_exact(4).map(|pixel| is_hidden(over_black(pixel))));
        }
        Ok(Mask::from_pixels(hidden, [width as usize, height as usize], self.grid_now()))
    }

    /// Which part of a mask of this size is meant: the picture's own square where it is as large as the picture, else all of
    /// it. `left, top, width, height`.
    fn part_of_mask(self, name: &str, size: [u32; 2]) -> Result<[u32; 4], String> {
        let [width, height] = size;
        let grid = self.grid_now();
        let item = self.table.strip.with_untracked(|strip| strip.item().cloned());
        let own = item.as_ref().and_then(|item| item.size);
        if let (Some(square), true) = (item.and_then(|item| item.square()), own == Some(size.map(|side| side as usize))) {
            let [left, top, side] = [square.x, square.y, square.side].map(|value| value.round() as u32);
            let side = side.clamp(1, width.min(height));
            return Ok([left.min(width - side), top.min(height - side), side, side]);
        }
        if grid.takes(width as usize, height as usize) {
            return Ok([0, 0, width, height]);
        }
        Err(format!(
            "“{name}” is {width} × {height} pixels, which cannot be scaled to a square of {} × {} patches: make it square, or as large as the picture.",
            grid.columns, grid.rows
        ))
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
