//! Barlow Twins (Zbontar et al., "Barlow Twins: Self-Supervised Learning via Redundancy Reduction", 2021).

use burn::module::Module;

use super::{
    Batch, Knob, Knobs, Loss, MethodCard, MethodError, Preset, Sign, Step,
    joint::{
        Design, Joint, Nets, Objective, Trunk, knob,
        presets::{self, broken, preset},
        with_shared,
    },
    losses::regularise::barlow_twins,
    sign,
};
use crate::{
    config::RunConfig,
    nn::{Builder, HeadConfig},
    views::Recipe,
};

/// The method.
pub type Barlow = Joint<Redundancy>;

/// The card.
pub const CARD: MethodCard = MethodCard {
    name: "barlow",
    title: "Barlow Twins",
    family: "regularise",
    paper: "Zbontar, Jing, Misra, LeCun & Deny, \"Barlow Twins: Self-Supervised Learning via Redundancy Reduction\", 2021",
    stops_collapse: "Every dimension must vary over the batch, and none may repeat another: the views' correlations are drawn to the identity.",
    summary: "The correlations between the dimensions of two views' projections, over a batch, should be 1 for each dimension with itself \
              and 0 with the others. It compares dimensions, not pictures: no negatives, no teacher.",
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
    knob("lambda", "", "0.0051", "Weight of the correlations between different dimensions."),
    knob("invariance", "", "1", "Weight of each dimension's correlation with itself."),
    knob(
        "scale",
        "",
        "1",
        "What the whole loss is multiplied with; recipes for other optimisers have 0.1 or 0.024.",
    ),
];
const KNOBS: [Knob; 13] = with_shared(OWN);

const PRESETS: [Preset; 9] = [
    preset("tiny", presets::TINY_HELP, &[presets::TINY, &[("scale", "0.1")]]),
    preset("small", presets::SMALL_HELP, &[presets::SMALL, &[("scale", "0.1")]]),
    preset(
        "cifar",
        "CIFAR-10, 200 epochs, as in lightly's benchmark (kNN 84.2 there).",
        &[presets::CIFAR, &[("projector", "2048,2048"), ("lambda", "0.005"), ("jitter", "1")]],
    ),
    preset(
        "cifar-solo",
        "CIFAR-10, 1000 epochs, as in solo-learn's table (linear probe 92.1 there).",
        &[
            presets::SOLO,
            &[
                ("projector", "2048,2048,2048"),
                ("blur", "0"),
                ("scale", "0.1"),
                ("base_lr", "0.3"),
                ("weight_decay", "0.0001"),
            ],
        ],
    ),
    preset(
        "imagenet",
        "ResNet-50 as in the paper: batch 2048, LARS, 300 epochs (linear probe 71.4 there).",
        &[
            presets::IMAGENET,
            &[
                ("backbone", "resnet50-zero"),
                ("batch", "2048"),
                ("epochs", "300"),
                ("base_lr", "0.2"),
                ("bias_lr", "0.024"),
                // A thousandth of the highest, 0.2 x 2048 / 256.
                ("final_lr", "0.0016"),
                ("weight_decay", "0.000001"),
                ("warmup", "0.0333"),
            ],
        ],
    ),
    preset(
        "imagenet-lightly",
        "ResNet-50 as in lightly's benchmark: batch 256, LARS, 100 epochs (linear probe 62.9, kNN 45.6 there).",
        &[
            presets::IMAGENET,
            presets::LIGHTLY,
            &[
                ("lambda", "0.005"),
                ("base_lr", "0.2"),
                ("bias_lr", "0.024"),
                ("weight_decay", "0.0000015"),
            ],
        ],
    ),
    broken(
        "without-norms",
        "The projector has no batch norms. Published: 71.2 % where 71.4 % stood: its loss has a norm of its own.",
        sign::APART,
        &[presets::TINY, &[("scale", "0.1"), ("head_norms", "none")]],
    ),
    broken(
        "break-redundancy",
        "Break it halfway: dimensions may repeat each other. Published: 57.3 % where 71.4 % stood. Here pictures crowd together.",
        Sign::above("pictures crowd together", "uniformity", -1.1),
        &[presets::TINY, &[("scale", "0.1"), ("lambda", "0")]],
    ),
    broken(
        "break-invariance",
        "Break it: nothing draws views together. Published: 0.1 % where 71.4 % stood; two views of a picture stay far apart.",
        sign::MANY_DIRECTIONS.whatever_the_loss(),
        &[presets::TINY, &[("scale", "0.1"), ("invariance", "0"), ("lambda", "1")]],
    ),
];

/// The two terms.
#[derive(Module, Debug)]
pub struct Redundancy {
    #[module(skip)]
    lambda: f32,
    #[module(skip)]
    invariance: f32,
    #[module(skip)]
    scale: f32,
}

impl Objective for Redundancy {
    const CARD: &'static MethodCard = &CARD;

    fn design(_knobs: &Knobs<'_>, trunk: &Trunk) -> Result<Design, MethodError> {
        let recipes = Recipe::barlow(trunk.size).map(|recipe| trunk.view(recipe));
        Ok(Design::new(HeadConfig::unbiased(trunk.dim(), &trunk.projector), recipes.into()))
    }

    fn new(_at: Builder<'_>, knobs: &Knobs<'_>, _trunk: &Trunk, _config: &RunConfig) -> Result<Self, MethodError> {
        Ok(Self {
            lambda: knobs.within("lambda", 0.0, 1000.0)?,
            invariance: knobs.within("invariance", 0.0, 1000.0)?,
            scale: knobs.within("scale", 0.0, 1000.0)?,
        })
    }

    fn loss(&self, nets: &Nets<'_>, batch: &Batch, _step: Step) -> Loss {
        let seen = batch.two_views().map(|view| nets.student(view));
        let [a, b] = [0, 1].map(|view| seen[view].projection.clone());
        let terms = barlow_twins(a, b);
        let invariance = terms.invariance * (self.invariance * self.scale);
        let redundancy = terms.redundancy * (self.lambda * self.scale);
        Loss {
            parts: vec![("invariance", invariance.clone()), ("redundancy", redundancy.clone())],
            ..Loss::new(invariance + redundancy)
        }
        .with_features(&seen[0].embedding)
    }
}
