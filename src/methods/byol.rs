//! BYOL (Grill et al., "Bootstrap Your Own Latent", 2020).
//!
//! A step: the student sees both views, and from its projection of either a predictor says what the teacher makes of the other;
//! no gradient reaches the teacher. The loss is [`distil::byol`](super::losses::distil::byol). After the optimiser's step the
//! teacher follows by a moving average ([`teacher`](super::losses::teacher), called by [`joint`](super::joint)), the slower the
//! nearer the run's end ([`schedule::cosine`]).

use burn::{module::Module, tensor::Tensor};

use super::{
    Batch, Knob, Knobs, Loss, MethodCard, MethodError, Preset, Step,
    joint::{
        Design, Joint, Nets, Objective, Trunk, knob,
        presets::{self, broken, preset},
        widths, with_shared,
    },
    losses::distil::byol,
    schedule,
    sign,
};
use crate::{
    config::RunConfig,
    nn::{Builder, Head, HeadConfig},
    views::Recipe,
};

/// The method.
pub type Byol = Joint<Bootstrap>;

/// The card.
pub const CARD: MethodCard = MethodCard {
    name: "byol",
    title: "BYOL",
    family: "distil",
    paper: "Grill, Strub, Altché et al., \"Bootstrap Your Own Latent: A New Approach to Self-Supervised Learning\", 2020",
    stops_collapse: "A predictor on one side alone, and a target that no gradient reaches: a teacher that follows slowly.",
    summary: "The student predicts, from one view, what a slowly moving average of itself makes of the other. No picture is pushed away, \
              and one point for all would be a solution; what keeps training from finding it is the predictor, and that no \
              gradient reaches the teacher. In the paper it takes a slow teacher, too.",
    knobs: &KNOBS,
    presets: &PRESETS,
};

const OWN: &[Knob] = &[
    knob(
        "projector",
        "",
        "4096,256",
        "Widths of the projector's layers, the last its output.",
    ),
    knob(
        "predictor",
        "",
        "4096,256",
        "Widths of the predictor's layers; none leaves it out, and the method collapses.",
    ),
    knob(
        "teacher_momentum",
        "",
        "0.996",
        "Part of the teacher that stays at a step; it rises to 1. At 0, and not rising, the teacher is the student, as in SimSiam: \
         see the preset without-teacher.",
    ),
    knob("rising", "", "true", "Whether the teacher's momentum rises to 1 by the run's end."),
];
const KNOBS: [Knob; 13] = with_shared(OWN);

