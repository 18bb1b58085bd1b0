//! Every loss, value and gradient, against PyTorch.

use burn::tensor::{Int, Tensor, TensorData};
use darkroom::methods::losses::{
    cluster::{Sinkhorn, sinkhorn, swapped, to_assignments},
    contrast::{
        Crops, Instances, Negatives, Noise, bank_nce, bank_softmax, info_nce, log_partition, moco_v3, nearest, nnclr, nt_xent, pirl,
        sup_con, sup_con_positives,
    },
    distil::{
        Temperatures, both_ways, byol, class_entropy, dino, dino_squares, i_jepa, i_jepa_unstopped, koleo, negative_cosine, teacher_entropy,
    },
    labels::cross_entropy,
    regularise::{Correlation, Normalised, Sketch, sigreg, vicreg, view_agreement},
};

use super::case::{Case, Inputs, device, numbers, same};

const PLAIN: Negatives = Negatives {
    hardness: 0.0,
    debias: 0.0,
    decoupled: false,
    sigma: 0.0,
    crops: None,
};

fn weighted(hardness: f32, debias: f32) -> Negatives {
    Negatives { hardness, debias, ..PLAIN }
}

#[test]
fn nt_xent_with_every_weighting_of_negatives() {
    let case = Case::read();
    let check = |name: &str, temperature: f32, negatives: Negatives| {
        case.check(name, |x| nt_xent(x.get("a"), x.get("b"), temperature, &negatives));
    };
    check("nt_xent", 0.5, PLAIN);
    check("nt_xent_sharp", 0.07, PLAIN);
    check("nt_xent_hard", 0.5, weighted(1.0, 0.0));
    check("nt_xent_debiased", 0.5, weighted(0.0, 0.1));
    check("nt_xent_hard_debiased", 0.5, weighted(1.0, 0.1));
    check("nt_xent_floor", 0.5, weighted(0.5, 0.4));
    let decoupled = Negatives { decoupled: true, ..PLAIN };
    check("nt_xent_decoupled", 0.1, decoupled.clone());
    check("nt_xent_decoupled_weighted", 0.1, Negatives { sigma: 0.5, ..decoupled });
}

#[test]
fn nt_xent_with_crops_of_the_same_picture_as_negatives() {
    let case = Case::read();
    let pictures: Vec<usize> = case.wholes("crop_pictures").into_iter().flatten().collect();
    let check = |name: &str, of_all: bool, how: Negatives| {
        case.check(name, |x| {
            let crops = Crops {
                rows: x.get("crops"),
                pictures: pictures.clone(),
                of_all,
            };
            let negatives = Negatives { crops: Some(crops), ..how };
            nt_xent(x.get("a"), x.get("b"), 0.5, &negatives)
        });
    };
    check("nt_xent_own_crops", false, PLAIN);
    check("nt_xent_all_crops", true, PLAIN);
    check("nt_xent_hard_crops", false, weighted(1.0, 0.1));
}

#[test]
fn momentum_contrast_with_and_without_a_queue() {
    let case = Case::read();
    let queue = |x: &Inputs<'_>| Some(x.get("queue"));
    case.check("info_nce_queue", |x| info_nce(x.get("a"), x.get("b"), queue(x), 0.2, &PLAIN));
    let hard = weighted(1.0, 0.1);
    case.check("info_nce_queue_hard", |x| info_nce(x.get("a"), x.get("b"), queue(x), 0.5, &hard));
    case.check("info_nce", |x| info_nce(x.get("a"), x.get("b"), None, 0.2, &PLAIN));
    case.check("moco_v3", |x| moco_v3(x.rows(["a", "b"]), x.rows(["c", "d"]), 0.2, &PLAIN));
}

