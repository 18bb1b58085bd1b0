//! What the room's engine says.

use serde::{Deserialize, Serialize};

use super::{Able, Candidate, MapKind, Match, Measured, Moment, PairEnergy, Place, Slot, Trainable};
use crate::{
    mask::{Grid, Mask},
    protocol::{DeviceKind, DeviceReport, ModelInfo, ShippedModel, StoredModel},
};

/// What the engine of the room says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum FromTogether {
    /// First, once: the engine is up.
    Ready {
        /// [`super::VERSION`] of the engine.
        version: u32,
        /// The device it computes on.
        device: DeviceKind,
        /// The adapter's own name, or the processor's features.
        adapter: String,
    },
    /// How far a job is.
    Progress {
        /// What is happening.
        stage: Stage,
        /// Bytes (or pictures) done.
        done: u64,
        /// In all; 0 when unknown.
        of: u64,
    },
    /// Buffer 0: RGBA of the whole picture at `shown`, its long side at most 256 pixels.
    Picture {
        /// As asked.
        id: u32,
        /// The file's name.
        name: String,
        /// Width and height after orientation, in pixels.
        size: [usize; 2],
        /// Width and height of the buffer, in pixels.
        shown: [usize; 2],
        /// What a person should know.
        note: Option<String>,
    },
    /// A model is open.
    Model {
        /// Where.
        slot: Slot,
        /// For its card.
        info: Box<ModelInfo>,
        /// What it can do here.
        able: Able,
    },
    /// What can be fetched and what storage holds.
    Models {
        /// Lines of the index, those whose method embeds and those that draw alike.
        shipped: Vec<ShippedModel>,
        /// In storage.
        stored: Vec<StoredModel>,
    },
    /// All are embedded.
    Embedded {
        /// Numbers of an embedding.
        dim: usize,
        /// Seconds that it took; 0 where all were there.
        seconds: f32,
    },
    /// Buffer 0: `f32`, x and y of each picture in the order asked, in -1..1.
    Map {
        /// How it was made: by axes where pictures are too few for neighbours.
        kind: MapKind,
        /// For PCA: what part of the variance each axis holds.
        explained: Option<[f32; 2]>,
    },
    /// Nearest first.
    Nearest(Vec<(u32, f32)>),
    /// Buffer 0: `f32`, rows in the order asked.
    Energies,
    /// A group's number for each picture in the order asked, the largest group first.
    Groups(Vec<u32>),
    /// The instruments.
    Instruments(Measured),
    /// Buffer 0: RGBA of the disturbed square. The energies, one line a model.
    Pair {
        /// Side of the buffer, pixels.
        size_px: usize,
        /// One line a model that is open.
        energies: Vec<PairEnergy>,
    },
    /// Pairs of patches, best first.
    Matches {
        /// Patches of each picture.
        grid: Grid,
        /// Best first.
        matches: Vec<Match>,
    },
    /// Buffer `k`: `f32`, cosine of each patch of picture `k` in the order asked.
    Heat {
        /// Patches of each picture.
        grid: Grid,
    },
    /// Buffer `k`: RGBA, one pixel a patch, of picture `k` in the order asked.
    Colours {
        /// Patches of each picture.
        grid: Grid,
    },
    /// Buffer `k`: `f32`, head `k`'s attention to each patch; each sums to what the class token leaves.
    Attention {
        /// Patches.
        grid: Grid,
    },
    /// Buffer 0: RGBA of the picture with its hole; buffer `1 + k`: RGBA of the square with candidate `k` in it.
    Fit {
        /// Side of the buffers, pixels.
        size_px: usize,
        /// The hole as used, on the model's grid.
        hole: Mask,
        /// In the order of the buffers.
        candidates: Vec<Candidate>,
    },
    /// Buffers 0..2: RGBA of the example at `size_px`: the scene, the same object elsewhere, another object there.
    Place {
        /// The number.
        place: Place,
        /// Side of the buffers, pixels.
        size_px: usize,
    },
    /// What can be trained.
    Trainable(Vec<Trainable>),
    /// Training began.
    Training {
        /// The knobs and fields that were set, for the panel: `batch 32`, `vit:64x2/…`.
        settings: Vec<(String, String)>,
        /// What these settings make doubtful on these pictures, sentences; it can be meant, and seldom is.
        doubts: Vec<String>,
        /// The pictures watched: scenes rendered for it or the pictures asked for; their number.
        watched: usize,
        /// Side of the thumbnails, pixels.
        thumb_px: usize,
    },
    /// Unasked. Where `measured` is there, buffer 0: `f32`, x and y of each watched picture, in -1..1 and in the space's own
    /// measure: what collapses moves together; with the first one, buffer 1: RGBA of all watched pictures, one below the
    /// other.
    Trained(Moment),
    /// Buffer 0: a `.safetensors` file.
    Saved {
        /// A name for it.
        name: String,
    },
    /// How the device did in its self-test; `ms` is the time of eight pictures embedded and one step of training, 0 where that
    /// was not asked for.
    Device(DeviceReport),
    /// A newer one was asked for.
    Overtaken,
    /// Done, nothing to say.
    Done,
    /// The job failed: a sentence that says what happened, to what, and what to do.
    Failed(String),
    /// The device is gone; this engine answers nothing more.
    Lost(String),
}

/// What takes time; the first three as between page and engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// Bytes over the network.
    Download,
    /// Bytes out of storage, checked against the hash.
    Check,
    /// The first answer, which takes longer.
    WarmUp,
    /// Pictures through a network.
    Embed,
    /// Rounds of a neighbour map.
    Map,
}