const PRESETS: [Preset; 13] = [
    preset(
        "tiny",
        presets::TINY_HELP,
        &[presets::TINY, &[("predictor", "64,32"), ("teacher_momentum", "0.9")]],
    ),
    preset(
        "small",
        presets::SMALL_HELP,
        &[presets::SMALL, &[("predictor", "256,64"), ("teacher_momentum", "0.97")]],
    ),
    preset(
        "cifar",
        "CIFAR-10, 200 epochs, as in lightly's benchmark (kNN 86.9 there); the rate is a quarter of its and the weight decay four times, \
         because its loss is a quarter of the paper's.",
        &[
            presets::CIFAR,
            &[
                ("jitter", "1"),
                ("base_lr", "0.03"),
                ("weight_decay", "0.002"),
                ("projector", "1024,256"),
                ("predictor", "1024,256"),
                ("teacher_momentum", "0.99"),
                ("rising", "false"),
            ],
        ],
    ),
    preset(
        "cifar-solo",
        "CIFAR-10, 1000 epochs, as in solo-learn's table (linear probe 92.6 there).",
        &[
            presets::SOLO,
            &[
                ("projector", "4096,256"),
                ("predictor", "4096,256"),
                ("blur", "0"),
                ("teacher_momentum", "0.99"),
                ("base_lr", "1"),
                ("weight_decay", "0.00001"),
            ],
        ],
    ),
    preset(
        "imagenette",
        "Imagenette at 128 px, ResNet-18 as in lightly's benchmark: 800 epochs of batch 256 (kNN 88.7 there). Our loss is four times theirs, so the rate is a quarter and the weight decay four times.",
        &[
            presets::CIFAR,
            presets::IMAGENETTE,
            &[
                ("projector", "4096,256"),
                ("predictor", "4096,256"),
                ("rising", "false"),
                ("teacher_momentum", "0.99"),
                ("jitter", "1"),
                ("base_lr", "0.015"),
                ("weight_decay", "0.002"),
            ],
        ],
    ),
    preset(
        "imagenet-100",
        "A hundred classes of ImageNet, ResNet-18 as in lightly's benchmark: 200 epochs of batch 256 (kNN of 20 neighbours 43.9 there, where LARS gives biases and norms a trust ratio, too). Our loss is four times theirs, and so is the weight decay.",
        &[
            presets::IMAGENET,
            presets::IMAGENET_100,
            &[
                ("projector", "4096,256"),
                ("predictor", "4096,256"),
                ("rising", "false"),
                ("teacher_momentum", "0.999"),
                ("base_lr", "0.2"),
                ("final_lr", "0.0002"),
                ("weight_decay", "0.000006"),
            ],
        ],
    ),
    preset(
        "imagenet",
        "ResNet-50 as in the paper: batch 4096, LARS, 300 epochs (linear probe 72.5 there).",
        &[
            presets::IMAGENET,
            &[
                ("backbone", "resnet50-zero"),
                ("batch", "4096"),
                ("epochs", "300"),
                ("base_lr", "0.3"),
                ("weight_decay", "0.000001"),
                ("warmup", "0.0333"),
                ("teacher_momentum", "0.99"),
            ],
        ],
    ),
    preset(
        "imagenet-lightly",
        "ResNet-50 as in lightly's benchmark: batch 256, LARS, 100 epochs (linear probe 62.5, kNN 46.0 there).",
        &[
            presets::IMAGENET,
            presets::LIGHTLY,
            &[("base_lr", "0.45"), ("teacher_momentum", "0.99")],
        ],
    ),
    preset(
        "crops-alone",
        "Views are crops and nothing else. Published: 13 points fewer: colours alone tell which views belong together.",
        &[
            presets::SMALL,
            &[("predictor", "256,64"), ("teacher_momentum", "0.97"), ("crops_alone", "true")],
        ],
    ),
    broken(
        "without-teacher",
        "The teacher is a copy of the student. Published: 0.3 % where 72.5 % stood. In a network as small as this nothing \
         collapses: the predictor, and a target without gradient, are enough, as in SimSiam.",
        sign::APART,
        &[
            presets::TINY,
            &[("predictor", "64,32"), ("teacher_momentum", "0"), ("rising", "false")],
        ],
    ),
    broken(
        "still-teacher",
        "The teacher stays as it was drawn. Published: 18.8 % where 72.5 % stood: nothing collapses, and little is learnt.",
        sign::APART,
        &[
            presets::TINY,
            &[("predictor", "64,32"), ("teacher_momentum", "1"), ("rising", "false")],
        ],
    ),
    broken(
        "break-predictor",
        "Break it: no predictor. Published: 0.2 % where 72.5 % stood; every picture lands on one point while the loss falls.",
        sign::ONE_DIRECTION,
        &[presets::TINY, &[("predictor", "none"), ("teacher_momentum", "0.9")]],
    ),
    broken(
        "break-both",
        "Break it: neither predictor nor teacher. Published: 0.1 % where 72.5 % stood; every picture lands on one point at once.",
        sign::ONE_DIRECTION,
        &[
            presets::TINY,
            &[("predictor", "none"), ("teacher_momentum", "0"), ("rising", "false")],
        ],
    ),
];

/// The predictor, and the teacher's pace.
#[derive(Module, Debug)]
pub struct Bootstrap {
    /// Projections to what the teacher should say; `None` breaks the method.
    pub predictor: Option<Head>,
    #[module(skip)]
    momentum: f64,
    #[module(skip)]
    rising: bool,
}

impl Objective for Bootstrap {
    const CARD: &'static MethodCard = &CARD;

    fn design(_knobs: &Knobs<'_>, trunk: &Trunk) -> Result<Design, MethodError> {
        let recipes = Recipe::byol(trunk.size).map(|recipe| trunk.view(recipe));
        Ok(Design::new(HeadConfig::projector(trunk.dim(), &trunk.projector), recipes.into()).with_teacher())
    }

    fn new(mut at: Builder<'_>, knobs: &Knobs<'_>, trunk: &Trunk, _config: &RunConfig) -> Result<Self, MethodError> {
        let predictor = widths(knobs, "predictor")?;
        trunk.check_predictor(&predictor)?;
        let config = HeadConfig::predictor(trunk.width(), &predictor).with_norms(trunk.head_norms);
        Ok(Self {
            predictor: (!predictor.is_empty()).then(|| Head::new(at.at("predictor"), &config)),
            momentum: knobs.within("teacher_momentum", 0.0, 1.0)?,
            rising: knobs.read("rising", "it is true or false")?,
        })
    }

    fn loss(&self, nets: &Nets<'_>, batch: &Batch, _step: Step) -> Loss {
        let [a, b] = batch.two_views();
        let seen = [a.clone(), b.clone()].map(|view| nets.student(view));
        let predict = |projection: Tensor<2>| match &self.predictor {
            Some(predictor) => predictor.forward(projection),
            None => projection,
        };
        let said = [0, 1].map(|view| predict(seen[view].projection.clone()));
        let targets = [a, b].map(|view| nets.teacher(view).projection);
        Loss::new(byol(said, targets)).with_features(&seen[0].embedding)
    }

    fn momentum(&self, step: Step) -> f64 {
        let end = if self.rising { 1.0 } else { self.momentum };
        schedule::cosine(self.momentum, end, step)
    }
}
