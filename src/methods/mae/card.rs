//! What a masked autoencoder says of itself.

use crate::methods::{Knob, MethodCard, Preset};

/// The card.
pub const CARD: MethodCard = MethodCard {
    name: "mae",
    title: "Masked autoencoder",
    family: "masked",
    paper: "He, Chen, Xie, Li, Dollár & Girshick, \"Masked Autoencoders Are Scalable Vision Learners\", 2021",
    stops_collapse: "The answer is given: the hidden pixels themselves. A constant would be wrong almost everywhere.",
    summary: "Hides most patches of a picture and predicts them from the rest. An encoder sees only what is left; a light \
              decoder draws what is missing. One hidden part has many fillings that would fit; trained by squared error, \
              the network draws their mean, which is why it blurs what it cannot know.",
    knobs: &KNOBS,
    presets: &PRESETS,
};

const fn knob(name: &'static str, unit: &'static str, default: &'static str, help: &'static str) -> Knob {
    Knob { name, unit, default, help }
}

const KNOBS: [Knob; 19] = [
    knob("size", "px", "64", "Side of the square picture."),
    knob("patch", "px", "8", "Side of a patch; must divide the size."),
    knob(
        "mask",
        "",
        "random:0.75",
        "Masks to train with: one kind, or several with weights, as in random:0.75*2+half+blocks.",
    ),
    knob(
        "target",
        "",
        "pixels",
        "What the decoder learns: pixels, normalised (each patch by its own mean and contrast) or residual (what the smooth fill lacks).",
    ),
    knob(
        "fill_to_decoder",
        "",
        "false",
        "Show the decoder the picture with its hidden part filled smoothly.",
    ),
    knob(
        "overlap",
        "",
        "false",
        "Show the decoder half a patch more on every side of the fill, and let drawings overlap by as much: no seams.",
    ),
    knob(
        "balance",
        "",
        "false",
        "Divide each picture's loss by the mean square of its target, so that plain pictures count as much as busy ones.",
    ),
    knob(
        "encoder_dim",
        "",
        "128",
        "Width of the encoder's tokens; divisible by 4 and by its heads.",
    ),
    knob("encoder_depth", "layers", "4", "Layers of the encoder."),
    knob("encoder_heads", "", "4", "Attention heads of the encoder."),
    knob(
        "decoder_dim",
        "",
        "64",
        "Width of the decoder's tokens; divisible by 4 and by its heads.",
    ),
    knob("decoder_depth", "layers", "2", "Layers of the decoder."),
    knob("decoder_heads", "", "2", "Attention heads of the decoder."),
    knob("mlp_ratio", "", "4", "Inner width of a layer, in token widths."),
    knob(
        "corrector_dim",
        "",
        "0",
        "Channels of convolutions that see the smooth fill in cells, a quarter of a patch wide, and correct their colours, before the decoder where it is shown the fill; target must be residual; 0 leaves them out.",
    ),
    knob(
        "corrector_alone",
        "",
        "false",
        "Let these convolutions draw alone: encoder and decoder stay as they are and say nothing, for a quick start.",
    ),
    knob(
        "epsilon",
        "",
        "0.000001",
        "Added to variances in layer norms; published weights in Hugging Face's names use 1e-12.",
    ),
    knob(
        "mean",
        "",
        "0.485,0.456,0.406",
        "Channel means that pictures in 0..1 are standardised by (ImageNet's).",
    ),
    knob(
        "std",
        "",
        "0.229,0.224,0.225",
        "Channel deviations that pictures in 0..1 are standardised by (ImageNet's).",
    ),
];

