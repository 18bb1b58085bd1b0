//! NNCLR (Dwibedi et al., "With a Little Help from My Friends", 2021).
//!
//! A step: one network sees both views; each projection gives way to the one nearest to it in a queue of earlier ones
//! ([`contrast::nearest`](super::losses::contrast::nearest)), and that must find, among the batch's, what a predictor makes of
//! the other view: [`contrast::nnclr`](super::losses::contrast::nnclr), the mean of both directions. After the optimiser's step
//! the queue takes in the projections of the first view: [`memory::Queue`](super::losses::memory::Queue).

use burn::module::Module;

use super::{
    Batch, Kept, Knob, Knobs, Loss, MethodCard, MethodError, Preset, Step,
    joint::{
        Design, Joint, Nets, Objective, Trunk, knob,
        presets::{self, broken, preset},
        strangers, widths, with_shared,
    },
    losses::{
        contrast::{Negatives, nearest, nnclr},
        distil::negative_cosine,
        memory::Queue,
        unit_rows,
    },
    sign,
};
use crate::{
    config::RunConfig,
    nn::{Builder, Head, HeadConfig},
    views::Recipe,
};

/// The method.
pub type Nnclr = Joint<Neighbours>;

/// The card.
pub const CARD: MethodCard = MethodCard {
    name: "nnclr",
    title: "NNCLR",
    family: "contrast",
    paper: "Dwibedi, Aytar, Tompson, Sermanet & Zisserman, \"With a Little Help from My Friends: Nearest-Neighbor Contrastive \
            Learning of Visual Representations\", 2021",
    stops_collapse: "The other pictures of the batch, as in SimCLR.",
    summary: "As SimCLR, but a view's twin is replaced by its nearest neighbour among earlier pictures: what goes together is no longer \
              two crops of one picture, but two pictures.",
    knobs: &KNOBS,
    presets: &PRESETS,
};

