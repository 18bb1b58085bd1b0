//! What the room may ask of its engine.

use serde::{Deserialize, Serialize};

use super::{Slot, Steer, TrainSettings};
use crate::{mask::Mask, picture::Frame};

/// What the room may ask.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum ToTogether {
    /// Buffer 0: the file's bytes. Decodes it (browser first, Rust second), keeps it under `id`. Answer: `Picture`.
    AddPicture {
        /// The room's own number for it.
        id: u32,
        /// The file's name, for messages.
        name: String,
    },
    /// Renders scene `seed` of the procedural worlds, keeps it under `id`. Answer: `Picture`.
    AddScene {
        /// The room's own number for it.
        id: u32,
        /// Which scene.
        seed: u64,
    },
    /// Forgets pictures. Answer: `Done`.
    DropPictures {
        /// As given when they were added.
        ids: Vec<u32>,
    },
    /// Fetches (or takes from storage) and opens a shipped or stored model. Answer: `Model`.
    OpenShipped {
        /// Where it goes.
        slot: Slot,
        /// As in `models/index.json` or `Stored`.
        name: String,
    },
    /// Buffer 0: a `.safetensors` file. Opens and stores it. Answer: `Model`.
    OpenFile {
        /// Where it goes.
        slot: Slot,
        /// The file's name.
        name: String,
    },
    /// Empties a slot. Answer: `Done`.
    Close {
        /// Which.
        slot: Slot,
    },
    /// What can be fetched, and what storage holds. Answer: `Models`.
    ListModels,
    /// Embeds what is not embedded yet, with progress in pictures (`Stage::Embed`). Answer: `Embedded`.
    Embed {
        /// By which model.
        slot: Slot,
        /// Which pictures.
        ids: Vec<u32>,
    },
    /// Where pictures lie on a map, out of their embeddings. Answer: `Map`; for neighbours, `Overtaken` by a newer map.
    Map {
        /// By which model.
        slot: Slot,
        /// Which pictures, all embedded.
        ids: Vec<u32>,
        /// How.
        kind: MapKind,
    },
    /// The nearest pictures. Answer: `Nearest`.
    Nearest {
        /// By which model.
        slot: Slot,
        /// To which picture.
        id: u32,
        /// Among which.
        among: Vec<u32>,
        /// At most so many.
        count: usize,
    },
    /// The energies of all pairs, at most 400 pictures. Answer: `Energies`.
    Energies {
        /// By which model.
        slot: Slot,
        /// Which pictures: rows and columns in this order.
        ids: Vec<u32>,
    },
    /// Which go together: average linkage over pair energies, cut into `count` groups, or where the gap is widest.
    /// Answer: `Groups`.
    Groups {
        /// By which model.
        slot: Slot,
        /// Which pictures.
        ids: Vec<u32>,
        /// How many groups; the widest gap decides where `None`.
        count: Option<usize>,
    },
    /// The instruments over these embeddings. Answer: `Instruments`.
    Instruments {
        /// By which model.
        slot: Slot,
        /// Which pictures.
        ids: Vec<u32>,
    },
    /// The energy between a picture and a disturbed picture. Only the newest is answered. Answer: `Pair` or `Overtaken`.
    Pair {
        /// By which models; those that are not open are left out.
        slots: Vec<Slot>,
        /// The picture that is disturbed.
        id: u32,
        /// How.
        changes: Changes,
        /// Another picture to measure against.
        other: Option<u32>,
    },
    /// Which patches of two pictures belong together. Answer: `Matches`.
    Correspond {
        /// By which model.
        slot: Slot,
        /// One picture, disturbed like this.
        left: u32,
        /// How the left one is disturbed.
        changes: Changes,
        /// The other, as it is.
        right: u32,
        /// At most so many, mutual nearest ones first.
        count: usize,
    },
    /// How alike every patch is to one patch. Only the newest is answered. Answer: `Heat` or `Overtaken`.
    Heat {
        /// By which model.
        slot: Slot,
        /// The picture pointed at.
        id: u32,
        /// The patch pointed at, row by row.
        patch: usize,
        /// In which pictures.
        among: Vec<u32>,
    },
    /// Patch embeddings as colours: along their first three principal components over 40 fixed scenes, so that with one
    /// model a colour means the same on every picture. Answer: `Colours`.
    Colours {
        /// By which model.
        slot: Slot,
        /// Which pictures.
        ids: Vec<u32>,
    },
    /// Where the heads of the last layer look. Answer: `Attention`.
    Attention {
        /// By which model.
        slot: Slot,
        /// Which picture.
        id: u32,
        /// From which patch; from what stands for the picture where `None`: its class token, or the mean of its patches.
        patch: Option<usize>,
    },
    /// Which part fits a hole? Candidates are drawn by `seed`: the right one, from elsewhere in the picture, from
    /// others. Answer: `Fit`.
    Fit {
        /// The picture with the hole.
        id: u32,
        /// Which square of it.
        frame: Frame,
        /// The hole, on any grid: a rectangle of patches.
        hole: Mask,
        /// Pictures that candidates may come from.
        among: Vec<u32>,
        /// Draws the candidates.
        seed: u64,
        /// Candidates in all, the right one among them.
        count: usize,
    },
    /// Does the embedding follow the object or the setting? Scenes of rare pairs, drawn by `seed`. Answer: `Place`.
    Place {
        /// By which model.
        slot: Slot,
        /// Draws the scenes.
        seed: u64,
        /// Triples of scenes asked about.
        count: usize,
    },
    /// Begins training in the room, from new weights; a run before it ends. Answer: `Training`, then `Trained` unasked
    /// (job 0) as steps are done.
    Train(TrainSettings),
    /// To the run in hand. Answer: `Done`; what changes shows in `Trained`.
    Steer(Steer),
    /// The weights as they are, a file that the native program opens. Answer: `Saved`, buffer 0 the file.
    SaveTrained,
    /// What can be trained in the room. Answer: `Trainable`.
    ListTrainable,
    /// Runs the self-test of the device with the model in `slot`. Answer: `Device`.
    Check {
        /// By which model.
        slot: Slot,
        /// Whether eight pictures embedded and a step of training are timed as well.
        timed: bool,
    },
}

/// How a map is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MapKind {
    /// The two directions in which embeddings differ most.
    Pca,
    /// Neighbours stay neighbours; distances between groups mean nothing.
    Neighbours,
}

/// What is done to a picture, in this order, before it is embedded. All at rest: the picture itself.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Changes {
    /// Side of the part that is shown, about the middle, of the square's: 1 is all of it, 0.1 the least.
    pub crop: f32,
    /// Hue turned by so much of the circle, -0.5..0.5.
    pub hue: f32,
    /// Saturation times this, 0..2: 0 is grey.
    pub saturation: f32,
    /// Brightness times this, 0.2..2.
    pub brightness: f32,
    /// Deviation of the blur, pixels of the model's picture, 0..8.
    pub blur_px: f32,
    /// Turned by so many degrees, -180..180.
    pub turn_degrees: f32,
    /// Left and right exchanged.
    pub flip: bool,
}

impl Default for Changes {
    fn default() -> Self {
        Self {
            crop: 1.0,
            hue: 0.0,
            saturation: 1.0,
            brightness: 1.0,
            blur_px: 0.0,
            turn_degrees: 0.0,
            flip: false,
        }
    }
}
