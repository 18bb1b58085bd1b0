//! Plain supervision: the ceiling that methods without labels are held against.
//!
//! A step: the network sees one view, its projection has a number for each class, and the label's must be the highest:
//! [`labels::cross_entropy`](super::losses::labels::cross_entropy), of pictures that have a label. Nothing is kept for the next
//! step.

use std::collections::BTreeMap;

use burn::module::Module;

use super::{
    Batch, Knob, Knobs, Loss, MethodCard, MethodError, Preset, Recognised, Step,
    joint::{
        Design, Joint, Nets, Objective, Trunk, knob,
        presets::{self, preset},
        recognise, with_shared,
    },
    losses::labels::cross_entropy,
    published::Shapes,
};
use crate::{
    config::RunConfig,
    nn::{Builder, HeadConfig},
    views::Recipe,
};

/// The method.
pub type Supervised = Joint<Labels>;

/// The card.
pub const CARD: MethodCard = MethodCard {
    name: "supervised",
    title: "Supervised",
    family: "labels",
    paper: "He, Zhang, Ren & Sun, \"Deep Residual Learning for Image Recognition\", 2016",
    stops_collapse: "The labels: a ceiling for the methods that are told no class.",
    summary: "One view, one label, cross-entropy. It needs labels, and shows what they are worth. Pictures without one are passed over.",
    knobs: &KNOBS,
    presets: &PRESETS,
};

const OWN: &[Knob] = &[
    knob(
        "projector",
        "",
        "1000",
        "Widths of the classifier's layers, the last the number of classes.",
    ),
    knob("jitter", "", "0", "Strength of the colour jitter; 1 is SimCLR's for photographs."),
    knob("blur", "", "0", "Share of SimCLR's probability of blur."),
];
const KNOBS: [Knob; 10] = with_shared(OWN);

const PRESETS: [Preset; 4] = [
    preset("tiny", presets::TINY_HELP, &[presets::TINY, &[("projector", "10")]]),
    preset("small", presets::SMALL_HELP, &[presets::SMALL, &[("projector", "10")]]),
    preset(
        "cifar",
        "CIFAR-10, 200 epochs, lightly's encoder and optimiser.",
        &[presets::CIFAR, &[("projector", "10"), ("crop_scale", "0.25,1"), ("jitter", "0")]],
    ),
    preset(
        "imagenet",
        "ResNet-50 as in torchvision's first recipe: batch 256, SGD at 0.1, 90 epochs (76.1 there).",
        &[
            presets::IMAGENET,
            &[
                ("batch", "256"),
                ("epochs", "90"),
                ("optimiser", "sgd"),
                ("base_lr", "0.1"),
                ("weight_decay", "0.0001"),
                ("schedule", "steps"),
                ("milestones", "0.3333,0.6667"),
                ("warmup", "0"),
            ],
        ],
    ),
];

/// Cross-entropy of the projector's output, which has one number a class.
#[derive(Module, Debug)]
pub struct Labels {
    #[module(skip)]
    classes: usize,
}

impl Objective for Labels {
    const CARD: &'static MethodCard = &CARD;

    fn design(_knobs: &Knobs<'_>, trunk: &Trunk) -> Result<Design, MethodError> {
        let projector = HeadConfig::projector(trunk.dim(), &trunk.projector);
        let recipe = Recipe {
            grey: 0.0,
            ..Recipe::simclr(trunk.size, 1.0)
        };
        Ok(Design {
            least_batch: 1,
            ..Design::new(projector, vec![trunk.view(recipe)])
        })
    }

    fn new(_at: Builder<'_>, _knobs: &Knobs<'_>, trunk: &Trunk, _config: &RunConfig) -> Result<Self, MethodError> {
        Ok(Self { classes: trunk.width() })
    }

    fn recognise(shapes: &Shapes, remarks: &BTreeMap<String, String>) -> Option<Recognised> {
        recognise::residual(shapes, remarks)
    }

    fn doubts(&self, _batch: usize, classes: usize) -> Vec<String> {
        let outputs = self.classes;
        let few = (outputs < classes).then(|| {
            format!("{outputs} outputs are fewer than the {classes} classes: of the others nothing is learnt; set projector={classes}")
        });
        few.into_iter().collect()
    }

    fn loss(&self, nets: &Nets<'_>, batch: &Batch, _step: Step) -> Loss {
        let seen = nets.student(batch.pictures.clone());
        // A class beyond the last has no output: such a picture counts as one without a label.
        let known = |label: &Option<usize>| label.filter(|label| *label < self.classes);
        let labels: Vec<Option<usize>> = batch.labels.iter().map(known).collect();
        Loss::new(cross_entropy(seen.projection, &labels)).with_features(&seen.embedding)
    }
}
