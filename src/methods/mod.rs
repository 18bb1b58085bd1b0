//! Methods: one file each, one line in the list below.
//!
//! A method says what views it wants of a picture, a loss that shapes the energy while training, and the energy
//! itself, which is all that inference reads. Energy is not loss: they share a number only where a method says so.

mod any;
mod batch;
mod error;
#[cfg(feature = "joint")]
pub mod joint;
mod knobs;
#[cfg(feature = "joint")]
pub mod losses;
mod pace;
pub mod published;
pub mod schedule;
pub mod sign;

use std::collections::BTreeMap;

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use serde::{Deserialize, Serialize};

pub use error::MethodError;
pub use knobs::Knobs;
pub use pace::Pace;
pub use published::{Entry, Form, Names, Recognised};
pub use sign::Sign;

use crate::{config::RunConfig, mask::Mask, nn::Source, views::Recipe};

#[cfg(feature = "joint")]
any::methods! {
    Mae in mae;
    Simclr in simclr;
    Moco in moco;
    Instdisc in instdisc;
    Pirl in pirl;
    Nnclr in nnclr;
    Byol in byol;
    Simsiam in simsiam;
    Dino in dino;
    Ijepa in ijepa;
    Barlow in barlow;
    Vicreg in vicreg;
    Lejepa in lejepa;
    Swav in swav;
    Deepcluster in deepcluster;
    Supcon in supcon;
    Supervised in supervised;
    Untrained in untrained;
    Siamese in siamese;
}

// The page's engine draws, and is downloaded: what only embeds is left out of it.
#[cfg(not(feature = "joint"))]
any::methods! {
    Mae in mae;
}

/// What a method wants of each picture of a batch.
#[derive(Clone, Debug, PartialEq)]
pub struct ViewPlan {
    /// Side of the square that the model takes, in pixels.
    pub size_px: usize,
    /// Side of a patch, in pixels.
    pub patch_px: usize,
    /// Which masks to draw while training: kinds with their weights. Every mask of one batch hides equally many patches.
    pub masks: MaskMix,
    /// Whether the batch must carry the smooth fill of what its masks hide.
    pub fill: bool,
    /// How each view of a picture is made; empty for the one view that the run's `crop` and `flip` make.
    pub recipes: Vec<Recipe>,
}

/// A mixture of mask kinds, as in `random:0.75` or `random:0.75*2+half:right+block`.
pub type MaskMix = crate::mask::MaskMix;

/// One batch of pictures: parts of them hidden, or several views of each.
#[derive(Clone, Debug)]
pub struct Batch {
    /// `[batch, 3, size, size]`, 0..1: the first view.
    pub pictures: Tensor<4>,
    /// The other views, in the plan's order: each `[batch, 3, side, side]` with a side of its own.
    pub others: Vec<Tensor<4>>,
    /// One a picture; all hide the same number of patches.
    pub masks: Vec<Mask>,
    /// `[batch, 3, size, size]`: visible pixels as they are, hidden ones filled smoothly from them. Never reads what is hidden.
    pub fill: Option<Tensor<4>>,
    /// Number of each picture in its source; `None` where it has none.
    pub indices: Vec<Option<usize>>,
    /// Class of each picture, where one is known. For methods that learn from labels, and for probes.
    pub labels: Vec<Option<usize>>,
}

/// Where a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Optimiser steps done before this one.
    pub index: u64,
    /// Optimiser steps of the whole run.
    pub of: u64,
}

/// A scalar to minimise, its named parts, and what else the pass through the network left.
#[derive(Clone, Debug)]
pub struct Loss {
    /// `[1]`.
    pub total: Tensor<1>,
    /// Parts under their names, each `[1]`, for the curves.
    pub parts: Vec<(&'static str, Tensor<1>)>,
    /// Embeddings of the first view, `[batch, dim]`, without a graph: what the probe beside the training reads.
    pub features: Option<Tensor<2>>,
    /// What [`Method::settle`] takes over once the step is done.
    pub kept: Kept,
}

impl Loss {
    /// A loss that leaves nothing behind.
    #[must_use]
    pub fn new(total: Tensor<1>) -> Self {
        Self {
            total,
            parts: Vec::new(),
            features: None,
            kept: Kept::default(),
        }
    }

