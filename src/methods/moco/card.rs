//! What MoCo says of itself.

use crate::methods::{
    Knob, MethodCard, Preset, Sign,
    joint::{
        knob,
        presets::{self, broken, preset},
        strangers, with_shared,
    },
    sign,
};

/// The card.
pub const CARD: MethodCard = MethodCard {
    name: "moco",
    title: "MoCo",
    family: "contrast",
    paper: "He, Fan, Wu, Xie & Girshick, \"Momentum Contrast for Unsupervised Visual Representation Learning\", 2020; \
            version 3: Chen, Xie & He, \"An Empirical Study of Training Self-Supervised Vision Transformers\", 2021",
    stops_collapse: "Other pictures: those of earlier batches, kept in a queue (version 2), or of this one (version 3).",
    summary: "A slowly moving copy of the network makes keys, and a queue keeps them, so that many pictures can be pushed away without a \
              large batch. With a queue of 0 it is version 3: keys of the same batch, and a predictor.",
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
    knob(
        "crop_scale",
        "ratio",
        "0.2,1",
        "Smallest and largest part of the picture that a view shows.",
    ),
    knob(
        "predictor",
        "",
        "none",
        "Widths of the predictor's layers: version 3 has one, version 2 none.",
    ),
    knob(
        "queue",
        "keys",
        "65536",
        "Keys of earlier pictures to push away; 0 takes those of the batch (version 3).",
    ),
    knob("temperature", "", "0.2", "What cosines are divided by."),
    knob(
        "teacher_momentum",
        "",
        "0.999",
        "Part of the teacher that stays at a step. At 0 it is the student, and the loss swings.",
    ),
    knob(
        "rising",
        "",
        "false",
        "Whether the teacher's momentum rises to 1 by the run's end (version 3).",
    ),
    knob(
        "symmetric",
        "",
        "false",
        "Whether each view is query once and key once; version 3 always is.",
    ),
    knob(
        "negatives",
        "",
        "true",
        "Whether other pictures are pushed away. Without them nothing stops collapse.",
    ),
    strangers::HARDNESS,
    strangers::DEBIAS,
    strangers::OWN_CROPS,
];
const KNOBS: [Knob; 20] = with_shared(OWN);

