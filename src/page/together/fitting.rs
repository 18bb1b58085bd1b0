//! Which part fits? The hole, the candidates, the visitor's guess.

use leptos::prelude::*;
use web_sys::HtmlCanvasElement as Canvas;

use super::{Room, live::Newest};
use crate::{
    mask::{Grid, Mask},
    page::{
        browser::{canvas, storage},
        state::{
            frame,
            hole::Hole,
            ranking::{self, Judge},
            session::Session,
        },
    },
    protocol::together::{Able, Candidate, FromTogether, Slot, ToTogether},
};

/// Candidates in all.
const CANDIDATES: usize = 6;
/// Pictures that candidates come from at most: thousands would be no harder to tell.
const AMONG: usize = 64;

/// The candidates and what the models say of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Fitted {
    /// The picture with the hole.
    pub id: u32,
    /// The seed they were drawn by.
    pub seed: u64,
    /// The hole as used.
    pub hole: Mask,
    /// The picture with its hole.
    pub holed: Canvas,
    /// The picture with each candidate in it.
    pub squares: Vec<Canvas>,
    /// In the order of the squares.
    pub candidates: Vec<Candidate>,
    /// The order in which they are shown.
    pub order: Vec<usize>,
}

impl Fitted {
    /// Whether this judge has anything to say.
    pub fn ranks(&self, judge: Judge) -> bool {
        !ranking::ranked(&self.candidates, judge).is_empty()
    }

    /// Whether both put the same parts before the visitor.
    fn asks_as(&self, other: &Self) -> bool {
        let asks = |of: &Self| (of.id, of.seed, of.order.len());
        let mut parts = self.candidates.iter().zip(&other.candidates);
        asks(self) == asks(other) && self.hole == other.hole && parts.all(|(a, b)| a.origin == b.origin)
    }
}

/// Signals of the panel.
#[derive(Clone, Copy)]
pub struct Fitting {
    /// The newest answer.
    pub fitted: RwSignal<Option<Fitted>, LocalStorage>,
    /// Which candidate the visitor took, or gave up: `None` before.
    pub guess: RwSignal<Option<Guess>>,
    /// Whether an answer is on its way.
    pub working: RwSignal<bool>,
    /// Whether anybody asked in this visit which part fits.
    asked: RwSignal<bool>,
    newest: Newest,
    /// The hole of the first room, where its session has one.
    hidden: StoredValue<Option<Hole>>,
}

/// What the visitor did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guess {
    /// Took this candidate.
    Took(usize),
    /// Wanted to be told.
    GaveUp,
}

impl Fitting {
    pub(super) fn new() -> Self {
        let hidden = storage::read(storage::SESSION).and_then(|text| Session::parse(&text));
        Self {
            fitted: RwSignal::new_local(None),
            guess: RwSignal::default(),
            working: RwSignal::default(),
            asked: RwSignal::default(),
            newest: Newest::new(),
            hidden: StoredValue::new(hidden.and_then(|session| Hole::around(&session.mask))),
        }
    }

    /// Whether a model that draws is wanted at all.
    pub(super) fn is_asked(self) -> bool {
        self.asked.get()
    }
}

impl Room {
    /// The grid on which the hole is drawn.
    pub fn hole_grid(self) -> Grid {
        // A model that hides nothing has a grid of one patch.
        let of = |slot: Slot| {
            let grid = self.models.of(slot, |model| model.info.grid);
            grid.filter(|grid| grid.len() > 1)
        };
        of(Slot::First).or_else(|| of(Slot::Drawing)).unwrap_or(Grid::new(8, 8))
    }

    /// The hole: a link's, the first room's, or the middle.
    pub fn hole(self) -> Hole {
        let grid = self.hole_grid();
        let wanted = self.control::<String>("hole").and_then(|text| Hole::parse(&text));
        wanted
            .or(self.fitting.hidden.get_value())
            .map_or_else(|| Hole::middle(grid), |hole| hole.on(grid))
    }

    /// Makes the hole elsewhere.
    pub fn cut(self, hole: Hole) {
        self.set_control("hole", Some(hole.text()));
    }

    /// The seed by which candidates are drawn.
    pub fn draw_seed(self) -> u64 {
        self.control::<u64>("draw").unwrap_or(0)
    }

    /// Draws other candidates.
    pub fn draw_again(self) {
        let next = untrack(|| self.draw_seed()).wrapping_add(1);
        self.set_control("draw", Some(next.to_string()));
    }

    /// From now on a model that draws is wanted beside the others.
    pub fn bring_drawing(self) {
        if !self.fitting.asked.get_untracked() {
            self.fitting.asked.set(true);
            self.bring();
        }
    }

    /// Whether the model that draws is on its way.
    pub fn drawing_comes(self) -> bool {
        self.wanted_model(Slot::Drawing).is_some() && self.models.drawing.with(Option::is_none)
    }

    /// Where the model stands that ranks; the engine goes by the same order.
    pub fn judge(self, judge: Judge) -> Option<Slot> {
        let slots = match judge {
            Judge::Joint => [Slot::First, Slot::Second, Slot::Drawing],
            Judge::Drawn => [Slot::Drawing, Slot::First, Slot::Second],
        };
        let can = |able: Able| match judge {
            Judge::Joint => able.predicts,
            Judge::Drawn => able.draws,
        };
        slots.into_iter().find(|slot| self.models.has_in(*slot, can))
    }

    /// Asks how well the candidates fit.
    pub fn ask_fit(self) {
        self.fitting.newest.wish(move || self.fit_turn());
    }

    async fn fit_turn(self) {
        let Some(thumb) = untrack(|| self.pictures.first()) else {
            return self.fitting.fitted.set(None);
        };
        if untrack(|| self.judge(Judge::Joint).or(self.judge(Judge::Drawn))).is_none() {
            return self.fitting.fitted.set(None);
        }
        self.fitting.working.set(true);
        let (seed, hole) = untrack(|| (self.draw_seed(), self.hole()));
        let among = untrack(|| self.pictures.ids())
            .into_iter()
            .filter(|id| *id != thumb.id)
            .take(AMONG)
            .collect();
        let body = ToTogether::Fit {
            id: thumb.id,
            frame: frame::centre(thumb.size),
            hole: hole.mask(),
            among,
            seed,
            count: CANDIDATES,
        };
        if let Some(answer) = self.answer(body, None).await
            && let FromTogether::Fit { size_px, hole, candidates } = answer.body
        {
            let mut prints = answer.buffers.iter().filter_map(|buffer| canvas::of_rgba(buffer, size_px, size_px));
            let holed = prints.next();
            let squares: Vec<Canvas> = prints.collect();
            let whole = squares.len() == candidates.len();
            let order = ranking::shown(candidates.len(), seed);
            let id = thumb.id;
            let fitted = holed.filter(|_| whole).map(|holed| Fitted {
                id,
                seed,
                hole,
                holed,
                squares,
                candidates,
                order,
            });
            // A second model's answer comes to the same parts: a guess made between the two stands.
            let same = untrack(|| {
                self.fitting
                    .fitted
                    .with(|before| before.as_ref().zip(fitted.as_ref()).is_some_and(|(a, b)| a.asks_as(b)))
            });
            if !same {
                self.fitting.guess.set(None);
            }
            self.fitting.fitted.set(fitted);
        }
        self.fitting.working.set(false);
    }
}
