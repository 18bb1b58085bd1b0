//! Views as puzzles.

use super::{Views, seed_of_view};
use crate::{
    chance::Chance,
    picture::{Picture, Rgb8},
};

/// Tiles a side of the puzzle.
pub const SIDE: usize = 3;
/// Tiles of a puzzle.
pub const TILES: usize = SIDE * SIDE;

/// A view cut into 3 x 3 cells, of each a random part, in a random order: the pretext of Noroozi & Favaro (2016) as PIRL
/// has it (Misra & van der Maaten 2020, Sec. 3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Jigsaw {
    /// Side of a tile, pixels; no larger than a cell.
    pub tile_px: usize,
}

/// A puzzle of one picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Puzzle {
    /// The tiles in the order they are shown, all of one size.
    pub tiles: Vec<Picture>,
    /// For each of them its cell, counted row by row.
    pub order: [usize; TILES],
}

impl Puzzle {
    /// One picture of all tiles, three a row, in the order they are shown.
    #[must_use]
    pub fn together(&self) -> Picture {
        let [width, height] = self.tiles.first().map_or([0, 0], |tile| [tile.width, tile.height]);
        let mut whole = Picture::grey(SIDE * width, SIDE * height, 0.0);
        let plane = whole.width * whole.height;
        for (place, tile) in self.tiles.iter().enumerate() {
            let [left, top] = [place % SIDE * width, place / SIDE * height];
            for (line, row) in tile.pixels.chunks_exact(width.max(1)).enumerate() {
                let (channel, y) = (line / height.max(1), line % height.max(1));
                let start = channel * plane + (top + y) * SIDE * width + left;
                whole.pixels[start..start + width].copy_from_slice(row);
            }
        }
        whole
    }
}

impl Jigsaw {
    /// For a view of this side. The paper cuts tiles of 64 px out of the cells, 85 px wide, of a view of 255 px; others keep
    /// that proportion.
    #[must_use]
    pub const fn of(view_px: usize) -> Self {
        let cell = view_px / SIDE;
        let tile_px = (cell * 64 + 42) / 85;
        Self {
            tile_px: if tile_px == 0 { 1 } else { tile_px },
        }
    }

    /// The puzzle of `picture` at `position`: its view's crop is cut, and each tile then goes through the view's changes by
    /// itself, with draws of its own, as PIRL's code has it (vissl, `ImgPilToPatchesAndImage` and what follows it).
    #[must_use]
    pub fn make(&self, views: &Views, picture: &Rgb8, seed: u64, position: u64) -> Puzzle {
        let view = views.crop(picture, seed, position);
        let mut puzzle = self.cut(&view, &mut Chance::new(seed, "jigsaw", position));
        let apart = Chance::new(seed, "tiles", 0).bits();
        for (tile, number) in puzzle.tiles.iter_mut().zip(0..) {
            views.change(tile, seed_of_view(apart, number), position);
        }
        puzzle
    }

    /// Cuts a view. In one narrower than three pixels cells overlap.
    #[must_use]
    pub fn cut(&self, view: &Picture, chance: &mut Chance) -> Puzzle {
        let mut order = [0; TILES];
        for (number, cell) in order.iter_mut().enumerate() {
            *cell = number;
        }
        chance.shuffle(&mut order);
        let (across, down) = (self.line(view.width), self.line(view.height));
        let tiles = order.iter().map(|cell| {
            let (x, y) = (across.place(cell % SIDE, chance), down.place(cell / SIDE, chance));
            part(view, [x, y], [across.tile, down.tile])
        });
        Puzzle {
            tiles: tiles.collect(),
            order,
        }
    }

    fn line(&self, length: usize) -> Line {
        let cell = (length / SIDE).max(1).min(length);
        Line {
            last: length - cell,
            cell,
            tile: self.tile_px.min(cell),
        }
    }
}

/// Cells and tiles along one side of a view, pixels.
struct Line {
    cell: usize,
    tile: usize,
    /// Where a cell can start at most.
    last: usize,
}

impl Line {
    /// Where the tile of a cell starts.
    fn place(&self, cell: usize, chance: &mut Chance) -> usize {
        (cell * self.cell).min(self.last) + chance.below(self.cell - self.tile + 1)
    }
}

fn part(view: &Picture, [x, y]: [usize; 2], [width, height]: [usize; 2]) -> Picture {
    let mut pixels = Vec::with_capacity(3 * width * height);
    for channel in 0..3 {
        for row in y..y + height {
            let start = channel * view.plane() + row * view.width + x;
            pixels.extend_from_slice(&view.pixels[start..start + width]);
        }
    }
    Picture { width, height, pixels }
}
