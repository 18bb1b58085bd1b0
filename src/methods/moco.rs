//! MoCo (He et al., "Momentum Contrast for Unsupervised Visual Representation Learning", 2020), versions 2 and 3.
//!
//! A step: the student makes a query of the first view, the teacher a key of the second, without a graph; the query must find its
//! key among those of the queue ([`contrast::info_nce`](super::losses::contrast::info_nce)). After the optimiser's step the queue
//! takes the new keys in ([`memory::Queue`](super::losses::memory::Queue)), and the teacher follows by a moving average
//! ([`teacher`](super::losses::teacher), called by [`joint`](super::joint)).
//!
//! Version 3, which has no queue: each view is query and key, the query comes through the predictor, the negatives are the
//! batch's other keys ([`contrast::moco_v3`](super::losses::contrast::moco_v3)), and a transformer's first layer stays as it was
//! drawn.

mod card;

use burn::{module::Module, tensor::Tensor};

pub use card::CARD;

use super::{
    Batch, Kept, Knobs, Loss, MethodCard, MethodError, Pace, Step,
    joint::{Design, Joint, Nets, Objective, Trunk, strangers, widths},
    losses::{
        contrast::{Negatives, info_nce, moco_v3},
        distil::negative_cosine,
        memory::Queue,
        unit_rows,
    },
    schedule,
};
use crate::{
    config::RunConfig,
    nn::{Builder, Head, HeadConfig},
    views::Recipe,
};

/// The method.
pub type Moco = Joint<MomentumContrast>;

/// Queue and predictor.
#[derive(Module, Debug)]
pub struct MomentumContrast {
    /// Projections to what the teacher says; version 3.
    pub predictor: Option<Head>,
    /// Keys of earlier pictures; version 2.
    pub queue: Option<Queue>,
    #[module(skip)]
    temperature: f32,
    #[module(skip)]
    momentum: f64,
    #[module(skip)]
    rising: bool,
    #[module(skip)]
    symmetric: bool,
    #[module(skip)]
    has_negatives: bool,
    #[module(skip)]
    weighing: Negatives,
}

impl Objective for MomentumContrast {
    const CARD: &'static MethodCard = &CARD;

    fn design(knobs: &Knobs<'_>, trunk: &Trunk) -> Result<Design, MethodError> {
        let is_third = knobs.within("queue", 0usize, 1 << 24)? == 0;
        let has_predictor = !widths(knobs, "predictor")?.is_empty();
        let recipes = if is_third {
            Recipe::byol(trunk.size)
        } else {
            [Recipe::moco_v2(trunk.size), Recipe::moco_v2(trunk.size)]
        };
        let head = if is_third { HeadConfig::normed } else { HeadConfig::plain };
        let projector = head(trunk.dim(), &trunk.projector);
        let [query, key] = recipes.map(|recipe| trunk.view(recipe));
        let crops = vec![key.clone(); strangers::own_crops(knobs, strangers::has_negatives(knobs)?)?];
        let recipes = [vec![query, key], crops].concat();
        let design = Design::new(projector, recipes).with_teacher();
        // A queue gives a single picture something to be compared with; a predictor has batch norms.
        Ok(Design {
            least_batch: if is_third || has_predictor { design.least_batch } else { 1 },
            ..design
        })
    }

    fn new(mut at: Builder<'_>, knobs: &Knobs<'_>, trunk: &Trunk, config: &RunConfig) -> Result<Self, MethodError> {
        let predictor = widths(knobs, "predictor")?;
        trunk.check_predictor(&predictor)?;
        // The authors' predictor ends in a norm behind a transformer, in a plain layer behind a residual network.
        let head = if trunk.backbone.patch().is_some() { HeadConfig::normed } else { HeadConfig::unbiased };
        let head = head(trunk.width(), &predictor).with_norms(trunk.head_norms);
        let size = knobs.within("queue", 0usize, 1 << 24)?;
        Ok(Self {
            predictor: (!predictor.is_empty()).then(|| Head::new(at.at("predictor"), &head)),
            queue: (size > 0).then(|| Queue::new(at.at("queue"), [size, trunk.width()], config.seed)),
            temperature: knobs.within("temperature", 0.001, 100.0)?,
            momentum: knobs.within("teacher_momentum", 0.0, 1.0)?,
            rising: knobs.read("rising", "it is true or false")?,
            symmetric: knobs.read("symmetric", "it is true or false")?,
            has_negatives: strangers::has_negatives(knobs)?,
            weighing: strangers::weighing(knobs)?,
        })
    }

    fn loss(&self, nets: &Nets<'_>, batch: &Batch, _step: Step) -> Loss {
        let [a, b] = batch.two_views();
        let first = nets.student(a.clone());
        let predict = |projection: Tensor<2>| match &self.predictor {
            Some(predictor) => predictor.forward(projection),
            None => projection,
        };
        let crops: Vec<_> = batch.views().into_iter().skip(2).map(|crop| nets.teacher(crop).projection).collect();
        let negatives = Negatives {
            crops: strangers::of_their_own(&crops),
            ..self.weighing.clone()
        };
        let key = nets.teacher(b.clone()).projection;
        let query = predict(first.projection.clone());
        let against = |query, key: Tensor<2>| {
            if !self.has_negatives {
                return negative_cosine(query, key.detach());
            }
            let queue = self.queue.as_ref().map(Queue::rows);
            info_nce(query, key, queue, self.temperature, &negatives)
        };
        let other = |view: Tensor<4>| predict(nets.student(view).projection);
        let (total, keys) = match &self.queue {
            None => {
                let keys = [nets.teacher(a).projection, key];
                let queries = [query, other(b)];
                let total = if self.has_negatives {
                    moco_v3(queries, keys, self.temperature, &negatives)
                } else {
                    let ([q1, q2], [k1, k2]) = (queries, keys);
                    against(q1, k2) + against(q2, k1)
                };
                (total, Vec::new())
            }
            Some(_) if self.symmetric => {
                let second = nets.teacher(a).projection;
                let both = against(query, key.clone()) + against(other(b), second.clone());
                (both * 0.5, vec![key, second])
            }
            Some(_) => (against(query, key.clone()), vec![key]),
        };
        Loss {
            kept: Kept {
                tensors: keys.into_iter().map(unit_rows).collect(),
                ..Kept::default()
            },
            ..Loss::new(total)
        }
        .with_features(&first.embedding)
    }

    fn settle(&mut self, _step: Step, kept: Vec<Kept>) {
        if let Some(queue) = &mut self.queue {
            kept.into_iter().flat_map(|kept| kept.tensors).for_each(|keys| queue.push(keys));
        }
    }

    /// Version 3 leaves the first layer of a transformer as it was drawn: it is where trainings break (section 4).
    fn pace_of_branch(&self, name: &str, _step: Step) -> Pace {
        match self.queue {
            None if name.starts_with("encoder.network.patch.") => Pace::Frozen,
            _ => Pace::Scheduled,
        }
    }

    fn momentum(&self, step: Step) -> f64 {
        let end = if self.rising { 1.0 } else { self.momentum };
        schedule::cosine(self.momentum, end, step)
    }
}
