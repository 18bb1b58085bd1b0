//! The probes against plain NumPy and PyTorch code; `make_case.py` made the case and says what is in it.
#![cfg(feature = "train")]
#![allow(clippy::unwrap_used)]

use darkroom::probes::{
    Embeddings, Instruments, Knn, LinearProbe, Measured, Pca, effective_rank, lidar,
    linear::{Decay, Protocol, Update},
    mean_cosine, nearest, rank_me, retrieve, spectrum, spread, uniformity,
};
use safetensors::SafeTensors;

struct Case(SafeTensors<'static>);

impl Case {
    fn open() -> Self {
        Self(SafeTensors::deserialize(include_bytes!("case.safetensors")).unwrap())
    }

    fn values(&self, name: &str) -> Vec<f32> {
        let (fours, _) = self.0.tensor(name).unwrap().data().as_chunks::<4>();
        fours.iter().map(|four| f32::from_le_bytes(*four)).collect()
    }

    fn one(&self, name: &str) -> f64 {
        f64::from(self.values(name)[0])
    }

    fn rows(&self, name: &str) -> Embeddings {
        let shape = self.0.tensor(name).unwrap().shape().to_vec();
        Embeddings::new(shape[0], shape[1], self.values(name)).unwrap()
    }

    fn views(&self) -> Vec<Embeddings> {
        let shape = self.0.tensor("views").unwrap().shape().to_vec();
        let values = self.values("views");
        let views = values.chunks(shape[1] * shape[2]);
        views
            .map(|view| Embeddings::new(shape[1], shape[2], view.to_vec()).unwrap())
            .collect()
    }

    fn labels(&self, name: &str) -> Vec<usize> {
        self.values(name).iter().map(|label| *label as usize).collect()
    }
}

fn some(labels: &[usize]) -> Vec<Option<usize>> {
    labels.iter().copied().map(Some).collect()
}

#[track_caller]
fn near(found: f64, expected: f64, relative: f64) {
    assert!(
        (found - expected).abs() <= relative * expected.abs(),
        "{found}, expected {expected}"
    );
}

#[track_caller]
fn all_near(found: &[f32], expected: &[f32], tolerance: f32) {
    assert_eq!(found.len(), expected.len());
    let largest = expected.iter().fold(0.0_f32, |largest, x| largest.max(x.abs()));
    for (at, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert!(
            (found - expected).abs() <= tolerance * largest,
            "number {at}: {found}, expected {expected}"
        );
    }
}

#[test]
fn instruments_say_what_plain_code_says() {
    let case = Case::open();
    let rows = case.rows("rows");
    near(spread(&rows).unwrap(), case.one("spread"), 1e-6);
    near(mean_cosine(&rows).unwrap(), case.one("mean_cosine"), 1e-6);
    near(uniformity(&rows).unwrap(), case.one("uniformity"), 1e-5);
    near(rank_me(&rows).unwrap(), case.one("rank_me"), 1e-6);
    near(rank_me(&case.rows("wide")).unwrap(), case.one("rank_me_wide"), 1e-6);
    near(effective_rank(&rows).unwrap(), case.one("effective_rank"), 1e-6);
    near(lidar(&case.views()).unwrap(), case.one("lidar"), 1e-6);
    let found: Vec<f32> = spectrum(&rows).iter().map(|x| *x as f32).collect();
    all_near(&found, &case.values("spectrum"), 1e-6);
}

#[test]
fn the_report_has_the_same_numbers() {
    let case = Case::open();
    let (rows, views) = (case.rows("rows"), case.views());
    let found = Instruments::measure(&Measured {
        embeddings: &rows,
        views: &views,
    });
    for (name, value) in [
        ("spread", found.spread),
        ("mean_cosine", found.mean_cosine),
        ("uniformity", found.uniformity),
        ("alignment", found.alignment),
        ("rank_me", found.rank_me),
        ("effective_rank", found.effective_rank),
        ("lidar", found.lidar),
    ] {
        near(f64::from(value.unwrap()), case.one(name), 1e-5);
    }
    assert_eq!((found.rows, found.dim, found.bad_row), (90, 14, None));
}

#[test]
fn neighbours_vote_and_rank_as_in_plain_code() {
    let case = Case::open();
    let (rows, queries) = (case.rows("rows"), case.rows("queries"));
    let (labels, query_labels) = (case.labels("labels"), case.labels("query_labels"));
    let knn = Knn { k: 15, temperature: 0.07 };
    let classes = knn.classify(&rows, &labels, &queries).unwrap();
    assert_eq!(classes, case.labels("knn"));
    let right = classes.iter().zip(&query_labels).filter(|(class, label)| class == label).count();
    let accuracy = knn.accuracy((&rows, &labels), (&queries, &some(&query_labels))).unwrap();
    near(f64::from(accuracy), right as f64 / 40.0, 1e-6);

    let found = retrieve((&rows, &labels), Some((&queries, &some(&query_labels))), &[1, 5, 10]).unwrap();
    let recall: Vec<f32> = found.recall.iter().map(|recall| recall.1).collect();
    all_near(&recall, &case.values("recall"), 1e-6);
    near(f64::from(found.mean_average_precision), case.one("precision"), 1e-5);
    let alone = retrieve((&rows, &labels), None, &[1]).unwrap();
    near(f64::from(alone.recall[0].1), case.one("recall_alone"), 1e-5);
    near(f64::from(alone.mean_average_precision), case.one("precision_alone"), 1e-5);
    assert_eq!(nearest(rows.row(7), &rows, 1)[0].0, 7);
}

#[test]
fn principal_components_are_those_of_a_singular_value_decomposition() {
    let case = Case::open();
    let rows = case.rows("rows");
    let pca = Pca::fit(&rows, 3).unwrap();
    all_near(&pca.mean, &case.values("mean"), 1e-6);
    all_near(&pca.components, &case.values("components"), 1e-5);
    all_near(&pca.variances, &case.values("variances"), 1e-6);
    all_near(&pca.project(&rows).unwrap(), &case.values("places"), 1e-5);
}

#[test]
fn the_linear_probe_reaches_the_optimum_of_another_optimiser() {
    let case = Case::open();
    let (rows, queries) = (case.rows("rows"), case.rows("queries"));
    let (labels, query_labels) = (some(&case.labels("labels")), some(&case.labels("query_labels")));
    let protocol = Protocol {
        name: "",
        source: "",
        learning_rate: 0.2,
        per_pictures: None,
        batch: 90,
        fewest_steps: 1,
        epochs: 6000,
        warm_up_epochs: 10,
        decay: Decay::Cosine,
        update: Update::Nesterov,
        weight_decay: 0.01,
        normalise: false,
        differs: None,
    };
    let probe = LinearProbe::fit(&rows, &labels, &protocol, 3).unwrap();
    near(f64::from(probe.loss), case.one("loss"), 1e-4);
    all_near(&probe.logits(&rows).unwrap(), &case.values("logits"), 2e-3);
    let accuracy = [probe.top(&rows, &labels), probe.top(&queries, &query_labels)].map(|top| top.unwrap().one);
    all_near(&accuracy, &case.values("accuracy"), 1e-6);
}
