//! MoCo (He et al., "Momentum Contrast for Unsupervised Visual Representation Learning", 2020), versions 2 and 3.

use burn::{module::Module, tensor::Tensor};

use super::{
    Batch, Kept, Knob, Knobs, Loss, MethodCard, MethodError, Pace, Preset, Sign, Step,
    joint::{
        Design, Joint, Nets, Objective, Trunk, knob,
        presets::{self, broken, preset},
        strangers, widths, with_shared,
    },
    losses::{
        contrast::{Negatives, info_nce, moco_v3},
        distil::negative_cosine,
        memory::Queue,
        unit_rows,
    },
    schedule,
    sign,
};
use crate::{
    config::RunConfig,
    nn::{Builder, Head, HeadConfig},
    views::Recipe,
};

/// The method.
pub type Moco = Joint<MomentumContrast>;

/// The card.
pub const CARD: MethodCard = MethodCard {
    name: "moco",
    title: "MoCo",
    family: "contrast",
    paper: "He, Fan, Wu, Xie & Girshick, \"Momentum Contrast for Unsupervised Visual Representation Learning\", 2020; \
            version 3: Chen, Xie & He, \"An Empirical Study of Training Self-Supervised Vision Transformers\", 2021",
    stops_collapse: "Other pictures: those of earlier batches, kept in a queue (version 2), or of this one (version 3).",
    summary: "A slowly moving copy of the network makes keys, and a queue keeps them, so that many pictures can be pushed away without a \
              large batch. With a queue of 0 it is version 3: keys of the same batch, and a predictor.",
    knobs: &KNOBS,
    presets: &PRESETS,
};

const OWN: &[Knob] = &[
    knob(
        "projector",
        "",
        "2048,128",
        "Widths of the projector's layers, the last its output.",
    ),
    knob(
        "crop_scale",
        "ratio",
        "0.2,1",
        "Smallest and largest part of the picture that a view shows.",
    ),
    knob(
        "predictor",
        "",
        "none",
        "Widths of the predictor's layers: version 3 has one, version 2 none.",
    ),
    knob(
        "queue",
        "keys",
        "65536",
        "Keys of earlier pictures to push away; 0 takes those of the batch (version 3).",
    ),
    knob("temperature", "", "0.2", "What cosines are divided by."),
    knob(
        "teacher_momentum",
        "",
        "0.999",
        "Part of the teacher that stays at a step. At 0 it is the student, and the loss swings.",
    ),
    knob(
        "rising",
        "",
        "false",
        "Whether the teacher's momentum rises to 1 by the run's end (version 3).",
    ),
    knob(
        "symmetric",
        "",
        "false",
        "Whether each view is query once and key once; version 3 always is.",
    ),
    knob(
        "negatives",
        "",
        "true",
        "Whether other pictures are pushed away. Without them nothing stops collapse.",
    ),
    strangers::HARDNESS,
    strangers::DEBIAS,
    strangers::OWN_CROPS,
];
const KNOBS: [Knob; 20] = with_shared(OWN);

