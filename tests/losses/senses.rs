//! What a loss is for: where it is low and where it is high, and whom its gradient reaches.

use burn::tensor::{Tensor, TensorData};
use darkroom::{
    chance::Chance,
    methods::losses::{
        contrast::{Instances, Negatives, Noise, bank_nce, bank_softmax, info_nce, nearest, nnclr, nt_xent, sup_con},
        distil::{Temperatures, byol, dino, i_jepa, teacher_entropy},
        labels::cross_entropy,
        regularise::{Correlation, Normalised, Sketch, sigreg, vicreg},
        unit_rows,
    },
};

use super::case::{device, numbers, rows, same};

fn normal(shape: [usize; 2], index: u64) -> Tensor<2> {
    let mut chance = Chance::new(6, "senses", index);
    let values: Vec<f32> = (0..shape[0] * shape[1]).map(|_| chance.normal()).collect();
    Tensor::from_data(TensorData::new(values, shape), &device())
}

fn value(loss: Tensor<1>) -> f32 {
    numbers(loss)[0]
}

#[test]
fn collapsed_contrast_stands_at_the_logarithm_of_its_candidates() {
    let (plain, equal) = (Negatives::default(), Tensor::ones([8, 4], &device()));
    let expected = [15f32.ln(), 8f32.ln(), 11f32.ln()];
    let queue = || unit_rows(Tensor::ones([10, 4], &device()));
    let ours = [
        nt_xent(equal.clone(), equal.clone(), 0.1, &plain),
        info_nce(equal.clone(), equal.clone(), None, 0.1, &plain),
        info_nce(equal.clone(), equal, Some(queue()), 0.1, &plain),
    ];
    same("collapsed", &ours.map(value), &expected);
}

#[test]
fn without_labels_supervised_contrast_is_nt_xent() {
    let (a, b) = (normal([6, 5], 0), normal([6, 5], 1));
    let plain = nt_xent(a.clone(), b.clone(), 0.2, &Negatives::default());
    same("sup_con", &numbers(sup_con(&[a, b], &[None; 6], 0.2)), &numbers(plain));
}

/// Whether a gradient reaches the second of two leaves, and the first.
fn reached(loss: impl FnOnce(Tensor<2>, Tensor<2>) -> Tensor<1>) -> [bool; 2] {
    let leaves = [normal([6, 5], 0).require_grad(), normal([6, 5], 1).require_grad()];
    let gradients = loss(leaves[0].clone(), leaves[1].clone()).backward();
    leaves.map(|leaf| {
        leaf.grad(&gradients)
            .is_some_and(|gradient| numbers(gradient).iter().any(|x| *x != 0.0))
    })
}

#[test]
fn the_gradient_stops_at_targets_keys_and_banks() {
    let plain = Negatives::default();
    let (first_alone, second_alone) = ([true, false], [false, true]);
    assert_eq!(reached(|p, z| byol([p.clone(), p], [z.clone(), z])), first_alone, "byol");
    assert_eq!(reached(|q, k| info_nce(q, k, None, 0.2, &plain)), first_alone, "info_nce");
    assert_eq!(reached(|q, k| info_nce(q, k.clone(), Some(k), 0.2, &plain)), first_alone, "queue");
    assert_eq!(
        reached(|z, p| nnclr(nearest(z.clone(), z), p, 0.2, &Negatives::default())),
        second_alone,
        "nnclr"
    );
    assert_eq!(reached(|p, t| i_jepa(p.unsqueeze(), t.unsqueeze())), first_alone, "i_jepa");
    let centre = Tensor::zeros([1, 5], &device());
    let at = Temperatures::default();
    assert_eq!(reached(|s, t| dino(&[s.clone(), s], &[t], &centre, at)), first_alone, "dino");
    let indices = [0, 1, 2, 3, 4, 5];
    let noise = Noise::draw(1, 1, [6, 4], 6);
    let instances = |bank| Instances {
        bank,
        indices: &indices,
        temperature: 0.2,
        hardness: 0.0,
        crops: None,
    };
    assert_eq!(reached(|x, bank| bank_softmax(x, &instances(bank))), first_alone, "bank_softmax");
    let z = Tensor::from_data([1.0], &device());
    assert_eq!(reached(|x, bank| bank_nce(x, &instances(bank), &noise, z)), first_alone, "bank_nce");
    assert_eq!(
        reached(|a, b| nt_xent(a, b, 0.2, &plain)),
        [true, true],
        "both views of SimCLR learn"
    );
}

#[test]
fn the_nearest_row_is_nearest_by_angle() {
    let bank = rows(&[[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]]);
    let found = nearest(bank, rows(&[[0.1, 9.0], [5.0, -1.0], [-0.01, 0.001]]));
    assert_eq!(numbers(found), [0.0, 1.0, 1.0, 0.0, -1.0, 0.0]);
}

