//! PIRL (Misra & van der Maaten, "Self-Supervised Learning of Pretext-Invariant Representations", 2020).
//!
//! A step: the network sees a picture whole, and a puzzle of it tile by tile, whose nine projections a head of its own puts
//! together; either must be told to belong to the picture's own row of a bank, and not to rows drawn at random:
//! [`contrast::pirl`](super::losses::contrast::pirl), whose constant [`memory::Partition`](super::losses::memory::Partition)
//! keeps from the first batch. After the optimiser's step the row moves towards the projection of the whole picture:
//! [`memory::Bank`](super::losses::memory::Bank).

use burn::{module::Module, tensor::Tensor};

use super::{
    Batch, Kept, Knob, Knobs, Loss, MethodCard, MethodError, Preset, Step,
    instdisc::{places, settle},
    joint::{
        Design, Joint, Nets, Objective, Trunk, knob,
        presets::{self, broken, preset},
        strangers, with_shared,
    },
    losses::{
        contrast::{Instances, Noise, log_partition, pirl, to_own_row},
        memory::{Bank, Partition},
    },
    sign,
};
use crate::{
    config::RunConfig,
    nn::{Builder, Head, HeadConfig},
    views::{
        Jigsaw, Recipe,
        jigsaw::{SIDE, TILES},
    },
};

/// The method.
pub type Pirl = Joint<Pretext>;

/// The card.
pub const CARD: MethodCard = MethodCard {
    name: "pirl",
    title: "PIRL",
    family: "contrast",
    paper: "Misra & van der Maaten, \"Self-Supervised Learning of Pretext-Invariant Representations\", 2020",
    stops_collapse: "All other pictures, each remembered by one row of a memory bank.",
    summary: "A picture and a jigsaw puzzle of it are both to be near the picture's row in a memory bank: the embedding must not tell what was \
              done to the picture, where earlier puzzles asked for exactly that. Otherwise than in the authors' code pictures and tiles share \
              their first projection, and views are neither posterised, sharpened nor solarised.",
    knobs: &KNOBS,
    presets: &PRESETS,
};

const OWN: &[Knob] = &[
    knob("projector", "", "128", "Widths of the projector's layers, the last its output."),
    knob("negatives", "rows", "32000", "Rows of the bank drawn as strangers of each picture; none pushes nothing away."),
    knob("temperature", "", "0.07", "What cosines are divided by."),
    knob("lambda", "", "0.5", "Weight of the puzzle; that of the picture is 1 - lambda."),
    knob(
        "bank_momentum",
        "",
        "0.5",
        "Part of a picture's row that stays when the picture is seen again.",
    ),
    strangers::HARDNESS_OF_ROWS,
    strangers::OWN_CROPS,
];
const KNOBS: [Knob; 16] = with_shared(OWN);

const PRESETS: [Preset; 5] = [
    preset(
        "tiny",
        presets::TINY_HELP,
        &[presets::TINY, presets::SEEN_AGAIN, &[("projector", "32"), ("negatives", "64"), ("temperature", "0.5")]],
    ),
    preset(
        "small",
        presets::SMALL_HELP,
        &[
            presets::SMALL, presets::MORE_SEEN_AGAIN,
            &[("projector", "64"), ("negatives", "1024"), ("temperature", "0.5")],
        ],
    ),
    preset(
        "cifar",
        "CIFAR-10, lightly's encoder and epochs, the temperature of instance discrimination there.",
        &[
            presets::CIFAR,
            &[("projector", "128"), ("negatives", "4096"), ("temperature", "0.1")],
        ],
    ),
    preset(
        "imagenet",
        "ResNet-50 as in the paper: batch 1024, SGD, 800 epochs (linear probe 63.6 there, 64.3 in the authors' later code).",
        &[
            presets::IMAGENET,
            &[
                ("batch", "1024"),
                ("epochs", "800"),
                ("optimiser", "sgd"),
                ("base_lr", "0.03"),
                ("final_lr", "0.00012"),
                ("weight_decay", "0.0001"),
                ("warmup", "0"),
            ],
        ],
    ),
    broken(
        "break-negatives",
        "Break it: no negatives. A picture is drawn to its row, the row to the picture, and nothing keeps rows apart.",
        sign::CLOSE,
        &[presets::TINY, &[("projector", "32"), ("negatives", "none")]],
    ),
];

/// One row a picture, and the head that puts a puzzle together.
#[derive(Module, Debug)]
pub struct Pretext {
    /// `[pictures, width]`.
    pub bank: Bank,
    /// log Z of the noise-contrastive estimate.
    pub partition: Partition,
    /// Projections of nine tiles, side by side, to one.
    pub puzzle: Head,
    /// `None` where nothing is pushed away.
    #[module(skip)]
    negatives: Option<usize>,
    #[module(skip)]
    temperature: f32,
    #[module(skip)]
    lambda: f32,
    #[module(skip)]
    bank_momentum: f32,
    #[module(skip)]
    hardness: f32,
    #[module(skip)]
    seed: u64,
}

