//! SwAV (Caron et al., "Unsupervised Learning of Visual Features by Contrasting Cluster Assignments", 2020).
//!
//! A step: one network sees all views, and projections of length 1 are compared with [`Prototypes`]. Each of the two large views
//! is shared out evenly among these, over the batch, and later its queue
//! ([`cluster::sinkhorn`](super::losses::cluster::sinkhorn)), and every other view of a picture predicts what that one was given:
//! [`cluster::swapped`](super::losses::cluster::swapped). After the optimiser's step, which at first leaves the prototypes alone,
//! the queues, where there are any, take in the large views' projections: [`memory::Queue`](super::losses::memory::Queue).

use burn::{module::Module, tensor::Tensor};

use super::{
    Batch, Kept, Knob, Knobs, Loss, MethodCard, MethodError, Pace, Preset, Sign, Step,
    joint::{
        Design, Joint, Nets, Objective, Trunk, LOCAL_SIZE, knob, local_crop,
        presets::{self, broken, preset},
        with_shared,
    },
    losses::{
        cluster::{Sinkhorn, swapped},
        memory::Queue,
        unit_rows,
    },
    schedule, sign,
};
use crate::{
    config::RunConfig,
    nn::{Builder, HeadConfig, Prototypes},
    views::Recipe,
};

/// The method.
pub type Swav = Joint<Assignments>;

/// The card.
pub const CARD: MethodCard = MethodCard {
    name: "swav",
    title: "SwAV",
    family: "cluster",
    paper: "Caron, Misra, Mairal, Goyal, Bojanowski & Joulin, \"Unsupervised Learning of Visual Features by Contrasting Cluster \
            Assignments\", 2020",
    stops_collapse: "Pictures are shared out evenly among prototypes (Sinkhorn and Knopp) before views are asked to agree.",
    summary: "Each view predicts which prototype another view of the same picture was given. A batch is shared out evenly among the prototypes, \
              so that one for all is no solution. Small crops cost little and say much.",
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
        "0.14,1",
        "Smallest and largest part of the picture that a large view shows.",
    ),
    knob("prototypes", "", "3000", "Prototypes that pictures are shared out among."),
    knob("local_views", "", "6", "Small crops, which predict and are not predicted."),
    LOCAL_SIZE,
    local_crop("0.05,0.14"),
    knob("temperature", "", "0.1", "What cosines with prototypes are divided by."),
    knob(
        "epsilon",
        "",
        "0.05",
        "Entropy of the assignments; 0.03 where a run stays at ln(prototypes).",
    ),
    knob(
        "balance",
        "",
        "true",
        "Whether assignments are balanced. Without it one prototype takes everything.",
    ),
    knob(
        "stop_gradient",
        "",
        "true",
        "Whether assignments are constants to the gradient; the published run without it ended in NaN.",
    ),
    knob(
        "queue",
        "embeddings",
        "0",
        "Earlier embeddings that help to balance a small batch; 0 for none.",
    ),
    knob("queue_from", "ratio", "0.15", "Part of the run after which the queue helps."),
    knob(
        "freeze_prototypes",
        "ratio",
        "0.01",
        "Part of the run in which the prototypes do not move.",
    ),
];
const KNOBS: [Knob; 21] = with_shared(OWN);

const TINY: &presets::Set = &[
    ("prototypes", "16"),
    ("local_views", "2"),
    ("local_size", "16"),
    ("freeze_prototypes", "0"),
];