    /// The same with the embeddings `[batch, dim]` of the first view, for the probe beside the training.
    #[must_use]
    pub fn with_features(self, embeddings: &Tensor<2>) -> Self {
        Self {
            features: Some(embeddings.clone().detach()),
            ..self
        }
    }
}

/// What a pass leaves for after the optimiser's step: keys for a queue, means for a centre. Without a graph.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    /// As the method that made them reads them.
    pub tensors: Vec<Tensor<2>>,
    /// Number of each picture in its source, where rows belong to pictures.
    pub indices: Vec<Option<usize>>,
}

/// A self-supervised method.
pub trait Method: Module {
    /// The method out of a run's knobs, its numbers from `source`.
    ///
    /// # Errors
    /// A knob that is unknown, out of range or at odds with another, named.
    fn new(config: &RunConfig, source: &mut dyn Source, device: &Device) -> Result<Self, MethodError>;

    /// What such a method wants of each picture, without a network.
    ///
    /// # Errors
    /// As [`Method::new`].
    fn plan(config: &RunConfig) -> Result<ViewPlan, MethodError>;

    /// Where a file has each parameter of such a network. What Darkroom writes is [`Names::Darkroom`].
    ///
    /// # Errors
    /// As [`Method::new`].
    fn entries(config: &RunConfig, names: Names) -> Result<Vec<Entry>, MethodError>;

    /// What one prediction costs such a network with `kept` patches visible: multiplications, each with its addition.
    ///
    /// # Errors
    /// As [`Method::new`].
    fn multiply_adds(config: &RunConfig, kept: usize) -> Result<u64, MethodError>;

    /// Whether tensors of these names and shapes are a published network of this method, and which. `remarks` is the
    /// file's own metadata.
    fn recognise(_shapes: &BTreeMap<String, Vec<usize>>, _remarks: &BTreeMap<String, String>) -> Option<Recognised> {
        None
    }

    /// What a published file of this very network says beside its tensors.
    ///
    /// # Errors
    /// A sentence: why a reader of published files would take it for something else.
    fn published(&self) -> Result<BTreeMap<String, String>, String> {
        Err("this method has no published form".into())
    }

    /// Every knob as it is set: with these, [`Method::new`] makes a network of this shape.
    fn knobs(&self) -> BTreeMap<String, toml::Value>;

    /// What a person should know of its drawings, where that is not plain.
    fn note(&self) -> Option<String> {
        None
    }

    /// What a person should know before such a network is trained on batches of so many pictures, in so many classes (0
    /// without labels): sentences on settings that can be, and that seldom are meant.
    fn doubts(&self, _batch: usize, _classes: usize) -> Vec<String> {
        Vec::new()
    }

    /// What this method wants of each picture.
    fn views(&self) -> ViewPlan;

    /// The loss of a batch. Runs on an autodiff device while training.
    fn loss(&self, batch: &Batch, step: Step) -> Loss;

    /// Whether it draws what is hidden, so that [`Method::complete`] answers.
    fn draws(&self) -> bool {
        true
    }

    /// The picture the model draws, `[batch, 3, size, size]`, values around 0..1 and not clamped; `None` where a
    /// method draws nothing. Visible patches are the model's own drawing of them: callers set the truth in.
    fn complete(&self, batch: &Batch) -> Option<Tensor<4>>;

    /// Energy of each patch, `[batch, patches]`: how badly what is in the picture fits what the model expects there,
    /// 0 on visible patches. For a masked autoencoder: mean squared error of the patch's pixels in 0..1.
    fn patch_energy(&self, batch: &Batch) -> Option<Tensor<2>>;

    /// The same network for answers alone: what depends on no picture is worked out once. It cannot be trained or saved.
    #[must_use]
    fn for_answers(self) -> Self {
        self
    }

    /// One embedding a picture, `[batch, dim]`, of pictures with nothing hidden.
    fn embed(&self, pictures: Tensor<4>) -> Tensor<2>;

    /// Embeddings into the space in which the method compares them, `[batch, dim]` to `[batch, width]`: through the
    /// projector, where there is one. The energy of a pair is the squared distance of two such rows, each of length 1.
    fn project(&self, embeddings: Tensor<2>) -> Tensor<2> {
        embeddings
    }

