//! The messages between the room "Together" and its engine, a program of its own: it embeds, compares and trains.
//!
//! The same envelopes, numbers and buffers as between page and engine, and the same words for what both have in
//! common: `Ready`, `Progress`, `Failed` and `Lost` look alike on the wire, so that one loader and one line serve both.
//! Embeddings are kept by the engine for as long as picture and model stay: whatever is asked of them is quick.

use serde::{Deserialize, Serialize};

use super::{DeviceKind, Frame, ModelInfo, ShippedModel, StoredModel};
use crate::mask::{Grid, Mask};

/// Raised whenever a message changes its meaning.
pub const VERSION: u32 = 1;

/// A place for a model: the room holds up to three at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Slot {
    /// The model that the room looks through.
    First,
    /// The one it is compared with.
    Second,
    /// The masked autoencoder beside which a joint-embedding model ranks parts.
    Drawing,
    /// The network that trains in the room; there once training began.
    Trained,
}

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
    /// The energies of all pairs, at most 200 pictures. Answer: `Energies`.
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
    /// Patch embeddings as colours: their first three principal components over the model's own reference pictures,
    /// so that a colour means the same on every picture and every day. Answer: `Colours`.
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
        /// From which patch; from the class token where `None`.
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

/// A run in the room.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrainSettings {
    /// A method's name, one of `Trainable`.
    pub method: String,
    /// Pictures to train on; empty for scenes of the procedural worlds.
    pub ids: Vec<u32>,
    /// How strongly object and setting go together in those scenes, 0..1.
    pub bond: f32,
    /// Draws weights, views and order.
    pub seed: u64,
    /// Ends of itself after so many steps; 0 goes on until it is told to stop.
    pub steps: u64,
    /// Begins with a pause.
    pub paused: bool,
}

/// What a person may do to a run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Steer {
    /// Waits.
    Pause,
    /// Goes on.
    Go,
    /// One step, then waits.
    Step,
    /// At most so many steps a second; 0 as fast as it goes.
    Pace(f32),
    /// Whether what stops collapse is in place.
    Safeguard(bool),
    /// Ends the run and forgets it.
    Stop,
}

/// A method that the room can train.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trainable {
    /// As asked for.
    pub name: String,
    /// For people.
    pub title: String,
    /// `contrast`, `distil`, …
    pub family: String,
    /// What stops collapse: a sentence.
    pub stops_collapse: String,
    /// A paragraph.
    pub summary: String,
    /// What the switch takes away, a sentence; `None` where there is nothing to take away.
    pub switch: Option<String>,
}

/// A moment of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Moment {
    /// Steps done.
    pub step: u64,
    /// Every step's loss since the moment before, oldest first.
    pub losses: Vec<f32>,
    /// Named parts of the last step's loss.
    pub parts: Vec<(String, f32)>,
    /// Whether what stops collapse is in place.
    pub safeguard: bool,
    /// Whether it waits.
    pub paused: bool,
    /// Whether it has come to its end.
    pub ended: bool,
    /// Steps a second, lately.
    pub steps_per_s: f32,
    /// The instruments over the pictures watched; measured now and then, `None` between.
    pub measured: Option<Measured>,
    /// Why training stopped of itself, where it did: a number that is none, in which term, at which step.
    pub stopped: Option<String>,
}

/// What the instruments say of some embeddings.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// Pictures.
    pub pictures: usize,
    /// Mean deviation of the numbers of projections of length 1.
    pub spread: Option<f32>,
    /// What that is for projections that fill the sphere evenly: 1/√width.
    pub healthy_spread: f32,
    /// For a method that compares points and not directions: mean deviation of the numbers of projections, in the
    /// deviation that it asks of them. 1 where it has its way, 0 where all points are one.
    pub deviation: Option<f32>,
    /// Rank of the embeddings.
    pub rank_me: Option<f32>,
    /// The highest that so many embeddings of such a width can have.
    pub highest_rank: usize,
    /// Mean cosine of two different pictures' projections.
    pub cosine: Option<f32>,
    /// Singular values of the projections, largest first, the largest 1; at most 64 of them.
    pub spectrum: Vec<f32>,
    /// Share of the watched pictures that get their class from their neighbours; `None` without classes.
    pub knn: Option<f32>,
    /// The verdict: a sentence.
    pub verdict: String,
}

/// A patch of the left picture and the patch of the right one that answers it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Match {
    /// Patch of the left picture, row by row.
    pub left: usize,
    /// Patch of the right picture.
    pub right: usize,
    /// Cosine of the two patch embeddings.
    pub cosine: f32,
    /// Whether each is the other's nearest.
    pub mutual: bool,
}

/// The energies of a pair by one model: squared distance of two projections of length 1, 0..4.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PairEnergy {
    /// Which model.
    pub slot: Slot,
    /// Disturbed picture to its original.
    pub to_original: f32,
    /// Disturbed picture to the other.
    pub to_other: Option<f32>,
    /// Original to the other.
    pub apart: Option<f32>,
}

/// Where a candidate part comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Origin {
    /// The hole itself: the right one.
    Right,
    /// Elsewhere in the same picture.
    Elsewhere,
    /// Another picture.
    Other(u32),
}

/// A part that may fit a hole.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// Where it comes from.
    pub origin: Origin,
    /// Energy by the joint-embedding model's predictor; `None` where it has none.
    pub joint: Option<f32>,
    /// Energy by the masked autoencoder: mean squared error over the hole, 0..1; `None` where none is open.
    pub drawn: Option<f32>,
}

/// Whether an embedding follows the object or the setting.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// Share of triples in which a scene lies nearer to the one with its object, in another setting, than to the one
    /// with its setting and another object. 0 follows the setting alone, 1 the object alone.
    pub follows_object: f32,
    /// Triples asked about.
    pub triples: usize,
    /// One triple to look at, what each of the answer's buffers shows: the scene, its object where that belongs, its setting
    /// with an object that belongs there.
    pub example: [String; 3],
}

/// What the engine of the room says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum FromTogether {
    /// First, once: the engine is up.
    Ready {
        /// [`VERSION`] of the engine.
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
    /// A newer one was asked for.
    Overtaken,
    /// Done, nothing to say.
    Done,
    /// The job failed: a sentence that says what happened, to what, and what to do.
    Failed(String),
    /// The device is gone; this engine answers nothing more.
    Lost(String),
}

/// What a model can do in the room; where it cannot, a panel says which models can.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Able {
    /// It has patch embeddings: heat maps, colours, correspondences.
    pub patches: bool,
    /// It has attention heads.
    pub attention: bool,
    /// It predicts embeddings of a hidden part: which part fits.
    pub predicts: bool,
    /// It draws a hidden part.
    pub draws: bool,
}
