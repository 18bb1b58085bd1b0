//! The brush: which patches a stroke covers.

use serde::{Deserialize, Serialize};

use crate::mask::Grid;

/// What a pointer does to patches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tool {
    /// Hides what it passes over.
    #[default]
    Brush,
    /// Shows it again.
    Eraser,
    /// Hides a rectangle from where the pointer went down to where it goes up.
    Rectangle,
}

/// A tool and how wide it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brush {
    /// What it does.
    pub tool: Tool,
    /// Diameter in patches, 1 to [`Brush::LARGEST`].
    pub size: usize,
}

impl Default for Brush {
    fn default() -> Self {
        Self {
            tool: Tool::Brush,
            size: 1,
        }
    }
}

/// A place on the grid, in patches from the top left corner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spot {
    /// Patches from the left.
    pub x: f32,
    /// Patches from the top.
    pub y: f32,
}

impl Spot {
    /// The middle of a patch.
    #[must_use]
    pub fn of_patch(grid: Grid, patch: usize) -> Self {
        let columns = grid.columns.max(1);
        Self {
            x: (patch % columns) as f32 + 0.5,
            y: (patch / columns) as f32 + 0.5,
        }
    }

    /// The patch under this place; `None` outside the grid.
    #[must_use]
    pub fn patch(self, grid: Grid) -> Option<usize> {
        let inside = self.x >= 0.0 && self.y >= 0.0 && self.x < grid.columns as f32 && self.y < grid.rows as f32;
        inside.then(|| self.y as usize * grid.columns + self.x as usize)
    }
}

impl Brush {
    /// The widest brush, in patches.
    pub const LARGEST: usize = 8;

    /// One size wider.
    pub fn widen(&mut self) {
        self.size = (self.size + 1).min(Self::LARGEST);
    }

    /// One size narrower.
    pub fn narrow(&mut self) {
        self.size = self.size.saturating_sub(1).max(1);
    }

    /// The patches under a brush held still: the one it points at, and all whose middle lies within its radius.
    #[must_use]
    pub fn under(self, grid: Grid, at: Spot) -> Vec<usize> {
        let radius = self.size as f32 / 2.0;
        let pointed = at.patch(grid);
        (0..grid.rows * grid.columns)
            .filter(|&patch| {
                let middle = Spot::of_patch(grid, patch);
                let (dx, dy) = (middle.x - at.x, middle.y - at.y);
                Some(patch) == pointed || (self.size > 1 && dx * dx + dy * dy <= radius * radius)
            })
            .collect()
    }

    /// The patches that a stroke passes over between two reports of the pointer, which may lie far apart.
    #[must_use]
    pub fn along(self, grid: Grid, from: Spot, to: Spot) -> Vec<usize> {
        let length = (to.x - from.x).hypot(to.y - from.y);
        // Four stops a patch leave no gap at any angle.
        let stops = ((length * 4.0).ceil().clamp(1.0, 4096.0)) as usize;
        let mut covered: Vec<usize> = (0..=stops)
            .flat_map(|i| {
                let t = i as f32 / stops as f32;
                self.under(
                    grid,
                    Spot {
                        x: from.x + (to.x - from.x) * t,
                        y: from.y + (to.y - from.y) * t,
                    },
                )
            })
            .collect();
        covered.sort_unstable();
        covered.dedup();
        covered
    }
}

/// The patches of the rectangle with these two corners, clipped to the grid.
#[must_use]
pub fn rectangle(grid: Grid, from: Spot, to: Spot) -> Vec<usize> {
    let clip = |v: f32, n: usize| (v.max(0.0) as usize).min(n.saturating_sub(1));
    let (left, right) = (clip(from.x.min(to.x), grid.columns), clip(from.x.max(to.x), grid.columns));
    let (top, bottom) = (clip(from.y.min(to.y), grid.rows), clip(from.y.max(to.y), grid.rows));
    if grid.rows == 0 || grid.columns == 0 {
        return Vec::new();
    }
    (top..=bottom)
        .flat_map(|y| (left..=right).map(move |x| y * grid.columns + x))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRID: Grid = Grid { rows: 8, columns: 8 };

    #[test]
    fn the_smallest_brush_covers_the_patch_it_points_at_and_no_other() {
        let brush = Brush {
            tool: Tool::Brush,
            size: 1,
        };
        assert_eq!(brush.under(GRID, Spot { x: 0.01, y: 7.99 }), [56]);
        assert!(brush.under(GRID, Spot { x: -0.1, y: 3.0 }).is_empty());
        assert!(brush.under(GRID, Spot { x: f32::NAN, y: 3.0 }).is_empty());
    }

    #[test]
    fn a_wider_brush_covers_a_disc() {
        let brush = Brush {
            tool: Tool::Brush,
            size: 3,
        };
        let covered = brush.under(GRID, Spot { x: 3.5, y: 3.5 });
        assert_eq!(covered, [18, 19, 20, 26, 27, 28, 34, 35, 36], "a patch and its eight neighbours");
    }

    #[test]
    fn a_fast_stroke_leaves_no_gap() {
        let brush = Brush {
            tool: Tool::Brush,
            size: 1,
        };
        let covered = brush.along(GRID, Spot { x: 0.5, y: 0.5 }, Spot { x: 7.5, y: 0.5 });
        assert_eq!(covered, (0..8).collect::<Vec<_>>());
        let diagonal = brush.along(GRID, Spot { x: 0.5, y: 0.5 }, Spot { x: 7.5, y: 7.5 });
        assert!((0..8).all(|i| diagonal.contains(&(i * 9))));
    }

    #[test]
    fn rectangles_are_clipped_and_have_no_direction() {
        let there = rectangle(GRID, Spot { x: 6.2, y: 6.7 }, Spot { x: 20.0, y: 9.0 });
        assert_eq!(there, [54, 55, 62, 63]);
        assert_eq!(rectangle(GRID, Spot { x: 20.0, y: 9.0 }, Spot { x: 6.2, y: 6.7 }), there);
    }

    #[test]
    fn sizes_stay_within_their_bounds() {
        let mut brush = Brush::default();
        brush.narrow();
        assert_eq!(brush.size, 1);
        (0..20).for_each(|_| brush.widen());
        assert_eq!(brush.size, Brush::LARGEST);
    }
}