impl Objective for Pretext {
    const CARD: &'static MethodCard = &CARD;

    fn design(knobs: &Knobs<'_>, trunk: &Trunk) -> Result<Design, MethodError> {
        let jigsaw = Jigsaw {
            tile_px: trunk.backbone.fitting(Jigsaw::of(trunk.size).tile_px),
        };
        if SIDE * jigsaw.tile_px > trunk.size {
            let wanted = format!("three tiles of its puzzle, {} px each, must fit side by side", jigsaw.tile_px);
            return Err(MethodError::value("size", trunk.size, wanted));
        }
        let puzzle = Recipe {
            jigsaw: Some(jigsaw),
            ..trunk.changed(Recipe::pirl_puzzle(trunk.size))
        };
        let projector = HeadConfig::projector(trunk.dim(), &trunk.projector);
        let picture = trunk.view(Recipe::pirl(trunk.size));
        let crops = vec![picture.clone(); strangers::crops_beside_rows(knobs, 1)?];
        Ok(Design {
            least_batch: 1,
            ..Design::new(projector, [vec![picture, puzzle], crops].concat())
        })
    }

    fn new(mut at: Builder<'_>, knobs: &Knobs<'_>, trunk: &Trunk, config: &RunConfig) -> Result<Self, MethodError> {
        let width = trunk.width();
        let puzzle = HeadConfig::projector(TILES * width, &[width]).with_norms(trunk.head_norms);
        Ok(Self {
            bank: Bank::new(at.at("bank"), [config.pictures.max(1), width], config.seed),
            partition: Partition::new(at.at("partition")),
            puzzle: Head::new(at.at("puzzle"), &puzzle),
            negatives: strangers::rows(knobs, 1)?,
            temperature: knobs.within("temperature", 0.001, 100.0)?,
            lambda: knobs.within("lambda", 0.0, 1.0)?,
            bank_momentum: knobs.within("bank_momentum", 0.0, 1.0)?,
            hardness: strangers::hardness(knobs)?,
            seed: config.seed,
        })
    }

    fn loss(&self, nets: &Nets<'_>, batch: &Batch, step: Step) -> Loss {
        let [picture, puzzle] = batch.two_views();
        let seen = nets.student(picture);
        let jigsaw = self.solve(nets, puzzle);
        let view = seen.projection.clone();
        let further = batch.others.iter().skip(1);
        let crops: Vec<_> = further.map(|crop| nets.student(crop.clone()).projection).collect();
        let bank = self.bank.rows();
        let pictures = bank.dims()[0];
        let at = Instances {
            indices: &places(batch, pictures),
            bank,
            temperature: self.temperature,
            hardness: self.hardness,
            crops: strangers::of_their_own(&crops),
        };
        let mut kept = vec![view.clone().detach()];
        let total = if let Some(each) = self.negatives {
            let drawn = |number: u64| Noise::draw(self.seed, 2 * step.index + number, [at.indices.len(), each], pictures);
            let noise = [drawn(0), drawn(1)];
            let log_z = self.partition.log_z(log_partition(jigsaw.clone(), &at, &noise[1]));
            kept.push(log_z.clone().unsqueeze());
            pirl([view, jigsaw], &at, [&noise[0], &noise[1]], self.lambda, log_z)
        } else {
            to_own_row(jigsaw, &at) * self.lambda + to_own_row(view, &at) * (1.0 - self.lambda)
        };
        Loss {
            kept: Kept {
                tensors: kept,
                indices: batch.indices.clone(),
            },
            ..Loss::new(total)
        }
        .with_features(&seen.embedding)
    }

    fn settle(&mut self, _step: Step, kept: Vec<Kept>) {
        for Kept { tensors, indices } in kept {
            settle(&mut self.bank, &mut self.partition, (tensors, &indices), self.bank_momentum);
        }
    }
}

impl Pretext {
    /// A puzzle `[batch, 3, side, side]`, its tiles already out of order, to one projection `[batch, width]`: every tile alone
    /// through the network, then all of them together.
    fn solve(&self, nets: &Nets<'_>, puzzle: Tensor<4>) -> Tensor<2> {
        let [batch, channels, height, width] = puzzle.dims();
        let (rows, columns) = (height / SIDE, width / SIDE);
        let tiles = puzzle
            .reshape([batch, channels, SIDE, rows, SIDE, columns])
            .permute([0, 2, 4, 1, 3, 5])
            .reshape([batch * TILES, channels, rows, columns]);
        let said = nets.student(tiles).projection;
        let [all, dim] = said.dims();
        self.puzzle.forward(said.reshape([batch, all / batch.max(1) * dim]))
    }
}
