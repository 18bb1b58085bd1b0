//! Collapsed, empty, tiny and huge input: every loss and every gradient stays finite.

use burn::tensor::{Int, Tensor, TensorData};
use darkroom::{
    chance::Chance,
    methods::losses::{
        cluster::{KMeans, Sinkhorn, sinkhorn, spherical_kmeans, swapped, to_assignments},
        contrast::{
            Crops, Instances, Negatives, Noise, bank_nce, bank_softmax, info_nce, log_partition, moco_v3, nearest, nnclr, nt_xent, pirl,
            sup_con,
        },
        distil::{Temperatures, both_ways, byol, class_entropy, dino, dino_squares, i_jepa, koleo, negative_cosine, teacher_entropy},
        labels::cross_entropy,
        regularise::{Correlation, Normalised, Sketch, sigreg, vicreg, view_agreement},
    },
};

use super::case::{device, numbers};

const DIM: usize = 5;

type Loss = fn(Tensor<2>) -> Tensor<1>;

fn negatives(x: &Tensor<2>) -> [Negatives; 4] {
    let plain = Negatives::default();
    let hard = Negatives {
        hardness: 1.0,
        debias: 0.1,
        ..plain.clone()
    };
    let decoupled = Negatives {
        decoupled: true,
        sigma: 0.5,
        ..hard.clone()
    };
    let crops = Crops {
        rows: x.clone(),
        pictures: (0..x.dims()[0]).collect(),
        of_all: false,
    };
    let cropped = Negatives {
        crops: Some(crops),
        ..hard.clone()
    };
    [plain, hard, decoupled, cropped]
}

fn sum(losses: impl IntoIterator<Item = Tensor<1>>) -> Tensor<1> {
    Tensor::cat(losses.into_iter().collect(), 0).sum()
}

fn bank(x: &Tensor<2>) -> (Instances<'static>, Noise) {
    let at = Instances {
        bank: Tensor::cat(vec![x.clone(), x.clone()], 0),
        indices: [0, 1, 2, 3, 4, 5].split_at(x.dims()[0]).0.to_vec().leak(),
        temperature: 0.07,
        hardness: 0.0,
        crops: None,
    };
    let noise = Noise::draw(1, 2, [x.dims()[0], 3], 2 * x.dims()[0]);
    (at, noise)
}

