//! Random initialisation: what an encoder is worth before it is trained.
//!
//! A step: the network sees both views, and their agreement ([`distil::negative_cosine`](super::losses::distil::negative_cosine))
//! is shown and multiplied by 0, so that all gradients are 0. Batch norms take in the pictures' statistics as they do in any
//! method; weight decay would move weights, and presets set it to 0.

use burn::module::Module;

use super::{
    Batch, Knob, Knobs, Loss, MethodCard, MethodError, Preset, Step,
    joint::{
        Design, Joint, Nets, Objective, Trunk, knob,
        presets::{self, preset},
        with_shared,
    },
    losses::distil::negative_cosine,
};
use crate::{
    config::RunConfig,
    nn::{Builder, HeadConfig},
    views::Recipe,
};

/// The method.
pub type Untrained = Joint<Still>;

/// The card.
pub const CARD: MethodCard = MethodCard {
    name: "untrained",
    title: "Random initialisation",
    family: "floor",
    paper: "Saxe, Koh, Chen et al., \"On Random Weights and Unsupervised Feature Learning\", 2011",
    stops_collapse: "Nothing trains, so nothing can collapse: what a method must be better than.",
    summary: "An encoder as it was drawn, measured as the others are. Its batch norms still learn the pictures' statistics; no gradient \
              reaches a weight. Random features are worth more than one would think.",
    knobs: &KNOBS,
    presets: &PRESETS,
};

const OWN: &[Knob] = &[knob(
    "projector",
    "",
    "2048,128",
    "Widths of the projector's layers, the last its output.",
)];
const KNOBS: [Knob; 10] = with_shared(OWN);

const PRESETS: [Preset; 3] = [
    preset("tiny", presets::TINY_HELP, &[presets::TINY, &[("weight_decay", "0")]]),
    preset("small", presets::SMALL_HELP, &[presets::SMALL, &[("weight_decay", "0")]]),
    preset(
        "cifar",
        "CIFAR-10, the encoder of the other presets.",
        &[presets::CIFAR, &[("projector", "512,128"), ("epochs", "1"), ("weight_decay", "0")]],
    ),
];

/// No loss.
#[derive(Module, Debug)]
pub struct Still {
    #[module(skip)]
    nothing: (),
}

impl Objective for Still {
    const CARD: &'static MethodCard = &CARD;

    fn design(_knobs: &Knobs<'_>, trunk: &Trunk) -> Result<Design, MethodError> {
        let projector = HeadConfig::projector(trunk.dim(), &trunk.projector);
        Ok(Design {
            least_batch: 1,
            ..Design::new(projector, vec![trunk.view(Recipe::simclr(trunk.size, 1.0)); 2])
        })
    }

    fn new(_at: Builder<'_>, _knobs: &Knobs<'_>, _trunk: &Trunk, _config: &RunConfig) -> Result<Self, MethodError> {
        Ok(Self { nothing: () })
    }

    fn loss(&self, nets: &Nets<'_>, batch: &Batch, _step: Step) -> Loss {
        let seen = batch.two_views().map(|view| nets.student(view));
        let [a, b] = [0, 1].map(|view| seen[view].projection.clone());
        // The agreement is shown; times nothing it trains nothing, and the graph stays whole.
        let agreement = negative_cosine(a, b);
        Loss {
            parts: vec![("agreement", agreement.clone())],
            ..Loss::new(agreement * 0.0)
        }
        .with_features(&seen[0].embedding)
    }
}