#[test]
fn noise_is_even_over_the_bank_and_pure_in_seed_and_step() {
    let noise = Noise::draw(3, 5, [40, 100], 8);
    assert_eq!(noise, Noise::draw(3, 5, [40, 100], 8));
    assert_ne!(noise, Noise::draw(3, 6, [40, 100], 8));
    assert_ne!(noise, Noise::draw(4, 5, [40, 100], 8));
    for row in 0..8 {
        let drawn = noise.rows.iter().filter(|drawn| **drawn == row).count();
        assert!((400..600).contains(&drawn), "row {row} was drawn {drawn} times of 500 expected");
    }
}

#[test]
fn directions_have_length_one_and_are_pure_in_seed_and_step() {
    let sketch = Sketch {
        slices: 12,
        ..Sketch::default()
    };
    let like = Tensor::zeros([1, 5], &device());
    let draw = |seed, step| numbers(sketch.directions([seed, step], 5, &like).transpose());
    assert_eq!(draw(1, 2), draw(1, 2));
    assert_ne!(draw(1, 2), draw(1, 3));
    assert_ne!(draw(1, 2), draw(2, 2));
    for direction in draw(1, 2).chunks(5) {
        assert!((direction.iter().map(|x| x * x).sum::<f32>() - 1.0).abs() < 1e-5);
    }
}

#[test]
fn regularisers_tell_a_full_space_from_a_collapsed_one() {
    let full = normal([256, 4], 0);
    // One direction only, and one point only.
    let flat = normal([256, 1], 1).expand([256, 4]);
    let point = Tensor::ones([256, 4], &device());

    let sketch = Sketch {
        slices: 64,
        ..Sketch::default()
    };
    let directions = sketch.directions([1, 1], 4, &full);
    let gauss = |x: &Tensor<2>| value(sigreg(std::slice::from_ref(x), &directions, &sketch));
    assert!(
        gauss(&full) < 2.0 && gauss(&flat) > 2.0 * gauss(&full),
        "{} {}",
        gauss(&full),
        gauss(&flat)
    );
    assert!(gauss(&point) > 10.0 * gauss(&full), "{}", gauss(&point));

    let vic = |x: &Tensor<2>| vicreg(x.clone(), x.clone());
    assert!(value(vic(&point).variance) > 0.9 && value(vic(&full).variance) < 0.1);
    assert!(value(vic(&flat).covariance) > 100.0 * value(vic(&full).covariance));

    let twins = |x: &Tensor<2>| Correlation::new(x.clone(), x.clone(), Normalised::Batch).squares();
    assert!(value(twins(&flat).redundancy) > 11.9 && value(twins(&full).redundancy) < 1.0);
    assert!(value(twins(&point).invariance) > 3.9 && value(twins(&full).invariance) < 0.1);
}

#[test]
fn hard_negatives_weigh_more() {
    // One negative beside the query and one opposite: the loss with weights is nearer to that of two near ones.
    let query = rows(&[[1.0, 0.0]]);
    let queue = rows(&[[0.8, 0.6], [-1.0, 0.0]]);
    let near = rows(&[[0.8, 0.6], [0.8, 0.6]]);
    let loss = |queue: &Tensor<2>, hardness: f32| {
        let how = Negatives {
            hardness,
            ..Negatives::default()
        };
        value(info_nce(query.clone(), query.clone(), Some(queue.clone()), 0.5, &how))
    };
    let (plain, hard, all_near) = (loss(&queue, 0.0), loss(&queue, 4.0), loss(&near, 0.0));
    assert!(plain < hard && hard <= all_near * 1.0001, "{plain} {hard} {all_near}");
    assert!((loss(&near, 4.0) - all_near).abs() < 1e-5, "equal negatives weigh alike");
}

#[test]
fn centring_without_sharpening_and_sharpening_without_centring_are_seen_in_the_entropy() {
    let none = Tensor::zeros([1, 4], &device());
    let lopsided = rows(&[[9.0, 0.0, 0.0, 0.0], [9.1, 0.0, 0.1, 0.0]]);
    let at = |teacher| Temperatures {
        teacher,
        ..Temperatures::default()
    };
    let entropy = |centre: &Tensor<2>, temperature| value(teacher_entropy(std::slice::from_ref(&lopsided), centre, at(temperature)));
    assert!(entropy(&none, 0.04) < 1e-6, "one prototype wins");
    let centre = lopsided.clone().mean_dim(0);
    assert!((entropy(&centre, 100.0) - 4f32.ln()).abs() < 1e-3, "all even");
}

#[test]
fn rows_without_a_label_and_labels_that_are_no_class_change_nothing() {
    let logits = normal([4, 3], 0);
    let labelled = cross_entropy(logits.clone().narrow(0, 1, 2), &[Some(2), Some(0)]);
    let all = cross_entropy(logits, &[None, Some(2), Some(0), Some(3)]);
    same("cross_entropy", &numbers(all), &numbers(labelled));
}
