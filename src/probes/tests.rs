//! Every instrument against every way to collapse, and against input that nobody should give.

use super::{
    cases::{clusters, flat, gaussian, labels_of, point, view},
    *,
};

const ROWS: usize = 240;
const DIM: usize = 48;
const CLASSES: usize = 4;

/// All instruments of a batch whose rows have classes in turn; views are the rows, shaken a little where they are not
/// all the same.
fn measured(rows: &Embeddings, shake: f32) -> Instruments {
    let views: Vec<Embeddings> = (0..3).map(|seed| view(rows, shake, seed)).collect();
    let mut found = Instruments::measure(&Measured {
        embeddings: rows,
        views: &views,
    });
    let labels = labels_of(rows.rows(), CLASSES);
    let (train, test): (Vec<usize>, Vec<usize>) = (0..rows.rows()).partition(|row| row % 12 < 8);
    let of = |chosen: &[usize]| (rows.select(chosen), chosen.iter().map(|row| labels[*row]).collect::<Vec<_>>());
    let ((bank, bank_labels), (queries, query_labels)) = (of(&train), of(&test));
    let known: Vec<usize> = bank_labels.iter().copied().flatten().collect();
    found.knn = Knn::DISTILLED.accuracy((&bank, &known), (&queries, &query_labels));
    let ranked = retrieve((&bank, &known), Some((&queries, &query_labels)), &[]);
    found.retrieval = Some(ranked.unwrap().mean_average_precision);
    let by = |protocol: &linear::Protocol| {
        let score = LinearProbe::score((&bank, &bank_labels), (&queries, &query_labels), protocol, 1).unwrap();
        score.test.map(|top| top.one)
    };
    found.linear = by(&linear::Protocol::named("lightly").unwrap());
    found.offline = by(&linear::Protocol::WHILE_TRAINING);
    found
}