const PRESETS: [Preset; 8] = [
    preset(
        "tiny",
        "Seconds on any machine: for trying things out.",
        &[&[
            ("size", "32"),
            ("encoder_dim", "48"),
            ("encoder_depth", "2"),
            ("encoder_heads", "3"),
            ("decoder_dim", "32"),
            ("decoder_depth", "1"),
            ("decoder_heads", "2"),
            ("batch", "32"),
            ("steps", "200"),
        ]],
    ),
    preset(
        "small",
        "About two minutes on two cores: procedural scenes of 64 pixels.",
        &[&[
            ("target", "residual"),
            ("fill_to_decoder", "true"),
            ("mask", "random:0.75+blocks+side"),
            ("batch", "64"),
            ("steps", "320"),
        ]],
    ),
    preset(
        "scenes",
        "The network of the shipped model of procedural scenes, 64 pixels; how that was trained is on its card.",
        &[&[
            ("target", "residual"),
            ("fill_to_decoder", "true"),
            ("mask", "random:0.5-0.85*3+rectangle*2+side*2+blocks"),
            ("overlap", "true"),
            ("balance", "true"),
            ("encoder_dim", "160"),
            ("encoder_depth", "5"),
            ("encoder_heads", "5"),
            ("decoder_dim", "96"),
            ("decoder_depth", "3"),
            ("decoder_heads", "3"),
            ("batch", "64"),
            ("steps", "60000"),
            ("base_lr", "0.004"),
        ]],
    ),
    preset(
        "photos",
        "The autoencoder of the shipped model of photographs, 128 pixels; how that was trained is on its card.",
        &[&PHOTOS],
    ),
    preset(
        "photos-corrector",
        "Its convolutions alone, which correct the smooth fill; encoder and decoder stay as they begin, or as --from has them. About an hour on two cores.",
        &[&PHOTOS, &CORRECTOR],
    ),
    preset("vit-b", "ViT-Base as in the paper: ImageNet, 224 pixels, 800 epochs.", &[&VIT_B]),
    preset("vit-l", "ViT-Large as in the paper: ImageNet, 224 pixels, 800 epochs.", &[&VIT_L]),
    preset(
        "vit-h",
        "ViT-Huge as in the paper: patches of 14, 224 pixels, 800 epochs.",
        &[&VIT_H],
    ),
];

const fn preset(name: &'static str, help: &'static str, set: &'static [&'static [(&'static str, &'static str)]]) -> Preset {
    Preset {
        name,
        help,
        set,
        sign: None,
    }
}

const PHOTOS: [(&str, &str); 16] = [
    ("size", "128"),
    ("patch", "16"),
    ("target", "residual"),
    ("fill_to_decoder", "true"),
    ("mask", "random:0.5-0.85*3+rectangle*2+side*2+blocks"),
    ("overlap", "true"),
    ("balance", "true"),
    ("encoder_dim", "192"),
    ("encoder_depth", "6"),
    ("encoder_heads", "3"),
    ("decoder_dim", "128"),
    ("decoder_depth", "4"),
    ("decoder_heads", "4"),
    ("batch", "64"),
    ("steps", "60000"),
    ("base_lr", "0.004"),
];

/// Beside [`PHOTOS`].
const CORRECTOR: [(&str, &str); 8] = [
    ("corrector_dim", "16"),
    ("corrector_alone", "true"),
    ("optimiser", "muon"),
    ("momentum", "0.95"),
    ("nesterov", "true"),
    ("base_lr", "0.016"),
    ("bias_lr", "0.5"),
    ("steps", "6000"),
];

/// The paper's table 8 (pre-training) beside the encoder's sizes.
macro_rules! published {
    ($patch:literal, $dim:literal, $depth:literal, $heads:literal) => {
        [
            ("size", "224"),
            ("patch", $patch),
            ("mask", "random:0.75"),
            ("target", "normalised"),
            ("fill_to_decoder", "false"),
            ("encoder_dim", $dim),
            ("encoder_depth", $depth),
            ("encoder_heads", $heads),
            ("decoder_dim", "512"),
            ("decoder_depth", "8"),
            ("decoder_heads", "16"),
            ("batch", "4096"),
            ("epochs", "800"),
            ("base_lr", "0.00015"),
            ("warmup", "0.05"),
            ("weight_decay", "0.05"),
            ("betas", "0.9,0.95"),
            ("clip", "0"),
            ("average", "0"),
            ("crop", "0.2,1"),
            ("flip", "0.5"),
        ]
    };
}

const VIT_B: [(&str, &str); 21] = published!("16", "768", "12", "12");
const VIT_L: [(&str, &str); 21] = published!("16", "1024", "24", "16");
const VIT_H: [(&str, &str); 21] = published!("14", "1280", "32", "16");