const PRESETS: [Preset; 12] = [
    preset(
        "tiny",
        presets::TINY_HELP,
        &[presets::TINY, &[("queue", "64"), ("teacher_momentum", "0.9")]],
    ),
    preset(
        "small",
        presets::SMALL_HELP,
        &[presets::SMALL, &[("queue", "1024"), ("teacher_momentum", "0.97")]],
    ),
    preset(
        "cifar",
        "CIFAR-10, 200 epochs, as in lightly's benchmark (kNN 83.8 there), but for the batch norms it splits into eight.",
        &[
            presets::CIFAR,
            &[
                ("projector", "512,128"),
                ("queue", "4096"),
                ("temperature", "0.1"),
                ("teacher_momentum", "0.99"),
                ("symmetric", "true"),
                ("crop_scale", "0.08,1"),
                ("jitter", "1"),
            ],
        ],
    ),
    preset(
        "cifar-solo",
        "CIFAR-10, 1000 epochs, as in solo-learn's table (linear probe 92.9 there) for MoCo v2+, whose momentum rises to 0.999, here to 1; it has a queue of 32768 for each view, here both share one.",
        &[
            presets::SOLO,
            &[
                ("projector", "2048,256"),
                ("queue", "65536"),
                ("temperature", "0.2"),
                ("symmetric", "true"),
                ("teacher_momentum", "0.99"),
                ("rising", "true"),
                ("optimiser", "sgd"),
                ("base_lr", "0.3"),
                ("weight_decay", "0.0001"),
            ],
        ],
    ),
    preset(
        "imagenet",
        "Version 2, ResNet-50: batch 256, SGD, 200 epochs (linear probe 67.7 there, with batch norms shuffled between GPUs).",
        &[
            presets::IMAGENET,
            &[
                ("batch", "256"),
                ("epochs", "200"),
                ("optimiser", "sgd"),
                ("base_lr", "0.03"),
                ("weight_decay", "0.0001"),
                ("warmup", "0"),
            ],
        ],
    ),
    preset(
        "imagenet-lightly",
        "Version 2 as in lightly's benchmark: the same for 100 epochs (linear probe 61.5, kNN 41.8 there).",
        &[
            presets::IMAGENET,
            &[
                ("batch", "256"),
                ("epochs", "100"),
                ("optimiser", "sgd"),
                ("base_lr", "0.03"),
                ("weight_decay", "0.0001"),
                ("warmup", "0"),
            ],
        ],
    ),
    preset(
        "v3",
        "Version 3, ViT-S/16 with twelve heads as there: batch 4096, AdamW, 300 epochs (linear probe 73.2 there).",
        &[
            presets::IMAGENET,
            &[
                ("backbone", "vit:384x12/12/16"),
                ("projector", "4096,4096,256"),
                ("predictor", "4096,256"),
                ("queue", "0"),
                ("teacher_momentum", "0.99"),
                ("rising", "true"),
                ("crop_scale", "0.08,1"),
                ("batch", "4096"),
                ("epochs", "300"),
                ("optimiser", "adamw"),
                ("base_lr", "0.00015"),
                ("betas", "0.9,0.999"),
                ("weight_decay", "0.1"),
                ("warmup", "0.1333"),
            ],
        ],
    ),
    preset(
        "v3-resnet",
        "Version 3, ResNet-50: batch 4096, LARS, 100 epochs (linear probe 68.9 there).",
        &[
            presets::IMAGENET,
            &[
                ("backbone", "resnet50-zero"),
                ("projector", "4096,256"),
                ("predictor", "4096,256"),
                ("queue", "0"),
                ("temperature", "1"),
                ("teacher_momentum", "0.99"),
                ("rising", "true"),
                ("batch", "4096"),
                ("epochs", "100"),
                ("base_lr", "0.6"),
                ("weight_decay", "0.000001"),
                ("warmup", "0.1"),
            ],
        ],
    ),
    preset(
        "cifar-solo-v3",
        "Version 3, CIFAR-10, 1000 epochs, as in solo-learn's table (linear probe 93.1 there).",
        &[
            presets::SOLO,
            &[
                ("projector", "4096,256"),
                ("predictor", "4096,256"),
                ("queue", "0"),
                ("temperature", "0.2"),
                ("teacher_momentum", "0.99"),
                ("rising", "true"),
                ("blur", "0"),
                ("base_lr", "0.3"),
                ("weight_decay", "0.000001"),
            ],
        ],
    ),
    broken(
        "without-teacher",
        "The teacher is the student. Published, at ImageNet's size: the loss swings and does not settle. Here pictures crowd \
         together.",
        CROWDED,
        &[presets::TINY, &[("queue", "64"), ("teacher_momentum", "0")]],
    ),
    preset(
        "tiny-v3",
        "Version 3 in seconds.",
        &[
            presets::TINY,
            &[
                ("queue", "0"),
                ("predictor", "64,32"),
                ("teacher_momentum", "0.9"),
                ("rising", "true"),
            ],
        ],
    ),
    broken(
        "break-negatives",
        "Break it: no negatives. Pictures come to lie close together, on the way to one point, while the loss falls to its least.",
        sign::CLOSE,
        &[presets::TINY, &[("queue", "64"), ("teacher_momentum", "0.9"), ("negatives", "false")]],
    ),
];

/// Keys that are the network's own, of a step ago, and no slower.
const CROWDED: Sign = Sign::above("pictures crowd together", "uniformity", -1.3).whatever_the_loss();

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