const PRESETS: [Preset; 11] = [
    preset("tiny", presets::TINY_HELP, &[presets::TINY, TINY]),
    preset(
        "small",
        presets::SMALL_HELP,
        &[
            presets::SMALL,
            &[("prototypes", "64"), ("local_views", "2"), ("local_size", "24"), ("queue", "256")],
        ],
    ),
    preset(
        "cifar",
        "CIFAR-10, 200 epochs, as in lightly's benchmark (kNN 81.2 there): two views, no queue, Adam.",
        &[
            presets::CIFAR,
            &[
                ("projector", "512,128"),
                ("prototypes", "512"),
                ("local_views", "0"),
                ("freeze_prototypes", "0"),
                ("optimiser", "adamw"),
                ("betas", "0.9,0.999"),
                ("base_lr", "0.002"),
                ("weight_decay", "0.000001"),
            ],
        ],
    ),
    preset(
        "cifar-solo",
        "CIFAR-10, 1000 epochs, as in solo-learn's table (linear probe 89.2 there): two views.",
        &[
            presets::SOLO,
            &[
                ("projector", "2048,128"),
                ("prototypes", "3000"),
                ("local_views", "0"),
                ("queue", "3840"),
                ("queue_from", "0.05"),
                ("freeze_prototypes", "0.002"),
                ("base_lr", "0.6"),
                ("weight_decay", "0.000001"),
            ],
        ],
    ),
    preset(
        "imagenette",
        "Imagenette at 128 px, ResNet-18 as in lightly's benchmark: 800 epochs of batch 256, Adam (kNN 90.2 there).",
        &[
            presets::CIFAR,
            presets::IMAGENETTE,
            &[
                ("projector", "2048,128"),
                ("prototypes", "3000"),
                ("freeze_prototypes", "0"),
                ("local_views", "6"),
                ("local_size", "64"),
                ("optimiser", "adamw"),
                ("betas", "0.9,0.999"),
                ("base_lr", "0.001"),
                ("weight_decay", "0.000001"),
            ],
        ],
    ),
    preset(
        "imagenet-100",
        "A hundred classes of ImageNet, ResNet-18 as in lightly's benchmark: 200 epochs of batch 256 (kNN of 20 neighbours 67.8 there).",
        &[
            presets::IMAGENET,
            presets::IMAGENET_100,
            &[
                ("projector", "2048,128"),
                ("prototypes", "3000"),
                ("freeze_prototypes", "0"),
                ("optimiser", "sgd"),
                ("base_lr", "4.8"),
                ("final_lr", "0.0048"),
            ],
        ],
    ),
    preset(
        "imagenet",
        "ResNet-50 as in the paper: batch 4096, LARS, 100 epochs, 2 + 6 crops (linear probe 72.1 there); the warm-up begins at 0, theirs at 0.3, \
         and biases and norms have the plain rate, theirs a trust ratio of their own.",
        &[
            presets::IMAGENET,
            &[
                ("batch", "4096"),
                ("epochs", "100"),
                ("base_lr", "0.3"),
                ("freeze_prototypes", "0.01"),
                ("weight_decay", "0.000001"),
                ("warmup", "0.1"),
                ("final_lr", "0.0048"),
            ],
        ],
    ),
    preset(
        "imagenet-256",
        "The authors' small batch: 256, with a queue of 3840 from the 15th epoch, 200 epochs (linear probe 72.7 there). Where it stays at \
         ln(prototypes), they say, set epsilon to 0.03.",
        &[
            presets::IMAGENET,
            &[
                ("batch", "256"),
                ("epochs", "200"),
                ("base_lr", "0.6"),
                ("queue", "3840"),
                ("queue_from", "0.075"),
                ("freeze_prototypes", "0.005"),
                ("weight_decay", "0.000001"),
                ("warmup", "0"),
                ("final_lr", "0.0006"),
            ],
        ],
    ),
    preset(
        "imagenet-lightly",
        "ResNet-50 as in lightly's benchmark: batch 256, LARS, 100 epochs, a queue of 15 batches from the 15th epoch (linear probe 67.2, kNN 49.5 there).",
        &[
            presets::IMAGENET,
            presets::LIGHTLY,
            &[
                ("base_lr", "0.6"),
                ("final_lr", "0.0006"),
                ("queue", "3840"),
                ("queue_from", "0.15"),
            ],
        ],
    ),
    broken(
        "without-stop-gradient",
        "Assignments come to meet whoever predicts them. Published: the loss becomes NaN. Here they stay numbers, and as long as pictures \
         are shared out evenly nothing collapses.",
        sign::APART,
        &[presets::TINY, TINY, &[("stop_gradient", "false")]],
    ),
    broken(
        "break-balance",
        "Break it: assignments are not balanced. One prototype takes every picture, and the loss goes to 0.",
        Sign::above("pictures share one prototype", "mean cosine", 0.9),
        &[presets::TINY, TINY, &[("balance", "false")]],
    ),
];

/// Prototypes, and embeddings of earlier pictures.
#[derive(Module, Debug)]
pub struct Assignments {
    /// `[dim, prototypes]`.
    pub prototypes: Prototypes,
    /// One queue for each large view.
    pub queues: Vec<Queue>,
    #[module(skip)]
    temperature: f32,
    #[module(skip)]
    sinkhorn: Sinkhorn,
    #[module(skip)]
    queue_from: f64,
    #[module(skip)]
    freeze: f64,
}