const PRESETS: [Preset; 14] = [
    preset(
        "tiny",
        presets::TINY_HELP,
        &[presets::TINY, &[("queue", "64"), ("teacher_momentum", "0.9")]],
    ),
    preset(
        "small",
        presets::SMALL_HELP,
        &[presets::SMALL, &[("queue", "1024"), ("teacher_momentum", "0.97")]],
    ),
    preset(
        "cifar",
        "CIFAR-10, 200 epochs, as in lightly's benchmark (kNN 83.8 there), but for the batch norms it splits into eight.",
        &[
            presets::CIFAR,
            &[
                ("projector", "512,128"),
                ("queue", "4096"),
                ("temperature", "0.1"),
                ("teacher_momentum", "0.99"),
                ("symmetric", "true"),
                ("crop_scale", "0.08,1"),
                ("jitter", "1"),
            ],
        ],
    ),
    preset(
        "cifar-solo",
        "CIFAR-10, 1000 epochs, as in solo-learn's table (linear probe 92.9 there) for MoCo v2+, whose momentum rises to 0.999, here to 1; it has a queue of 32768 for each view, here both share one.",
        &[
            presets::SOLO,
            &[
                ("projector", "2048,256"),
                ("queue", "65536"),
                ("temperature", "0.2"),
                ("symmetric", "true"),
                ("teacher_momentum", "0.99"),
                ("rising", "true"),
                ("optimiser", "sgd"),
                ("base_lr", "0.3"),
                ("weight_decay", "0.0001"),
            ],
        ],
    ),
    preset(
        "imagenette",
        "Imagenette at 128 px, ResNet-18 as in lightly's benchmark: 800 epochs of batch 256 (kNN 87.4 there).",
        &[
            presets::CIFAR,
            presets::IMAGENETTE,
            &[
                ("projector", "2048,128"),
                ("symmetric", "true"),
                ("crop_scale", "0.08,1"),
                ("queue", "4096"),
                ("temperature", "0.1"),
                ("teacher_momentum", "0.99"),
                ("jitter", "1"),
            ],
        ],
    ),
    preset(
        "imagenet-100",
        "A hundred classes of ImageNet, ResNet-18 as in lightly's benchmark: 200 epochs of batch 256 (kNN of 20 neighbours 56.0 there), with SimCLR's colours.",
        &[
            presets::IMAGENET,
            presets::IMAGENET_100,
            presets::IMAGENET_100_SGD,
            &[
                ("projector", "2048,128"),
                ("symmetric", "true"),
                ("crop_scale", "0.08,1"),
                ("queue", "65536"),
                ("temperature", "0.07"),
                ("teacher_momentum", "0.999"),
                ("jitter", "2"),
                ("base_lr", "0.03"),
            ],
        ],
    ),
    preset(
        "imagenet",
        "Version 2, ResNet-50: batch 256, SGD, 200 epochs (linear probe 67.7 there, with batch norms shuffled between GPUs).",
        &[
            presets::IMAGENET,
            &[
                ("batch", "256"),
                ("epochs", "200"),
                ("optimiser", "sgd"),
                ("base_lr", "0.03"),
                ("weight_decay", "0.0001"),
                ("warmup", "0"),
            ],
        ],
    ),
    preset(
        "imagenet-lightly",
        "Version 2 as in lightly's benchmark: the same for 100 epochs (linear probe 61.5, kNN 41.8 there).",
        &[
            presets::IMAGENET,
            &[
                ("batch", "256"),
                ("epochs", "100"),
                ("optimiser", "sgd"),
                ("base_lr", "0.03"),
                ("weight_decay", "0.0001"),
                ("warmup", "0"),
            ],
        ],
    ),
    preset(
        "v3",
        "Version 3, ViT-S/16 with twelve heads as there: batch 4096, AdamW, 300 epochs (linear probe 73.2 there).",
        &[
            presets::IMAGENET,
            &[
                ("backbone", "vit:384x12/12/16"),
                ("projector", "4096,4096,256"),
                ("predictor", "4096,256"),
                ("queue", "0"),
                ("teacher_momentum", "0.99"),
                ("rising", "true"),
                ("crop_scale", "0.08,1"),
                ("batch", "4096"),
                ("epochs", "300"),
                ("optimiser", "adamw"),
                ("base_lr", "0.00015"),
                ("betas", "0.9,0.999"),
                ("weight_decay", "0.1"),
                ("warmup", "0.1333"),
            ],
        ],
    ),
    preset(
        "v3-resnet",
        "Version 3, ResNet-50: batch 4096, LARS, 100 epochs (linear probe 68.9 there).",
        &[
            presets::IMAGENET,
            &[
                ("backbone", "resnet50-zero"),
                ("projector", "4096,256"),
                ("predictor", "4096,256"),
                ("queue", "0"),
                ("temperature", "1"),
                ("teacher_momentum", "0.99"),
                ("rising", "true"),
                ("batch", "4096"),
                ("epochs", "100"),
                ("base_lr", "0.6"),
                ("weight_decay", "0.000001"),
                ("warmup", "0.1"),
            ],
        ],
    ),
    preset(
        "cifar-solo-v3",
        "Version 3, CIFAR-10, 1000 epochs, as in solo-learn's table (linear probe 93.1 there).",
        &[
            presets::SOLO,
            &[
                ("projector", "4096,256"),
                ("predictor", "4096,256"),
                ("queue", "0"),
                ("temperature", "0.2"),
                ("teacher_momentum", "0.99"),
                ("rising", "true"),
                ("blur", "0"),
                ("base_lr", "0.3"),
                ("weight_decay", "0.000001"),
            ],
        ],
    ),
    broken(
        "without-teacher",
        "The teacher is the student. Published, at ImageNet's size: the loss swings and does not settle. Here pictures crowd \
         together.",
        CROWDED,
        &[presets::TINY, &[("queue", "64"), ("teacher_momentum", "0")]],
    ),
    preset(
        "tiny-v3",
        "Version 3 in seconds.",
        &[
            presets::TINY,
            &[
                ("queue", "0"),
                ("predictor", "64,32"),
                ("teacher_momentum", "0.9"),
                ("rising", "true"),
            ],
        ],
    ),
    broken(
        "break-negatives",
        "Break it: no negatives. Pictures come to lie close together, on the way to one point, while the loss falls to its least.",
        sign::CLOSE,
        &[presets::TINY, &[("queue", "64"), ("teacher_momentum", "0.9"), ("negatives", "false")]],
    ),
];

/// Keys that are the network's own.
const CROWDED: Sign = Sign::above("pictures crowd together", "uniformity", -1.3).whatever_the_loss();
