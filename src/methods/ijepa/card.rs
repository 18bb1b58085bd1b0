//! What I-JEPA says of itself.

use crate::methods::{
    Knob, MethodCard, Preset,
    joint::{
        knob,
        presets::{self, broken, preset},
        with_shared,
    },
    sign,
};

/// The card.
pub const CARD: MethodCard = MethodCard {
    name: "ijepa",
    title: "I-JEPA",
    family: "distil",
    paper: "Assran, Duval, Misra et al., \"Self-Supervised Learning from Images with a Joint-Embedding Predictive Architecture\", 2023",
    stops_collapse: "A predictor that is told only where to look, and a teacher that follows the student slowly: the target does not come to \
                     meet it.",
    summary: "From the patches of one large block it predicts what a slow teacher makes of four others, as embeddings, not as pixels. No view \
              is flipped or recoloured: what it learns is which part fits where. Its energy of a hole's filling is how far the teacher's \
              embeddings of it are from what the predictor expects there. Otherwise than in the paper, encoders have a class token, which no \
              loss teaches; a picture's embedding is the mean of its patch tokens.",
    knobs: &KNOBS,
    presets: &PRESETS,
};

const OWN: &[Knob] = &[
    knob(
        "backbone",
        "",
        "vit-base/16",
        "The encoder: a vision transformer, with three patches a side or more.",
    ),
    knob("projector", "", "none", "The method has no projector: none."),
    knob(
        "crop_scale",
        "ratio",
        "0.3,1",
        "Smallest and largest part of the picture that a view shows.",
    ),
    knob("jitter", "", "0", "Without effect: the method changes no colours."),
    knob("blur", "", "0", "Without effect: the method blurs nothing."),
    knob("predictor_dim", "", "384", "Width of the predictor's tokens."),
    knob(
        "predictor_depth",
        "layers",
        "6",
        "Layers of the predictor: 6 for ViT-B, 12 for ViT-L and ViT-H in the paper.",
    ),
    knob(
        "predictor_heads",
        "",
        "12",
        "Attention heads of the predictor: the encoder's in the published code.",
    ),
    knob(
        "targets",
        "blocks",
        "4",
        "Blocks to predict. With one the published model learns next to nothing.",
    ),
    knob(
        "context_scale",
        "ratio",
        "0.85,1",
        "Smallest and largest part of the picture in the context, before targets are cut out.",
    ),
    knob(
        "target_scale",
        "ratio",
        "0.15,0.2",
        "Smallest and largest part of the picture in a target.",
    ),
    knob(
        "target_aspect",
        "ratio",
        "0.75,1.5",
        "Smallest and largest height over width of a target.",
    ),
    knob(
        "least_context",
        "patches",
        "10",
        "Patches left of the context at least; an eighth of the grid where that is fewer.",
    ),
    knob(
        "teacher_momentum",
        "",
        "0.996",
        "Part of the teacher that stays at a step; it rises to 1. At 0 the teacher is the student.",
    ),
    knob(
        "rising",
        "",
        "true",
        "Whether the teacher's momentum rises to 1, in a straight line, by the run's end.",
    ),
    knob(
        "stop_gradient",
        "",
        "true",
        "Whether what is to be predicted is taken for a constant. Without it, it is the student's own, and nothing stops collapse.",
    ),
];
const KNOBS: [Knob; 21] = with_shared(OWN);

const PRESETS: [Preset; 8] = [
    preset("tiny", presets::TINY_HELP, &[presets::TINY, TINY]),
    preset("small", presets::SMALL_HELP, &[presets::SMALL, SMALL]),
    preset(
        "cifar",
        "CIFAR-10, 200 epochs: ViT-tiny with patches of 4 px. Ours, nobody has published one.",
        &[presets::CIFAR, CIFAR],
    ),
    preset(
        "imagenet",
        "ViT-H/14 as published: batch 2048, AdamW, 300 epochs (linear probe 79.3). There the warm-up starts at a fifth of the rate.",
        &[
            presets::IMAGENET,
            IMAGENET,
            &[
                ("backbone", "vit-huge/14"),
                ("predictor_depth", "12"),
                ("predictor_heads", "16"),
                ("epochs", "300"),
                ("warmup", "0.1333"),
            ],
        ],
    ),
    preset(
        "imagenet-base",
        "ViT-B/16 as in the paper: batch 2048, AdamW, 600 epochs (linear probe 72.9).",
        &[
            presets::IMAGENET,
            IMAGENET,
            &[("backbone", "vit-base/16"), ("epochs", "600"), ("warmup", "0.0667")],
        ],
    ),
    broken(
        "break-stop-gradient",
        "Break it: what is to be predicted is the student's own, and comes to meet the prediction. Every patch looks like every other \
         while the loss falls.",
        sign::ONE_DIRECTION,
        &[presets::TINY, TINY, &[("stop_gradient", "false")]],
    ),
    broken(
        "without-teacher",
        "The teacher is a copy of the student, and no gradient reaches it. Within 200 steps nothing collapses here.",
        sign::APART,
        &[presets::TINY, TINY, &[("teacher_momentum", "0"), ("rising", "false")]],
    ),
    broken(
        "one-target",
        "One target block in place of four. Published: 9.0 % where 54.2 % stood (ViT-B/16, 1 % of the labels).",
        sign::APART,
        &[presets::TINY, TINY, &[("targets", "1")]],
    ),
];

const TINY: &presets::Set = &[
    ("projector", "none"),
    ("jitter", "0"),
    ("predictor_dim", "24"),
    ("predictor_depth", "1"),
    ("predictor_heads", "3"),
    ("teacher_momentum", "0.9"),
];
const SMALL: &presets::Set = &[
    ("projector", "none"),
    ("crop_scale", "0.3,1"),
    ("jitter", "0"),
    ("predictor_dim", "48"),
    ("predictor_depth", "2"),
    ("predictor_heads", "4"),
    ("teacher_momentum", "0.97"),
];
const CIFAR: &presets::Set = &[
    ("backbone", "vit-tiny/4"),
    ("jitter", "0"),
    ("predictor_dim", "96"),
    ("predictor_heads", "3"),
    ("teacher_momentum", "0.996"),
    ("optimiser", "adamw"),
    ("betas", "0.9,0.999"),
    ("base_lr", "0.0005"),
    ("weight_decay", "0.04"),
    ("weight_decay_end", "0.4"),
    ("warmup", "0.1"),
];
/// `facebookresearch/ijepa: configs/in1k_vith14_ep300.yaml`.
const IMAGENET: &presets::Set = &[
    ("batch", "2048"),
    ("optimiser", "adamw"),
    ("betas", "0.9,0.999"),
    ("base_lr", "0.001"),
    ("lr_scale", "none"),
    ("final_lr", "0.000001"),
    ("weight_decay", "0.04"),
    ("weight_decay_end", "0.4"),
];
