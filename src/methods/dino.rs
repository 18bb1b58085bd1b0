//! DINO (Caron et al., "Emerging Properties in Self-Supervised Vision Transformers", 2021).

use std::collections::BTreeMap;

use burn::{module::Module, tensor::Tensor};

use super::{
    Batch, Kept, Knob, Knobs, Loss, MethodCard, MethodError, Pace, Preset, Recognised, Sign, Step,
    joint::{
        Design, Joint, Nets, Objective, Trunk, LOCAL_SIZE, knob, local_crop,
        presets::{self, broken, preset},
        recognise, with_shared,
    },
    losses::{
        distil::{Temperatures, dino, koleo, teacher_entropy},
        memory::Centre,
    },
    published::Shapes,
    schedule,
    sign,
};
use crate::{
    config::RunConfig,
    nn::{Builder, HeadConfig},
    views::Recipe,
};

/// The method.
pub type Dino = Joint<SelfDistillation>;

/// The card.
pub const CARD: MethodCard = MethodCard {
    name: "dino",
    title: "DINO",
    family: "distil",
    paper: "Caron, Touvron, Misra et al., \"Emerging Properties in Self-Supervised Vision Transformers\", 2021",
    stops_collapse: "Centring and sharpening of a slow teacher's output: the one keeps a single prototype from winning, the other keeps all from \
                     being equal.",
    summary: "The student, which sees small crops too, says which of many prototypes the teacher chose for another view. The teacher is a slow \
              average of the student; its output is centred and sharpened. Either alone collapses, each in its own way.",
    knobs: &KNOBS,
    presets: &PRESETS,
};

const OWN: &[Knob] = &[
    knob(
        "backbone",
        "",
        "vit-small/16",
        "The encoder: a vision transformer in the paper, resnet50 too.",
    ),
    knob(
        "projector",
        "",
        "2048,2048,256",
        "Widths of the projector's layers, the last before the prototypes.",
    ),
    knob(
        "crop_scale",
        "ratio",
        "0.4,1",
        "Smallest and largest part of the picture that a large view shows.",
    ),
    knob(
        "prototypes",
        "",
        "65536",
        "Outputs that student and teacher agree on; 0 leaves that layer out.",
    ),
    knob("local_views", "", "8", "Small crops that the student alone sees."),
    LOCAL_SIZE,
    local_crop("0.05,0.4"),
    knob("student_temperature", "", "0.1", "What the student's outputs are divided by."),
    knob(
        "teacher_temperature",
        "",
        "0.04",
        "What the teacher's outputs are divided by: sharpening. At 1 there is none, and the output becomes even.",
    ),
    knob("warm_temperature", "", "0.07", "The teacher's temperature after its warm-up."),
    knob(
        "temperature_warmup",
        "ratio",
        "0.3",
        "Part of the run in which the teacher's temperature rises.",
    ),
    knob(
        "centre",
        "",
        "true",
        "Whether the teacher's output is centred. Without it one prototype wins.",
    ),
    knob(
        "centre_momentum",
        "",
        "0.9",
        "Part of the centre that stays at a step; at 0.999 the published model collapsed.",
    ),
    knob(
        "teacher_momentum",
        "",
        "0.996",
        "Part of the teacher that stays at a step; it rises to 1.",
    ),
    knob("rising", "", "true", "Whether the teacher's momentum rises to 1 by the run's end."),
    knob(
        "freeze_last",
        "ratio",
        "0.01",
        "Part of the run in which the prototypes do not move.",
    ),
    knob(
        "koleo",
        "",
        "0",
        "Weight of the KoLeo term, which spreads a batch's embeddings evenly (0.1 in DINOv2).",
    ),
];
const KNOBS: [Knob; 24] = with_shared(OWN);

