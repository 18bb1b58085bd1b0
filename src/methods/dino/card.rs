//! What DINO says of itself.

use crate::methods::{
    Knob, MethodCard, Preset, Sign,
    joint::{
        LOCAL_SIZE, knob, local_crop,
        presets::{self, broken, preset},
        with_shared,
    },
    sign,
};

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
    knob(
        "teacher_epochs",
        "",
        "0",
        "Passes over the pictures after which the teacher becomes a copy of the student, in place of its moving average; 0 keeps that.",
    ),
    knob("teacher_behind", "", "false", "Whether the teacher is a step behind."),
    knob(
        "loss",
        "",
        "cross-entropy",
        "What brings the student to the teacher: cross-entropy, or squares: the mean squared error of outputs of length 1.",
    ),
];
const KNOBS: [Knob; 27] = with_shared(OWN);

const PRESETS: [Preset; 18] = [
    preset("tiny", presets::TINY_HELP, &[presets::TINY, TINY]),
    preset("small", presets::SMALL_HELP, &[presets::SMALL, SMALL]),
    preset(
        "cifar",
        "CIFAR-10, 200 epochs, near lightly's benchmark (kNN 84.0 there): no small crops.",
        &[
            presets::CIFAR,
            &[
                ("projector", "2048,256"),
                ("prototypes", "2048"),
                ("head_norms", "hidden"),
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
        "imagenette",
        "Imagenette at 128 px, ResNet-18 as in lightly's benchmark: 800 epochs of batch 256 (kNN 88.8 there).",
        &[
            presets::CIFAR,
            presets::IMAGENETTE,
            &[
                ("projector", "2048,2048,256"),
                ("prototypes", "2048"),
                ("head_norms", "hidden"),
                ("local_views", "6"),
                ("warm_temperature", "0.04"),
                ("rising", "false"),
                ("freeze_last", "0"),
                ("local_size", "64"),
                ("jitter", "1"),
                ("teacher_momentum", "0.99"),
            ],
        ],
    ),
    preset(
        "imagenet-100",
        "A hundred classes of ImageNet, ResNet-18 as in lightly's benchmark: 200 epochs of batch 256 (kNN of 20 neighbours 51.8 there, where LARS gives biases and norms a trust ratio, too).",
        &[
            presets::IMAGENET,
            presets::IMAGENET_100,
            &[
                ("projector", "2048,2048,256"),
                ("prototypes", "2048"),
                ("head_norms", "hidden"),
                ("local_views", "6"),
                ("warm_temperature", "0.04"),
                ("rising", "false"),
                ("freeze_last", "0"),
                ("teacher_momentum", "0.999"),
                ("base_lr", "0.3"),
                ("final_lr", "0.0003"),
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
        "Break it: no sharpening. Published: the output becomes even, the loss falls to ln(prototypes) and stays there. So here: numbers of an output hardly vary.",
        Sign::below("the output becomes even: its numbers hardly vary", "deviation", 0.056),
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
        "The teacher is a copy of the student. Published: 0.1 % where 72.8 % stood. In a network as small as \
         this pictures gather on a few points in some runs, and come to one in none.",
        sign::APART,
        &[presets::TINY, TINY, &[("teacher_momentum", "0"), ("rising", "false")]],
    ),
    broken(
        "late-teacher",
        "The teacher is the student of the step before. Published: 0.1 % where 72.8 % stood. In a network as small as this pictures come to \
         one point in no run.",
        sign::APART,
        &[
            presets::TINY,
            TINY,
            &[("teacher_momentum", "0"), ("rising", "false"), ("teacher_behind", "true")],
        ],
    ),
    broken(
        "stepwise-teacher",
        "The teacher is the student after its last pass over the pictures. Published: kNN 66.6 % where 72.8 % stood: nothing collapses.",
        sign::APART,
        &[presets::TINY, TINY, presets::SEEN_AGAIN, &[("teacher_epochs", "1")]],
    ),
    broken(
        "by-squares",
        "The mean squared error of outputs in place of cross-entropy; the paper does not say how outputs are scaled, here to length 1. Published: \
         kNN 52.6 % where 72.8 % stood. Here pictures lie further apart.",
        Sign::below("pictures lie further apart", "mean cosine", 0.19).whatever_the_loss(),
        &[presets::TINY, TINY, &[("loss", "squares")]],
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
