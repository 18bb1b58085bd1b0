//! Patches: what is like the one pointed at, what the model makes of each as a colour, where its heads look.

use std::collections::BTreeMap;

use js_sys::ArrayBuffer;
use leptos::prelude::*;
use web_sys::ImageData;

use super::{Room, live::Newest};
use crate::{
    mask::Grid,
    page::{
        browser::canvas,
        state::{
            likeness::{self, Look, Scale},
            settings::Word,
        },
    },
    platform::web,
    protocol::together::{Able, FromTogether, Slot, ToTogether},
};

/// The most pictures beside the chosen one at first; more where a person asks.
pub const SOME: usize = 24;
/// Those that come with every request for more.
pub const MORE: usize = 48;

/// What lies over the pictures now.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    /// What it is.
    pub look: Look,
    /// Where the model stands whose it is.
    pub slot: Slot,
    /// The picture pointed at.
    pub id: u32,
    /// Numbers behind the colours, where they are numbers.
    pub scale: Option<Scale>,
    /// One pixel a patch, by picture.
    pub sheets: BTreeMap<u32, ImageData>,
    /// One pixel a patch, by head.
    pub heads: Vec<ImageData>,
}

/// Signals of the panel.
#[derive(Clone, Copy)]
pub struct Looking {
    /// The patch under the pointer.
    pub pointed: RwSignal<Option<usize>>,
    /// What lies over the pictures; the last stays until the next comes.
    pub seen: RwSignal<Option<Seen>, LocalStorage>,
    /// How many pictures are shown beside the chosen one.
    pub shown: RwSignal<usize>,
    newest: Newest,
}

impl Looking {
    pub(super) fn new() -> Self {
        Self {
            pointed: RwSignal::default(),
            seen: RwSignal::new_local(None),
            shown: RwSignal::new(SOME),
            newest: Newest::new(),
        }
    }
}

impl Room {
    /// What is looked at.
    pub fn look(self) -> Look {
        self.control::<String>("show")
            .and_then(|word| Look::of_word(&word))
            .unwrap_or_default()
    }

    /// Looks at something else.
    pub fn look_at(self, look: Look) {
        self.say("show", look.word(), look != Look::default());
    }

    /// Patches of the model that is looked through.
    pub fn patch_grid(self) -> Option<Grid> {
        // It becomes known with what is seen.
        self.looking.seen.track();
        let slot = self.lens();
        let said = || self.models.of(slot, |model| model.info.grid).filter(|grid| grid.len() > 1);
        let known = self.mapping.through(slot).grid.get_value();
        (known.len() > 1).then_some(known).or_else(said)
    }

    /// The patch that was pinned; the middle one where none was.
    pub fn pinned(self) -> usize {
        let grid = self.patch_grid().unwrap_or(Grid::new(1, 1));
        let middle = grid.rows / 2 * grid.columns + grid.columns / 2;
        self.control::<usize>("patch").filter(|patch| *patch < grid.len()).unwrap_or(middle)
    }

    /// Pins a patch: it stays when the pointer goes.
    pub fn pin(self, patch: usize) {
        self.set_control("patch", Some(patch.to_string()));
    }

    /// The patch that counts now: under the pointer, or pinned.
    pub fn patch(self) -> usize {
        self.looking.pointed.get().unwrap_or_else(|| self.pinned())
    }

    /// Whether heads are asked where they look from the patch; otherwise from the picture as a whole.
    pub fn looks_from_patch(self) -> bool {
        self.says("from", "patch")
    }

    /// Asks them of the patch, or of the whole.
    pub fn look_from_patch(self, patch: bool) {
        self.say("from", "patch", patch);
    }

    /// The pictures beside the chosen one.
    pub fn beside(self) -> Vec<u32> {
        let chosen = self.pictures.chosen.get().unwrap_or(u32::MAX);
        likeness::others(&self.pictures.ids(), chosen, self.looking.shown.get())
    }