const PRESETS: [Preset; 13] = [
    preset("tiny", presets::TINY_HELP, &[presets::TINY, TINY]),
    preset("small", presets::SMALL_HELP, &[presets::SMALL, SMALL]),
    preset(
        "cifar",
        "CIFAR-10, 200 epochs, near lightly's benchmark (kNN 84.0 there): no small crops; its head has batch norms, ours has none, as the paper's for transformers.",
        &[
            presets::CIFAR,
            &[
                ("projector", "2048,256"),
                ("prototypes", "2048"),
                ("jitter", "1"),
                ("local_views", "0"),
                ("warm_temperature", "0.04"),
                ("teacher_momentum", "0.99"),
                ("rising", "false"),
                ("freeze_last", "0"),
            ],
        ],
    ),
    preset(
        "cifar-solo",
        "CIFAR-10, 1000 epochs, as in solo-learn's table (linear probe 89.5 there): no small crops.",
        &[
            presets::SOLO,
            &[
                ("projector", "2048,2048,256"),
                ("prototypes", "4096"),
                ("local_views", "0"),
                ("blur", "0"),
                ("teacher_temperature", "0.07"),
                ("warm_temperature", "0.07"),
                ("teacher_momentum", "0.9995"),
                ("freeze_last", "0.001"),
                ("base_lr", "0.3"),
                ("weight_decay", "0.000001"),
            ],
        ],
    ),
    preset(
        "imagenet",
        "ViT-S/16 as in the paper: batch 512, AdamW, 100 epochs, the teacher's temperature 0.04 throughout (kNN 69.3 there). There positions are learnt, \
         a tenth of the layers is dropped, and gradients are clipped tensor by tensor; here positions are fixed, and clipped is the whole.",
        &[presets::IMAGENET, VIT, &[("batch", "512"), ("clip", "3")]],
    ),
    preset(
        "imagenet-resnet",
        "ResNet-50 as in lightly's benchmark: batch 128, SGD, 100 epochs, six small crops (kNN 49.9 there; 67.5 after the paper's 800 epochs).",
        &[
            presets::IMAGENET,
            &[
                ("batch", "128"),
                ("epochs", "100"),
                ("optimiser", "sgd"),
                ("base_lr", "0.03"),
                ("weight_decay", "0.0001"),
                ("warmup", "0.1"),
                ("clip", "3"),
                ("crop_scale", "0.14,1"),
                ("local_crop", "0.05,0.14"),
                ("warm_temperature", "0.04"),
                ("local_views", "6"),
            ],
        ],
    ),
    preset(
        "imagenet-lightly",
        "ViT-S/16 as in lightly's benchmark: batch 128, AdamW, 100 epochs, 8 small crops (linear probe 73.3, kNN 67.5 there, with learnt \
         positions and a tenth of the layers dropped).",
        // A thousandth of the highest.
        &[presets::IMAGENET, VIT, &[("batch", "128"), ("final_lr", "0.00000025")]],
    ),
    broken(
        "hard-teacher",
        "A teacher's temperature near 0: it names one prototype. Published: kNN 43.9 % where 69.6 % stood; outputs come to point one way.",
        Sign::above("pictures lie close together", "mean cosine", 0.66),
        &[presets::TINY, TINY, &[("teacher_temperature", "0.001"), ("warm_temperature", "0.001")]],
    ),
    broken(
        "warm-teacher",
        "A teacher's temperature of 0.08. Published: kNN 0.1 % where 69.6 % stood, the loss at ln(prototypes). In a network as small as \
         this nothing collapses.",
        sign::APART,
        &[presets::TINY, TINY, &[("teacher_temperature", "0.08"), ("warm_temperature", "0.08")]],
    ),
    broken(
        "break-centre",
        "Break it: no centring. Published: one prototype wins, the teacher's entropy goes to 0; outputs point one way.",
        ONE_WAY,
        &[presets::TINY, TINY, &[("centre", "false")]],
    ),
    broken(
        "break-sharpening",
        "Break it: no sharpening. Published: the output becomes even, the loss falls to ln(prototypes) and stays there. Here pictures differ in few directions.",
        Sign::below("pictures differ in few directions", "RankMe", 4.25),
        &[presets::TINY, TINY, &[("teacher_temperature", "1"), ("warm_temperature", "1")]],
    ),
    broken(
        "break-centre-pace",
        "Break it: a centre that hardly moves, of momentum 0.999. Published: kNN 0.1 % where 69.7 % stood; outputs point one way.",
        ONE_WAY,
        &[presets::TINY, TINY, &[("centre_momentum", "0.999")]],
    ),
    broken(
        "without-teacher",
        "The teacher is the student of the step before. Published: 0.1 % where 72.8 % stood. In a network as small as \
         this pictures gather on a few points in some runs, and come to one in none.",
        sign::APART,
        &[presets::TINY, TINY, &[("teacher_momentum", "0"), ("rising", "false")]],
    ),
];