/// An instrument's name; what is healthy about a value of it; the collapses that it does not see, because it reads
/// something that these leave alone. Nothing is blind to a point.
type Told = (&'static str, fn(f32) -> bool, &'static [&'static str]);

const TOLD: [Told; 13] = [
    ("spread", |x| x > 0.1, &["line", "two clusters"]),
    ("deviation", |x| x > 0.3, &["line", "two clusters"]),
    ("mean cosine", |x| x.abs() < 0.3, &["line", "two clusters"]),
    ("twins", |x| x < 0.05, &[]),
    ("uniformity", |x| x < -2.0, &[]),
    ("alignment", |x| x > 1e-3, &["line", "two clusters"]), // views still miss each other by what shakes them
    ("RankMe", |x| x > 20.0, &[]),
    ("effective rank", |x| x > 20.0, &["point and noise"]), // does not see how little differs
    ("LiDAR", |x| x > 20.0, &["point and noise"]),          // a ratio: neither does it
    ("kNN", |x| x > 0.5, &["two clusters"]),                // of four classes two are told by chance
    ("retrieval", |x| x > 0.4, &["two clusters"]),
    ("linear probe", |x| x > 0.5, &["two clusters"]),
    ("linear probe, offline", |x| x > 0.5, &["two clusters"]),
];

#[test]
fn a_collapsed_batch_is_told_apart_from_a_healthy_one_by_every_instrument() {
    // Isotropic, with classes: centres of one length, and noise in every direction.
    let healthy = {
        let (centres, noise) = (clusters(ROWS, DIM, CLASSES, 0.0, 1), gaussian(ROWS, DIM, 3));
        let sum = centres.values().iter().zip(noise.values()).map(|(a, b)| 0.5 * a + b).collect();
        Embeddings::new(ROWS, DIM, sum).unwrap()
    };
    let collapsed = [
        ("point", measured(&point(ROWS, DIM), 0.0)),
        ("point and noise", measured(&view(&point(ROWS, DIM), 1e-4, 5), 1e-5)),
        ("line", measured(&flat(ROWS, DIM, 1, 2), 0.0)),
        ("two clusters", measured(&view(&clusters(ROWS, DIM, 2, 0.0, 1), 1e-4, 5), 0.0)),
    ];
    let healthy = measured(&healthy, 0.3);
    let readings = healthy.readings();
    let names: Vec<&str> = readings.iter().map(|reading| reading.name).collect();
    assert_eq!(names, TOLD.map(|told| told.0), "a new instrument wants a line here");
    for (at, (name, is_healthy, blind)) in TOLD.into_iter().enumerate() {
        let value = readings[at].value.unwrap();
        assert!(is_healthy(value), "{name} of a healthy batch: {value}");
        for (kind, found) in &collapsed {
            let value = found.readings()[at].value.unwrap();
            assert!(blind.contains(kind) || !is_healthy(value), "{name} of a {kind}: {value}");
        }
    }
}

#[test]
fn retrieval_tells_a_point_by_chance_alone() {
    let labels: Vec<usize> = (0..ROWS).map(|row| row % CLASSES).collect();
    let found = |rows: &Embeddings| retrieve((rows, &labels), None, &[1]).unwrap();
    assert!(found(&clusters(ROWS, DIM, CLASSES, 0.5, 1)).mean_average_precision > 0.9);
    let collapsed = found(&point(ROWS, DIM));
    assert!(
        collapsed.mean_average_precision < 0.35 && collapsed.recall[0].1 < 0.35,
        "{collapsed:?}"
    );
}

#[test]
fn nothing_panics_and_nothing_is_made_up() {
    let broken = {
        let mut values = gaussian(12, 6, 1).values().to_vec();
        values[40] = f32::NEG_INFINITY;
        Embeddings::new(12, 6, values).unwrap()
    };
    let twin = gaussian(1, 6, 1);
    let odd = [
        ("no rows", Embeddings::default()),
        ("no rows of a width", gaussian(0, 6, 1)),
        ("rows without numbers", Embeddings::new(4, 0, vec![]).unwrap()),
        ("one row", twin.clone()),
        ("two rows", gaussian(2, 6, 1)),
        ("one number", gaussian(30, 1, 1)),
        ("twins", twin.select(&[0; 30])),
        ("zeros", Embeddings::new(30, 6, vec![0.0; 180]).unwrap()),
        (
            "a zero among others",
            Embeddings::new(3, 2, vec![1.0, 2.0, 0.0, 0.0, 3.0, 1.0]).unwrap(),
        ),
        ("not finite", broken.clone()),
        (
            "huge",
            Embeddings::new(3, 2, vec![f32::MAX, f32::MIN, f32::MAX, 0.0, 1.0, f32::MAX]).unwrap(),
        ),
        ("tiny", Embeddings::new(3, 2, vec![1e-45, 0.0, 0.0, 1e-45, 1e-38, 0.0]).unwrap()),
    ];
    for (name, rows) in &odd {
        for views in [vec![], vec![rows.clone(); 2], vec![rows.clone(), broken.clone()]] {
            let found = Instruments::measure(&Measured {
                embeddings: rows,
                views: &views,
            });
            let readings = found.readings();
            assert!(
                readings.iter().filter_map(|reading| reading.value).all(f32::is_finite),
                "{name}: {readings:?}"
            );
            assert!(found.spectrum.iter().all(|x| x.is_finite()), "{name}");
            if rows.rows() < 2 || rows.dim() == 0 || *name == "not finite" {
                let own = readings.iter().filter(|reading| !["alignment", "LiDAR"].contains(&reading.name));
                assert!(own.clone().all(|reading| reading.value.is_none()), "{name}: {readings:?}");
            }
            assert!(readings.iter().all(|reading| !reading.healthy.is_empty()));
            let seen = Seen {
                step: 1,
                loss: 1.0,
                instruments: found.clone(),
            };
            assert!(!verdict(&[seen]).sentence.is_empty());
            let text = serde_json::to_string(&found).unwrap();
            assert_eq!(serde_json::from_str::<Instruments>(&text).unwrap(), found, "{name}");
        }
    }
}

#[cfg(feature = "train")]
#[test]
fn the_number_of_threads_changes_no_bit() {
    let rows = clusters(500, 70, 7, 1.0, 1);
    let at = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| measured(&rows, 0.3))
    };
    assert_eq!(at(1), at(5));
}