    /// The deviation that the method asks of each number of a projection, where it compares points and not directions.
    fn deviation(&self) -> Option<f32> {
        None
    }

    /// One embedding a patch, `[batch, patches, dim]` in the grid's rows; `None` where a network has no patches.
    fn embed_patches(&self, _pictures: Tensor<4>) -> Option<Tensor<3>> {
        None
    }

    /// Whether [`Method::embed_patches`] answers.
    fn has_patches(&self) -> bool {
        false
    }

    /// Where the heads of the last layer look, `[batch, heads, 1 + patches, 1 + patches]`: row by row what part of its
    /// attention a token gives to each, the class token first, then the patches in the grid's rows. A row sums to 1, less what
    /// registers get. The first row is of what stands for the picture: the mean of the patches' rows where their mean does.
    /// `None` where a network has no attention.
    fn attention(&self, _pictures: Tensor<4>) -> Option<Tensor<4>> {
        None
    }

    /// Whether [`Method::attention`] answers.
    fn attends(&self) -> bool {
        false
    }

    /// Whether a predictor says what embeddings a hidden part has, so that [`Method::patch_energy`] compares embeddings and
    /// not pixels.
    fn predicts(&self) -> bool {
        false
    }

    /// After the optimiser's step, with what each pass of it left: teacher, queue, bank, centre. Most methods have
    /// nothing to settle.
    fn settle(&mut self, _step: Step, _kept: Vec<Kept>) {}

    /// How fast the optimiser may move the parameter of this path (`predictor.fc1.weight`) in this step. Most methods
    /// leave all of them to the run's schedule.
    fn pace(&self, _name: &str, _step: Step) -> Pace {
        Pace::Scheduled
    }

    /// Paths of what only training needs (a teacher, a queue), as they begin: not in files of weights.
    fn training_only(&self) -> &'static [&'static str] {
        &[]
    }
}

/// What a method says of itself; drives the command line, the page's list, the documents' table and the tests over every method.
#[derive(Clone, Debug, Serialize)]
pub struct MethodCard {
    /// As typed: `mae`.
    pub name: &'static str,
    /// As in the paper: `Masked autoencoder`.
    pub title: &'static str,
    /// `masked`, `contrast`, `distil`, `regularise`, `cluster`, …
    pub family: &'static str,
    /// Authors, year, where.
    pub paper: &'static str,
    /// What keeps the energy from being low everywhere.
    pub stops_collapse: &'static str,
    /// A paragraph for the page and `darkroom methods`.
    pub summary: &'static str,
    /// Everything `--set` may set.
    pub knobs: &'static [Knob],
    /// Named settings.
    pub presets: &'static [Preset],
}

impl MethodCard {
    /// Whether there is nothing to learn for it where pictures have no labels.
    #[must_use]
    pub fn wants_labels(&self) -> bool {
        self.family == "labels"
    }
}

/// One knob of a method.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Knob {
    /// As typed: `mask_ratio`.
    pub name: &'static str,
    /// `px`, `ratio`, `patches`, … or empty.
    pub unit: &'static str,
    /// As typed.
    pub default: &'static str,
    /// One sentence.
    pub help: &'static str,
}

/// Named settings of a method.
#[derive(Clone, Debug, Serialize)]
pub struct Preset {
    /// As typed: `photos`.
    pub name: &'static str,
    /// One sentence, with the source where it is a paper's.
    pub help: &'static str,
    /// Knobs of the method or the run, and what they are set to: lists one over the other, so that methods can share some.
    pub set: &'static [&'static [(&'static str, &'static str)]],
    /// Of a preset that takes away what stops collapse, or sets it badly: what is seen then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sign: Option<Sign>,
}

impl Preset {
    /// What is set, in order: the last of a name wins.
    pub fn settings(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.set.iter().copied().flatten().copied()
    }
}

/// The method that `config` names, its first weights drawn from the run's seed. On `device.autodiff()` it can be trained.
///
/// # Errors
/// A method or a knob that is unknown or cannot be set so, with the nearest name.
pub fn build(config: &RunConfig, device: &Device) -> Result<AnyMethod, MethodError> {
    AnyMethod::new(config, &mut crate::nn::Drawn { seed: config.seed }, device)
}