/// Both views are the rows they are given, in sum over the loss's settings.
const LOSSES: [(&str, Loss); 21] = [
    ("nt_xent", |x| {
        sum(negatives(&x).map(|how| nt_xent(x.clone(), x.clone(), 0.05, &how)))
    }),
    ("info_nce", |x| {
        sum(negatives(&x).map(|how| info_nce(x.clone(), x.clone(), None, 0.05, &how)))
    }),
    ("info_nce with a queue", |x| {
        sum(negatives(&x).map(|how| info_nce(x.clone(), x.clone(), Some(x.clone()), 0.05, &how)))
    }),
    ("moco_v3", |x| {
        moco_v3([x.clone(), x.clone()], [x.clone(), x], 0.2, &Negatives::default())
    }),
    ("nnclr", |x| nnclr(nearest(x.clone(), x.clone()), x, 0.1, &Negatives::default())),
    ("sup_con", |x| {
        let labels = [Some(0), None, Some(0), Some(1), None, None];
        sup_con(&[x.clone(), x.clone()], &labels[..x.dims()[0]], 0.07)
    }),
    ("sup_con without positives", |x| {
        let nobody = vec![None; x.dims()[0]];
        sup_con(&[x], &nobody, 0.07)
    }),
    ("bank_softmax", |x| bank_softmax(x.clone(), &bank(&x).0)),
    ("bank_nce and pirl", |x| {
        let (at, noise) = bank(&x);
        let log_z = log_partition(x.clone(), &at, &noise);
        let nce = bank_nce(x.clone(), &at, &noise, log_z.clone());
        nce + pirl([x.clone(), x], &at, [&noise, &noise], 0.5, log_z)
    }),
    ("negative_cosine", |x| negative_cosine(x.clone(), x)),
    ("byol and both_ways", |x| {
        let pair = || [x.clone(), x.clone()];
        let ways = both_ways(negative_cosine, pair(), pair()) + both_ways(class_entropy, pair(), pair());
        byol(pair(), pair()) + ways
    }),
    ("dino", |x| {
        let views = [x.clone(), x.clone(), x];
        let centre = Tensor::zeros([1, DIM], &device());
        let at = Temperatures::default();
        let squares = dino_squares(&views, &views[..2], &centre);
        dino(&views, &views[..2], &centre, at) + teacher_entropy(&views[..2], &centre, at) + squares
    }),
    ("dino of one view", |x| {
        dino(
            std::slice::from_ref(&x),
            std::slice::from_ref(&x),
            &Tensor::zeros([1, DIM], &device()),
            Temperatures::default(),
        )
    }),
    ("i_jepa", |x| i_jepa(x.clone().unsqueeze(), x.unsqueeze())),
    ("koleo", koleo),
    ("barlow_twins", |x| {
        let by = |by| Correlation::new(x.clone(), x.clone(), by);
        let squares = by(Normalised::Batch).squares().total(0.0051, 1.0)
            + by(Normalised::Features).squares().total(0.0051, 1.0)
            + by(Normalised::Nothing).squares().total(0.0051, 1.0);
        squares + by(Normalised::Batch).entropies(0.1).total(1.0, 1.0)
    }),
    ("vicreg", |x| vicreg(x.clone(), x).total([25.0, 25.0, 1.0])),
    ("lejepa", |x| {
        let sketch = Sketch {
            slices: 16,
            ..Sketch::default()
        };
        let directions = sketch.directions([1, 2], DIM, &x);
        view_agreement(&[x.clone(), x.clone()], 1) + sigreg(&[x], &directions, &sketch)
    }),
    ("swapped", |x| {
        let how = Sinkhorn::default();
        let pair = [x.clone(), x.clone()];
        swapped(&pair, 2, &[], 0.1, how) + swapped(&pair, 2, &pair, 0.1, how) + swapped(&[x], 1, &[], 0.1, how)
    }),
    ("to_assignments", |x| {
        let clusters = spherical_kmeans(
            x.clone(),
            KMeans {
                clusters: 3,
                iterations: 4,
            },
            [1, 2],
        );
        let nobody: Tensor<1, Int> = Tensor::full([x.dims()[0]], -1, &device());
        to_assignments(x.clone(), clusters.assignments, 0.1) + to_assignments(x, nobody, 0.1)
    }),
    ("cross_entropy", |x| {
        let labels = vec![Some(1); x.dims()[0]];
        cross_entropy(x.clone(), &labels) + cross_entropy(x, &[])
    }),
];

#[track_caller]
fn assert_finite(what: &str, values: Vec<f32>) {
    for (name, loss) in LOSSES {
        let count = values.len() / DIM;
        let leaf = Tensor::<2>::from_data(TensorData::new(values.clone(), [count, DIM]), &device()).require_grad();
        let total = loss(leaf.clone());
        let gradients = total.backward();
        let value = numbers(total);
        assert!(value[0].is_finite(), "{name} on {what}: {value:?}");
        // What takes no gradient at all has none that could be wrong.
        let gradient = leaf.grad(&gradients).map_or(vec![], numbers);
        assert!(gradient.iter().all(|x| x.is_finite()), "{name} on {what}: gradient {gradient:?}");
    }
}

fn random(rows: usize) -> Vec<f32> {
    let mut chance = Chance::new(8, "edges", 0);
    (0..rows * DIM).map(|_| chance.normal()).collect()
}

#[test]
fn all_rows_equal() {
    assert_finite("equal rows", random(1).repeat(6));
    assert_finite("equal rows with equal numbers", vec![0.3; 6 * DIM]);
}

#[test]
fn rows_of_zeros() {
    assert_finite("zeros", vec![0.0; 6 * DIM]);
    let mut some = random(6);
    some[DIM..3 * DIM].fill(0.0);
    assert_finite("some rows of zeros", some);
}

#[test]
fn batches_of_two_and_of_one() {
    assert_finite("two rows", random(2));
    assert_finite("two equal rows", random(1).repeat(2));
    assert_finite("one row", random(1));
}

#[test]
fn very_large_and_very_small_numbers() {
    assert_finite("large", random(6).iter().map(|x| 1e4 * x).collect());
    assert_finite("small", random(6).iter().map(|x| 1e-12 * x).collect());
}

#[test]
fn assignments_of_hopeless_scores_are_finite_and_sum_to_one() {
    let mut scores = vec![-1e6; 12];
    scores[0] = 1e6;
    let scores = Tensor::<2>::from_data(TensorData::new(scores, [3, 4]), &device());
    let shared = numbers(sinkhorn(scores, Sinkhorn::default()));
    for row in shared.chunks(4) {
        assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-4, "{shared:?}");
    }
}
