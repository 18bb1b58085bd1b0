//! The energy of a pair: a picture disturbed by sliders, against itself and against another.

use leptos::prelude::*;
use web_sys::HtmlCanvasElement as Canvas;

use super::{Room, live::Newest};
use crate::{
    mask::Grid,
    page::{
        browser::canvas,
        state::changes::{self, FLIP, KNOBS, Knob},
    },
    protocol::together::{Changes, FromTogether, Match, PairEnergy, Slot, ToTogether},
};

/// The most correspondences that are asked for.
pub const MOST_LINES: usize = 60;
/// Those shown at first.
const LINES: f64 = 12.0;

/// The disturbed picture and its energies.
#[derive(Clone, Debug, PartialEq)]
pub struct PairPrint {
    /// The picture that was disturbed.
    pub id: u32,
    /// The other one.
    pub other: Option<u32>,
    /// The disturbed square.
    pub canvas: Canvas,
    /// One line a model.
    pub energies: Vec<PairEnergy>,
}

/// Which patches answer each other.
#[derive(Clone, Debug, PartialEq)]
pub struct Matches {
    /// The picture on the left.
    pub id: u32,
    /// The one on the right.
    pub other: u32,
    /// Patches of each.
    pub grid: Grid,
    /// Best first.
    pub all: Vec<Match>,
}

/// Signals of the panel.
#[derive(Clone, Copy)]
pub struct Pairing {
    /// The newest answer; while a newer one comes, the last one stays.
    pub print: RwSignal<Option<PairPrint>, LocalStorage>,
    /// Lines between the two.
    pub matches: RwSignal<Option<Matches>>,
    /// Whether an answer is on its way.
    pub working: RwSignal<bool>,
    newest: Newest,
}

impl Pairing {
    pub(super) fn new() -> Self {
        Self {
            print: RwSignal::new_local(None),
            matches: RwSignal::default(),
            working: RwSignal::default(),
            newest: Newest::new(),
        }
    }
}

impl Room {
    /// How the chosen picture is disturbed.
    pub fn changes(self) -> Changes {
        changes::read(|key| self.control(key))
    }

    /// Sets a slider.
    pub fn change(self, knob: &Knob, value: f32) {
        let mut changes = untrack(|| self.changes());
        knob.set(&mut changes, value);
        self.set_control(knob.key, knob.text(knob.of(&changes)));
    }

    /// Exchanges left and right, or back.
    pub fn flip(self, flip: bool) {
        self.say(FLIP, "1", flip);
    }

    /// Puts every slider to rest.
    pub fn rest(self) {
        KNOBS.iter().for_each(|knob| self.set_control(knob.key, None));
        self.flip(false);
    }

    /// How many lines are drawn; none where a person wants none.
    pub fn lines(self) -> usize {
        self.number("lines", 0.0..=MOST_LINES as f64, LINES) as usize
    }

    /// Sets that.
    pub fn draw_lines(self, count: usize) {
        let count = count.min(MOST_LINES);
        self.set_control("lines", (count as f64 != LINES).then(|| count.to_string()));
    }

    /// Chooses the picture after A as B, going around; gives up where there is no other.
    pub fn next_other(self) {
        let ids = untrack(|| self.pictures.ids());
        let (chosen, other) = (self.pictures.chosen.get_untracked(), self.pictures.other.get_untracked());
        let from = other
            .or(chosen)
            .and_then(|id| ids.iter().position(|known| *known == id))
            .unwrap_or(0);
        let next = (1..=ids.len())
            .map(|step| ids[(from + step) % ids.len()])
            .find(|id| Some(*id) != chosen);
        self.pictures.choose_other(next);
    }

    /// Asks for the energies of what is set now.
    pub fn ask_pair(self) {
        self.pair.newest.wish(move || self.pair_turn());
    }

    async fn pair_turn(self) {
        let wish = self.pair.newest.count();
        let ready = untrack(|| self.models.first.with(Option::is_some));
        let Some(id) = untrack(|| self.pictures.first()).filter(|_| ready).map(|thumb| thumb.id) else {
            self.pair.print.set(None);
            return self.pair.matches.set(None);
        };
        self.pair.working.set(true);
        let (changes, other) = untrack(|| (self.changes(), self.pictures.second().map(|thumb| thumb.id)));
        let slots = vec![Slot::First, Slot::Second];
        let answer = self.answer(ToTogether::Pair { slots, id, changes, other }, None).await;
        if let Some(answer) = answer
            && let FromTogether::Pair { size_px, energies } = answer.body
            && let Some(canvas) = answer.buffers.first().and_then(|buffer| canvas::of_rgba(buffer, size_px, size_px))
        {
            self.pair.print.set(Some(PairPrint {
                id,
                other,
                canvas,
                energies,
            }));
        }
        // Lines take longer than numbers: they wait until the slider rests.
        if self.pair.newest.count() == wish {
            self.correspond(id, changes, other).await;
        }
        self.pair.working.set(false);
    }

    async fn correspond(self, left: u32, changes: Changes, right: Option<u32>) {
        let able = untrack(|| self.models.has_in(Slot::First, |able| able.patches));
        let Some(right) = right.filter(|_| able && untrack(|| self.lines()) > 0) else {
            return self.pair.matches.set(None);
        };
        let (slot, count) = (Slot::First, MOST_LINES);
        let answer = self
            .answer(
                ToTogether::Correspond {
                    slot,
                    left,
                    changes,
                    right,
                    count,
                },
                None,
            )
            .await;
        if let Some(answer) = answer
            && let FromTogether::Matches { grid, matches } = answer.body
        {
            self.pair.matches.set(Some(Matches {
                id: left,
                other: right,
                grid,
                all: matches,
            }));
        }
    }
}
