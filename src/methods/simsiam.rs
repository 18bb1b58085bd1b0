//! SimSiam (Chen & He, "Exploring Simple Siamese Representation Learning", 2021).
//!
//! A step: one network sees both views, and from its projection of either a predictor says that of the other, which is taken for
//! a constant: [`distil::both_ways`](super::losses::distil::both_ways) of
//! [`distil::negative_cosine`](super::losses::distil::negative_cosine). Unless `fixed_predictor_lr` is false, the predictor moves
//! at the highest rate to the end ([`Pace::Constant`]). There is no teacher, and nothing is kept for the next step.

use burn::{module::Module, tensor::Tensor};

use super::{
    Batch, Knob, Knobs, Loss, MethodCard, MethodError, Pace, Preset, Sign, Step,
    joint::{
        Design, Joint, Nets, Objective, Trunk, knob,
        presets::{self, broken, preset},
        widths, with_shared,
    },
    losses::distil::{Energy, both_ways, class_entropy, negative_cosine},
    sign,
};
use crate::{
    config::RunConfig,
    nn::{Builder, Head, HeadConfig},
    views::Recipe,
};

/// The method.
pub type Simsiam = Joint<Siamese>;

/// The card.
pub const CARD: MethodCard = MethodCard {
    name: "simsiam",
    title: "SimSiam",
    family: "distil",
    paper: "Chen & He, \"Exploring Simple Siamese Representation Learning\", 2021",
    stops_collapse: "The stop-gradient: each view is drawn to where the other stands, and the other does not come to meet it.",
    summary: "One network sees both views; a predictor on one side is to say what the network makes of the other, which is taken for \
              a constant. Without that stop-gradient the loss reaches its least in a few steps, and every picture is one point.",
    knobs: &KNOBS,
    presets: &PRESETS,
};

const OWN: &[Knob] = &[
    knob(
        "projector",
        "",
        "2048,2048,2048",
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
        "512,2048",
        "Widths of the predictor's layers: a bottleneck, then the projector's width.",
    ),
    knob(
        "stop_gradient",
        "",
        "true",
        "Whether the other view is taken for a constant. Without it nothing stops collapse.",
    ),
    knob(
        "fixed_predictor_lr",
        "",
        "true",
        "Whether the predictor keeps the highest learning rate to the end.",
    ),
    knob(
        "train_predictor",
        "",
        "true",
        "Whether the predictor learns. As it was drawn it is no use, and the loss stays high.",
    ),
    knob(
        "loss",
        "",
        "cosine",
        "What brings a prediction to the other view: cosine, or cross-entropy of the two as scores of classes.",
    ),
    knob(
        "symmetric",
        "",
        "true",
        "Whether each view is predicted from the other. Otherwise only the second is predicted, from the first.",
    ),
];
const KNOBS: [Knob; 16] = with_shared(OWN);

