//! Sinkhorn's balance and k-means against plain code.

use burn::tensor::{Tensor, TensorData};
use darkroom::{
    chance::Chance,
    methods::losses::cluster::{KMeans, Sinkhorn, sinkhorn, spherical_kmeans},
};

use super::case::{device, numbers, rows, same};

const ROWS: usize = 8;
const PROTOTYPES: usize = 3;

fn scores() -> Vec<f32> {
    let mut chance = Chance::new(3, "balance", 0);
    (0..ROWS * PROTOTYPES).map(|_| chance.range(-1.0..1.0)).collect()
}

/// In double precision, entry by entry.
fn plainly(scores: &[f32], epsilon: f64, iterations: usize) -> Vec<f32> {
    let mut q: Vec<f64> = scores.iter().map(|s| (f64::from(*s) / epsilon).exp()).collect();
    for _ in 0..iterations {
        for prototype in 0..PROTOTYPES {
            let sum: f64 = q.iter().skip(prototype).step_by(PROTOTYPES).sum();
            q.iter_mut()
                .skip(prototype)
                .step_by(PROTOTYPES)
                .for_each(|x| *x /= sum * PROTOTYPES as f64);
        }
        for row in q.chunks_mut(PROTOTYPES) {
            let sum: f64 = row.iter().sum();
            row.iter_mut().for_each(|x| *x /= sum * ROWS as f64);
        }
    }
    for row in q.chunks_mut(PROTOTYPES) {
        let sum: f64 = row.iter().sum();
        row.iter_mut().for_each(|x| *x /= sum);
    }
    q.into_iter().map(|x| x as f32).collect()
}

#[test]
fn sinkhorn_does_what_plain_code_does_after_every_iteration() {
    let tensor = || Tensor::<2>::from_data(TensorData::new(scores(), [ROWS, PROTOTYPES]), &device());
    for iterations in [0, 1, 2, 3, 20] {
        for epsilon in [0.05, 0.3] {
            let ours = numbers(sinkhorn(
                tensor(),
                Sinkhorn {
                    epsilon,
                    iterations,
                    ..Sinkhorn::default()
                },
            ));
            same("sinkhorn", &ours, &plainly(&scores(), f64::from(epsilon), iterations));
        }
    }
}

#[test]
fn balanced_prototypes_get_equal_parts_of_a_batch_that_prefers_one() {
    let skewed = Tensor::<2>::from_data(TensorData::new(scores(), [ROWS, PROTOTYPES]), &device()) + rows(&[[3.0, 0.0, 0.0]]);
    let parts = |iterations| {
        let how = Sinkhorn {
            epsilon: 0.5,
            iterations,
            ..Sinkhorn::default()
        };
        numbers(sinkhorn(skewed.clone(), how).sum_dim(0))
    };
    let even = ROWS as f32 / PROTOTYPES as f32;
    let balanced = parts(30);
    assert!(balanced.iter().all(|part| (part - even).abs() < 0.01), "{balanced:?}");
    assert!(
        parts(0)[0] > 0.9 * ROWS as f32,
        "without balance the preferred prototype takes them: {:?}",
        parts(0)
    );
}

/// Three bundles of directions, and which row is of which.
fn bundles(each: usize) -> (Tensor<2>, Vec<usize>) {
    let mut chance = Chance::new(9, "bundles", 0);
    let mut values = Vec::new();
    for row in 0..3 * each {
        let mut near: [f32; 3] = std::array::from_fn(|axis| f32::from(u8::from(axis == row % 3)) + chance.range(-0.2..0.2));
        let length = near.iter().map(|x| x * x).sum::<f32>().sqrt();
        near.iter_mut().for_each(|x| *x /= length);
        values.push(near);
    }
    (rows(&values), (0..3 * each).map(|row| row % 3).collect())
}

fn wholes(clusters: burn::tensor::Tensor<1, burn::tensor::Int>) -> Vec<i64> {
    clusters.into_data().iter::<i64>().collect()
}

