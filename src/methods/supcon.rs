//! Supervised contrast (Khosla et al., "Supervised Contrastive Learning", 2020).
//!
//! A step: one network sees both views, and each view must find all views of its class among those of the batch, by the cosine of
//! projections: [`contrast::sup_con`](fn@super::losses::contrast::sup_con). A picture without a label is a class of its own.
//! Nothing is kept for the next step.

use burn::module::Module;

use super::{
    Batch, Knob, Knobs, Loss, MethodCard, MethodError, Preset, Step,
    joint::{
        Design, Joint, Nets, Objective, Trunk, knob,
        presets::{self, broken, preset},
        strangers, with_shared,
    },
    losses::contrast::{sup_con, sup_con_positives},
    sign,
};
use crate::{
    config::RunConfig,
    nn::{Builder, HeadConfig},
    views::Recipe,
};

/// The method.
pub type Supcon = Joint<LabelledContrast>;

/// The card.
pub const CARD: MethodCard = MethodCard {
    name: "supcon",
    title: "Supervised contrast",
    family: "labels",
    paper: "Khosla, Teterwak, Wang et al., \"Supervised Contrastive Learning\", 2020",
    stops_collapse: "Pictures of other classes: a ceiling for the methods that are told no class.",
    summary: "As SimCLR, but every picture of the same class is a positive. It needs labels, and shows what they are worth. A picture \
              without a label has its own two views for a class.",
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
    knob("temperature", "", "0.1", "What cosines are divided by."),
    knob(
        "negatives",
        "",
        "true",
        "Whether pictures of other classes are pushed away. Without them nothing stops collapse.",
    ),
];
const KNOBS: [Knob; 12] = with_shared(OWN);

const PRESETS: [Preset; 6] = [
    preset("tiny", presets::TINY_HELP, &[presets::TINY]),
    preset("small", presets::SMALL_HELP, &[presets::SMALL]),
    preset(
        "cifar",
        "CIFAR-10, the settings of SimCLR's preset, temperature 0.1.",
        &[presets::CIFAR, &[("projector", "512,128")]],
    ),
    preset(
        "cifar-solo",
        "CIFAR-10, 1000 epochs, as in solo-learn's table (linear probe 93.8 there), but for a blur over three pixels.",
        &[
            presets::SOLO,
            &[
                ("projector", "2048,256"),
                ("head_norms", "none"),
                ("temperature", "0.2"),
                ("optimiser", "sgd"),
                ("base_lr", "0.4"),
                ("weight_decay", "0.00001"),
            ],
        ],
    ),
    preset(
        "cifar-1000",
        "CIFAR-10 as in the authors' code: ResNet-50, batch 1024, SGD at 0.5, 1000 epochs (linear probe 96.0 there).",
        &[
            presets::CIFAR,
            &[
                ("backbone", "resnet50-cifar"),
                ("batch", "1024"),
                ("epochs", "1000"),
                ("lr_scale", "none"),
                ("base_lr", "0.5"),
                // A thousandth of the highest.
                ("final_lr", "0.0005"),
                ("weight_decay", "0.0001"),
                ("warmup", "0.01"),
                ("head_norms", "none"),
                ("crop_scale", "0.2,1"),
                ("mean", "0.4914,0.4822,0.4465"),
                ("std", "0.2023,0.1994,0.2010"),
            ],
        ],
    ),
    broken(
        "break-negatives",
        "Break it: no negatives. Classes gather, and nothing keeps one class from another.",
        sign::ONE_DIRECTION,
        &[presets::TINY, &[("negatives", "false")]],
    ),
];

/// The loss over views and labels.
#[derive(Module, Debug)]
pub struct LabelledContrast {
    #[module(skip)]
    temperature: f32,
    #[module(skip)]
    has_negatives: bool,
}

impl Objective for LabelledContrast {
    const CARD: &'static MethodCard = &CARD;

    fn design(_knobs: &Knobs<'_>, trunk: &Trunk) -> Result<Design, MethodError> {
        let projector = HeadConfig::projector(trunk.dim(), &trunk.projector);
        Ok(Design::new(projector, vec![trunk.view(Recipe::simclr(trunk.size, 1.0)); 2]))
    }

    fn new(_at: Builder<'_>, knobs: &Knobs<'_>, _trunk: &Trunk, _config: &RunConfig) -> Result<Self, MethodError> {
        Ok(Self {
            temperature: knobs.within("temperature", 0.001, 100.0)?,
            has_negatives: strangers::has_negatives(knobs)?,
        })
    }

    fn loss(&self, nets: &Nets<'_>, batch: &Batch, _step: Step) -> Loss {
        let seen = batch.two_views().map(|view| nets.student(view));
        let said = [0, 1].map(|view| seen[view].projection.clone());
        let total = match self.has_negatives {
            true => sup_con(&said, &batch.labels, self.temperature),
            false => sup_con_positives(&said, &batch.labels),
        };
        Loss::new(total).with_features(&seen[0].embedding)
    }
}