    /// What is looked at, through which model, of which picture; `None` where the model has nothing to say of it.
    pub fn patches_of(self) -> Option<(Look, Slot, u32)> {
        let (look, slot) = (self.look(), self.lens());
        let id = self.pictures.first()?.id;
        let can = |able: Able| match look {
            Look::Heat | Look::Colours => able.patches,
            Look::Heads => able.attention,
        };
        self.models.has_in(slot, can).then_some((look, slot, id))
    }

    /// Something of what lies over the pictures, where it is of the chosen one.
    pub fn seen<T>(self, what: impl FnOnce(&Seen) -> Option<T>) -> Option<T> {
        let chosen = self.pictures.chosen.get();
        self.looking
            .seen
            .with(|seen| seen.as_ref().filter(|seen| Some(seen.id) == chosen).and_then(what))
    }

    /// Asks for what should lie over the pictures now. What is of another model, or another look, goes at once.
    pub fn ask_patches(self) {
        let now = untrack(|| self.patches_of()).map(|(look, slot, _)| (look, slot));
        let seen = self.looking.seen;
        if seen.with_untracked(|seen| seen.as_ref().is_some_and(|seen| Some((seen.look, seen.slot)) != now)) {
            seen.set(None);
        }
        self.looking.newest.wish(move || self.patches_turn());
    }

    async fn patches_turn(self) {
        let now = untrack(|| self.patches_of());
        let Some((look, slot, id)) = now else { return };
        let patch = untrack(|| self.patch());
        let mut ids = vec![id];
        ids.extend(untrack(|| self.beside()));
        let body = match look {
            Look::Heat => ToTogether::Heat {
                slot,
                id,
                patch,
                among: ids.clone(),
            },
            Look::Colours => ToTogether::Colours { slot, ids: ids.clone() },
            Look::Heads => ToTogether::Attention {
                slot,
                id,
                patch: untrack(|| self.looks_from_patch()).then_some(patch),
            },
        };
        if let Some(answer) = self.answer(body, None).await
            // Meanwhile a person may look at something else, or through another model.
            && untrack(|| self.patches_of()) == now
            && let FromTogether::Heat { grid } | FromTogether::Colours { grid } | FromTogether::Attention { grid } = answer.body
        {
            self.mapping.through(slot).grid.set_value(grid);
            let mut seen = Seen {
                look,
                slot,
                id,
                scale: None,
                sheets: BTreeMap::new(),
                heads: Vec::new(),
            };
            seen.take(&answer.buffers, grid, &ids);
            self.looking.seen.set(Some(seen));
        }
    }
}

impl Seen {
    /// Takes in what was answered: a buffer a picture, or a head.
    fn take(&mut self, buffers: &[ArrayBuffer], grid: Grid, ids: &[u32]) {
        if self.look == Look::Colours {
            let sheets = ids.iter().zip(buffers);
            self.sheets = sheets
                .filter_map(|(id, buffer)| Some((*id, canvas::image_of(buffer, grid.columns, grid.rows)?)))
                .collect();
            return;
        }
        let values: Vec<Vec<f32>> = buffers.iter().map(floats).filter(|values| values.len() == grid.len()).collect();
        let all = values.iter().flatten();
        let scale = if self.look == Look::Heat {
            Scale::of(all)
        } else {
            likeness::of_attention(all)
        };
        let sheets = values.iter().filter_map(|values| {
            let rgba = web::to_buffer(&likeness::pixels(values, scale));
            canvas::image_of(&rgba, grid.columns, grid.rows)
        });
        match self.look {
            Look::Heat => self.sheets = ids.iter().copied().zip(sheets).collect(),
            _ => self.heads = sheets.collect(),
        }
        self.scale = Some(scale);
    }
}

/// A buffer's numbers.
pub(super) fn floats(buffer: &ArrayBuffer) -> Vec<f32> {
    js_sys::Float32Array::new(buffer).to_vec()
}
