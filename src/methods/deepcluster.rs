//! DeepCluster v2 (Caron et al., 2018, as reworked in the appendix of SwAV, 2020).
//!
//! A step: one network sees all views, and each view's projection must name its picture's cluster, in every clustering:
//! [`cluster::to_assignments`](super::losses::cluster::to_assignments). After the optimiser's step the first view's projection
//! takes the picture's row of a bank ([`memory::Bank`](super::losses::memory::Bank)); where a pass over the pictures ends, all
//! rows are clustered anew ([`cluster::spherical_kmeans`](super::losses::cluster::spherical_kmeans)). In the first pass no
//! picture has a cluster yet, and nothing is learnt.

use burn::{
    module::{Module, Param},
    tensor::{Int, Tensor, TensorData},
};

use super::{
    Batch, Kept, Knob, Knobs, Loss, MethodCard, MethodError, Preset, Sign, Step,
    instdisc::places,
    joint::{
        Design, Joint, Nets, Objective, Trunk, LOCAL_SIZE, knob, local_crop,
        presets::{self, broken, preset},
        with_shared,
    },
    losses::{
        cluster::{KMeans, spherical_kmeans, to_assignments},
        memory::Bank,
        unit_rows,
    },
};
use crate::{
    config::RunConfig,
    nn::{Builder, HeadConfig, Init},
    views::Recipe,
};

/// The method.
pub type Deepcluster = Joint<Clustering>;

/// The card.
pub const CARD: MethodCard = MethodCard {
    name: "deepcluster",
    title: "DeepCluster v2",
    family: "cluster",
    paper: "Caron, Bojanowski, Joulin & Douze, \"Deep Clustering for Unsupervised Learning of Visual Features\", 2018; version 2: Caron et \
            al., \"Unsupervised Learning of Visual Features by Contrasting Cluster Assignments\", 2020, appendix D",
    stops_collapse: "Clusters are found over all pictures, apart from any gradient, and an emptied one is refilled.",
    summary: "After each pass all pictures' embeddings are clustered by k-means; in the next pass every view must name its picture's cluster. \
              Several clusterings at once make the answer less a matter of luck. The first pass fills the bank and teaches nothing; the bank keeps \
              the first view of each picture.",
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
        "0.14,1",
        "Smallest and largest part of the picture that a large view shows.",
    ),
    knob(
        "local_views",
        "",
        "0",
        "Small crops, which name the picture's clusters and are not clustered; the authors' longer recipe has 6.",
    ),
    LOCAL_SIZE,
    local_crop("0.05,0.14"),
    knob("clusters", "", "3000", "Clusters of each clustering."),
    knob("clusterings", "", "3", "Clusterings at once, each from other starts."),
    knob("temperature", "", "0.1", "What cosines with centroids are divided by."),
    knob("iterations", "", "10", "Rounds of k-means after each pass."),
    knob(
        "clustered",
        "",
        "true",
        "Whether all pictures are clustered again after each pass. If not, the network itself says which of the first pass's centroids \
         a picture belongs to, and nothing stops collapse.",
    ),
];
const KNOBS: [Knob; 18] = with_shared(OWN);

const TINY: &presets::Set = &[("clusters", "16"), ("clusterings", "2")];