const OWN: &[Knob] = &[
    knob(
        "projector",
        "",
        "2048,2048,256",
        "Widths of the projector's layers, the last its output.",
    ),
    knob("predictor", "", "4096,256", "Widths of the predictor's layers."),
    knob(
        "queue",
        "embeddings",
        "98304",
        "Embeddings of earlier pictures to find neighbours among.",
    ),
    knob("temperature", "", "0.1", "What cosines are divided by."),
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
const KNOBS: [Knob; 17] = with_shared(OWN);

const PRESETS: [Preset; 9] = [
    preset(
        "tiny",
        presets::TINY_HELP,
        &[presets::TINY, &[("predictor", "64,32"), ("queue", "64")]],
    ),
    preset(
        "small",
        presets::SMALL_HELP,
        &[
            presets::SMALL,
            &[("predictor", "256,64"), ("queue", "1024"), ("temperature", "0.2")],
        ],
    ),
    preset(
        "cifar",
        "CIFAR-10, 200 epochs, near lightly's benchmark (kNN 83.4 there), whose negatives are those of both views.",
        &[
            presets::CIFAR,
            &[
                ("projector", "2048,256"),
                ("predictor", "4096,256"),
                ("queue", "4096"),
                ("temperature", "0.5"),
            ],
        ],
    ),
    preset(
        "cifar-solo",
        "CIFAR-10, 1000 epochs, as in solo-learn's table (linear probe 91.9 there), but for its views: of half SimCLR's colours here, of BYOL's there.",
        &[
            presets::SOLO,
            &[
                ("projector", "2048,2048,256"),
                ("predictor", "4096,256"),
                ("queue", "65536"),
                ("temperature", "0.2"),
                ("jitter", "0.5"),
                ("blur", "0"),
                ("base_lr", "0.4"),
                ("weight_decay", "0.00001"),
            ],
        ],
    ),
    preset(
        "imagenette",
        "Imagenette at 128 px, ResNet-18 near lightly's benchmark: 800 epochs of batch 256 (kNN 88.4 there), whose negatives are those of both views, ours of one.",
        &[
            presets::CIFAR,
            presets::IMAGENETTE,
            &[
                ("projector", "2048,2048,256"),
                ("predictor", "4096,256"),
                ("queue", "4096"),
                ("temperature", "0.5"),
            ],
        ],
    ),
    preset(
        "imagenet-100",
        "A hundred classes of ImageNet, ResNet-18 near lightly's benchmark: 200 epochs of batch 256 (kNN of 20 neighbours 45.3 there, where LARS gives biases and norms a trust ratio, too), whose negatives are those of both views, ours of one.",
        &[
            presets::IMAGENET,
            presets::IMAGENET_100,
            &[
                ("projector", "4096,4096,256"),
                ("predictor", "4096,256"),
                ("queue", "65536"),
                ("temperature", "0.5"),
                ("base_lr", "0.3"),
                ("warmup", "0"),
            ],
        ],
    ),
    preset(
        "imagenet",
        "ResNet-50 as in the paper: batch 4096, LARS.",
        &[
            presets::IMAGENET,
            &[
                ("batch", "4096"),
                ("epochs", "200"),
                ("base_lr", "0.3"),
                ("weight_decay", "0.000001"),
                ("warmup", "0.05"),
            ],
        ],
    ),
    broken(
        "break-negatives",
        "Break it: neither negatives nor predictor. The last batch norm keeps the spread, and pictures gather on a few points.",
        sign::FEW_POINTS,
        &[presets::TINY, &[("predictor", "none"), ("queue", "64"), ("negatives", "false")]],
    ),
    broken(
        "without-negatives",
        "No negatives, and nothing collapses: neighbours are constants, and a predictor comes to meet them, as in SimSiam.",
        sign::APART,
        &[presets::TINY, &[("predictor", "64,32"), ("queue", "64"), ("negatives", "false")]],
    ),
];

/// Support set and predictor.
#[derive(Module, Debug)]
pub struct Neighbours {
    /// Projections to the neighbours' side.
    pub predictor: Head,
    /// Embeddings of earlier pictures.
    pub queue: Queue,
    #[module(skip)]
    temperature: f32,
    #[module(skip)]
    has_negatives: bool,
    #[module(skip)]
    weighing: Negatives,
}

impl Objective for Neighbours {
    const CARD: &'static MethodCard = &CARD;

    fn design(knobs: &Knobs<'_>, trunk: &Trunk) -> Result<Design, MethodError> {
        let views = 2 + strangers::own_crops(knobs, strangers::has_negatives(knobs)?)?;
        let projector = HeadConfig {
            norm_last: true,
            ..HeadConfig::projector(trunk.dim(), &trunk.projector)
        };
        Ok(Design::new(projector, vec![trunk.view(Recipe::simclr(trunk.size, 1.0)); views]))
    }

    fn new(mut at: Builder<'_>, knobs: &Knobs<'_>, trunk: &Trunk, config: &RunConfig) -> Result<Self, MethodError> {
        let predictor = widths(knobs, "predictor")?;
        trunk.check_predictor(&predictor)?;
        let size = knobs.within("queue", 1usize, 1 << 24)?;
        let head = HeadConfig::predictor(trunk.width(), &predictor).with_norms(trunk.head_norms);
        Ok(Self {
            predictor: Head::new(at.at("predictor"), &head),
            queue: Queue::new(at.at("queue"), [size, trunk.width()], config.seed),
            temperature: knobs.within("temperature", 0.001, 100.0)?,
            has_negatives: strangers::has_negatives(knobs)?,
            weighing: strangers::weighing(knobs)?,
        })
    }

    fn loss(&self, nets: &Nets<'_>, batch: &Batch, _step: Step) -> Loss {
        let seen: Vec<_> = batch.views().into_iter().map(|view| nets.student(view)).collect();
        let predicted: Vec<_> = seen.iter().map(|seen| self.predictor.forward(seen.projection.clone())).collect();
        let [p1, p2] = [0, 1].map(|view| predicted[view].clone());
        let [n1, n2] = [0, 1].map(|view| nearest(self.queue.rows(), seen[view].projection.clone()));
        let negatives = Negatives {
            crops: strangers::of_their_own(&predicted[2..]),
            ..self.weighing.clone()
        };
        let to_neighbour = |neighbours, predictions| match self.has_negatives {
            true => nnclr(neighbours, predictions, self.temperature, &negatives),
            false => negative_cosine(neighbours, predictions),
        };
        let total = (to_neighbour(n1, p2) + to_neighbour(n2, p1)) * 0.5;
        Loss {
            kept: Kept {
                tensors: vec![unit_rows(seen[0].projection.clone().detach())],
                ..Kept::default()
            },
            ..Loss::new(total)
        }
        .with_features(&seen[0].embedding)
    }

    fn settle(&mut self, _step: Step, kept: Vec<Kept>) {
        kept.into_iter()
            .flat_map(|kept| kept.tensors)
            .for_each(|keys| self.queue.push(keys));
    }
}
