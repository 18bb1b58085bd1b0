//! A Siamese network with nothing that stops collapse: the floor that every other method stands on.
//!
//! A step: one network sees both views, and their projections are drawn together:
//! [`distil::negative_cosine`](super::losses::distil::negative_cosine), with a gradient to both. Nothing else is asked, and
//! nothing is kept for the next step.

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
pub type Siamese = Joint<Agreement>;

/// The card.
pub const CARD: MethodCard = MethodCard {
    name: "siamese",
    title: "Siamese network without safeguard",
    family: "floor",
    paper: "Bromley, Guyon, LeCun, Säckinger & Shah, \"Signature Verification using a 'Siamese' Time Delay Neural Network\", 1993, \
            with its pairs of different signatures left out",
    stops_collapse: "Nothing. It is here to be seen failing.",
    summary: "Two views of a picture through one network, drawn together, and nothing else. The loss reaches its least within steps: \
              every picture lands on one point, the energy is low everywhere, and the network knows nothing.",
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
    preset("tiny", presets::TINY_HELP, &[presets::TINY]),
    preset("small", presets::SMALL_HELP, &[presets::SMALL]),
    preset(
        "cifar",
        "CIFAR-10, the settings of SimCLR's preset.",
        &[presets::CIFAR, &[("projector", "512,128")]],
    ),
];

/// Agreement alone.
#[derive(Module, Debug)]
pub struct Agreement {
    #[module(skip)]
    nothing: (),
}

impl Objective for Agreement {
    const CARD: &'static MethodCard = &CARD;

    fn design(_knobs: &Knobs<'_>, trunk: &Trunk) -> Result<Design, MethodError> {
        let projector = HeadConfig::projector(trunk.dim(), &trunk.projector);
        Ok(Design::new(projector, vec![trunk.view(Recipe::simclr(trunk.size, 1.0)); 2]))
    }

    fn new(_at: Builder<'_>, _knobs: &Knobs<'_>, _trunk: &Trunk, _config: &RunConfig) -> Result<Self, MethodError> {
        Ok(Self { nothing: () })
    }

    fn loss(&self, nets: &Nets<'_>, batch: &Batch, _step: Step) -> Loss {
        let seen = batch.two_views().map(|view| nets.student(view));
        let [a, b] = [0, 1].map(|view| seen[view].projection.clone());
        Loss::new(negative_cosine(a, b)).with_features(&seen[0].embedding)
    }
}
