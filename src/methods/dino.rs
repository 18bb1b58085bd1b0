//! DINO (Caron et al., "Emerging Properties in Self-Supervised Vision Transformers", 2021).
//!
//! A step: the student sees all views, the teacher the two large ones, without a graph. The centre is taken off the teacher's
//! outputs, a low temperature sharpens them, and the student's distribution over prototypes, of each view, is drawn to the
//! teacher's of every other: [`distil::dino`](super::losses::distil::dino). After the optimiser's step, which at first leaves the
//! prototypes alone, the centre takes in the teacher's outputs ([`memory::Centre`](super::losses::memory::Centre)), and the
//! teacher, which answers in the end, follows by a moving average ([`teacher`](super::losses::teacher), called by
//! [`joint`](super::joint)).

mod card;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use burn::{module::Module, tensor::Tensor};

pub use card::CARD;

use super::{
    Batch, Kept, Knobs, Loss, MethodCard, MethodError, Pace, Recognised, Step,
    joint::{Design, Joint, Nets, Objective, Trunk, recognise},
    losses::{
        distil::{Temperatures, dino, dino_squares, koleo, teacher_entropy},
        memory::Centre,
    },
    published::Shapes,
    schedule,
};
use crate::{
    config::RunConfig,
    nn::{Builder, HeadConfig},
    views::Recipe,
};

/// The method.
pub type Dino = Joint<SelfDistillation>;

/// The centre, and temperatures.
#[derive(Module, Debug)]
pub struct SelfDistillation {
    /// Moving mean of the teacher's outputs.
    pub centre: Centre,
    #[module(skip)]
    settings: Settings,
}

#[derive(Clone, Copy, Debug)]
struct Settings {
    student_temperature: f32,
    teacher_temperature: f64,
    warm_temperature: f64,
    temperature_warmup: f64,
    has_centre: bool,
    centre_momentum: f32,
    momentum: f64,
    rising: bool,
    /// Steps after which the teacher becomes a copy; 0 has the moving average.
    copied_every: u64,
    /// Of the run, where it counts them.
    steps: u64,
    freeze_last: f64,
    koleo: f32,
    squares: bool,
}

impl Objective for SelfDistillation {
    const CARD: &'static MethodCard = &CARD;

    fn design(knobs: &Knobs<'_>, trunk: &Trunk) -> Result<Design, MethodError> {
        let global = Recipe::dino_global(trunk.size).map(|recipe| trunk.view(recipe));
        let projector = head(knobs, trunk)?;
        let design = Design::new(projector, trunk.multi_crop(knobs, &global, Recipe::dino_local)?).with_answering_teacher();
        // A picture is compared with what the teacher makes of it. KoLeo alone looks at other pictures, and is silent on one.
        Ok(Design {
            least_batch: 1,
            is_teacher_behind: knobs.read("teacher_behind", "it is true or false")?,
            ..design
        })
    }

    fn new(mut at: Builder<'_>, knobs: &Knobs<'_>, trunk: &Trunk, config: &RunConfig) -> Result<Self, MethodError> {
        let flag = |name| knobs.read(name, "it is true or false");
        let temperature = |name| knobs.within(name, 0.001, 100.0);
        Ok(Self {
            centre: Centre::new(at.at("centre"), head(knobs, trunk)?.width()),
            settings: Settings {
                student_temperature: knobs.within("student_temperature", 0.001, 100.0)?,
                teacher_temperature: temperature("teacher_temperature")?,
                warm_temperature: temperature("warm_temperature")?,
                temperature_warmup: knobs.within("temperature_warmup", 0.0, 1.0)?,
                has_centre: flag("centre")?,
                centre_momentum: knobs.within("centre_momentum", 0.0, 1.0)?,
                momentum: knobs.within("teacher_momentum", 0.0, 1.0)?,
                rising: flag("rising")?,
                copied_every: config.steps_a_pass() * knobs.within("teacher_epochs", 0, 1000)?,
                steps: config.steps,
                freeze_last: knobs.within("freeze_last", 0.0, 1.0)?,
                koleo: knobs.within("koleo", 0.0, 100.0)?,
                squares: squares(knobs)?,
            },
        })
    }

    fn recognise(shapes: &Shapes, remarks: &BTreeMap<String, String>) -> Option<Recognised> {
        recognise::transformer(shapes, remarks)
    }

