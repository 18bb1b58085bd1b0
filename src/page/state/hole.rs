//! The hole into which parts are set: a rectangle of patches.

use super::cursor::Move;
use crate::mask::{Grid, Mask};

/// A rectangle of patches; always on its grid, never empty, and never all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hole {
    grid: Grid,
    top: usize,
    left: usize,
    rows: usize,
    columns: usize,
}

impl Hole {
    /// The middle of the picture: a third of each side.
    #[must_use]
    pub fn middle(grid: Grid) -> Self {
        let third = |n: usize| (n / 3).max(1);
        let (rows, columns) = (third(grid.rows), third(grid.columns));
        Self::new(
            grid,
            (grid.rows - rows.min(grid.rows)) / 2,
            (grid.columns - columns.min(grid.columns)) / 2,
            rows,
            columns,
        )
    }

    /// From two opposite corners, patches inclusive, in any order.
    #[must_use]
    pub fn between(grid: Grid, one: usize, other: usize) -> Self {
        let columns = grid.columns.max(1);
        let ([r0, c0], [r1, c1]) = ([one / columns, one % columns], [other / columns, other % columns]);
        Self::new(grid, r0.min(r1), c0.min(c1), r0.abs_diff(r1) + 1, c0.abs_diff(c1) + 1)
    }

    fn new(grid: Grid, top: usize, left: usize, rows: usize, columns: usize) -> Self {
        let grid = Grid::new(grid.rows.max(1), grid.columns.max(1));
        // At least one row or column stays, or there is nothing to fit into.
        let most = |n: usize| n.saturating_sub(1).max(1);
        let (rows, columns) = (rows.clamp(1, most(grid.rows)), columns.clamp(1, most(grid.columns)));
        Self {
            grid,
            top: top.min(grid.rows - rows),
            left: left.min(grid.columns - columns),
            rows,
            columns,
        }
    }

    /// What lies around the hidden patches of a mask; `None` where it hides nothing, or nearly all.
    #[must_use]
    pub fn around(mask: &Mask) -> Option<Self> {
        let columns = mask.grid.columns.max(1);
        let hidden = mask.hidden_indices();
        let rows = || hidden.iter().map(|patch| patch / columns);
        let across = || hidden.iter().map(|patch| patch % columns);
        let (top, bottom, left, right) = (rows().min()?, rows().max()?, across().min()?, across().max()?);
        let (high, wide) = (bottom - top + 1, right - left + 1);
        let small = high * wide * 2 <= mask.grid.len() && high < mask.grid.rows && wide < mask.grid.columns;
        small.then(|| Self::new(mask.grid, top, left, high, wide))
    }

    /// The same place on another grid.
    #[must_use]
    pub fn on(self, grid: Grid) -> Self {
        if grid == self.grid || grid.is_empty() {
            return self;
        }
        let scale = |n: usize, from: usize, to: usize| (n * to + from / 2) / from;
        let (top, left) = (
            scale(self.top, self.grid.rows, grid.rows),
            scale(self.left, self.grid.columns, grid.columns),
        );
        let (rows, columns) = (
            scale(self.rows, self.grid.rows, grid.rows),
            scale(self.columns, self.grid.columns, grid.columns),
        );
        Self::new(grid, top, left, rows, columns)
    }

    /// Moved by a key; at the edge it stays.
    #[must_use]
    pub fn moved(self, go: Move) -> Self {
        let (top, left) = match go {
            Move::Up => (self.top.saturating_sub(1), self.left),
            Move::Down => (self.top + 1, self.left),
            Move::Left => (self.top, self.left.saturating_sub(1)),
            Move::Right => (self.top, self.left + 1),
            Move::Home => (self.top, 0),
            Move::End => (self.top, self.grid.columns),
        };
        Self::new(self.grid, top, left, self.rows, self.columns)
    }

    /// Its lower right corner moved by a key.
    #[must_use]
    pub fn stretched(self, go: Move) -> Self {
        let (rows, columns) = match go {
            Move::Up => (self.rows - 1, self.columns),
            Move::Down => ((self.rows + 1).min(self.grid.rows - self.top), self.columns),
            Move::Left => (self.rows, self.columns - 1),
            Move::Right => (self.rows, (self.columns + 1).min(self.grid.columns - self.left)),
            Move::Home => (self.rows, 1),
            Move::End => (self.rows, self.grid.columns - self.left),
        };
        Self::new(self.grid, self.top, self.left, rows, columns)
    }

    /// As a mask on its grid.
    #[must_use]
    pub fn mask(self) -> Mask {
        let (rows, columns) = (self.top..self.top + self.rows, self.left..self.left + self.columns);
        Mask::by(self.grid, |row, column| rows.contains(&row) && columns.contains(&column))
    }