/// What a teacher without a centre says of every picture.
const ONE_WAY: Sign = Sign::above("outputs point one way", "mean cosine", 0.9);

const TINY: &presets::Set = &[
    ("crop_scale", "0.4,1"),
    ("prototypes", "128"),
    ("local_views", "2"),
    ("local_size", "16"),
    ("teacher_momentum", "0.9"),
    ("freeze_last", "0"),
];
/// ImageNet with a small vision transformer, as the paper trains it for 100 epochs.
const VIT: &presets::Set = &[
    ("backbone", "vit-small/16"),
    ("epochs", "100"),
    ("optimiser", "adamw"),
    ("base_lr", "0.0005"),
    ("final_lr", "0.000001"),
    ("betas", "0.9,0.999"),
    ("weight_decay", "0.04"),
    ("weight_decay_end", "0.4"),
    ("warmup", "0.1"),
    ("warm_temperature", "0.04"),
];

const SMALL: &presets::Set = &[
    ("crop_scale", "0.4,1"),
    ("prototypes", "512"),
    ("local_views", "2"),
    ("local_size", "24"),
    ("teacher_momentum", "0.97"),
    ("freeze_last", "0.02"),
];

/// The centre, and temperatures.
#[derive(Module, Debug)]
pub struct SelfDistillation {
    /// Moving mean of the teacher's outputs.
    pub centre: Centre,
    #[module(skip)]
    settings: Settings,
}

#[derive(Clone, Copy, Debug)]
struct Settings {
    student_temperature: f32,
    teacher_temperature: f64,
    warm_temperature: f64,
    temperature_warmup: f64,
    has_centre: bool,
    centre_momentum: f32,
    momentum: f64,
    rising: bool,
    freeze_last: f64,
    koleo: f32,
}

impl Objective for SelfDistillation {
    const CARD: &'static MethodCard = &CARD;

    fn design(knobs: &Knobs<'_>, trunk: &Trunk) -> Result<Design, MethodError> {
        let global = Recipe::dino_global(trunk.size).map(|recipe| trunk.view(recipe));
        let projector = head(knobs, trunk)?;
        let design = Design::new(projector, trunk.multi_crop(knobs, &global, Recipe::dino_local)?).with_answering_teacher();
        Ok(Design { least_batch: 1, ..design })
    }

    fn new(mut at: Builder<'_>, knobs: &Knobs<'_>, trunk: &Trunk, _config: &RunConfig) -> Result<Self, MethodError> {
        let flag = |name| knobs.read(name, "it is true or false");
        let temperature = |name| knobs.within(name, 0.001, 100.0);
        Ok(Self {
            centre: Centre::new(at.at("centre"), head(knobs, trunk)?.width()),
            settings: Settings {
                student_temperature: knobs.within("student_temperature", 0.001, 100.0)?,
                teacher_temperature: temperature("teacher_temperature")?,
                warm_temperature: temperature("warm_temperature")?,
                temperature_warmup: knobs.within("temperature_warmup", 0.0, 1.0)?,
                has_centre: flag("centre")?,
                centre_momentum: knobs.within("centre_momentum", 0.0, 1.0)?,
                momentum: knobs.within("teacher_momentum", 0.0, 1.0)?,
                rising: flag("rising")?,
                freeze_last: knobs.within("freeze_last", 0.0, 1.0)?,
                koleo: knobs.within("koleo", 0.0, 100.0)?,
            },
        })
    }

