//! Instance discrimination (Wu et al., "Unsupervised Feature Learning via Non-Parametric Instance Discrimination", 2018).
//!
//! A step: the network sees one view of each picture, and must find the picture's own row of a bank among those of all others
//! ([`contrast::bank_softmax`](super::losses::contrast::bank_softmax)), or tell it from rows drawn at random
//! ([`contrast::bank_nce`](super::losses::contrast::bank_nce), whose constant
//! [`memory::Partition`](super::losses::memory::Partition) keeps from the first batch). After the optimiser's step the row moves
//! towards the projection that was seen: [`memory::Bank`](super::losses::memory::Bank).

use burn::{module::Module, tensor::Tensor};

use super::{
    Batch, Kept, Knob, Knobs, Loss, MethodCard, MethodError, Preset, Step,
    joint::{
        Design, Joint, Nets, Objective, Trunk, knob,
        presets::{self, broken, preset},
        strangers, with_shared,
    },
    losses::{
        contrast::{Instances, Noise, bank_nce, bank_softmax, log_partition, to_own_row},
        memory::{Bank, Partition},
    },
    sign,
};
use crate::{
    config::RunConfig,
    nn::{Builder, HeadConfig},
    views::Recipe,
};

/// The method.
pub type Instdisc = Joint<MemoryBank>;

/// The card.
pub const CARD: MethodCard = MethodCard {
    name: "instdisc",
    title: "Instance discrimination",
    family: "contrast",
    paper: "Wu, Xiong, Yu & Lin, \"Unsupervised Feature Learning via Non-Parametric Instance Discrimination\", 2018",
    stops_collapse: "All other pictures, each remembered by one row of a memory bank.",
    summary: "Every picture is a class of its own: its view must find its own row in a bank that remembers each picture's embedding of \
              the last time it was seen.",
    knobs: &KNOBS,
    presets: &PRESETS,
};

const OWN: &[Knob] = &[
    knob("projector", "", "128", "Widths of the projector's layers, the last its output."),
    knob(
        "crop_scale",
        "ratio",
        "0.2,1",
        "Smallest and largest part of the picture that a view shows.",
    ),
    knob(
        "jitter",
        "",
        "1",
        "Strength of the colour jitter; 1 is the paper's for photographs.",
    ),
    knob(
        "negatives",
        "rows",
        "4096",
        "Rows of the bank drawn as strangers of each picture; 0 takes all of them, none pushes nothing away.",
    ),
    knob("temperature", "", "0.07", "What cosines are divided by."),
    knob(
        "bank_momentum",
        "",
        "0.5",
        "Part of a picture's row that stays when the picture is seen again.",
    ),
    strangers::HARDNESS_OF_ROWS,
    strangers::OWN_CROPS,
];
const KNOBS: [Knob; 15] = with_shared(OWN);

