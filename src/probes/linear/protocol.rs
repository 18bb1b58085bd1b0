//! How linear probes are trained in the papers whose numbers they are held against.

use serde::Serialize;

/// How a probe is trained. What the papers do to pictures meanwhile (random crops and flips) has no place here: features
/// are frozen, one a picture.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Protocol {
    /// The paper or program.
    pub name: &'static str,
    /// Where the numbers stand: the authors' own code or words.
    pub source: &'static str,
    /// Rate for `per_pictures` pictures in a batch.
    pub learning_rate: f32,
    /// The rate is multiplied by batch / this; `None` leaves it as it is. Layer-wise adaptive rates are shares of a weight's
    /// length, whatever its gradient: these take the published batch even where the actual one is smaller.
    pub per_pictures: Option<usize>,
    /// Pictures in a batch.
    pub batch: usize,
    /// Batches in an epoch, at least: papers have hundreds, of more than a million pictures. Fewer pictures are cut into
    /// smaller batches.
    pub fewest_steps: usize,
    /// Passes over the training pictures.
    pub epochs: usize,
    /// Passes over which the rate grows linearly from 0.
    pub warm_up_epochs: usize,
    /// How the rate falls afterwards.
    pub decay: Decay,
    /// How a gradient becomes a step. Momentum is 0.9 in every paper.
    pub update: Update,
    /// Pulls weights (not biases) to zero.
    pub weight_decay: f32,
    /// Whether each number of a feature is brought to mean 0 and deviation 1 first: BatchNorm without affine parameters, ε
    /// 1e-6, with the statistics of all training pictures.
    pub normalise: bool,
    /// What of the paper's is not so here, apart from how pictures are cropped.
    pub differs: Option<&'static str>,
}

/// How a learning rate falls.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub enum Decay {
    /// `½ (1 + cos π t)`, to 0.
    Cosine,
    /// A tenth, from each of these epochs on.
    Steps(&'static [usize]),
}

/// How a gradient becomes a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Update {
    /// Gradient descent with momentum, as PyTorch has it.
    Sgd,
    /// The same with Nesterov's momentum.
    Nesterov,
    /// Layer-wise adaptive rates (You et al. 2017), trust coefficient 0.001; biases as in [`Update::Sgd`].
    Lars,
}

const PLAIN: Protocol = Protocol {
    name: "lightly",
    source: "https://github.com/lightly-ai/lightly/blob/HEAD/benchmarks/imagenet/resnet50/linear_eval.py",
    learning_rate: 0.1,
    per_pictures: Some(256),
    batch: 256,
    fewest_steps: 32,
    epochs: 90,
    warm_up_epochs: 0,
    decay: Decay::Cosine,
    update: Update::Sgd,
    weight_decay: 0.0,
    normalise: false,
    differs: None,
};

/// For residual networks; the rate for transformers is thirty times as high.
const MOCO_V3: Protocol = Protocol {
    name: "MoCo-v3",
    source: "https://github.com/facebookresearch/moco-v3/blob/HEAD/CONFIG.md",
    batch: 1024,
    ..PLAIN
};