#[test]
fn nearest_neighbour_contrast() {
    let case = Case::read();
    case.check("nnclr", |x| {
        nnclr(nearest(x.get("queue"), x.get("a")), x.get("b"), 0.1, &Negatives::default())
    });
    let pictures: Vec<usize> = case.wholes("crop_pictures").into_iter().flatten().collect();
    case.check("nnclr_weighed", |x| {
        let crops = Crops {
            rows: x.get("crops"),
            pictures: pictures.clone(),
            of_all: false,
        };
        let negatives = Negatives {
            crops: Some(crops),
            ..weighted(1.0, 0.1)
        };
        nnclr(nearest(x.get("queue"), x.get("a")), x.get("b"), 0.5, &negatives)
    });
}

#[test]
fn supervised_contrast() {
    let case = Case::read();
    for (name, labels) in [("sup_con", "labels"), ("sup_con_some", "some_labels")] {
        case.check(name, |x| sup_con(&x.rows(["a", "b"]), &case.wholes(labels), 0.1));
    }
    let some = case.wholes("some_labels");
    case.check("sup_con_positives", |x| sup_con_positives(&x.rows(["a", "b"]), &some));
}

fn noise(case: &Case, name: &str) -> Noise {
    let rows: Vec<usize> = case.wholes(name).into_iter().flatten().collect();
    Noise {
        each: rows.len() / 6,
        rows,
    }
}

#[test]
fn contrast_against_a_bank() {
    let case = Case::read();
    let indices: Vec<usize> = case.wholes("indices").into_iter().flatten().collect();
    let at = |x: &Inputs<'_>| Instances {
        bank: x.get("bank"),
        indices: &indices,
        temperature: 0.07,
        hardness: 0.0,
        crops: None,
    };
    let hard = |x: &Inputs<'_>| Instances {
        temperature: 0.2,
        hardness: 1.0,
        ..at(x)
    };
    let (first, second) = (noise(&case, "noise1"), noise(&case, "noise2"));
    case.check("bank_softmax", |x| bank_softmax(x.get("a"), &at(x)));
    case.check("bank_softmax_hard", |x| bank_softmax(x.get("a"), &hard(x)));
    case.check("bank_nce_hard", |x| {
        let log_z = log_partition(x.get("a"), &hard(x), &first);
        bank_nce(x.get("a"), &hard(x), &first, log_z)
    });
    let pictures: Vec<usize> = case.wholes("crop_pictures").into_iter().flatten().collect();
    let with_crops = |x: &Inputs<'_>, hardness: f32| Instances {
        hardness,
        crops: Some(Crops {
            rows: x.get("crops"),
            pictures: pictures.clone(),
            of_all: false,
        }),
        ..hard(x)
    };
    for (name, hardness) in [("bank_softmax_crops", 0.0), ("bank_softmax_hard_crops", 1.0)] {
        case.check(name, |x| bank_softmax(x.get("a"), &with_crops(x, hardness)));
    }
    for (name, hardness) in [("bank_nce_plain_crops", 0.0), ("bank_nce_crops", 1.0)] {
        case.check(name, |x| {
            let log_z = log_partition(x.get("a"), &hard(x), &first);
            bank_nce(x.get("a"), &with_crops(x, hardness), &first, log_z)
        });
    }
    case.check("bank_nce", |x| {
        let log_z = log_partition(x.get("a"), &at(x), &first);
        bank_nce(x.get("a"), &at(x), &first, log_z)
    });
    case.check("pirl", |x| {
        let log_z = log_partition(x.get("b"), &at(x), &second);
        pirl(x.rows(["a", "b"]), &at(x), [&first, &second], 0.5, log_z)
    });
}

#[test]
fn distillation_by_cosine() {
    let case = Case::read();
    case.check("negative_cosine", |x| negative_cosine(x.get("a"), x.get("b")));
    case.check("byol", |x| byol(x.rows(["a", "b"]), x.rows(["c", "d"])));
    let sim_siam = |x: &Inputs, energy| both_ways(energy, x.rows(["a", "b"]), x.rows(["c", "d"]).map(Tensor::detach));
    case.check("sim_siam", |x| sim_siam(x, negative_cosine));
    case.check("sim_siam_entropy", |x| sim_siam(x, class_entropy));
}

