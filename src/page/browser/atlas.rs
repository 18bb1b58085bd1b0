//! Many small pictures on few large canvases: drawing thousands from a handful of sheets is quick, from thousands not.

use std::collections::BTreeMap;

use web_sys::{CanvasRenderingContext2d as Context, HtmlCanvasElement as Canvas};

use super::canvas::{lay_part, lay_square, pen, sheet, smooth};

/// Side of a sheet, pixels: small, for a browser copies a whole sheet where one more picture is laid on it.
const SHEET_PX: u32 = 1024;

/// Where a picture lies, and its mean colour.
#[derive(Clone, Debug)]
struct Tile {
    sheet: usize,
    at: [f64; 2],
    mean: String,
}

/// The sheets.
pub struct Atlas {
    side: u32,
    sheets: Vec<Canvas>,
    tiles: BTreeMap<u32, Tile>,
    /// Places that were given away, of pictures still there or gone.
    used: usize,
}

impl Atlas {
    /// Empty sheets for so many pictures: the more there are, the smaller they lie there.
    pub fn new(pictures: usize) -> Self {
        Self {
            side: side_for(pictures),
            sheets: Vec::new(),
            tiles: BTreeMap::new(),
            used: 0,
        }
    }

    /// Side of a picture on its sheet, pixels.
    pub fn side(&self) -> f64 {
        f64::from(self.side)
    }

    /// Whether a new atlas would serve so many pictures better: they want another size, or most places are of pictures
    /// that are gone.
    pub fn is_outgrown(&self, pictures: usize) -> bool {
        side_for(pictures) != self.side || self.used > 2 * pictures + 64
    }

    /// Whether a picture is there.
    pub fn has(&self, id: u32) -> bool {
        self.tiles.contains_key(&id)
    }

    /// Lays the middle square of a picture down, with its mean colour.
    pub fn add(&mut self, id: u32, from: &Canvas, [r, g, b]: [u8; 3]) -> Option<()> {
        let across = (SHEET_PX / self.side) as usize;
        let (number, place) = (self.used / (across * across), self.used % (across * across));
        if number >= self.sheets.len() {
            self.sheets.push(sheet(SHEET_PX, SHEET_PX)?);
        }
        let pen = pen(self.sheets.get(number)?)?;
        smooth(&pen);
        let at = [(place % across) as f64 * self.side(), (place / across) as f64 * self.side()];
        lay_square(&pen, from, at[0], at[1], self.side());
        self.used += 1;
        let mean = format!("rgb({r} {g} {b})");
        self.tiles.insert(id, Tile { sheet: number, at, mean });
        Some(())
    }

    /// Draws a picture on a square.
    pub fn draw(&self, pen: &Context, id: u32, x: f64, y: f64, side: f64) {
        if let Some(tile) = self.tiles.get(&id)
            && let Some(sheet) = self.sheets.get(tile.sheet)
        {
            let part = [tile.at[0], tile.at[1], self.side(), self.side()];
            lay_part(pen, sheet, part, [x, y, side, side]);
        }
    }

    /// A picture's mean colour, as canvases take it.
    pub fn mean(&self, id: u32) -> &str {
        self.tiles.get(&id).map_or("#888", |tile| &tile.mean)
    }
}

fn side_for(pictures: usize) -> u32 {
    match pictures {
        0..=256 => 128,
        257..=2048 => 64,
        _ => 48,
    }
}