const PRESETS: [Preset; 7] = [
    preset("tiny", presets::TINY_HELP, &[presets::TINY, presets::SEEN_AGAIN, TINY]),
    preset(
        "small",
        presets::SMALL_HELP,
        &[
            presets::SMALL,
            presets::MORE_SEEN_AGAIN,
            &[("clusters", "64"), ("local_views", "2"), ("local_size", "24")],
        ],
    ),
    preset(
        "cifar",
        "CIFAR-10, lightly's encoder and epochs: two views.",
        &[
            presets::CIFAR,
            &[("projector", "2048,128"), ("clusters", "512")],
        ],
    ),
    preset(
        "cifar-solo",
        "CIFAR-10, 1000 epochs, as in solo-learn's table (linear probe 88.9 there): two views.",
        &[
            presets::SOLO,
            &[
                ("projector", "2048,128"),
                ("clusters", "3000"),
                ("warmup", "0.011"),
                ("base_lr", "0.6"),
                ("final_lr", "0.0006"),
                ("weight_decay", "0.000001"),
            ],
        ],
    ),
    preset(
        "imagenet",
        "ResNet-50 as in the authors' script: batch 4096, LARS, 2 + 6 crops, 800 epochs (linear probe 75.2 there). There the bank is filled before \
         the first pass, which only fills it here, keeps both large views, and the warm-up begins at 0.3.",
        &[presets::IMAGENET, THEIRS, &[("epochs", "800"), ("warmup", "0.0125"), ("local_views", "6")]],
    ),
    preset(
        "imagenet-two",
        "The same with two large crops alone, 400 epochs (linear probe 70.2 there).",
        &[
            presets::IMAGENET,
            THEIRS,
            &[("epochs", "400"), ("warmup", "0.025"), ("crop_scale", "0.08,1")],
        ],
    ),
    broken(
        "break-clusters",
        "Break it: after the first pass the network itself says what cluster a picture is in. It comes to answer the same for all while \
         the loss falls (the degenerate solution of Asano, Rupprecht & Vedaldi, 2020, section 3).",
        Sign::above("pictures crowd together", "uniformity", -0.77),
        &[presets::TINY, presets::SEEN_AGAIN, TINY, &[("clustered", "false")]],
    ),
];

/// What both of the authors' scripts have.
const THEIRS: &presets::Set = &[
    ("batch", "4096"),
    ("base_lr", "0.3"),
    ("weight_decay", "0.000001"),
    ("final_lr", "0.0048"),
];

/// Embeddings of all pictures, and what they were clustered into.
#[derive(Module, Debug)]
pub struct Clustering {
    /// `[pictures, width]`, as each picture was last seen.
    pub bank: Bank,
    /// `[clusters, width]` each, rows of length 1.
    pub centroids: Vec<Param<Tensor<2>>>,
    /// `[pictures, 1]` each: a picture's cluster, below 0 where it has none yet.
    pub assignments: Vec<Param<Tensor<2>>>,
    #[module(skip)]
    how: KMeans,
    #[module(skip)]
    temperature: f32,
    #[module(skip)]
    clusters_again: bool,
    #[module(skip)]
    steps_a_pass: u64,
    #[module(skip)]
    steps: u64,
    #[module(skip)]
    seed: u64,
}

impl Objective for Clustering {
    const CARD: &'static MethodCard = &CARD;

    fn design(knobs: &Knobs<'_>, trunk: &Trunk) -> Result<Design, MethodError> {
        let projector = HeadConfig::projector(trunk.dim(), &trunk.projector);
        let global = trunk.view(Recipe::swav_global(trunk.size));
        let views = trunk.multi_crop(knobs, &[global.clone(), global], Recipe::swav_local)?;
        Ok(Design::new(projector, views))
    }

    fn new(mut at: Builder<'_>, knobs: &Knobs<'_>, trunk: &Trunk, config: &RunConfig) -> Result<Self, MethodError> {
        let (pictures, width) = (config.pictures.max(1), trunk.width());
        let clusters = knobs.within("clusters", 2usize, 1 << 20)?;
        let heads = knobs.within("clusterings", 1usize, 16)?;
        let none = || Init::Values(vec![-1.0; pictures]);
        Ok(Self {
            bank: Bank::empty(at.at("bank"), [pictures, width]),
            centroids: (0..heads)
                .map(|head| at.fixed(&format!("centroids.{head}"), [clusters, width], Init::Zeros))
                .collect(),
            assignments: (0..heads)
                .map(|head| at.fixed(&format!("assignments.{head}"), [pictures, 1], none()))
                .collect(),
            how: KMeans {
                clusters,
                iterations: knobs.within("iterations", 1, 1000)?,
            },
            temperature: knobs.within("temperature", 0.001, 100.0)?,
            clusters_again: knobs.read("clustered", "it is true or false")?,
            steps: config.steps,
            steps_a_pass: config.steps_a_pass(),
            seed: config.seed,
        })
    }