    fn loss(&self, nets: &Nets<'_>, batch: &Batch, step: Step) -> Loss {
        let views = batch.views();
        let seen: Vec<_> = views.iter().map(|view| nets.student(view.clone())).collect();
        let students: Vec<Tensor<2>> = seen.iter().map(|seen| seen.projection.clone()).collect();
        let teachers: Vec<Tensor<2>> = views.into_iter().take(2).map(|view| nets.teacher(view).projection).collect();
        let at = self.temperatures(step);
        let centre = self.centre.value();
        let (mut total, mut parts) = if self.settings.squares {
            (dino_squares(&students, &teachers, &centre), Vec::new())
        } else {
            let entropy = teacher_entropy(&teachers, &centre, at);
            let total = dino(&students, &teachers, &centre, at);
            (total.clone(), vec![("divergence", total - entropy.clone()), ("teacher_entropy", entropy)])
        };
        if self.settings.koleo > 0.0 {
            // Of the large views, each by itself (Oquab et al., 2023, and the authors' code).
            let spread = seen[..2.min(seen.len())].iter().map(|seen| koleo(seen.embedding.clone())).collect();
            let spread = Tensor::cat(spread, 0).sum() * self.settings.koleo;
            total = total + spread.clone();
            parts.push(("koleo", spread));
        }
        Loss {
            parts,
            kept: Kept {
                tensors: teachers,
                ..Kept::default()
            },
            ..Loss::new(total)
        }
        .with_features(&seen[0].embedding)
    }

    fn settle(&mut self, _step: Step, kept: Vec<Kept>) {
        if self.settings.has_centre {
            let teachers: Vec<Tensor<2>> = kept.into_iter().flat_map(|kept| kept.tensors).collect();
            self.centre.update(&teachers, self.settings.centre_momentum);
        }
    }

    fn doubts(&self, _batch: usize, classes: usize) -> Vec<String> {
        let outputs = self.centre.value().dims()[1];
        let few = (outputs < classes)
            .then(|| format!("{outputs} prototypes are fewer than the {classes} classes of these pictures: some classes have to share one"));
        let Settings { copied_every, steps, .. } = self.settings;
        let never = (1..copied_every).contains(&steps).then(|| {
            format!(
                "the teacher, which is what answers in the end, becomes a copy of the student every {copied_every} steps, and this run has \
                 {steps}: it stays as it was drawn; give the run more steps, or fewer pictures"
            )
        });
        few.into_iter().chain(never).collect()
    }

    fn momentum(&self, step: Step) -> f64 {
        let Settings {
            momentum,
            rising,
            copied_every,
            ..
        } = self.settings;
        if copied_every > 0 {
            // The step that ends a pass makes it a copy; others leave it as it is.
            let is_last = (step.index + 1).is_multiple_of(copied_every);
            return if is_last { 0.0 } else { 1.0 };
        }
        schedule::cosine(momentum, if rising { 1.0 } else { momentum }, step)
    }

    fn pace_of_branch(&self, name: &str, step: Step) -> Pace {
        let is_frozen = name.starts_with("projector.last.") && schedule::is_among_first(self.settings.freeze_last, step);
        if is_frozen { Pace::Frozen } else { Pace::Scheduled }
    }
}

fn head(knobs: &Knobs<'_>, trunk: &Trunk) -> Result<HeadConfig, MethodError> {
    let head = |prototypes| HeadConfig::dino(trunk.dim(), &trunk.projector, prototypes);
    match knobs.within("prototypes", 0, 1 << 20)? {
        0 => Ok(HeadConfig {
            prototypes: None,
            ..head(0)
        }),
        1 => Err(MethodError::value("prototypes", 1, "with one output there is nothing to choose")),
        count => Ok(head(count)),
    }
}

/// Whether outputs are compared by squares.
fn squares(knobs: &Knobs<'_>) -> Result<bool, MethodError> {
    match knobs.text("loss").trim() {
        "squares" => Ok(true),
        "cross-entropy" => Ok(false),
        other => Err(MethodError::value("loss", other, "it is cross-entropy or squares")),
    }
}

impl SelfDistillation {
    fn temperatures(&self, step: Step) -> Temperatures {
        let Settings {
            teacher_temperature: from,
            warm_temperature: to,
            temperature_warmup: part,
            ..
        } = self.settings;
        Temperatures {
            student: self.settings.student_temperature,
            teacher: schedule::ramp(from, to, part, step) as f32,
        }
    }
}
