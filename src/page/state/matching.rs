//! Lines between two prints: which patch of one answers which of the other.

use crate::{mask::Grid, protocol::together::Match};

/// A square on the screen: left, top and side, pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Square {
    /// Its left edge.
    pub left: f64,
    /// Its upper edge.
    pub top: f64,
    /// Its side.
    pub side: f64,
}

impl Square {
    /// The middle of a patch.
    #[must_use]
    pub fn middle(&self, grid: Grid, patch: usize) -> [f64; 2] {
        let (rows, columns) = (grid.rows.max(1), grid.columns.max(1));
        let (row, column) = (patch / columns, patch % columns);
        let part = |at: usize, of: usize| (at as f64 + 0.5) / of as f64 * self.side;
        [self.left + part(column, columns), self.top + part(row.min(rows - 1), rows)]
    }
}

/// The matches to draw: mutual ones first, then by cosine; none that names a patch outside the grid.
#[must_use]
pub fn best(matches: &[Match], grid: Grid, count: usize) -> Vec<Match> {
    let on_grid = |m: &&Match| m.left < grid.len() && m.right < grid.len() && m.cosine.is_finite();
    let mut best: Vec<Match> = matches.iter().filter(on_grid).copied().collect();
    best.sort_by(|a, b| b.mutual.cmp(&a.mutual).then(b.cosine.total_cmp(&a.cosine)));
    best.truncate(count);
    best
}

/// How strongly a line is drawn, 0.15..1: the best of them fully, the weakest faintly.
#[must_use]
pub fn strength(of: &Match, among: &[Match]) -> f64 {
    let ends = among.iter().fold([f32::INFINITY, f32::NEG_INFINITY], |[low, high], m| {
        [low.min(m.cosine), high.max(m.cosine)]
    });
    let part = (of.cosine - ends[0]) / (ends[1] - ends[0]).max(1e-6);
    let part = if part.is_finite() { f64::from(part).clamp(0.0, 1.0) } else { 1.0 };
    0.15 + 0.85 * if ends[1] - ends[0] < 1e-6 { 1.0 } else { part }
}

/// A patch as a person says it.
#[must_use]
pub fn place(grid: Grid, patch: usize) -> String {
    let columns = grid.columns.max(1);
    format!("row {}, column {}", patch / columns + 1, patch % columns + 1)
}

/// What the lines say, for those who do not see them.
#[must_use]
pub fn words(drawn: &[Match], grid: Grid) -> String {
    let Some(first) = drawn.first() else {
        return "No lines.".into();
    };
    let mutual = drawn.iter().filter(|m| m.mutual).count();
    let lines = match drawn.len() {
        1 => "1 line".to_owned(),
        n => format!("{n} lines"),
    };
    format!(
        "{lines}, {mutual} of them mutual. The best: {} of A answers {} of B, cosine {:.2}.",
        place(grid, first.left),
        place(grid, first.right),
        first.cosine
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRID: Grid = Grid { rows: 2, columns: 4 };

    fn found(left: usize, right: usize, cosine: f32, mutual: bool) -> Match {
        Match {
            left,
            right,
            cosine,
            mutual,
        }
    }

    #[test]
    fn lines_end_in_the_middle_of_patches() {
        let square = Square {
            left: 100.0,
            top: 10.0,
            side: 80.0,
        };
        assert_eq!(square.middle(GRID, 0), [110.0, 30.0]);
        assert_eq!(square.middle(GRID, 7), [170.0, 70.0]);
    }

    #[test]
    fn mutual_ones_come_first_and_strays_not_at_all() {
        let all = [
            found(0, 1, 0.9, false),
            found(1, 2, 0.5, true),
            found(2, 3, 0.7, true),
            found(99, 0, 1.0, true),
            found(0, 0, f32::NAN, true),
        ];
        let best = best(&all, GRID, 2);
        assert_eq!(best.iter().map(|m| m.left).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(
            words(&best, GRID),
            "2 lines, 2 of them mutual. The best: row 1, column 3 of A answers row 1, column 4 of B, cosine 0.70."
        );
        assert_eq!(words(&[], GRID), "No lines.");
    }

    #[test]
    fn the_best_line_is_the_strongest() {
        let all = [found(0, 0, 0.9, true), found(1, 1, 0.5, true)];
        assert_eq!(strength(&all[0], &all), 1.0);
        assert!((strength(&all[1], &all) - 0.15).abs() < 1e-9);
        assert_eq!(strength(&all[0], &all[..1]), 1.0, "alone it is the best");
    }
}
