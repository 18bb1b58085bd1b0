//! SimCLR (Chen et al., "A Simple Framework for Contrastive Learning of Visual Representations", 2020).
//!
//! A step: one network sees both views of each picture, and each view must find its twin among all others of the batch, by the
//! cosine of projections: [`contrast::nt_xent`](super::losses::contrast::nt_xent). Which negatives count, and how much, is in
//! [`contrast::Negatives`](super::losses::contrast::Negatives) and [`strangers`]. Nothing is kept for the next step.

use burn::module::Module;

use super::{
    Batch, Knob, Knobs, Loss, MethodCard, MethodError, Preset, Step,
    joint::{
        Design, Joint, Nets, Objective, Trunk, knob,
        presets::{self, broken, preset},
        strangers, with_shared,
    },
    losses::{
        contrast::{Negatives, nt_xent},
        distil::negative_cosine,
    },
    sign,
};
use crate::{
    config::RunConfig,
    nn::{Builder, HeadConfig},
    views::Recipe,
};

/// The method.
pub type Simclr = Joint<Contrast>;

/// The card.
pub const CARD: MethodCard = MethodCard {
    name: "simclr",
    title: "SimCLR",
    family: "contrast",
    paper: "Chen, Kornblith, Norouzi & Hinton, \"A Simple Framework for Contrastive Learning of Visual Representations\", 2020",
    stops_collapse: "The other pictures of the batch: each view must be nearer to its twin than to all of them.",
    summary: "Two views of each picture go through one network. Of all views of the batch, each must find its twin by the angle \
              between projections. Large batches have more to tell apart; the temperature says how much the nearest strangers count.",
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
        "temperature",
        "",
        "0.1",
        "What cosines are divided by: the smaller, the more the nearest strangers count.",
    ),
    knob(
        "negatives",
        "",
        "true",
        "Whether other pictures are pushed away. Without them nothing stops collapse.",
    ),
    strangers::HARDNESS,
    strangers::DEBIAS,
    knob(
        "decoupled",
        "",
        "false",
        "Leave the positive out of the denominator (DCL, Yeh et al., 2022).",
    ),
    knob(
        "sigma",
        "",
        "0",
        "With decoupled: how sharply positives count less where they are alike already (DCLW: 0.5); 0 counts all alike.",
    ),
    strangers::OWN_CROPS,
];
const KNOBS: [Knob; 17] = with_shared(OWN);

const PRESETS: [Preset; 16] = [
    preset("tiny", presets::TINY_HELP, &[presets::TINY, &[("temperature", "0.5")]]),
    preset("small", presets::SMALL_HELP, &[presets::SMALL, &[("temperature", "0.2")]]),
    preset(
        "cifar",
        "CIFAR-10, 200 epochs, as in lightly's benchmark (kNN 84.7 there).",
        &[presets::CIFAR, THEIR_HEAD, &[("temperature", "0.5")]],
    ),
    preset(
        "cifar-solo",
        "CIFAR-10, 1000 epochs, as in solo-learn's table (linear probe 90.7 there), but for a blur over three pixels.",
        &[
            presets::SOLO,
            &[
                ("projector", "2048,256"),
                ("head_norms", "none"),
                ("temperature", "0.2"),
                ("base_lr", "0.4"),
                ("weight_decay", "0.0001"),
            ],
        ],
    ),
    preset(
        "imagenette",
        "Imagenette at 128 px, ResNet-18 as in lightly's benchmark: 800 epochs of batch 256 (kNN 88.9 there).",
        &[
            presets::CIFAR,
            presets::IMAGENETTE,
            THEIR_HEAD,
            &[
                ("temperature", "0.5"),
            ],
        ],
    ),
    preset(
        "imagenet-100",
        "A hundred classes of ImageNet, ResNet-18 as in lightly's benchmark: 200 epochs of batch 256 (kNN of 20 neighbours 46.9 there, where LARS gives biases and norms a trust ratio, too).",
        &[
            presets::IMAGENET,
            presets::IMAGENET_100,
            THEIR_HEAD,
            &[
                ("temperature", "0.1"),
                ("base_lr", "0.3"),
                ("final_lr", "0.0003"),
            ],
        ],
    ),
    preset(
        "imagenet",
        "ResNet-50 as in the paper: batch 4096, LARS, 100 epochs (linear probe 64.6 there); the norm at its projector's end has no shift there.",
        &[
            presets::IMAGENET,
            &[
                ("backbone", "resnet50-zero"),
                ("head_norms", "all"),
                ("batch", "4096"),
                ("epochs", "100"),
                ("base_lr", "0.3"),
                ("weight_decay", "0.000001"),
                ("warmup", "0.1"),
            ],
        ],
    ),
    preset(
        "imagenet-lightly",
        "ResNet-50 as in lightly's benchmark: batch 256, LARS at 0.075 times its root, 100 epochs (linear probe 63.2, kNN 44.8 there).",
        &[presets::IMAGENET, presets::LIGHTLY, ROOT],
    ),
    preset(
        "cifar-dcl",
        "CIFAR-10, 200 epochs, the decoupled loss of Yeh et al. (2022) as in lightly's benchmark (kNN 84.4 there).",
        &[
            presets::CIFAR,
            THEIR_HEAD,
            &[("temperature", "0.1"), ("decoupled", "true")],
        ],
    ),
    preset(
        "cifar-dclw",
        "The same with positives weighed (DCLW; kNN 83.3 there).",
        &[
            presets::CIFAR,
            THEIR_HEAD,
            &[("temperature", "0.1"), ("decoupled", "true"), ("sigma", "0.5")],
        ],
    ),
    preset(
        "imagenet-lightly-dcl",
        "As imagenet-lightly with the decoupled loss (linear probe 65.1, kNN 49.6 there).",
        &[
            presets::IMAGENET,
            presets::LIGHTLY,
            ROOT,
            &[("decoupled", "true")],
        ],
    ),
    preset(
        "imagenet-lightly-dclw",
        "The same with positives weighed (DCLW; linear probe 64.5, kNN 48.5 there).",
        &[
            presets::IMAGENET,
            presets::LIGHTLY,
            ROOT,
            &[("decoupled", "true"), ("sigma", "0.5")],
        ],
    ),
    preset(
        "hard",
        "CIFAR-10 with hard negatives weighing more (Robinson et al., 2021: beta 1, tau+ 0.1).",
        &[
            presets::CIFAR,
            &[
                ("projector", "512,128"),
                ("temperature", "0.5"),
                ("hardness", "1"),
                ("debias", "0.1"),
            ],
        ],
    ),
    preset(
        "own-crops",
        "Crops of the same photograph as negatives: what belongs together is torn apart.",
        &[presets::SMALL, &[("temperature", "0.2"), ("own_crops", "1")]],
    ),
    CROPS_ALONE,
    broken(
        "break-negatives",
        "Break it: no negatives. Every picture lands on one point while the loss falls to its least.",
        sign::ONE_DIRECTION,
        &[presets::TINY, &[("negatives", "false")]],
    ),
];