    fn doubts(&self, _batch: usize, classes: usize) -> Vec<String> {
        let clusters = self.how.clusters;
        let pictures = self.bank.rows().dims()[0];
        let few = (clusters < classes).then(|| {
            format!("{clusters} clusters are fewer than the {classes} classes of these pictures: some classes have to share one")
        });
        let many = (clusters > pictures).then(|| format!("{clusters} clusters are more than the {pictures} pictures: most stay empty"));
        let short = (1..=self.steps_a_pass).contains(&self.steps).then(|| {
            format!(
                "clusters are found after each pass over the {pictures} pictures, every {} steps, and this run has {}: it learns \
                 nothing; give it more steps or fewer pictures",
                self.steps_a_pass, self.steps
            )
        });
        few.into_iter().chain(many).chain(short).collect()
    }

    fn loss(&self, nets: &Nets<'_>, batch: &Batch, _step: Step) -> Loss {
        let seen: Vec<_> = batch.views().into_iter().map(|view| nets.student(view)).collect();
        let rows: Vec<Tensor<2>> = seen.iter().map(|seen| unit_rows(seen.projection.clone())).collect();
        let places = places(batch, self.bank.rows().dims()[0]);
        let mut losses = Vec::new();
        for (centroids, assignments) in self.centroids.iter().zip(&self.assignments) {
            let kept = picked(assignments.val(), &places);
            let scores: Vec<Tensor<2>> = rows.iter().map(|rows| rows.clone().matmul(centroids.val().transpose())).collect();
            for (view, own) in scores.iter().enumerate() {
                let wanted = match self.clusters_again {
                    true => kept.clone(),
                    // By another view than its own.
                    false => answered(&scores[usize::from(view == 0)], &kept),
                };
                losses.push(to_assignments(own.clone(), wanted, self.temperature));
            }
        }
        Loss {
            kept: Kept {
                tensors: rows.into_iter().take(1).map(Tensor::detach).collect(),
                indices: batch.indices.clone(),
            },
            ..Loss::new(Tensor::cat(losses, 0).mean())
        }
        .with_features(&seen[0].embedding)
    }

    fn settle(&mut self, step: Step, kept: Vec<Kept>) {
        for Kept { tensors, indices } in kept {
            tensors.into_iter().for_each(|rows| self.bank.update(&indices, rows, 0.0));
        }
        let done = step.index + 1;
        let pass = done / self.steps_a_pass;
        if !done.is_multiple_of(self.steps_a_pass) || pass > 1 && !self.clusters_again {
            return;
        }
        for (head, (centroids, assignments)) in self.centroids.iter_mut().zip(&mut self.assignments).enumerate() {
            let found = spherical_kmeans(self.bank.rows(), self.how, [self.seed.wrapping_add(head as u64), pass]);
            *centroids = centroids.clone().map(|_| found.centroids).set_require_grad(false);
            let places = found.assignments.float().unsqueeze_dim(1);
            *assignments = assignments.clone().map(|_| places).set_require_grad(false);
        }
    }
}

/// The highest of a view's scores, `[batch, clusters]`, where a picture has a cluster at all: `[batch]`.
fn answered(scores: &Tensor<2>, kept: &Tensor<1, Int>) -> Tensor<1, Int> {
    let highest = scores.clone().detach().argmax(1).reshape([kept.dims()[0]]);
    highest.mask_where(kept.clone().lower_elem(0), kept.clone())
}

/// The rows of `[pictures, 1]` at these places, as whole numbers: `[places]`.
fn picked(assignments: Tensor<2>, places: &[usize]) -> Tensor<1, Int> {
    let rows: Vec<i32> = places.iter().map(|place| i32::try_from(*place).unwrap_or(0)).collect();
    let rows = Tensor::<1, Int>::from_data(TensorData::new(rows, [places.len()]), &assignments.device());
    assignments.select(0, rows).reshape([places.len()]).int()
}