    /// Left, top, width and height as parts of the square's side.
    #[must_use]
    pub fn part(self) -> [f64; 4] {
        let across = |n: usize| n as f64 / self.grid.columns as f64;
        let down = |n: usize| n as f64 / self.grid.rows as f64;
        [across(self.left), down(self.top), across(self.columns), down(self.rows)]
    }

    /// As it stands in links: `8x8:3,3,2,2`, top, left, rows, columns.
    #[must_use]
    pub fn text(self) -> String {
        let Self {
            grid,
            top,
            left,
            rows,
            columns,
        } = self;
        format!("{}x{}:{top},{left},{rows},{columns}", grid.rows, grid.columns)
    }

    /// Reads a link's; `None` where it makes no sense.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (grid, place) = text.split_once(':')?;
        let (rows, columns) = grid.split_once('x')?;
        let number = |text: &str| text.parse::<usize>().ok().filter(|n| *n <= 128);
        let grid = Grid::new(number(rows)?, number(columns)?);
        let numbers: Vec<usize> = place.split(',').map(number).collect::<Option<_>>()?;
        match numbers[..] {
            [top, left, rows, columns] if !grid.is_empty() => Some(Self::new(grid, top, left, rows, columns)),
            _ => None,
        }
    }

    /// For those who hear the page.
    #[must_use]
    pub fn words(self) -> String {
        format!(
            "{} by {} patches from row {}, column {} of {} by {}",
            self.rows,
            self.columns,
            self.top + 1,
            self.left + 1,
            self.grid.rows,
            self.grid.columns
        )
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    const GRID: Grid = Grid { rows: 8, columns: 8 };

    #[test]
    fn it_starts_in_the_middle() {
        let hole = Hole::middle(GRID);
        assert_eq!(hole.text(), "8x8:3,3,2,2");
        assert_eq!(hole.mask().hidden_indices(), [27, 28, 35, 36]);
        assert_eq!(hole.part(), [0.375, 0.375, 0.25, 0.25]);
        assert_eq!(hole.words(), "2 by 2 patches from row 4, column 4 of 8 by 8");
    }

    #[test]
    fn a_drag_goes_from_any_corner_to_any() {
        assert_eq!(Hole::between(GRID, 9, 27), Hole::between(GRID, 27, 9));
        assert_eq!(Hole::between(GRID, 11, 25), Hole::between(GRID, 9, 27));
        assert_eq!(Hole::between(GRID, 0, 63).mask().hidden_count(), 49, "never all of it");
    }

    #[test]
    fn keys_move_and_stretch_it_and_the_edge_holds() {
        let mut hole = Hole::middle(GRID);
        for _ in 0..20 {
            hole = hole.moved(Move::Down).moved(Move::Right);
        }
        assert_eq!(hole.text(), "8x8:6,6,2,2");
        assert_eq!(hole.stretched(Move::Right), hole, "there is no more room");
        assert_eq!(hole.stretched(Move::Up).stretched(Move::Up).text(), "8x8:6,6,1,2");
        assert_eq!(hole.moved(Move::Home).text(), "8x8:6,0,2,2");
    }

    #[test]
    fn the_first_room_s_mask_is_taken_where_it_is_one_hole() {
        let mask = Mask::from_hidden(GRID, &[18, 19, 26, 27]);
        assert_eq!(Hole::around(&mask).unwrap().text(), "8x8:2,2,2,2");
        assert_eq!(Hole::around(&Mask::none(GRID)), None);
        assert_eq!(
            Hole::around(&Mask::by(GRID, |_, column| column > 3)),
            None,
            "half the picture is no hole"
        );
    }

    #[test]
    fn another_grid_keeps_the_place() {
        let on = Hole::middle(GRID).on(Grid::new(14, 14));
        assert_eq!(on.text(), "14x14:5,5,4,4");
        assert_eq!(Hole::middle(GRID).on(GRID), Hole::middle(GRID));
    }

    proptest! {
        #[test]
        fn no_text_is_too_hostile(text in "\\PC*", numbers in proptest::collection::vec(0usize..200, 6)) {
            let _ = Hole::parse(&text);
            let text = format!("{}x{}:{},{},{},{}", numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5]);
            if let Some(hole) = Hole::parse(&text) {
                let count = hole.mask().hidden_count();
                prop_assert!(count >= 1 && (count < hole.mask().grid.len() || hole.mask().grid.len() == 1));
                prop_assert_eq!(Hole::parse(&hole.text()), Some(hole));
                for go in [Move::Up, Move::Down, Move::Left, Move::Right, Move::Home, Move::End] {
                    let _ = (hole.moved(go), hole.stretched(go), hole.on(GRID).mask());
                }
            }
        }
    }
}
