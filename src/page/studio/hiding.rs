//! What is hidden, and with which tool.

use leptos::prelude::*;

use super::Studio;
use crate::page::state::{
    brush::{Brush, Spot, Tool, rectangle},
    first,
    hide::Hide,
    history::MaskHistory,
};

/// Where a stroke under way began and was last seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stroke {
    /// Where the pointer went down.
    pub from: Spot,
    /// Where it was last.
    pub last: Spot,
    /// Whether it hides or shows.
    pub hide: bool,
}

/// Signals of the mask.
#[derive(Clone, Copy)]
pub struct Hiding {
    /// The mask and its past.
    pub history: RwSignal<MaskHistory>,
    /// The tool in hand.
    pub brush: RwSignal<Brush>,
    /// The random mask's share, per cent.
    pub percent: RwSignal<u8>,
    /// The random mask's seed.
    pub seed: RwSignal<u64>,
    /// The place pointed at, by pointer or by the keyboard's cursor.
    pub pointed: RwSignal<Option<Spot>>,
    /// The stroke under way.
    pub stroke: RwSignal<Option<Stroke>>,
}

impl Hiding {
    pub(super) fn new() -> Self {
        Self {
            history: RwSignal::new(MaskHistory::new(first::mask())),
            brush: RwSignal::default(),
            percent: RwSignal::new(75),
            seed: RwSignal::new(first::HIDE.1),
            pointed: RwSignal::default(),
            stroke: RwSignal::default(),
        }
    }
}

impl Studio {
    /// Hides as a chip says.
    pub fn hide(self, hide: Hide) {
        let mask = hide.mask(self.grid_now(), self.hiding.seed.get_untracked());
        self.hiding.history.update(|history| history.set(mask));
    }

    /// Hides at random with the share and seed in hand.
    pub fn hide_random(self) {
        self.hide(Hide::Random {
            percent: self.hiding.percent.get_untracked(),
        });
    }

    /// Another seed, and hides at random with it.
    pub fn reseed(self) {
        self.hiding.seed.update(|seed| *seed = seed.wrapping_add(1));
        self.hide_random();
    }

    /// Hides what was visible and shows what was hidden.
    pub fn invert(self) {
        let grid = self.grid_now();
        self.hiding.history.update(|history| history.set(history.on(grid).inverted()));
    }

    /// Hides nothing.
    pub fn clear(self) {
        let mask = crate::mask::Mask::none(self.grid_now());
        self.hiding.history.update(|history| history.set(mask));
    }

    /// A stroke begins here.
    pub fn stroke_begins(self, at: Spot, tool: Tool) {
        let hide = tool != Tool::Eraser;
        self.hiding.history.update(MaskHistory::begin);
        self.hiding.stroke.set(Some(Stroke { from: at, last: at, hide }));
        self.stroke_goes(at);
    }

    /// The stroke under way goes on to here.
    pub fn stroke_goes(self, at: Spot) {
        let Some(stroke) = self.hiding.stroke.get_untracked() else { return };
        let (grid, brush) = (self.grid_now(), self.hiding.brush.get_untracked());
        if brush.tool == Tool::Rectangle {
            let patches = rectangle(grid, stroke.from, at);
            self.hiding.history.update(|history| history.repaint(grid, &patches, stroke.hide));
        } else {
            let patches = brush.along(grid, stroke.last, at);
            let changes = self.hiding.history.with_untracked(|history| {
                let now = history.on(grid);
                patches.iter().any(|&patch| now.is_hidden(patch) != stroke.hide)
            });
            if changes {
                self.hiding.history.update(|history| history.paint(grid, &patches, stroke.hide));
            }
        }
        self.hiding.stroke.set(Some(Stroke { last: at, ..stroke }));
    }

    /// The stroke ends.
    pub fn stroke_ends(self) {
        if self.hiding.stroke.get_untracked().is_some() {
            self.hiding.stroke.set(None);
            self.hiding.history.update(MaskHistory::end);
        }
    }

    /// The stroke never happened: a second finger came, and two fingers scroll.
    pub fn stroke_is_cancelled(self) {
        if self.hiding.stroke.get_untracked().is_some() {
            self.hiding.stroke.set(None);
            self.hiding.history.update(MaskHistory::cancel);
        }
    }

    /// The grid, for those who only act.
    pub fn grid_now(self) -> crate::mask::Grid {
        untrack(|| self.grid())
    }
}