const PRESETS: [Preset; 15] = [
    preset("tiny", presets::TINY_HELP, &[presets::TINY, &[("predictor", "16,32")]]),
    preset("small", presets::SMALL_HELP, &[presets::SMALL, &[("predictor", "32,64")]]),
    preset(
        "cifar",
        "CIFAR-10, 200 epochs, as in lightly's benchmark (kNN 81.9 there), but for the scale and shift of the projector's last norm.",
        &[
            presets::CIFAR,
            &[
                ("projector", "2048,2048"),
                ("predictor", "512,2048"),
                ("jitter", "1"),
                ("fixed_predictor_lr", "false"),
            ],
        ],
    ),
    preset(
        "cifar-solo",
        "CIFAR-10, 1000 epochs, as in solo-learn's table (linear probe 90.5 there).",
        &[
            presets::SOLO,
            &[
                ("projector", "2048,2048,2048"),
                ("predictor", "512,2048"),
                ("optimiser", "sgd"),
                ("base_lr", "0.5"),
                ("weight_decay", "0.00001"),
            ],
        ],
    ),
    preset(
        "cifar-800",
        "CIFAR-10 as in the paper's appendix D: batch 512, SGD, 800 epochs, two layers of projector (linear probe 91.8 there).",
        &[
            presets::CIFAR,
            &[
                ("projector", "2048,2048"),
                ("predictor", "512,2048"),
                ("jitter", "1"),
                ("batch", "512"),
                ("epochs", "800"),
                ("base_lr", "0.03"),
            ],
        ],
    ),
    preset(
        "imagenette",
        "Imagenette at 128 px, ResNet-18 as in lightly's benchmark: 800 epochs of batch 256 (kNN 87.2 there).",
        &[
            presets::CIFAR,
            presets::IMAGENETTE,
            &[
                ("projector", "2048,2048,2048"),
                ("predictor", "512,2048"),
                ("jitter", "1"),
                ("fixed_predictor_lr", "false"),
            ],
        ],
    ),
    preset(
        "imagenet-100",
        "A hundred classes of ImageNet, ResNet-18 as in lightly's benchmark: 200 epochs of batch 256 (kNN of 20 neighbours 53.4 there).",
        &[
            presets::IMAGENET,
            presets::IMAGENET_100,
            presets::IMAGENET_100_SGD,
            &[
                ("projector", "512,512,2048"),
                ("predictor", "512,2048"),
                ("fixed_predictor_lr", "false"),
                ("base_lr", "0.05"),
            ],
        ],
    ),
    preset(
        "imagenet",
        "ResNet-50 as in the paper: batch 512, SGD, 100 epochs (linear probe 68.1 there).",
        &[
            presets::IMAGENET,
            &[
                ("backbone", "resnet50-zero"),
                ("batch", "512"),
                ("epochs", "100"),
                ("optimiser", "sgd"),
                ("base_lr", "0.05"),
                ("weight_decay", "0.0001"),
                ("warmup", "0"),
            ],
        ],
    ),
    broken(
        "still-predictor",
        "The predictor stays as it was drawn. Published: 1.5 % where 67.7 % stood: nothing collapses, and the loss stays high.",
        STUCK,
        &[presets::TINY, &[("predictor", "16,32"), ("train_predictor", "false")]],
    ),
    broken(
        "without-norms",
        "Neither projector nor predictor has batch norms. Published: 34.6 % where 68.1 % stood; pictures come to lie close together.",
        sign::CLOSE,
        &[presets::TINY, &[("predictor", "16,32"), ("head_norms", "none")]],
    ),
    broken(
        "still-normed",
        "A batch norm behind the predictor, too. Published: unstable. In a network as small as this pictures gather on a few points in some runs, and come to one in none.",
        sign::APART,
        &[presets::TINY, &[("predictor", "16,32"), ("head_norms", "all")]],
    ),
    broken(
        "by-cross-entropy",
        "Cross-entropy in place of the cosine, projections taken for scores of classes. Published: 63.2 % where 68.1 % stood: nothing collapses.",
        sign::APART,
        &[presets::TINY, &[("predictor", "16,32"), ("loss", "cross-entropy")]],
    ),
    broken(
        "one-sided",
        "The second view is predicted from the first, and the first from none. Published: 64.8 % where 68.1 % stood: nothing collapses.",
        sign::APART,
        &[presets::TINY, &[("predictor", "16,32"), ("symmetric", "false")]],
    ),
    broken(
        "break-stop-gradient",
        "Break it: the gradient goes through both views. Published: spread 0, loss at its least of -1, 0.1 %. Here the last batch norm \
         keeps the spread, and pictures gather on a few points instead.",
        sign::FEW_POINTS,
        &[presets::TINY, &[("predictor", "16,32"), ("stop_gradient", "false")]],
    ),
    broken(
        "break-predictor",
        "Break it: no predictor. Published: 0.1 %, collapse. Here the last batch norm keeps the spread, and pictures gather on a few \
         points.",
        sign::FEW_POINTS,
        &[presets::TINY, &[("predictor", "none")]],
    ),
];

/// A predictor that does not learn: what it ought to say is never said.
const STUCK: Sign = Sign::above("the loss stays high", sign::LOSS, -0.57).whatever_the_loss();

/// The predictor.
#[derive(Module, Debug)]
pub struct Siamese {
    /// Projections to what the other view gives.
    pub predictor: Head,
    #[module(skip)]
    energy: Energy,
    #[module(skip)]
    is_symmetric: bool,
    #[module(skip)]
    stops_gradient: bool,
    #[module(skip)]
    fixed_predictor_lr: bool,
    #[module(skip)]
    trains_predictor: bool,
}

impl Objective for Siamese {
    const CARD: &'static MethodCard = &CARD;

    fn design(_knobs: &Knobs<'_>, trunk: &Trunk) -> Result<Design, MethodError> {
        let projector = HeadConfig {
            norm_last: true,
            affine_last: false,
            ..HeadConfig::projector(trunk.dim(), &trunk.projector)
        };
        Ok(Design::new(projector, vec![trunk.view(Recipe::simsiam(trunk.size)); 2]))
    }