const PRESETS: [Preset; 5] = [
    preset(
        "tiny",
        presets::TINY_HELP,
        &[presets::TINY, presets::SEEN_AGAIN, &[("projector", "32"), ("negatives", "0"), ("temperature", "0.2")]],
    ),
    preset(
        "small",
        presets::SMALL_HELP,
        &[presets::SMALL, presets::MORE_SEEN_AGAIN, &[("projector", "64"), ("negatives", "0"), ("temperature", "0.2")]],
    ),
    preset(
        "cifar",
        "CIFAR-10, lightly's encoder, the authors' temperature, epochs, rate and full softmax; views are turned over here, theirs are not.",
        &[
            presets::CIFAR,
            &[
                ("projector", "128"),
                ("negatives", "0"),
                ("temperature", "0.1"),
                ("jitter", "1"),
                ("base_lr", "0.06"),
                ("schedule", "steps"),
            ],
        ],
    ),
    preset(
        "imagenet",
        "ResNet-50 as in the paper: batch 256, SGD, 200 epochs (kNN 46.8 there).",
        &[
            presets::IMAGENET,
            &[
                ("batch", "256"),
                ("epochs", "200"),
                ("optimiser", "sgd"),
                ("base_lr", "0.03"),
                ("weight_decay", "0.0001"),
                ("schedule", "steps"),
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

/// One row a picture, and what normalises them.
#[derive(Module, Debug)]
pub struct MemoryBank {
    /// `[pictures, width]`.
    pub bank: Bank,
    /// log Z of the noise-contrastive estimate.
    pub partition: Partition,
    /// `None` where nothing is pushed away.
    #[module(skip)]
    negatives: Option<usize>,
    #[module(skip)]
    temperature: f32,
    #[module(skip)]
    bank_momentum: f32,
    #[module(skip)]
    hardness: f32,
    #[module(skip)]
    seed: u64,
}

impl Objective for MemoryBank {
    const CARD: &'static MethodCard = &CARD;

    fn design(knobs: &Knobs<'_>, trunk: &Trunk) -> Result<Design, MethodError> {
        let projector = HeadConfig::projector(trunk.dim(), &trunk.projector);
        let recipe = trunk.view(Recipe::instance_discrimination(trunk.size));
        Ok(Design {
            least_batch: 1,
            ..Design::new(projector, vec![recipe; 1 + strangers::crops_beside_rows(knobs, 0)?])
        })
    }

    fn new(mut at: Builder<'_>, knobs: &Knobs<'_>, trunk: &Trunk, config: &RunConfig) -> Result<Self, MethodError> {
        Ok(Self {
            bank: Bank::new(at.at("bank"), [config.pictures.max(1), trunk.width()], config.seed),
            partition: Partition::new(at.at("partition")),
            negatives: strangers::rows(knobs, 0)?,
            temperature: knobs.within("temperature", 0.001, 100.0)?,
            bank_momentum: knobs.within("bank_momentum", 0.0, 1.0)?,
            hardness: strangers::hardness(knobs)?,
            seed: config.seed,
        })
    }

    fn loss(&self, nets: &Nets<'_>, batch: &Batch, step: Step) -> Loss {
        let seen = nets.student(batch.pictures.clone());
        let x = seen.projection.clone();
        let crops: Vec<_> = batch.others.iter().map(|crop| nets.student(crop.clone()).projection).collect();
        let bank = self.bank.rows();
        let pictures = bank.dims()[0];
        let at = Instances {
            indices: &places(batch, pictures),
            bank,
            temperature: self.temperature,
            hardness: self.hardness,
            crops: strangers::of_their_own(&crops),
        };
        let mut kept = vec![x.clone().detach()];
        let total = match self.negatives {
            None => to_own_row(x, &at),
            Some(0) => bank_softmax(x, &at),
            Some(each) => {
                let noise = Noise::draw(self.seed, step.index, [at.indices.len(), each], pictures);
                let log_z = self.partition.log_z(log_partition(x.clone(), &at, &noise));
                kept.push(log_z.clone().unsqueeze());
                bank_nce(x, &at, &noise, log_z)
            }
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

/// Takes a step over: `[batch, dim]` rows for the bank, and log Z where noise was drawn.
pub(super) fn settle(bank: &mut Bank, partition: &mut Partition, (tensors, indices): (Vec<Tensor<2>>, &[Option<usize>]), momentum: f32) {
    let mut tensors = tensors.into_iter();
    if let Some(rows) = tensors.next() {
        bank.update(indices, rows, momentum);
    }
    if let Some(log_z) = tensors.next() {
        partition.keep(log_z.reshape([1]));
    }
}

/// The bank's row of each picture. A picture that is none of the source's (a mixed-in scene) has no row of its own and
/// shares one with another; the bank is not changed by it.
pub(super) fn places(batch: &Batch, pictures: usize) -> Vec<usize> {
    let place = |(place, index): (usize, &Option<usize>)| index.unwrap_or(place) % pictures.max(1);
    batch.indices.iter().enumerate().map(place).collect()
}
