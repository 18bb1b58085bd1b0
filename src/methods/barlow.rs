//! Barlow Twins (Zbontar et al., "Barlow Twins: Self-Supervised Learning via Redundancy Reduction", 2021).
//!
//! A step: one network sees both views; the dimensions of their projections, each standardised over the batch, are correlated
//! across the views, and the correlations drawn to the identity:
//! [`regularise::Correlation`](super::losses::regularise::Correlation), whose two terms the loss adds up by their weights. There
//! is no teacher, and nothing is kept for the next step.

use burn::module::Module;

use super::{
    Batch, Knob, Knobs, Loss, MethodCard, MethodError, Preset, Sign, Step,
    joint::{
        Design, Joint, Nets, Objective, Trunk, knob,
        presets::{self, broken, preset},
        with_shared,
    },
    losses::regularise::{Correlation, Normalised},
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
    knob(
        "normalise",
        "",
        "batch",
        "What is done to projections first: batch divides each dimension by its deviation over the batch, features then brings each picture's to length 1, none takes the mean alone.",
    ),
    knob(
        "loss",
        "",
        "squares",
        "How far the correlations are from the identity: squares, or cross-entropy with `temperature`.",
    ),
    knob("temperature", "", "0.1", "What correlations are divided by in the cross-entropy."),
];
const KNOBS: [Knob; 16] = with_shared(OWN);

const PRESETS: [Preset; 14] = [
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
        "imagenette",
        "Imagenette at 128 px, ResNet-18 as in lightly's benchmark: 800 epochs of batch 256 (kNN 85.2 there).",
        &[
            presets::CIFAR,
            presets::IMAGENETTE,
            &[
                ("projector", "2048,2048,2048"),
                ("lambda", "0.005"),
                ("jitter", "1"),
            ],
        ],
    ),
    preset(
        "imagenet-100",
        "A hundred classes of ImageNet, ResNet-18 as in lightly's benchmark: 200 epochs of batch 256 (kNN of 20 neighbours 46.5 there, where LARS gives biases and norms a trust ratio, too).",
        &[
            presets::IMAGENET,
            presets::IMAGENET_100,
            &[
                ("projector", "2048,2048,2048"),
                ("lambda", "0.005"),
                ("base_lr", "0.2"),
                ("final_lr", "0.0002"),
                ("weight_decay", "0.0000015"),
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
        "without-any-norm",
        "No batch norms in the projector, and covariances instead of correlations. Published: 53.4 % where 71.4 % stood. Here pictures \
         differ in few directions.",
        Sign::below("pictures differ in few directions", "effective rank", 3.9),
        &[presets::TINY, &[("scale", "0.1"), ("head_norms", "none"), ("normalise", "none")]],
    ),
    broken(
        "normed-by-features",
        "Behind the norm over the batch each picture's projection is brought to length 1. Published: 69.8 % where 71.4 % stood: nothing collapses.",
        sign::APART,
        &[presets::TINY, &[("scale", "0.1"), ("normalise", "features")]],
    ),
    broken(
        "by-cross-entropy",
        "A cross-entropy of the correlations in place of squares; the paper names neither temperature nor weight. Published: 63.3 % where 71.4 % stood. \
         Here embeddings differ along more directions.",
        Sign::above("embeddings differ along many directions", "effective rank", 8.0),
        &[presets::TINY, &[("loss", "cross-entropy"), ("lambda", "1")]],
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
    #[module(skip)]
    normalised: Normalised,
    #[module(skip)]
    temperature: Option<f32>,
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
            normalised: normalised(knobs)?,
            temperature: temperature(knobs)?,
        })
    }

    fn loss(&self, nets: &Nets<'_>, batch: &Batch, _step: Step) -> Loss {
        let seen = batch.two_views().map(|view| nets.student(view));
        let [a, b] = [0, 1].map(|view| seen[view].projection.clone());
        let correlation = Correlation::new(a, b, self.normalised);
        let terms = match self.temperature {
            Some(temperature) => correlation.entropies(temperature),
            None => correlation.squares(),
        };
        let invariance = terms.invariance * (self.invariance * self.scale);
        let redundancy = terms.redundancy * (self.lambda * self.scale);
        Loss {
            parts: vec![("invariance", invariance.clone()), ("redundancy", redundancy.clone())],
            ..Loss::new(invariance + redundancy)
        }
        .with_features(&seen[0].embedding)
    }
}

fn normalised(knobs: &Knobs<'_>) -> Result<Normalised, MethodError> {
    let text = knobs.text("normalise");
    Normalised::parse(text.trim()).ok_or_else(|| MethodError::value("normalise", text, "it is batch, features or none"))
}

/// The cross-entropy's temperature, where that is the loss.
fn temperature(knobs: &Knobs<'_>) -> Result<Option<f32>, MethodError> {
    let temperature = knobs.within("temperature", 0.001, 100.0)?;
    match knobs.text("loss").trim() {
        "squares" => Ok(None),
        "cross-entropy" => Ok(Some(temperature)),
        other => Err(MethodError::value("loss", other, "it is squares or cross-entropy")),
    }
}