/// The published protocols.
pub const PROTOCOLS: [Protocol; 13] = [
    PLAIN,
    Protocol {
        name: "SimCLR",
        source: "https://github.com/google-research/simclr/blob/HEAD/README.md",
        batch: 4096,
        update: Update::Nesterov,
        weight_decay: 1e-6,
        ..PLAIN
    },
    Protocol {
        name: "SimCLR-CIFAR",
        source: "https://github.com/google-research/simclr/blob/HEAD/README.md",
        batch: 512,
        update: Update::Nesterov,
        epochs: 100,
        ..PLAIN
    },
    Protocol {
        name: "MoCo",
        source: "https://github.com/facebookresearch/moco/blob/HEAD/main_lincls.py",
        learning_rate: 30.0,
        per_pictures: None,
        epochs: 100,
        decay: Decay::Steps(&[60, 80]),
        ..PLAIN
    },
    MOCO_V3,
    Protocol {
        name: "MoCo-v3-ViT",
        learning_rate: 3.0,
        ..MOCO_V3
    },
    Protocol {
        name: "SimSiam",
        source: "https://github.com/facebookresearch/simsiam/blob/HEAD/main_lincls.py",
        batch: 4096,
        update: Update::Lars,
        ..PLAIN
    },
    Protocol {
        name: "SwAV",
        source: "https://github.com/facebookresearch/swav/blob/HEAD/eval_linear.py",
        learning_rate: 0.3,
        per_pictures: None,
        epochs: 100,
        weight_decay: 1e-6,
        ..PLAIN
    },
    Protocol {
        name: "BYOL",
        source: "https://github.com/google-deepmind/deepmind-research/blob/HEAD/byol/configs/eval.py",
        learning_rate: 0.2,
        update: Update::Nesterov,
        batch: 1024,
        epochs: 80,
        ..PLAIN
    },
    Protocol {
        name: "BarlowTwins",
        source: "https://github.com/facebookresearch/barlowtwins/blob/HEAD/evaluate.py",
        learning_rate: 0.3,
        per_pictures: None,
        epochs: 100,
        weight_decay: 1e-6,
        ..PLAIN
    },
    Protocol {
        name: "VICReg",
        source: "https://github.com/facebookresearch/vicreg/blob/HEAD/evaluate.py",
        learning_rate: 0.02,
        per_pictures: None,
        epochs: 100,
        weight_decay: 1e-6,
        ..PLAIN
    },
    Protocol {
        name: "DINO",
        source: "https://github.com/facebookresearch/dino/blob/HEAD/eval_linear.py",
        learning_rate: 0.001,
        epochs: 100,
        differs: Some(
            "features are a picture's one embedding here, there the class tokens of a small transformer's last four layers side by side",
        ),
        ..PLAIN
    },
    Protocol {
        name: "MAE",
        source: "https://github.com/facebookresearch/mae/blob/HEAD/main_linprobe.py",
        batch: 16_384,
        warm_up_epochs: 10,
        update: Update::Lars,
        normalise: true,
        ..PLAIN
    },
];

impl Protocol {
    /// What a run measures itself by at an interval: lightly's, in fewer passes, of numbers brought to one scale, since the
    /// rate has to serve every method at every age.
    pub const WHILE_TRAINING: Self = Self {
        name: "while training",
        source: "lightly's settings, in fewer passes",
        epochs: 10,
        normalise: true,
        ..PLAIN
    };

    /// The one of this name, in capitals or not.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        PROTOCOLS.into_iter().find(|protocol| protocol.name.eq_ignore_ascii_case(name))
    }

    /// Pictures in a batch where there are `rows` of them.
    #[must_use]
    pub fn batch_of(&self, rows: usize) -> usize {
        self.batch.min(rows / self.fewest_steps.max(1)).max(1)
    }

    /// The rate of step `step` (from 0) for batches of `batch`, `steps` of them an epoch.
    #[must_use]
    pub fn rate(&self, step: usize, steps: usize, batch: usize) -> f32 {
        let batch = if self.update == Update::Lars { self.batch } else { batch };
        let highest = match self.per_pictures {
            Some(pictures) => self.learning_rate * batch as f32 / pictures.max(1) as f32,
            None => self.learning_rate,
        };
        let (warm_up, whole) = (self.warm_up_epochs * steps, self.epochs * steps);
        if step < warm_up {
            return highest * (step + 1) as f32 / warm_up as f32;
        }
        match self.decay {
            Decay::Cosine => {
                let done = (step - warm_up) as f64 / whole.saturating_sub(warm_up).max(1) as f64;
                highest * (0.5 * (1.0 + libm::cos(std::f64::consts::PI * done))) as f32
            }
            Decay::Steps(epochs) => {
                let passed = epochs.iter().filter(|epoch| step >= **epoch * steps).count();
                (0..passed).fold(highest, |rate, _| rate * 0.1)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn protocols_are_found_by_name_and_fall_as_published() {
        let moco = Protocol::named("moco").unwrap();
        for (epoch, rate) in [(0, 30.0), (59, 30.0), (60, 3.0), (79, 3.0), (80, 0.3), (99, 0.3)] {
            assert!((moco.rate(epoch * 10, 10, 64) - rate).abs() < 1e-5, "{epoch}");
        }
        let plain = Protocol::named("LIGHTLY").unwrap();
        assert_eq!((plain.batch_of(1_000_000), plain.batch_of(3200), plain.batch_of(5)), (256, 100, 1));
        assert!((plain.rate(0, 10, 128) - 0.05).abs() < 1e-7 && plain.rate(450, 10, 128) < 0.0251);
        let scaled = Protocol::named("mae").unwrap();
        assert!((scaled.rate(100, 10, 64) - 6.4).abs() < 1e-5);
        assert!(scaled.rate(0, 10, 64) < 0.1 && scaled.rate(899, 10, 64) < 1e-3);
        assert_eq!(Protocol::named("nobody"), None);
    }
}
