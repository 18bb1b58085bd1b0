use std::{collections::BTreeMap, fmt::Debug};

use burn::{
    module::{Module, ModuleDisplay},
    tensor::Tensor,
};

use super::{Branch, Trunk, branch::Seen};
use crate::{
    config::RunConfig,
    methods::{Batch, Entry, Kept, Knobs, Loss, MethodCard, MethodError, Pace, Recognised, Step, losses::LEAST_BATCH, published::Shapes},
    nn::{Builder, HeadConfig, backbone::Pool},
    views::Recipe,
};

/// Which branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// What gradients train.
    Student,
    /// What follows it.
    Teacher,
}

impl Side {
    /// Its field's name.
    #[must_use]
    pub fn path(self) -> &'static str {
        match self {
            Self::Student => "student",
            Self::Teacher => "teacher",
        }
    }
}

/// What a method asks for.
#[derive(Clone, Debug)]
pub struct Design {
    /// The projector.
    pub projector: HeadConfig,
    /// Whether a teacher follows the student.
    pub has_teacher: bool,
    /// Whether it is a step behind.
    pub is_teacher_behind: bool,
    /// Which branch answers once training is over.
    pub answers: Side,
    /// How each view of a picture is made.
    pub recipes: Vec<Recipe>,
    /// Pictures that a batch must have: [`LEAST_BATCH`], unless the method compares none with others of its batch and says 1. Batch
    /// norms ask for [`LEAST_BATCH`] all the same.
    pub least_batch: usize,
    /// Whether it answers for hidden patches of the encoder's own grid, so that pictures come with masks of them.
    pub hides: bool,
}

impl Design {
    /// One network for every view.
    #[must_use]
    pub fn new(projector: HeadConfig, recipes: Vec<Recipe>) -> Self {
        Self {
            projector,
            has_teacher: false,
            is_teacher_behind: false,
            answers: Side::Student,
            recipes,
            least_batch: LEAST_BATCH,
            hides: false,
        }
    }

    /// Whether something is normalised over the batch alone: of one picture nothing would be left.
    #[must_use]
    pub fn is_normed(&self, trunk: &Trunk) -> bool {
        let smallest = self.recipes.iter().map(|recipe| recipe.size_px).min().unwrap_or(trunk.size);
        self.projector.is_normed() || trunk.backbone.norms_by_batch_alone(smallest)
    }

    /// A student, and a teacher that follows it.
    #[must_use]
    pub fn with_teacher(mut self) -> Self {
        self.has_teacher = true;
        self
    }

    /// The same, and the teacher is what answers once training is over.
    #[must_use]
    pub fn with_answering_teacher(self) -> Self {
        Self {
            answers: Side::Teacher,
            ..self.with_teacher()
        }
    }
}

/// The networks of a step.
#[derive(Clone, Copy)]
pub struct Nets<'a> {
    /// What gradients train.
    pub student: &'a Branch,
    /// What follows it.
    pub teacher: Option<&'a Branch>,
}

impl Nets<'_> {
    /// A view through the student.
    #[must_use]
    pub fn student(&self, view: Tensor<4>) -> Seen {
        self.student.see(view)
    }

    /// A view through the teacher, without a graph; through the student where there is no teacher.
    #[must_use]
    pub fn teacher(&self, view: Tensor<4>) -> Seen {
        let Seen { embedding, projection } = self.teacher.unwrap_or(self.student).see(view);
        Seen {
            embedding: embedding.detach(),
            projection: projection.detach(),
        }
    }
}

/// What makes a method of the family: a loss, and what it keeps between steps (predictor, queue, bank, prototypes).
pub trait Objective: Module + ModuleDisplay + Debug + 'static {
    /// What it says of itself.
    const CARD: &'static MethodCard;

    /// The deviation that it asks of each number of a projection, where it compares points and not directions.
    const DEVIATION: Option<f32> = None;

    /// Whether it predicts embeddings of hidden patches, which [`Objective::patch_energy`] then compares.
    const PREDICTS: bool = false;

    /// What of a transformer stands for a whole picture.
    const POOL: Pool = Pool::Class;

    /// The networks and views that it asks for.
    ///
    /// # Errors
    /// A knob that is out of range or at odds with another.
    fn design(knobs: &Knobs<'_>, trunk: &Trunk) -> Result<Design, MethodError>;

    /// Its own parameters and state.
    ///
    /// # Errors
    /// As [`Objective::design`].
    fn new(at: Builder<'_>, knobs: &Knobs<'_>, trunk: &Trunk, config: &RunConfig) -> Result<Self, MethodError>;

    /// The loss of a batch.
    fn loss(&self, nets: &Nets<'_>, batch: &Batch, step: Step) -> Loss;

    /// After the optimiser's step, before the teacher follows.
    fn settle(&mut self, _step: Step, _kept: Vec<Kept>) {}

    /// Part of the teacher that stays at this step.
    fn momentum(&self, _step: Step) -> f64 {
        1.0
    }

    /// Energy of each hidden patch, by the branch that answers: `[batch, patches]`, 0 on visible ones; `None` where the
    /// method has no word on parts of a picture.
    fn patch_energy(&self, _answering: &Branch, _batch: &Batch) -> Option<Tensor<2>> {
        None
    }

    /// As [`Method::doubts`](crate::methods::Method::doubts).
    fn doubts(&self, _batch: usize, _classes: usize) -> Vec<String> {
        Vec::new()
    }

    /// How fast the optimiser may move the parameter of this path within the objective.
    fn pace(&self, _name: &str, _step: Step) -> Pace {
        Pace::Scheduled
    }

    /// The same within a branch: `projector.last.weight`.
    fn pace_of_branch(&self, _name: &str, _step: Step) -> Pace {
        Pace::Scheduled
    }

    /// As [`Method::recognise`](crate::methods::Method::recognise).
    fn recognise(_shapes: &Shapes, _remarks: &BTreeMap<String, String>) -> Option<Recognised> {
        None
    }

    /// Where a file has what of the objective answers need.
    ///
    /// # Errors
    /// As [`Objective::design`].
    fn entries(_knobs: &Knobs<'_>, _trunk: &Trunk) -> Result<Vec<Entry>, MethodError> {
        Ok(Vec::new())
    }
}
