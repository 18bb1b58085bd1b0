//! Thumbnails out of what the engine decoded.

use js_sys::{ArrayBuffer, Uint8Array};
use leptos::prelude::*;
use web_sys::HtmlCanvasElement as Canvas;

use super::{Answer, Room, Thumb};
use crate::{
    page::{browser::canvas, desk::Tone, state::gathering::Item},
    protocol::together::FromTogether,
};

impl Room {
    /// A picture with its thumbnail; `None` where the engine sent none.
    pub(super) fn develop(self, item: Item, answer: &Answer) -> Option<Thumb> {
        let FromTogether::Picture { size, shown, note, .. } = &answer.body else {
            return None;
        };
        let is_new = self
            .pictures
            .list
            .with_untracked(|list| list.iter().all(|thumb| thumb.id != item.id));
        if let Some(note) = note.as_ref().filter(|_| is_new) {
            self.desk.tell(Tone::Plain, format!("“{}”: {note}", item.name), None);
        }
        let buffer = answer.buffers.first()?;
        let mean = mean(buffer);
        let canvas = canvas::of_rgba(buffer, shown[0], shown[1])?;
        let canvas = smaller(canvas, side_for(self.pictures.all.with_untracked(|all| all.items().len())));
        Some(Thumb {
            id: item.id,
            name: item.name,
            origin: item.origin,
            size: *size,
            mean,
            canvas,
        })
    }

    /// Puts thumbnails where their pictures stand.
    pub(super) fn show(self, thumbs: Vec<Thumb>) {
        if thumbs.is_empty() {
            return;
        }
        let places = self.pictures.all.with_untracked(|all| all.places());
        self.pictures.list.update(|list| {
            list.retain(|old| thumbs.iter().all(|new| new.id != old.id));
            list.extend(thumbs);
            list.retain(|thumb| places.contains_key(&thumb.id));
            list.sort_by_key(|thumb| places.get(&thumb.id).copied());
        });
        self.settle_choice();
    }
}

/// The long side of thumbnails, pixels: many pictures have small ones, so that memory stays in bounds.
fn side_for(pictures: usize) -> u32 {
    match pictures {
        0..=200 => 256,
        201..=1000 => 96,
        _ => 64,
    }
}

/// The mean of some of the pixels of a buffer, RGBA.
fn mean(buffer: &ArrayBuffer) -> [u8; 3] {
    let bytes = Uint8Array::new(buffer);
    let pixels = bytes.length() / 4;
    let step = (pixels / 61).max(1);
    let some: Vec<u32> = (0..pixels).step_by(step as usize).collect();
    let sum = |channel: u32| some.iter().map(|at| u32::from(bytes.get_index(at * 4 + channel))).sum::<u32>();
    [0, 1, 2].map(|channel| (sum(channel) / (some.len() as u32).max(1)) as u8)
}

fn smaller(from: Canvas, most: u32) -> Canvas {
    let long = from.width().max(from.height());
    if long <= most {
        return from;
    }
    let scale = f64::from(most) / f64::from(long);
    let [width, height] = [from.width(), from.height()].map(|side| (f64::from(side) * scale).round().max(1.0));
    let small = || {
        let to = canvas::sheet(width as u32, height as u32)?;
        let pen = canvas::pen(&to)?;
        canvas::smooth(&pen);
        pen.draw_image_with_html_canvas_element_and_dw_and_dh(&from, 0.0, 0.0, width, height)
            .ok()?;
        Some(to)
    };
    small().unwrap_or(from)
}
