//! Patches: what is like the one pointed at, what the model makes of each as a colour, where its heads look.

use std::collections::BTreeMap;

use js_sys::ArrayBuffer;
use leptos::prelude::*;
use web_sys::ImageData;

use super::{Answer, Room, live::Newest};
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
    protocol::together::{FromTogether, Slot, ToTogether},
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
    /// The picture pointed at.
    pub id: u32,
    /// The patch pointed at; `None` where none was asked of.
    pub patch: Option<usize>,
    /// Patches of each picture.
    pub grid: Grid,
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
        self.set_control("show", (look != Look::default()).then(|| look.word().into()));
    }

    /// Patches of the model that the room looks through.
    pub fn patch_grid(self) -> Option<Grid> {
        let seen = self.looking.seen.with(|seen| seen.as_ref().map(|seen| seen.grid));
        seen.or_else(|| self.models.first.with(|model| model.as_ref().map(|model| model.info.grid)))
            .filter(|grid| grid.len() > 1)
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
        self.control::<String>("from").as_deref() == Some("patch")
    }

    /// Asks them of the patch, or of the whole.
    pub fn look_from_patch(self, patch: bool) {
        self.set_control("from", patch.then(|| "patch".into()));
    }

    /// The pictures beside the chosen one.
    pub fn beside(self) -> Vec<u32> {
        let chosen = self.pictures.chosen.get().unwrap_or(u32::MAX);
        likeness::others(&self.pictures.ids(), chosen, self.looking.shown.get())
    }

    /// Asks for what should lie over the pictures now.
    pub fn ask_patches(self) {
        self.looking.newest.wish(move || self.patches_turn());
    }

    async fn patches_turn(self) {
        let able = untrack(|| self.models.first.with(|model| model.as_ref().map(|model| model.able)));
        let (Some(able), Some(id)) = (able, untrack(|| self.pictures.first()).map(|thumb| thumb.id)) else {
            return self.looking.seen.set(None);
        };
        let (look, patch) = untrack(|| (self.look(), self.patch()));
        let can = match look {
            Look::Heat | Look::Colours => able.patches,
            Look::Heads => able.attention,
        };
        if !can {
            return self.looking.seen.set(None);
        }
        let mut ids = vec![id];
        ids.extend(untrack(|| self.beside()));
        let from = untrack(|| self.looks_from_patch()).then_some(patch);
        let slot = Slot::First;
        let body = match look {
            Look::Heat => ToTogether::Heat {
                slot,
                id,
                patch,
                among: ids.clone(),
            },
            Look::Colours => ToTogether::Colours { slot, ids: ids.clone() },
            Look::Heads => ToTogether::Attention { slot, id, patch: from },
        };
        let asked = match look {
            Look::Heat => Some(patch),
            Look::Colours => None,
            Look::Heads => from,
        };
        if let Some(answer) = self.answer(body, None).await
            && let Some(seen) = seen(answer, look, id, asked, &ids)
        {
            self.looking.seen.set(Some(seen));
        }
    }
}

fn seen(answer: Answer, look: Look, id: u32, patch: Option<usize>, ids: &[u32]) -> Option<Seen> {
    let (FromTogether::Heat { grid } | FromTogether::Colours { grid } | FromTogether::Attention { grid }) = answer.body else {
        return None;
    };
    let mut seen = Seen {
        look,
        id,
        patch,
        grid,
        scale: None,
        sheets: BTreeMap::new(),
        heads: Vec::new(),
    };
    if look == Look::Colours {
        let sheets = ids.iter().zip(&answer.buffers);
        seen.sheets = sheets
            .filter_map(|(id, buffer)| Some((*id, canvas::image_of(buffer, grid.columns, grid.rows)?)))
            .collect();
        return Some(seen);
    }
    let values: Vec<Vec<f32>> = answer
        .buffers
        .iter()
        .map(floats)
        .filter(|values| values.len() == grid.len())
        .collect();
    let all = values.iter().flatten();
    let scale = if look == Look::Heat {
        Scale::of(all)
    } else {
        likeness::of_attention(all)
    };
    let sheets = values.iter().filter_map(|values| {
        let rgba = web::to_buffer(&likeness::pixels(values, scale));
        canvas::image_of(&rgba, grid.columns, grid.rows)
    });
    match look {
        Look::Heat => seen.sheets = ids.iter().copied().zip(sheets).collect(),
        _ => seen.heads = sheets.collect(),
    }
    seen.scale = Some(scale);
    Some(seen)
}

/// A buffer's numbers.
pub(super) fn floats(buffer: &ArrayBuffer) -> Vec<f32> {
    js_sys::Float32Array::new(buffer).to_vec()
}