#[test]
fn distillation_by_prototypes() {
    let case = Case::read();
    let at = Temperatures::default();
    case.check("dino", |x| {
        let (students, teachers) = (x.rows(["s1", "s2", "s3", "s4"]), x.rows(["t1", "t2"]));
        dino(&students, &teachers, &x.get("centre"), at)
    });
    case.check("dino_squares", |x| {
        let (students, teachers) = (x.rows(["s1", "s2", "s3", "s4"]), x.rows(["t1", "t2"]));
        dino_squares(&students, &teachers, &x.get("centre"))
    });
    let entropy = teacher_entropy(&[case.tensor("t1"), case.tensor("t2")], &case.tensor("centre"), at);
    same("teacher_entropy", &numbers(entropy), case.numbers("teacher_entropy.value"));
}

#[test]
fn distillation_of_patches_and_spreading() {
    let case = Case::read();
    case.check("i_jepa", |x| i_jepa(x.get("patches"), x.get("target")));
    case.check("i_jepa_unstopped", |x| i_jepa_unstopped(x.get("patches"), x.get("target")).mean());
    case.check("koleo", |x| koleo(x.get("a")));
}

#[test]
fn regularised_pairs() {
    let case = Case::read();
    let twins = |x: &Inputs, by| Correlation::new(x.get("a"), x.get("b"), by);
    case.check("barlow_twins", |x| twins(x, Normalised::Batch).squares().total(0.0051, 1.0));
    case.check("barlow_twins_scaled", |x| twins(x, Normalised::Batch).squares().total(0.0051, 0.1));
    case.check("barlow_twins_by_features", |x| {
        twins(x, Normalised::Features).squares().total(0.0051, 1.0)
    });
    case.check("barlow_twins_unnormalised", |x| {
        twins(x, Normalised::Nothing).squares().total(0.0051, 1.0)
    });
    case.check("barlow_twins_entropies", |x| {
        twins(x, Normalised::Batch).entropies(0.1).total(0.5, 1.0)
    });
    case.check("vicreg", |x| vicreg(x.get("a"), x.get("b")).total([25.0, 25.0, 1.0]));
}

#[test]
fn regularised_views() {
    let case = Case::read();
    case.check("view_agreement", |x| view_agreement(&x.rows(["a", "b", "c"]), 3));
    case.check("view_agreement_global", |x| view_agreement(&x.rows(["a", "b", "c"]), 2));
    let sketch = Sketch::default();
    case.check("sigreg", |x| sigreg(&x.rows(["a", "b"]), &x.get("directions"), &sketch));
    let wide = Sketch {
        knots: 9,
        reach: 5.0,
        ..sketch
    };
    case.check("sigreg_wide", |x| sigreg(&x.rows(["a", "b"]), &x.get("directions"), &wide));
}

#[test]
fn balanced_assignments() {
    let case = Case::read();
    let plain = Sinkhorn::default();
    let soft = Sinkhorn {
        epsilon: 0.5,
        iterations: 10,
        ..plain
    };
    for (name, how) in [
        ("sinkhorn", plain),
        ("sinkhorn_soft", soft),
        ("sinkhorn_none", Sinkhorn { iterations: 0, ..plain }),
    ] {
        same(
            name,
            &numbers(sinkhorn(case.tensor("s1"), how)),
            case.numbers(&format!("{name}.value")),
        );
    }
    case.check("swapped", |x| swapped(&x.rows(["s1", "s2", "s3", "s4"]), 2, &[], 0.1, plain));
    case.check("swapped_queue", |x| {
        swapped(&x.rows(["s1", "s2", "s3"]), 2, &x.rows(["old1", "old2"]), 0.1, plain)
    });
}

#[test]
fn cross_entropy_to_clusters_and_labels() {
    let case = Case::read();
    let clusters: Vec<i32> = case.numbers("assignments").iter().map(|x| *x as i32).collect();
    let clusters: Tensor<1, Int> = Tensor::from_data(TensorData::new(clusters, [6]), &device());
    case.check("to_assignments", |x| to_assignments(x.get("s1"), clusters, 0.1));
    case.check("cross_entropy", |x| cross_entropy(x.get("logits"), &case.wholes("some_labels")));
}
