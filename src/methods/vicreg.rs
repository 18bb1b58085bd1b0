//! VICReg (Bardes, Ponce & LeCun, "Variance-Invariance-Covariance Regularization", 2022).
//!
//! A step: one network sees both views; their projections, of any length, are to agree, and over the batch each dimension is to
//! vary and none to vary with another: the three terms of [`regularise::vicreg`](super::losses::regularise::vicreg), which the
//! loss adds up by their weights. There is no teacher, and nothing is kept for the next step.

use burn::module::Module;

use super::{
    Batch, Knob, Knobs, Loss, MethodCard, MethodError, Preset, Sign, Step,
    joint::{
        Design, Joint, Nets, Objective, Trunk, knob,
        presets::{self, broken, preset},
        with_shared,
    },
    losses::regularise::vicreg,
    sign,
};
use crate::{
    config::RunConfig,
    nn::{Builder, HeadConfig},
    views::Recipe,
};

/// The method.
pub type Vicreg = Joint<Terms>;

/// The card.
pub const CARD: MethodCard = MethodCard {
    name: "vicreg",
    title: "VICReg",
    family: "regularise",
    paper: "Bardes, Ponce & LeCun, \"VICReg: Variance-Invariance-Covariance Regularization for Self-Supervised Learning\", 2022",
    stops_collapse: "The variance term: every dimension must vary over the batch by at least 1. The covariance term keeps them from saying the same.",
    summary: "Three terms, each with one job: views agree (invariance), no dimension goes to a constant (variance), no two say the same \
              (covariance). Nothing is normalised, no branch needs to be like the other. Take the variance away and it collapses.",
    knobs: &KNOBS,
    presets: &PRESETS,
};

const OWN: &[Knob] = &[
    knob(
        "projector",
        "",
        "8192,8192,8192",
        "Widths of the projector's layers, the last its output.",
    ),
    knob("invariance", "", "25", "Weight of the views' squared difference."),
    knob(
        "variance",
        "",
        "25",
        "Weight of the hinge on each dimension's deviation. At 0 the method collapses.",
    ),
    knob("covariance", "", "1", "Weight of the squared covariances of different dimensions."),
];
const KNOBS: [Knob; 13] = with_shared(OWN);