    fn new(mut at: Builder<'_>, knobs: &Knobs<'_>, trunk: &Trunk, _config: &RunConfig) -> Result<Self, MethodError> {
        let predictor = widths(knobs, "predictor")?;
        trunk.check_predictor(&predictor)?;
        let head = HeadConfig::predictor(trunk.width(), &predictor).with_norms(trunk.head_norms);
        Ok(Self {
            predictor: Head::new(at.at("predictor"), &head),
            energy: energy(knobs)?,
            is_symmetric: knobs.read("symmetric", "it is true or false")?,
            stops_gradient: knobs.read("stop_gradient", "it is true or false")?,
            trains_predictor: knobs.read("train_predictor", "it is true or false")?,
            fixed_predictor_lr: knobs.read("fixed_predictor_lr", "it is true or false")?,
        })
    }

    fn loss(&self, nets: &Nets<'_>, batch: &Batch, _step: Step) -> Loss {
        let seen = batch.two_views().map(|view| nets.student(view));
        let z = [0, 1].map(|view| seen[view].projection.clone());
        let said = |z: &Tensor<2>| self.predictor.forward(z.clone());
        let aims = if self.stops_gradient { z.clone().map(Tensor::detach) } else { z.clone() };
        let total = if self.is_symmetric {
            both_ways(self.energy, [said(&z[0]), said(&z[1])], aims)
        } else {
            let [_, second] = aims;
            (self.energy)(said(&z[0]), second)
        };
        Loss::new(total).with_features(&seen[0].embedding)
    }

    fn pace(&self, name: &str, _step: Step) -> Pace {
        match name.starts_with("predictor.") {
            true if !self.trains_predictor => Pace::Frozen,
            true if self.fixed_predictor_lr => Pace::Constant,
            _ => Pace::Scheduled,
        }
    }
}

fn energy(knobs: &Knobs<'_>) -> Result<Energy, MethodError> {
    match knobs.text("loss").trim() {
        "cosine" => Ok(negative_cosine),
        "cross-entropy" => Ok(class_entropy),
        other => Err(MethodError::value("loss", other, "it is cosine or cross-entropy")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use burn::tensor::{Device, Distribution};

    use super::*;
    use crate::methods::{AnyMethod, Method, build};

    /// The loss, and what it is made of: predictions and projections of both views.
    fn seen(knobs: &[(&'static str, &'static str)]) -> (f32, [Tensor<2>; 2], [Tensor<2>; 2]) {
        let device = Device::flex();
        let tiny = CARD.presets[0]
            .settings()
            .filter(|(name, _)| CARD.knobs.iter().any(|knob| knob.name == *name));
        let knobs = tiny
            .chain(knobs.iter().copied())
            .map(|(name, value)| (name.to_owned(), toml::Value::String(value.to_owned())))
            .collect();
        let config = RunConfig {
            method: "simsiam".into(),
            batch: 4,
            knobs,
            ..RunConfig::default()
        };
        let AnyMethod::Simsiam(model) = build(&config, &device).unwrap() else {
            panic!("another method in place of simsiam")
        };
        let view = || Tensor::random([4, 3, 32, 32], Distribution::Uniform(0.0, 1.0), &device);
        let views = [view(), view()];
        let batch = Batch {
            others: vec![views[1].clone()],
            ..Batch::plain(views[0].clone(), vec![])
        };
        let loss = model.loss(&batch, Step { index: 0, of: 1 }).total.into_scalar::<f32>();
        let projections = views.map(|view| model.student.see(view).projection);
        let said = projections.clone().map(|z| model.objective.predictor.forward(z));
        (loss, said, projections)
    }

    fn near(loss: f32, wanted: Tensor<1>) {
        let wanted = wanted.into_scalar::<f32>();
        assert!((loss - wanted).abs() < 1e-5, "{loss}, not {wanted}");
    }

    #[test]
    fn the_loss_is_what_its_knobs_say() {
        let (loss, said, projected) = seen(&[]);
        near(loss, both_ways(negative_cosine, said, projected));
        let (loss, said, projected) = seen(&[("loss", "cross-entropy")]);
        near(loss, both_ways(class_entropy, said, projected));
        let (loss, [first, _], [_, second]) = seen(&[("symmetric", "false")]);
        near(loss, negative_cosine(first, second));
    }
}