    fn recognise(shapes: &Shapes, remarks: &BTreeMap<String, String>) -> Option<Recognised> {
        recognise::transformer(shapes, remarks)
    }

    fn loss(&self, nets: &Nets<'_>, batch: &Batch, step: Step) -> Loss {
        let views = batch.views();
        let seen: Vec<_> = views.iter().map(|view| nets.student(view.clone())).collect();
        let students: Vec<Tensor<2>> = seen.iter().map(|seen| seen.projection.clone()).collect();
        let teachers: Vec<Tensor<2>> = views.into_iter().take(2).map(|view| nets.teacher(view).projection).collect();
        let at = self.temperatures(step);
        let centre = self.centre.value();
        let entropy = teacher_entropy(&teachers, &centre, at);
        let mut total = dino(&students, &teachers, &centre, at);
        let mut parts = vec![("divergence", total.clone() - entropy.clone()), ("teacher_entropy", entropy)];
        if self.settings.koleo > 0.0 {
            // Of the large views, each by itself (Oquab et al., 2023, and the authors' code).
            let spread = seen[..2.min(seen.len())].iter().map(|seen| koleo(seen.embedding.clone())).collect();
            let spread = Tensor::cat(spread, 0).sum() * self.settings.koleo;
            total = total + spread.clone();
            parts.push(("koleo", spread));
        }
        Loss {
            parts,
            kept: Kept {
                tensors: teachers,
                ..Kept::default()
            },
            ..Loss::new(total)
        }
        .with_features(&seen[0].embedding)
    }

    fn settle(&mut self, _step: Step, kept: Vec<Kept>) {
        if self.settings.has_centre {
            let teachers: Vec<Tensor<2>> = kept.into_iter().flat_map(|kept| kept.tensors).collect();
            self.centre.update(&teachers, self.settings.centre_momentum);
        }
    }

    fn doubts(&self, _batch: usize, classes: usize) -> Vec<String> {
        let outputs = self.centre.value().dims()[1];
        let few = (outputs < classes)
            .then(|| format!("{outputs} prototypes are fewer than the {classes} classes of these pictures: some classes have to share one"));
        few.into_iter().collect()
    }

    fn momentum(&self, step: Step) -> f64 {
        let Settings { momentum, rising, .. } = self.settings;
        schedule::cosine(momentum, if rising { 1.0 } else { momentum }, step)
    }

    fn pace_of_branch(&self, name: &str, step: Step) -> Pace {
        let is_frozen = name.starts_with("projector.last.") && schedule::is_among_first(self.settings.freeze_last, step);
        if is_frozen { Pace::Frozen } else { Pace::Scheduled }
    }
}

fn head(knobs: &Knobs<'_>, trunk: &Trunk) -> Result<HeadConfig, MethodError> {
    let head = |prototypes| HeadConfig::dino(trunk.dim(), &trunk.projector, prototypes);
    match knobs.within("prototypes", 0, 1 << 20)? {
        0 => Ok(HeadConfig {
            prototypes: None,
            ..head(0)
        }),
        1 => Err(MethodError::value("prototypes", 1, "with one output there is nothing to choose")),
        count => Ok(head(count)),
    }
}

impl SelfDistillation {
    fn temperatures(&self, step: Step) -> Temperatures {
        let Settings {
            teacher_temperature: from,
            warm_temperature: to,
            temperature_warmup: part,
            ..
        } = self.settings;
        Temperatures {
            student: self.settings.student_temperature,
            teacher: schedule::ramp(from, to, part, step) as f32,
        }
    }
}
