//! The keyboard's place among the patches.

use crate::mask::Grid;

/// A key that moves the cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// One row up.
    Up,
    /// One row down.
    Down,
    /// One patch left.
    Left,
    /// One patch right.
    Right,
    /// To the row's first patch.
    Home,
    /// To the row's last patch.
    End,
}

impl Move {
    /// The move a key stands for, by its `KeyboardEvent.key`.
    #[must_use]
    pub fn of_key(key: &str) -> Option<Self> {
        Some(match key {
            "ArrowUp" => Self::Up,
            "ArrowDown" => Self::Down,
            "ArrowLeft" => Self::Left,
            "ArrowRight" => Self::Right,
            "Home" => Self::Home,
            "End" => Self::End,
            _ => return None,
        })
    }

    /// Where it leads from `patch`; stays on the grid, and comes back to it when the grid shrank.
    #[must_use]
    pub fn from(self, grid: Grid, patch: usize) -> usize {
        let (rows, columns) = (grid.rows.max(1), grid.columns.max(1));
        let patch = patch.min(rows * columns - 1);
        let (row, column) = (patch / columns, patch % columns);
        let (row, column) = match self {
            Self::Up => (row.saturating_sub(1), column),
            Self::Down => ((row + 1).min(rows - 1), column),
            Self::Left => (row, column.saturating_sub(1)),
            Self::Right => (row, (column + 1).min(columns - 1)),
            Self::Home => (row, 0),
            Self::End => (row, columns - 1),
        };
        row * columns + column
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cursor_stays_on_the_grid() {
        let grid = Grid { rows: 2, columns: 3 };
        assert_eq!(Move::Up.from(grid, 1), 1);
        assert_eq!(Move::Down.from(grid, 1), 4);
        assert_eq!(Move::Right.from(grid, 5), 5);
        assert_eq!(Move::Home.from(grid, 5), 3);
        assert_eq!(Move::End.from(grid, 0), 2);
        assert_eq!(Move::Left.from(grid, 999), 4, "a grid that shrank");
        assert_eq!(Move::Left.from(Grid { rows: 0, columns: 0 }, 7), 0);
    }
}