/// Large views, which are given assignments.
const LARGE: usize = 2;

impl Objective for Assignments {
    const CARD: &'static MethodCard = &CARD;

    fn design(knobs: &Knobs<'_>, trunk: &Trunk) -> Result<Design, MethodError> {
        let global = trunk.view(Recipe::swav_global(trunk.size));
        let projector = HeadConfig::projector(trunk.dim(), &trunk.projector);
        Ok(Design::new(
            projector,
            trunk.multi_crop(knobs, &[global.clone(), global], Recipe::swav_local)?,
        ))
    }

    fn new(mut at: Builder<'_>, knobs: &Knobs<'_>, trunk: &Trunk, config: &RunConfig) -> Result<Self, MethodError> {
        let (size, width) = (knobs.within("queue", 0usize, 1 << 24)?, trunk.width());
        let count = knobs.within("prototypes", 2usize, 1 << 20)?;
        let balances: bool = knobs.read("balance", "it is true or false")?;
        let usual = Sinkhorn::default();
        let queues = if size > 0 { LARGE } else { 0 };
        Ok(Self {
            prototypes: Prototypes::new(at.at("prototypes"), [width, count]),
            queues: (0..queues)
                .map(|view| Queue::new(at.at(&format!("queues.{view}")), [size, width], config.seed.wrapping_add(view as u64)))
                .collect(),
            temperature: knobs.within("temperature", 0.001, 100.0)?,
            sinkhorn: Sinkhorn {
                epsilon: knobs.within("epsilon", 0.001, 100.0)?,
                iterations: if balances { usual.iterations } else { 0 },
                stops_gradient: knobs.read("stop_gradient", "it is true or false")?,
            },
            queue_from: knobs.within("queue_from", 0.0, 1.0)?,
            freeze: knobs.within("freeze_prototypes", 0.0, 1.0)?,
        })
    }

    fn loss(&self, nets: &Nets<'_>, batch: &Batch, step: Step) -> Loss {
        let seen: Vec<_> = batch.views().into_iter().map(|view| nets.student(view)).collect();
        let rows: Vec<Tensor<2>> = seen.iter().map(|seen| unit_rows(seen.projection.clone())).collect();
        let scores: Vec<Tensor<2>> = rows.iter().map(|rows| self.prototypes.forward(rows.clone())).collect();
        // Not before its random rows are gone.
        let is_full = |queue: &&Queue| step.index >= queue.full_after(batch.pictures.dims()[0]) as u64;
        let helps = !schedule::is_among_first(self.queue_from, step);
        let queues = self.queues.iter().filter(|queue| helps && is_full(queue));
        let queued: Vec<Tensor<2>> = queues.map(|queue| self.prototypes.forward(queue.rows()).detach()).collect();
        let total = swapped(&scores, LARGE, &queued, self.temperature, self.sinkhorn);
        let keys = rows.into_iter().take(self.queues.len()).map(Tensor::detach);
        Loss {
            kept: Kept {
                tensors: keys.collect(),
                ..Kept::default()
            },
            ..Loss::new(total)
        }
        .with_features(&seen[0].embedding)
    }

    fn settle(&mut self, _step: Step, kept: Vec<Kept>) {
        for kept in kept {
            for (queue, keys) in self.queues.iter_mut().zip(kept.tensors) {
                queue.push(keys);
            }
        }
    }

    fn doubts(&self, batch: usize, classes: usize) -> Vec<String> {
        let prototypes = self.prototypes.count();
        let shared = batch + self.queues.first().map_or(0, Queue::size);
        let few = (prototypes < classes).then(|| {
            format!("{prototypes} prototypes are fewer than the {classes} classes of these pictures: some classes have to share one")
        });
        let many = (prototypes > shared && self.sinkhorn.iterations > 0).then(|| {
            format!(
                "{shared} pictures (a batch, and the queue where there is one) cannot be shared out evenly among {prototypes} \
                 prototypes: give it a larger batch, a queue, or fewer of them"
            )
        });
        few.into_iter().chain(many).collect()
    }

    fn pace(&self, name: &str, step: Step) -> Pace {
        let is_frozen = name.starts_with("prototypes.") && schedule::is_among_first(self.freeze, step);
        if is_frozen { Pace::Frozen } else { Pace::Scheduled }
    }
}
