//! Joint embedding: views of one picture through one network, or through a student and its teacher, are to land nearby.
//!
//! What is common to the family is here: an encoder with its projector, a teacher that follows by a moving average,
//! knobs, views, files. A method of the family is an [`Objective`]: its loss, and what it keeps between steps. The
//! methods differ in what stops every picture from landing on one point.
//!
//! A step, in order: the batch comes with the views that [`Design::recipes`] ask for, and [`Objective::loss`] sees them through
//! [`Nets`], the teacher without a graph; the optimiser moves the student and what the objective trains (`learn/step.rs`);
//! [`Objective::settle`] takes over what the loss kept; and the teacher follows, by [`teacher::momentum_update`].
//!
//! The energy of a pair is the squared distance of the two projections, each of length 1: 0 for the same, 4 at most. It
//! is read off the network; no loss is.

mod branch;
mod names;
mod objective;
pub mod presets;
pub mod recognise;
pub mod strangers;
mod trunk;

use std::collections::BTreeMap;

use burn::{
    module::Module,
    tensor::{Device, FloatDType, Tensor},
};

pub use branch::{Branch, Seen};
pub use objective::{Design, Nets, Objective, Side};
pub use trunk::{LOCAL_SIZE, SHARED_KNOBS, Trunk, knob, local_crop, numbers, range, widths, with_shared};

use super::{
    Batch, Entry, Kept, Knobs, Loss, Method, MethodError, Names, Pace, Recognised, Step, ViewPlan,
    knobs::precision_of,
    losses::{
        LEAST_BATCH,
        teacher::{self, Statistics},
    },
};
use crate::{
    config::RunConfig,
    mask::MaskMix,
    nn::{Builder, Source, frozen},
};

/// A method of the family.
#[derive(Module, Debug)]
pub struct Joint<O: Objective> {
    /// What gradients train.
    pub student: Branch,
    /// What follows the student by a moving average, where the method has one.
    pub teacher: Option<Branch>,
    /// What the teacher will be a step later, where it is behind.
    pub later: Option<Branch>,
    /// The loss, and what it keeps.
    pub objective: O,
    #[module(skip)]
    setting: Setting,
}

/// Everything that was set.
#[derive(Clone, Debug)]
struct Setting {
    trunk: Trunk,
    design: Design,
    knobs: BTreeMap<String, toml::Value>,
    precision: FloatDType,
}

impl Setting {
    fn of<O: Objective>(config: &RunConfig) -> Result<Self, MethodError> {
        let knobs = Knobs::new(O::CARD, &config.knobs)?;
        let trunk = Trunk::of(&knobs)?.pooled(O::POOL);
        let mut design = O::design(&knobs, &trunk)?;
        design.projector = design.projector.with_norms(trunk.head_norms);
        let name = O::CARD.name;
        if config.batch < design.least_batch {
            let wanted = format!("{name} compares the pictures of a batch; give it {} or more", design.least_batch);
            return Err(MethodError::value("batch", config.batch, wanted));
        }
        if config.batch < LEAST_BATCH && design.is_normed(&trunk) {
            let wanted = format!("{name} has batch norms here, which make any one picture the same; give it {LEAST_BATCH} or more");
            return Err(MethodError::value("batch", config.batch, wanted));
        }
        Ok(Self {
            trunk,
            design,
            knobs: knobs.all(),
            precision: precision_of(config)?,
        })
    }

    fn plan(&self) -> ViewPlan {
        ViewPlan {
            size_px: self.trunk.size,
            // A grid of one patch: nothing is hidden.
            patch_px: self.trunk.backbone.patch().filter(|_| self.design.hides).unwrap_or(self.trunk.size),
            masks: MaskMix::default(),
            fill: false,
            recipes: self.design.recipes.clone(),
        }
    }
}

impl<O: Objective> Joint<O> {
    /// The branch that answers: the teacher where the paper uses it, the student otherwise.
    fn answering(&self) -> &Branch {
        match (self.setting.design.answers, &self.teacher) {
            (Side::Teacher, Some(teacher)) => teacher,
            _ => &self.student,
        }
    }
}

