//! Whether embeddings are well.

use crate::{
    predict::Embedded,
    probes::{Instruments, Knn, Pca, Seen, verdict},
    protocol::together::Measured,
};

/// Deviations along principal axes that are shown.
const SHOWN: usize = 64;

/// Reads the instruments over what was embedded; with classes, `None` where a picture has none, kNN as well: every picture by
/// its neighbours among the others. Where a method compares points and not directions, the spectrum is of the points.
#[must_use]
pub fn instruments(embedded: &Embedded, classes: Option<&[Option<usize>]>) -> Instruments {
    let found = embedded.instruments(&[]);
    Instruments {
        knn: classes.and_then(|classes| Knn::DISTILLED.among_themselves(&embedded.embeddings, classes)),
        spectrum: spectrum_of_points(embedded).unwrap_or_else(|| found.spectrum.clone()),
        ..found
    }
}

/// Deviations of points along their principal axes, in the length that the deviation asked for would give them: what shrinks
/// towards nothing keeps its directions, and is seen to shrink all the same. `None` where directions are compared.
fn spectrum_of_points(embedded: &Embedded) -> Option<Vec<f32>> {
    let points = &embedded.projections;
    let asked = embedded.asked_deviation.filter(|asked| *asked > 0.0)?;
    let axes = points.dim().min(points.rows());
    let found = Pca::fit(points, axes).ok().filter(|_| points.rows() > 1)?;
    let length = asked * (points.dim() as f32).sqrt();
    Some(found.variances.iter().map(|variance| variance.max(0.0).sqrt() / length).collect())
}

/// What the last of a series says, and the verdict on all of it: one reading alone for pictures that stand still, those of a
/// run in order of steps. Nothing for an empty series.
#[must_use]
pub fn measured(series: &[Seen]) -> Measured {
    let Some(Seen { instruments: found, .. }) = series.last() else {
        return Measured::default();
    };
    let verdict = verdict(series);
    let directions = found.dim.min(found.rows.saturating_sub(1)).max(1);
    Measured {
        pictures: found.rows,
        spread: found.spread,
        healthy_spread: found.healthy_spread,
        deviation: found
            .deviation
            .zip(found.asked_deviation)
            .map(|(deviation, asked)| deviation / asked),
        rank_me: found.rank_me,
        highest_rank: found.bound(),
        cosine: found.mean_cosine,
        spectrum: found.spectrum.iter().take(SHOWN).copied().collect(),
        even: (directions as f32).sqrt().recip(),
        knn: found.knn,
        is_bad: verdict.state.is_bad(),
        verdict: verdict.sentence,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{chance::Chance, probes::Embeddings};

    fn embedded(rows: usize, spread: f32) -> Embedded {
        let mut chance = Chance::new(4, "instruments", 0);
        // Ten classes, each about a direction of its own.
        let values = (0..rows * 80).map(|at| {
            let (row, number) = (at / 80, at % 80);
            let of_class = Chance::new(5, "class", (row % 10 * 80 + number) as u64).normal();
            1.0 + spread * (of_class + 0.5 * chance.normal())
        });
        let embeddings = Embeddings::new(rows, 80, values.collect()).unwrap();
        Embedded {
            projections: embeddings.clone(),
            embeddings,
            asked_deviation: None,
        }
    }

    fn alone(embedded: &Embedded, classes: Option<&[Option<usize>]>) -> Measured {
        measured(&[Seen {
            step: 0,
            loss: 0.0,
            instruments: instruments(embedded, classes),
        }])
    }

    #[test]
    fn a_healthy_set_and_a_collapsed_one_are_told_apart_in_every_number() {
        let classes: Vec<Option<usize>> = (0..100).map(|row| (row != 7).then_some(row % 10)).collect();
        let (well, dead) = (embedded(100, 2.0), embedded(100, 1e-9));
        let [well, dead] = [well, dead].map(|embedded| alone(&embedded, Some(&classes)));
        assert_eq!((well.pictures, well.highest_rank, well.knn), (100, 80, Some(1.0)));
        assert!((well.healthy_spread - 80.0_f32.sqrt().recip()).abs() < 1e-6);
        assert!(well.spread.unwrap() > 0.5 * well.healthy_spread && dead.spread.unwrap() < 1e-4);
        assert_eq!([well.is_bad, dead.is_bad], [false, true]);
        assert!(well.cosine.unwrap() < 0.5 && dead.cosine.unwrap() > 0.999);
        assert!(well.rank_me.unwrap() > 8.0 && dead.rank_me.unwrap() < 1.1);
        assert_eq!((well.spectrum.len(), well.even), (64, 80.0_f32.sqrt().recip()));
        assert!(well.spectrum.windows(2).all(|pair| pair[0] >= pair[1]));
        assert!(well.spectrum[0] > well.even && well.spectrum[0] < 1.0, "{}", well.spectrum[0]);
        assert!(dead.spectrum.iter().all(|value| *value < 1e-3 * dead.even), "{:?}", dead.spectrum);
        assert!(
            well.verdict.starts_with("healthy") && dead.verdict.contains("one point"),
            "{} / {}",
            well.verdict,
            dead.verdict
        );
    }

    #[test]
    fn points_that_shrink_and_keep_their_directions_lose_their_spectrum() {
        let scaled = |by: f32| {
            let mut chance = Chance::new(6, "points", 0);
            let values = (0..500 * 8).map(|_| by * chance.normal()).collect();
            let points = Embeddings::new(500, 8, values).unwrap();
            let embedded = Embedded {
                embeddings: points.clone(),
                projections: points,
                asked_deviation: Some(2.0),
            };
            alone(&embedded, None)
        };
        let [asked, shrunk] = [2.0, 0.02].map(scaled);
        assert!(asked.spectrum.iter().all(|value| (value / asked.even - 1.0).abs() < 0.2));
        let pairs = asked.spectrum.iter().zip(&shrunk.spectrum);
        assert!(pairs.into_iter().all(|(asked, shrunk)| (asked / shrunk - 100.0).abs() < 1.0));
    }

    #[test]
    fn without_classes_or_pictures_what_cannot_be_said_is_left_out() {
        assert_eq!(alone(&embedded(20, 2.0), None).knn, None);
        assert_eq!(alone(&embedded(20, 2.0), Some(&[None; 20])).knn, None);
        assert_eq!(measured(&[]), Measured::default());
        let none = alone(&embedded(0, 1.0), None);
        assert_eq!((none.pictures, none.spread), (0, None));
        assert!(none.verdict.contains("no picture"), "{}", none.verdict);
        for few in [1, 2] {
            assert!(alone(&embedded(few, 1.0), None).verdict.contains("too few"));
        }
    }

    #[test]
    fn a_run_is_judged_by_all_of_its_series() {
        let seen = |step, loss, spread| Seen {
            step,
            loss,
            instruments: instruments(&embedded(100, spread), None),
        };
        let said = measured(&[seen(0, 6.0, 2.0), seen(100, 3.0, 0.1)]);
        assert!(said.verdict.contains("dying"), "{}", said.verdict);
    }
}