/// The projector of lightly's benchmarks with a ResNet-18.
const THEIR_HEAD: &presets::Set = &[("projector", "512,128"), ("head_norms", "all")];

/// The rate of lightly's benchmark on ImageNet, and a norm at its projector's end.
const ROOT: &presets::Set = &[("lr_scale", "sqrt"), ("base_lr", "0.075"), ("head_norms", "all")];

const CROPS_ALONE: Preset = preset(
    "crops-alone",
    "Views are crops and nothing else. Published: 28 points fewer: colours alone tell which views belong together.",
    &[presets::SMALL, &[("temperature", "0.2"), ("crops_alone", "true")]],
);

/// NT-Xent over the two views of a batch.
#[derive(Module, Debug)]
pub struct Contrast {
    #[module(skip)]
    temperature: f32,
    #[module(skip)]
    has_negatives: bool,
    #[module(skip)]
    weighing: Negatives,
}

impl Objective for Contrast {
    const CARD: &'static MethodCard = &CARD;

    fn design(knobs: &Knobs<'_>, trunk: &Trunk) -> Result<Design, MethodError> {
        let views = 2 + strangers::own_crops(knobs, strangers::has_negatives(knobs)?)?;
        let projector = HeadConfig::projector(trunk.dim(), &trunk.projector);
        Ok(Design::new(projector, vec![trunk.view(Recipe::simclr(trunk.size, 1.0)); views]))
    }

    fn new(_at: Builder<'_>, knobs: &Knobs<'_>, _trunk: &Trunk, _config: &RunConfig) -> Result<Self, MethodError> {
        let decoupled: bool = knobs.read("decoupled", "it is true or false")?;
        let sigma = knobs.within("sigma", 0.0, 100.0)?;
        if sigma > 0.0 && !decoupled {
            return Err(MethodError::value("sigma", sigma, "it weighs positives of the decoupled loss: set decoupled=true, or leave it at 0"));
        }
        Ok(Self {
            temperature: knobs.within("temperature", 0.001, 100.0)?,
            has_negatives: strangers::has_negatives(knobs)?,
            weighing: Negatives {
                decoupled,
                sigma,
                ..strangers::weighing(knobs)?
            },
        })
    }

    fn loss(&self, nets: &Nets<'_>, batch: &Batch, _step: Step) -> Loss {
        let seen: Vec<_> = batch.views().into_iter().map(|view| nets.student(view)).collect();
        let said: Vec<_> = seen.iter().map(|seen| seen.projection.clone()).collect();
        let [a, b] = [0, 1].map(|view| said[view].clone());
        let total = if self.has_negatives {
            let negatives = Negatives {
                crops: strangers::of_their_own(&said[2..]),
                ..self.weighing.clone()
            };
            nt_xent(a, b, self.temperature, &negatives)
        } else {
            negative_cosine(a, b)
        };
        Loss::new(total).with_features(&seen[0].embedding)
    }
}
