//! The mask and what it was before: strokes, undo, redo.

use crate::mask::{Grid, Mask};

/// How many steps back are kept.
const KEPT: usize = 200;

/// The mask in hand and its past.
///
/// Masks keep the grid they were painted on and are scaled only when looked at, so that going to another model and
/// back loses nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct MaskHistory {
    past: Vec<Mask>,
    now: Mask,
    future: Vec<Mask>,
    /// The mask as it was when the stroke under way began.
    before_stroke: Option<Mask>,
}

impl MaskHistory {
    /// Starts with `mask`.
    #[must_use]
    pub fn new(mask: Mask) -> Self {
        Self {
            past: Vec::new(),
            now: mask,
            future: Vec::new(),
            before_stroke: None,
        }
    }

    /// The mask as painted.
    #[must_use]
    pub fn mask(&self) -> &Mask {
        &self.now
    }

    /// The mask on `grid`; at least one patch stays visible.
    #[must_use]
    pub fn on(&self, grid: Grid) -> Mask {
        if self.now.grid == grid {
            self.now.clone()
        } else {
            leave_one(self.now.scaled_to(grid))
        }
    }

    /// A stroke begins: all that it paints until [`Self::end`] is one step.
    pub fn begin(&mut self) {
        self.before_stroke = Some(self.now.clone());
    }

    /// Hides or shows patches of `grid`. The last visible patch stays: a model has to see something.
    pub fn paint(&mut self, grid: Grid, patches: &[usize], hide: bool) {
        let mut mask = self.on(grid);
        for &patch in patches {
            if let Some(hidden) = mask.hidden.get_mut(patch) {
                *hidden = hide;
            }
        }
        let mask = keep_of(mask, &self.now);
        if self.before_stroke.is_some() {
            self.now = mask;
        } else {
            self.set(mask);
        }
    }

    /// Shows the stroke as if it had painted only `patches`: for rectangles, which shrink again.
    pub fn repaint(&mut self, grid: Grid, patches: &[usize], hide: bool) {
        if let Some(before) = &self.before_stroke {
            self.now = before.clone();
        }
        self.paint(grid, patches, hide);
    }

    /// The stroke ends.
    pub fn end(&mut self) {
        if let Some(before) = self.before_stroke.take()
            && before != self.now
        {
            self.remember(before);
        }
    }

    /// The stroke never happened.
    pub fn cancel(&mut self) {
        if let Some(before) = self.before_stroke.take() {
            self.now = before;
        }
    }

    /// Another mask, as one step.
    pub fn set(&mut self, mask: Mask) {
        let mask = leave_one(mask);
        if mask != self.now {
            let before = std::mem::replace(&mut self.now, mask);
            self.remember(before);
        }
    }

    /// One step back.
    pub fn undo(&mut self) {
        self.end();
        if let Some(mask) = self.past.pop() {
            self.future.push(std::mem::replace(&mut self.now, mask));
        }
    }

    /// One step forward again.
    pub fn redo(&mut self) {
        self.end();
        if let Some(mask) = self.future.pop() {
            self.past.push(std::mem::replace(&mut self.now, mask));
        }
    }

    /// Whether there is a step back.
    #[must_use]
    pub fn can_undo(&self) -> bool {
        !self.past.is_empty()
    }

    /// Whether there is a step forward.
    #[must_use]
    pub fn can_redo(&self) -> bool {
        !self.future.is_empty()
    }

    fn remember(&mut self, before: Mask) {
        self.past.push(before);
        if self.past.len() > KEPT {
            self.past.remove(0);
        }
        self.future.clear();
    }
}

/// Shows the middle patch where a mask would hide every one.
#[must_use]
pub fn leave_one(mut mask: Mask) -> Mask {
    if !mask.hidden.is_empty() && mask.kept().is_empty() {
        let middle = (mask.grid.rows / 2) * mask.grid.columns + mask.grid.columns / 2;
        if let Some(hidden) = mask.hidden.get_mut(middle) {
            *hidden = false;
        }
    }
    mask
}

/// Where a stroke would hide the last visible patch, that patch stays as it was.
fn keep_of(mut mask: Mask, before: &Mask) -> Mask {
    if !mask.hidden.is_empty() && mask.hidden.iter().all(|h| *h) {
        let last = if before.grid == mask.grid {
            before.hidden.iter().position(|h| !*h)
        } else {
            None
        };
        match last.and_then(|patch| mask.hidden.get_mut(patch)) {
            Some(hidden) => *hidden = false,
            None => return leave_one(mask),
        }
    }
    mask
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRID: Grid = Grid { rows: 2, columns: 2 };

    fn history() -> MaskHistory {
        MaskHistory::new(Mask {
            grid: GRID,
            hidden: vec![false; 4],
        })
    }

    #[test]
    fn a_stroke_is_one_step() {
        let mut h = history();
        h.begin();
        h.paint(GRID, &[0], true);
        h.paint(GRID, &[1], true);
        h.end();
        assert_eq!(h.mask().hidden, [true, true, false, false]);
        h.undo();
        assert_eq!(h.mask().hidden, [false; 4]);
        assert!(!h.can_undo() && h.can_redo());
        h.redo();
        assert_eq!(h.mask().hidden, [true, true, false, false]);
    }

    #[test]
    fn a_stroke_that_changes_nothing_is_no_step() {
        let mut h = history();
        h.begin();
        h.paint(GRID, &[0], false);
        h.end();
        assert!(!h.can_undo());
    }

    #[test]
    fn a_cancelled_stroke_leaves_no_trace() {
        let mut h = history();
        h.begin();
        h.paint(GRID, &[0, 1], true);
        h.cancel();
        assert_eq!(h.mask().hidden, [false; 4]);
        assert!(!h.can_undo());
    }

    #[test]
    fn a_rectangle_shrinks_again() {
        let mut h = history();
        h.begin();
        h.repaint(GRID, &[0, 1, 2], true);
        h.repaint(GRID, &[0], true);
        h.end();
        assert_eq!(h.mask().hidden, [true, false, false, false]);
    }

    #[test]
    fn the_last_visible_patch_stays() {
        let mut h = history();
        h.paint(GRID, &[0, 1, 2], true);
        h.paint(GRID, &[3], true);
        assert_eq!(h.mask().hidden, [true, true, true, false]);
        h.set(Mask {
            grid: GRID,
            hidden: vec![true; 4],
        });
        assert_eq!(h.mask().hidden.iter().filter(|h| !**h).count(), 1);
    }

    #[test]
    fn a_new_step_forgets_the_future_and_patches_off_the_grid_are_ignored() {
        let mut h = history();
        h.paint(GRID, &[0], true);
        h.undo();
        h.paint(GRID, &[1, 99], true);
        assert!(!h.can_redo());
        assert_eq!(h.mask().hidden, [false, true, false, false]);
    }
}
