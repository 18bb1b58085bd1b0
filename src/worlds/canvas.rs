//! The picture while it is painted, and sprites: things painted apart, so that their shadow and their reflection
//! can be laid down before they are.

use super::{
    colour::Colour,
    noise::{Row, dither, floor},
};
use crate::picture::Rgb8;

/// A square picture in floats. Places are in `0..1`, `y` down; a pixel is `px` wide.
pub(super) struct Canvas {
    pub size: usize,
    pub px: f32,
    pub pixels: Vec<Colour>,
}

impl Canvas {
    pub fn new(size: usize) -> Self {
        let size = size.max(1);
        Self {
            size,
            px: 1.0 / size as f32,
            pixels: vec![Colour::default(); size * size],
        }
    }

    /// Indices of the pixels between two places, cut to the picture.
    pub fn span(&self, from: f32, to: f32) -> std::ops::Range<usize> {
        let size = self.size as i32;
        let start = floor((from * self.size as f32 - 0.5).clamp(-4.0, 1e6)).clamp(0, size);
        let end = (floor((to * self.size as f32 + 0.5).clamp(-4.0, 1e6)) + 1).clamp(start, size);
        start as usize..end as usize
    }

    /// Place of the centre of pixel `i`.
    pub fn centre(&self, i: usize) -> f32 {
        (i as f32 + 0.5) * self.px
    }

    /// Lays a colour and its coverage over each pixel of a box `[left, top, right, bottom]`.
    pub fn fill(&mut self, [left, top, right, bottom]: [f32; 4], mut paint: impl FnMut(f32, f32) -> (Colour, f32)) {
        let columns = self.span(left, right);
        for j in self.span(top, bottom) {
            let y = self.centre(j);
            for i in columns.clone() {
                let (colour, cover) = paint(self.centre(i), y);
                if cover > 0.0 {
                    let p = &mut self.pixels[j * self.size + i];
                    *p = p.mix(colour, cover.min(1.0));
                }
            }
        }
    }

    /// The colour at a place, between pixels interpolated, cut to rows above `last_row`.
    pub fn sample(&self, x: f32, y: f32, last_row: usize) -> Colour {
        let n = self.size as f32;
        let fx = (x * n - 0.5).clamp(0.0, n - 1.0);
        let fy = (y * n - 0.5).clamp(0.0, last_row as f32);
        let (i, j) = (fx as usize, fy as usize);
        let (i1, j1) = ((i + 1).min(self.size - 1), (j + 1).min(last_row));
        let (tx, ty) = (fx - i as f32, fy - j as f32);
        let top = self.pixels[j * self.size + i].mix(self.pixels[j * self.size + i1], tx);
        let low = self.pixels[j1 * self.size + i].mix(self.pixels[j1 * self.size + i1], tx);
        top.mix(low, ty)
    }

    /// Lays a sprite over the picture.
    pub fn lay(&mut self, sprite: &Sprite) {
        for j in 0..sprite.height {
            let row = (sprite.top + j) * self.size + sprite.left;
            for i in 0..sprite.width {
                let [r, g, b, a] = sprite.pixels[j * sprite.width + i];
                if a > 0.0 {
                    let p = &mut self.pixels[row + i];
                    *p = *p * (1.0 - a) + Colour { r, g, b };
                }
            }
        }
    }

    /// Eight bits a channel, with a breath of paper grain and a dither that hides the steps of gradients.
    pub fn finish(&self, seed: u32) -> Rgb8 {
        let mut pixels = Vec::with_capacity(3 * self.pixels.len());
        let mut paper = Row::default();
        for (j, row) in self.pixels.chunks_exact(self.size).enumerate() {
            if self.size >= 192 {
                paper.set(0.0, 170.0, self.centre(j) * 170.0, seed);
            }
            for (i, c) in row.iter().enumerate() {
                let shift = dither(i as u32, j as u32, seed) * 1.4 - 0.2 + 1.5 * paper.at(self.centre(i) * 170.0);
                // `as u8` stops at 0 and 255.
                pixels.extend([c.r, c.g, c.b].map(|v| (v * 255.0 + shift) as u8));
            }
        }
        Rgb8 {
            width: self.size,
            height: self.size,
            pixels,
        }
    }
}

/// A part of the picture painted apart: premultiplied colour and coverage on the picture's own pixels.
pub(super) struct Sprite {
    pub left: usize,
    pub top: usize,
    pub width: usize,
    pub height: usize,
    pub px: f32,
    pub pixels: Vec<[f32; 4]>,
}

impl Sprite {
    /// An empty sprite over the part of `canvas` that lies in `[left, top, right, bottom]`.
    pub fn over(canvas: &Canvas, [left, top, right, bottom]: [f32; 4], mut store: Vec<[f32; 4]>) -> Self {
        let (columns, rows) = (canvas.span(left, right), canvas.span(top, bottom));
        store.clear();
        store.resize(columns.len() * rows.len(), [0.0; 4]);
        Self {
            left: columns.start,
            top: rows.start,
            width: columns.len(),
            height: rows.len(),
            px: canvas.px,
            pixels: store,
        }
    }

    /// Lays a colour with some coverage on one pixel.
    pub fn blend(&mut self, i: usize, j: usize, c: Colour, a: f32) {
        let p = &mut self.pixels[j * self.width + i];
        let k = 1.0 - a;
        *p = [p[0] * k + c.r * a, p[1] * k + c.g * a, p[2] * k + c.b * a, p[3] * k + a];
    }

    /// Keeps account of what shows of one thing: this sprite is it, or covers it.
    pub fn watch(&self, mask: &mut [f32], size: usize, is_it: bool) {
        for j in 0..self.height {
            for i in 0..self.width {
                let a = self.pixels[j * self.width + i][3];
                let m = &mut mask[(self.top + j) * size + self.left + i];
                *m = if is_it { a } else { *m * (1.0 - a) };
            }
        }
    }

    /// Premultiplied colour and coverage at a place of the picture; nothing outside.
    pub fn sample(&self, x: f32, y: f32) -> [f32; 4] {
        let fx = x / self.px - 0.5 - self.left as f32;
        let fy = y / self.px - 0.5 - self.top as f32;
        if fx <= -1.0 || fy <= -1.0 || fx >= self.width as f32 || fy >= self.height as f32 {
            return [0.0; 4];
        }
        let (i, j) = (floor(fx), floor(fy));
        let (tx, ty) = (fx - i as f32, fy - j as f32);
        let at = |i: i32, j: i32| {
            if i < 0 || j < 0 || i >= self.width as i32 || j >= self.height as i32 {
                [0.0; 4]
            } else {
                self.pixels[j as usize * self.width + i as usize]
            }
        };
        let (a, b, c, d) = (at(i, j), at(i + 1, j), at(i, j + 1), at(i + 1, j + 1));
        std::array::from_fn(|k| (a[k] * (1.0 - tx) + b[k] * tx) * (1.0 - ty) + (c[k] * (1.0 - tx) + d[k] * tx) * ty)
    }
}
