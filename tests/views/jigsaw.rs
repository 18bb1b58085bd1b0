//! The puzzle.

use darkroom::{
    chance::Chance,
    picture::Picture,
    views::{Jigsaw, Recipe, seed_of_view},
};

use crate::made;

/// Every pixel says its cell's number, and in the other channels where it lies.
fn numbered(width: usize, height: usize) -> Picture {
    let mut picture = Picture::grey(width, height, 0.0);
    let plane = picture.plane();
    for at in 0..plane {
        let (x, y) = (at % width, at / width);
        picture.pixels[at] = (y / (height / 3) * 3 + x / (width / 3)) as f32;
        picture.pixels[plane + at] = x as f32;
        picture.pixels[2 * plane + at] = y as f32;
    }
    picture
}

#[test]
fn tiles_are_parts_of_the_cells_that_their_order_names() {
    let view = numbered(36, 30);
    let mut starts = Vec::new();
    for number in 0..50 {
        let puzzle = Jigsaw { tile_px: 7 }.cut(&view, &mut Chance::new(0, "jigsaw", number));
        let mut cells = puzzle.order;
        cells.sort_unstable();
        assert_eq!(cells, [0, 1, 2, 3, 4, 5, 6, 7, 8]);
        for (tile, cell) in puzzle.tiles.iter().zip(puzzle.order) {
            assert_eq!((tile.width, tile.height), (7, 7));
            assert!(tile.pixels[..49].iter().all(|said| *said == cell as f32));
            assert_eq!(tile.pixels[49 + 48], tile.pixels[49] + 6.0, "no pixel is left out");
            starts.push((tile.pixels[49] as usize % 12, tile.pixels[98] as usize % 10));
        }
    }
    // A tile of 7 in a cell of 12 x 10 starts in one of 6 x 4 places.
    starts.sort_unstable();
    starts.dedup();
    assert_eq!(starts.len(), 24);
}

#[test]
fn tiles_keep_the_papers_proportion_and_never_pass_their_cell() {
    let sides = [255, 224, 96, 32, 3, 1].map(|view_px| Jigsaw::of(view_px).tile_px);
    assert_eq!(sides, [64, 56, 24, 8, 1, 1]);
    for (width, height) in [(1, 1), (2, 5), (7, 3), (40, 40)] {
        let puzzle = Jigsaw { tile_px: 64 }.cut(&Picture::grey(width, height, 0.5), &mut Chance::new(0, "jigsaw", 0));
        let size = ((width / 3).max(1), (height / 3).max(1));
        assert!(
            puzzle
                .tiles
                .iter()
                .all(|tile| (tile.width, tile.height) == size && !tile.pixels.is_empty())
        );
    }
}

#[test]
fn a_puzzle_depends_on_seed_and_position_and_changes_each_tile_by_itself() {
    let picture = made(60, 60);
    let recipe = Recipe {
        solarise: 0.5,
        ..Recipe::plain(33, [0.6, 1.0], 0.0)
    };
    let puzzle = |recipe: &Recipe, seed, position| Jigsaw::of(33).make(&recipe.views(), &picture, seed, position);
    let [plain, changed] = [0.0, 0.5].map(|solarise| {
        let recipe = Recipe {
            solarise,
            ..recipe.clone()
        };
        puzzle(&recipe, seed_of_view(1, 1), 4)
    });
    assert_eq!(changed, puzzle(&recipe, seed_of_view(1, 1), 4));
    assert_ne!(changed.order, puzzle(&recipe, seed_of_view(1, 1), 5).order);
    assert_eq!(changed.order, plain.order);
    let same = plain
        .tiles
        .iter()
        .zip(&changed.tiles)
        .filter(|(plain, changed)| plain == changed)
        .count();
    assert!((1..9).contains(&same), "{same} of 9 tiles were left as they were");
}