impl<O: Objective> Method for Joint<O> {
    fn new(config: &RunConfig, source: &mut dyn Source, device: &Device) -> Result<Self, MethodError> {
        let setting = Setting::of::<O>(config)?;
        let Setting { trunk, design, .. } = &setting;
        let mut at = Builder::new(source, device).within(setting.precision);
        // Files hold the branch that answers; the other starts as its copy.
        let side = design.answers.path();
        let first = Branch::new(at.at(side), trunk, &design.projector);
        let objective = O::new(at.at("objective"), &Knobs::new(O::CARD, &config.knobs)?, trunk, config)?;
        Ok(Self {
            teacher: design.has_teacher.then(|| frozen(first.clone())),
            later: design.is_teacher_behind.then(|| frozen(first.clone())),
            student: first,
            objective,
            setting,
        })
    }

    fn plan(config: &RunConfig) -> Result<ViewPlan, MethodError> {
        Ok(Setting::of::<O>(config)?.plan())
    }

    fn entries(config: &RunConfig, names: Names) -> Result<Vec<Entry>, MethodError> {
        let Setting { trunk, design, .. } = Setting::of::<O>(config)?;
        let side = design.answers.path();
        let mut entries = Branch::entries(side, &trunk, &design.projector, names);
        let own = O::entries(&Knobs::new(O::CARD, &config.knobs)?, &trunk)?;
        match names {
            Names::Darkroom => entries.extend(own),
            // A published encoder knows nothing of what a method builds on it.
            Names::HuggingFace | Names::Original => entries.extend(own.into_iter().map(Entry::or_computed)),
        }
        Ok(entries)
    }

    fn recognise(shapes: &BTreeMap<String, Vec<usize>>, remarks: &BTreeMap<String, String>) -> Option<Recognised> {
        O::recognise(shapes, remarks)
    }

    fn multiply_adds(config: &RunConfig, _kept: usize) -> Result<u64, MethodError> {
        let Setting { trunk, design, .. } = Setting::of::<O>(config)?;
        Ok(Branch::multiply_adds(&trunk, &design.projector))
    }

    fn knobs(&self) -> BTreeMap<String, toml::Value> {
        self.setting.knobs.clone()
    }

    fn views(&self) -> ViewPlan {
        self.setting.plan()
    }

    fn draws(&self) -> bool {
        false
    }

    fn loss(&self, batch: &Batch, step: Step) -> Loss {
        let nets = Nets {
            student: &self.student,
            teacher: self.teacher.as_ref(),
        };
        self.objective.loss(&nets, batch, step)
    }

    fn complete(&self, _batch: &Batch) -> Option<Tensor<4>> {
        None
    }

    fn patch_energy(&self, batch: &Batch) -> Option<Tensor<2>> {
        self.objective.patch_energy(self.answering(), batch)
    }

    fn embed(&self, pictures: Tensor<4>) -> Tensor<2> {
        self.answering().embed(pictures)
    }

    fn project(&self, embeddings: Tensor<2>) -> Tensor<2> {
        self.answering().project(embeddings)
    }

    fn deviation(&self) -> Option<f32> {
        O::DEVIATION
    }

    fn embed_patches(&self, pictures: Tensor<4>) -> Option<Tensor<3>> {
        self.answering().embed_patches(pictures)
    }

    fn has_patches(&self) -> bool {
        true
    }

    fn attention(&self, pictures: Tensor<4>) -> Option<Tensor<4>> {
        self.answering().encoder.attention(pictures)
    }

    fn attends(&self) -> bool {
        self.answering().encoder.as_vit().is_some_and(|vit| !vit.blocks.is_empty())
    }

    fn predicts(&self) -> bool {
        O::PREDICTS
    }

    fn settle(&mut self, step: Step, kept: Vec<Kept>) {
        self.objective.settle(step, kept);
        if let Some(teacher) = self.teacher.take() {
            let momentum = self.objective.momentum(step);
            let follow = |teacher| teacher::momentum_update(teacher, &self.student, momentum as f32, Statistics::Keep);
            let (teacher, later) = match self.later.take() {
                Some(later) => (later.clone(), Some(follow(later))),
                None => (follow(teacher), None),
            };
            (self.teacher, self.later) = (Some(teacher), later);
        }
    }

    fn doubts(&self, batch: usize, classes: usize) -> Vec<String> {
        self.objective.doubts(batch, classes)
    }

    fn pace(&self, name: &str, step: Step) -> Pace {
        match name.split_once('.') {
            Some(("objective", name)) => self.objective.pace(name, step),
            Some((_, name)) => self.objective.pace_of_branch(name, step),
            None => Pace::Scheduled,
        }
    }

    fn training_only(&self) -> &'static [&'static str] {
        match self.setting.design.answers {
            Side::Student => &["teacher.", "later.", "objective."],
            Side::Teacher => &["student.", "later.", "objective."],
        }
    }
}