const PRESETS: [Preset; 16] = [
    preset("tiny", presets::TINY_HELP, &[presets::TINY]),
    preset("small", presets::SMALL_HELP, &[presets::SMALL]),
    preset(
        "cifar",
        "CIFAR-10, 200 epochs, lightly's settings for Barlow Twins.",
        &[presets::CIFAR, &[("projector", "2048,2048"), ("jitter", "1")]],
    ),
    preset(
        "cifar-solo",
        "CIFAR-10, 1000 epochs, as in solo-learn's table (linear probe 92.1 there), whose variance is the sum of both views'.",
        &[
            presets::SOLO,
            &[
                ("projector", "2048,2048,2048"),
                ("crop_scale", "0.2,1"),
                ("variance", "50"),
                ("blur", "0"),
                ("base_lr", "0.3"),
                ("weight_decay", "0.0001"),
            ],
        ],
    ),
    preset(
        "cifar-jepa",
        "CIFAR-10, 300 epochs, eb_jepa's best of its sweep (linear probe 90.1 there: std 1, cov 100 by its own scale).",
        &[
            presets::SOLO,
            presets::JEPA,
            &[
                ("projector", "2048,2048,1024"),
                ("invariance", "1"),
                ("variance", "2"),
                ("covariance", "0.0978"),
            ],
        ],
    ),
    preset(
        "imagenette",
        "Imagenette at 128 px, ResNet-18 as in lightly's benchmark: 800 epochs of batch 256 (kNN 84.5 there, where LARS gives biases and norms a trust ratio, too).",
        &[
            presets::CIFAR,
            presets::IMAGENETTE,
            &[
                ("projector", "2048,2048,2048"),
                ("jitter", "1"),
                ("optimiser", "lars"),
                ("base_lr", "0.3"),
                ("final_lr", "0.0003"),
                ("weight_decay", "0.0001"),
                ("warmup", "0.05"),
            ],
        ],
    ),
    preset(
        "imagenet",
        "ResNet-50 as in the paper: batch 512, LARS, 100 epochs (linear probe 68.6 there); both views drawn alike, where the authors' code has BYOL's pair.",
        &[
            presets::IMAGENET,
            &[
                ("backbone", "resnet50-zero"),
                ("batch", "512"),
                ("epochs", "100"),
                ("base_lr", "0.3"),
                // A thousandth of the highest, 0.3 x 512 / 256.
                ("final_lr", "0.0006"),
                ("weight_decay", "0.000001"),
                ("warmup", "0.1"),
            ],
        ],
    ),
    preset(
        "imagenet-lightly",
        "ResNet-50 as in lightly's benchmark: batch 256, LARS, 100 epochs (linear probe 63.0, kNN 46.3 there).",
        &[
            presets::IMAGENET,
            presets::LIGHTLY,
            &[("projector", "8192,8192"), ("base_lr", "0.5"), ("final_lr", "0.005")],
        ],
    ),
    broken(
        "break-variance",
        "Break it: no variance term. Published: collapse; all points shrink to one while the loss goes to 0.",
        sign::ONE_POINT,
        &[presets::TINY, &[("variance", "0")]],
    ),
    broken(
        "break-weights",
        "Break it: the published bad weights 1, 1, 1, under which it collapses; deviations stay far below the 1 that is asked.",
        Sign::below("points lie close together", "deviation", 0.5),
        &[presets::TINY, &[("invariance", "1"), ("variance", "1")]],
    ),
    broken(
        "break-1-0-0",
        "Break it: the invariance term alone. Published: collapse; deviations go to 0, and the loss with them.",
        sign::ONE_POINT,
        &[presets::TINY, &[("invariance", "1"), ("variance", "0"), ("covariance", "0")]],
    ),
    broken(
        "break-0-25-1",
        "Break it: no invariance term. Published: collapse. Embeddings spread and say nothing: two views of a picture lie as far apart as \
         two pictures.",
        sign::MANY_DIRECTIONS,
        &[presets::TINY, &[("invariance", "0")]],
    ),
    broken(
        "break-1-10-1",
        "Break it: the published bad weights 1, 10, 1. Published: collapse; here the views of a picture stay apart.",
        sign::MANY_DIRECTIONS,
        &[presets::TINY, &[("invariance", "1"), ("variance", "10")]],
    ),
    broken(
        "break-10-1-1",
        "Break it: the published bad weights 10, 1, 1. Published: collapse; here deviations stay at a tenth of the 1 that is asked.",
        Sign::below("points lie close together", "deviation", 0.2),
        &[presets::TINY, &[("invariance", "10"), ("variance", "1")]],
    ),
    broken(
        "break-1-200-3",
        "Break it: variance and covariance a hundred times the invariance, as eb_jepa counts them. Published: 10.00 %, which is chance; \
         the views of a picture stay apart.",
        sign::MANY_DIRECTIONS,
        &[
            presets::TINY,
            &[("invariance", "1"), ("variance", "200"), ("covariance", "3.2")],
        ],
    ),
    broken(
        "break-covariance",
        "Break it halfway: weights 1, 1, 0. Published: 57.5 % where 68.6 % stood; the effective rank falls.",
        Sign::below("pictures differ in few directions", "effective rank", 5.5),
        &[presets::TINY, &[("invariance", "1"), ("variance", "1"), ("covariance", "0")]],
    ),
];

/// The weights of the three terms.
#[derive(Module, Debug)]
pub struct Terms {
    #[module(skip)]
    weights: [f32; 3],
}

impl Objective for Terms {
    const CARD: &'static MethodCard = &CARD;
    const DEVIATION: Option<f32> = Some(1.0);

    fn design(_knobs: &Knobs<'_>, trunk: &Trunk) -> Result<Design, MethodError> {
        let projector = HeadConfig::unbiased(trunk.dim(), &trunk.projector);
        Ok(Design::new(projector, vec![trunk.view(Recipe::vicreg(trunk.size)); 2]))
    }

    fn new(_at: Builder<'_>, knobs: &Knobs<'_>, _trunk: &Trunk, _config: &RunConfig) -> Result<Self, MethodError> {
        let weight = |name| knobs.within(name, 0.0, 1e6);
        Ok(Self {
            weights: [weight("invariance")?, weight("variance")?, weight("covariance")?],
        })
    }

    fn loss(&self, nets: &Nets<'_>, batch: &Batch, _step: Step) -> Loss {
        let seen = batch.two_views().map(|view| nets.student(view));
        let [a, b] = [0, 1].map(|view| seen[view].projection.clone());
        let terms = vicreg(a, b);
        let total = terms.total(self.weights);
        let [invariance, variance, covariance] = self.weights;
        Loss {
            parts: vec![
                ("invariance", terms.invariance * invariance),
                ("variance", terms.variance * variance),
                ("covariance", terms.covariance * covariance),
            ],
            ..Loss::new(total)
        }
        .with_features(&seen[0].embedding)
    }
}