#[test]
fn kmeans_finds_separate_bundles_and_its_centroids_are_their_mean_directions() {
    let (bank, bundle) = bundles(20);
    let how = KMeans {
        clusters: 3,
        iterations: 10,
    };
    // A seed whose three starts lie in one bundle may stay in a poorer place: ten rounds, of which most must find it.
    let found: Vec<_> = (0..10).map(|round| spherical_kmeans(bank.clone(), how, [1, round])).collect();
    let right = found.iter().filter(|found| {
        let assigned = wholes(found.assignments.clone());
        let of_first: Vec<i64> = (0..3).map(|b| assigned[b]).collect();
        let apart = of_first[0] != of_first[1] && of_first[1] != of_first[2] && of_first[0] != of_first[2];
        apart && assigned.iter().zip(&bundle).all(|(cluster, bundle)| *cluster == of_first[*bundle])
    });
    let right: Vec<_> = right.collect();
    assert!(right.len() >= 6, "{} of 10", right.len());

    let assigned = wholes(right[0].assignments.clone());
    let values = numbers(bank);
    let mut means = vec![[0.0f32; 3]; 3];
    for (row, cluster) in values.chunks(3).zip(&assigned) {
        row.iter().zip(&mut means[*cluster as usize]).for_each(|(x, mean)| *mean += x);
    }
    for mean in &mut means {
        let length = mean.iter().map(|x| x * x).sum::<f32>().sqrt();
        mean.iter_mut().for_each(|x| *x /= length);
    }
    same("centroids", &numbers(right[0].centroids.clone()), means.as_flattened());
}

#[test]
fn clusters_depend_on_seed_and_round_alone() {
    let (bank, _) = bundles(20);
    let how = KMeans {
        clusters: 5,
        iterations: 3,
    };
    let run = |seed, round| numbers(spherical_kmeans(bank.clone(), how, [seed, round]).centroids);
    assert_eq!(run(1, 2), run(1, 2));
    assert_ne!(run(1, 2), run(2, 2));
    assert_ne!(run(1, 2), run(1, 3));
}

#[test]
fn rows_that_nobody_filled_belong_to_no_cluster_and_pull_at_none() {
    let (bank, _) = bundles(4);
    let with_gaps = Tensor::cat(vec![bank, Tensor::zeros([88, 3], &device())], 0);
    // As many clusters as filled rows: each starts at a row of its own, none at an empty one, and so it stays.
    let how = KMeans {
        clusters: 12,
        iterations: 5,
    };
    let found = spherical_kmeans(with_gaps, how, [1, 0]);
    let assigned = wholes(found.assignments);
    let mut first = assigned[..12].to_vec();
    first.sort_unstable();
    assert_eq!(first, (0..12).collect::<Vec<_>>());
    assert_eq!(assigned[12..], [-1; 88]);
}

#[test]
fn a_cluster_without_rows_starts_anew_at_one() {
    // Two directions and five clusters: whatever the starts, some cluster is empty in every iteration.
    let two = rows(&[[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, 1.0]]);
    let how = KMeans {
        clusters: 5,
        iterations: 6,
    };
    let found = spherical_kmeans(two, how, [1, 0]);
    for centroid in numbers(found.centroids).chunks(2) {
        let is_a_row = (centroid[0] - 1.0).abs() < 1e-5 || (centroid[1] - 1.0).abs() < 1e-5;
        assert!(is_a_row, "{centroid:?}");
    }
}

#[test]
fn more_clusters_than_rows_leave_every_row_in_one() {
    let bank = rows(&[[1.0, 0.0], [0.0, 1.0]]);
    let how = KMeans {
        clusters: 6,
        iterations: 3,
    };
    let found = spherical_kmeans(bank, how, [1, 0]);
    assert_eq!(found.centroids.dims(), [6, 2]);
    assert!(wholes(found.assignments).iter().all(|cluster| (0..6).contains(cluster)));
}
