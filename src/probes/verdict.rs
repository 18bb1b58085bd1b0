//! What is happening, in a sentence with the numbers in it.

use serde::{Deserialize, Deserializer, Serialize};

use super::Instruments;

/// What was seen at one step of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// Steps done.
    pub step: u64,
    /// The loss there. JSON has no NaN: it is written as `null`, and read back as NaN.
    #[serde(deserialize_with = "null_as_nan")]
    pub loss: f64,
    /// What the instruments said.
    pub instruments: Instruments,
}

fn null_as_nan<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    Ok(Option::<f64>::deserialize(from)?.unwrap_or(f64::NAN))
}

/// How things stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Too little to tell from.
    Unknown,
    /// Pictures are told apart.
    Healthy,
    /// Embeddings lie close together, and always have.
    Narrow,
    /// Pictures lie apart, and views of one picture as far apart as they.
    Scattered,
    /// The loss falls, and the spread with it.
    Dying,
    /// Every picture lands on one point.
    Complete,
    /// Pictures gather on a few points.
    Clusters,
    /// Pictures differ in a few directions only.
    Dimensional,
    /// The loss is no number any more.
    Diverged,
    /// An embedding is no number any more.
    NotFinite,
}

impl State {
    /// Whether something has to be done.
    #[must_use]
    pub fn is_bad(self) -> bool {
        !matches!(self, Self::Unknown | Self::Healthy | Self::Narrow | Self::Scattered)
    }
}

/// How things stand, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// For colours and exit codes.
    pub state: State,
    /// For people.
    pub sentence: String,
}

/// Pictures below which spread and cosines are those of the pictures, not of the network: two points are always on a line.
const FEWEST: usize = 3;
/// Share of the healthy spread below which all pictures lie on one point. Spread and mean cosine go together: (spread /
/// healthy)² is about 1 − mean cosine, so this is a mean cosine of 0.9975.
const COLLAPSED: f32 = 0.05;
/// Share of the healthy spread below which embeddings are narrow: a mean cosine of 0.91. Networks at their beginning are.
const NARROW: f32 = 0.3;
/// A spread that has fallen to this share of its highest value has fallen, and does not just waver.
const FALLEN: f32 = 0.5;
/// Share of pairs that lie on each other from which pictures gather on points: four points or fewer. A network that learns
/// from labels brings pictures together by class, which is its task, and classes are seldom so few.
const GATHERED: f32 = 0.25;
/// Share of the highest possible rank below which dimensions have collapsed. Networks that work use several times as much.
const FLAT: f32 = 0.05;
/// The same, of the rank without what all have in common, below which it is worth saying.
const FEW: f32 = 0.15;
/// Share of the deviation that a method asks for below which points are drawing together.
const SMALL: f32 = 0.5;
/// Share of the mean squared distance of two pictures from which two views of one picture are apart, too. Networks that work
/// have less than half of it.
const APART: f32 = 0.6;
/// A RankMe below this is one direction, however few there could be.
const LINE: f32 = 1.5;
/// Steps after which a network has left its beginning.
const BEGUN: u64 = 150;
/// Share of the healthy spread above which it looks well.
const WELL: f32 = 0.6;
/// Share of its first value by which a loss must have moved to be called falling.
const FALLS: f64 = 0.02;

/// Says what the series so far, in order of steps, shows. Never fails.
#[must_use]
pub fn verdict(series: &[Seen]) -> Verdict {
    verdict_since(None, series)
}

/// The same of a run whose loss is known from before the first measurement: a loss falls most in its first steps.
#[must_use]
pub fn verdict_since(first_loss: Option<f64>, series: &[Seen]) -> Verdict {
    let Some(now) = series.last() else {
        return said(State::Unknown, "nothing was measured yet".into());
    };
    if let Some(first) = series.iter().find(|seen| !seen.loss.is_finite()) {
        let sentence = format!(
            "the loss was no number at step {}: training has diverged; lower the learning rate",
            first.step
        );
        return said(State::Diverged, sentence);
    }
    let found = &now.instruments;
    if let Some(row) = found.bad_row {
        let sentence = format!(
            "embedding {row} of {} holds a number that is none at step {}: the model has diverged",
            found.rows, now.step
        );
        return said(State::NotFinite, sentence);
    }
    let few = match found.rows {
        0 => Some("no picture was embedded: there is nothing to tell from".to_owned()),
        1 => Some("1 picture is too few to tell; take 3 or more".to_owned()),
        rows if rows < FEWEST => Some(format!("{rows} pictures are too few to tell; take {FEWEST} or more")),
        _ => None,
    };
    match (few, found.spread) {
        (Some(sentence), _) => said(State::Unknown, sentence),
        (None, None) => said(
            State::Unknown,
            format!("{} embeddings of {} numbers have no spread to read", found.rows, found.dim),
        ),
        (None, Some(spread)) => judge(first_loss, series, found, spread),
    }
}

fn said(state: State, sentence: String) -> Verdict {
    Verdict { state, sentence }
}

fn judge(first_loss: Option<f64>, series: &[Seen], found: &Instruments, spread: f32) -> Verdict {
    let spreads = format!("spread {spread:.3} of {:.3}", found.healthy_spread);
    if found.zero_rows == found.rows {
        return said(State::Complete, format!("every embedding is zero: {spreads}"));
    }
    let cosine = found
        .mean_cosine
        .map(|cosine| format!(", mean cosine {cosine:.3}"))
        .unwrap_or_default();
    let falls = fall(first_loss, series).map(|[from, to]| format!("the loss falls ({from:.3} to {to:.3})"));
    if spread < COLLAPSED * found.healthy_spread {
        let sentence = match falls {
            Some(falls) => format!("{falls}, the embeddings are dead: every picture lands on one point, {spreads}{cosine}"),
            None => format!("every picture lands on one point: {spreads}{cosine}"),
        };
        return said(State::Complete, sentence);
    }
    if let Some(shrunk) = shrunk(found) {
        let sentence = match &falls {
            Some(falls) => format!("{falls}, the embeddings are dead: {shrunk}"),
            None => shrunk,
        };
        return said(State::Complete, sentence);
    }
    let highest = series.iter().filter_map(|seen| seen.instruments.spread).fold(spread, f32::max);
    if let Some(falls) = falls
        .as_ref()
        .filter(|_| spread < NARROW * found.healthy_spread && spread < FALLEN * highest)
    {
        return said(
            State::Dying,
            format!("{falls}, the embeddings are dying: {spreads}, down from {highest:.3}{cosine}"),
        );
    }
    if spread < NARROW * found.healthy_spread {
        let together = format!("the embeddings lie close together: {spreads}{cosine}");
        let sentence = match (falls, has_begun(series)) {
            (Some(falls), true) => format!("{falls}, and {together}; a bad sign by now"),
            (None, true) => format!("{together}; a bad sign by now"),
            (_, false) => format!("{together}; usual at the beginning, a bad sign if it stays"),
        };
        return said(State::Narrow, sentence);
    }
    few_points(found, &spreads)
        .or_else(|| few_directions(found, &spreads))
        .or_else(|| small(series, found))
        .or_else(|| scattered(series, found, &spreads))
        .unwrap_or_else(|| healthy(found, &spreads, &cosine))
}

/// What a reading means that every run begins with.
fn age(series: &[Seen]) -> &'static str {
    if has_begun(series) {
        "a bad sign by now"
    } else {
        "usual at the beginning, a bad sign if it stays"
    }
}

/// Points that have come together while their directions still differ.
fn shrunk(found: &Instruments) -> Option<String> {
    let (deviation, asked) = (found.deviation?, found.asked_deviation?);
    (deviation < COLLAPSED * asked).then(|| format!("every picture lands on one point: deviation {deviation:.4} of {asked}"))
}

/// Points that are drawing together, or have not come apart yet.
fn small(series: &[Seen], found: &Instruments) -> Option<Verdict> {
    let (deviation, asked) = (found.deviation?, found.asked_deviation?);
    (deviation < SMALL * asked).then(|| {
        let sentence = format!(
            "the embeddings lie close together as points: deviation {deviation:.3} of {asked}; {}",
            age(series)
        );
        said(State::Narrow, sentence)
    })
}

fn few_points(found: &Instruments, spreads: &str) -> Option<Verdict> {
    let twins = found.twins.filter(|twins| *twins >= GATHERED)?;
    let points = (1.0 / twins).round();
    let sentence = format!(
        "the pictures gather on about {points} {}: {:.0} % of pairs lie on each other while the {spreads} looks well; \
         either the model has collapsed or the pictures are copies",
        if points == 1.0 { "point" } else { "points" },
        100.0 * twins
    );
    Some(said(State::Clusters, sentence))
}

/// RankMe does not take the mean off: what all pictures have in common, as in a network that began as another's encoder, is
/// one direction that outweighs all others. Dimensions have collapsed where few are left without it, too.
fn few_directions(found: &Instruments, spreads: &str) -> Option<Verdict> {
    let bound = found.bound();
    let line = LINE.max(FLAT * bound as f32);
    let rank = found.rank_me.filter(|rank| *rank < line)?;
    if found.effective_rank.is_some_and(|rank| rank >= line) {
        return None;
    }
    let well = found.spread.is_some_and(|spread| spread > WELL * found.healthy_spread);
    let beside = if well {
        format!("while the {spreads} looks well")
    } else {
        format!("beside a {spreads}")
    };
    Some(said(
        State::Dimensional,
        format!("dimensions have collapsed: RankMe {rank:.1} of {bound} {beside}"),
    ))
}

/// Views of one picture that have not met: two rows of length 1 whose cosine is `c` lie `2 (1 − c)` apart, squared.
fn scattered(series: &[Seen], found: &Instruments, spreads: &str) -> Option<Verdict> {
    let views = found.alignment?;
    let pictures = 2.0 * (1.0 - found.mean_cosine?);
    let age = age(series);
    (views > APART * pictures).then(|| {
        let sentence = format!(
            "pictures lie apart ({spreads}), but views of one picture do so {:.0} % as far: alignment {views:.2}, and {pictures:.2} \
             between pictures; {age}",
            100.0 * views / pictures
        );
        said(State::Scattered, sentence)
    })
}

fn healthy(found: &Instruments, spreads: &str, cosine: &str) -> Verdict {
    let rank = found
        .rank_me
        .map(|rank| format!(", RankMe {rank:.0} of {}", found.bound()))
        .unwrap_or_default();
    let knn = found.knn.map(|knn| format!(", kNN {:.1} %", 100.0 * knn)).unwrap_or_default();
    let most = found.rows.min(found.dim);
    let few = found.effective_rank.filter(|rank| *rank < FEW * most as f32);
    let sentence = match few {
        Some(few) => format!("pictures are told apart, along few directions: effective rank {few:.1} of {most}, {spreads}{cosine}{knn}"),
        None => format!("healthy: {spreads}{cosine}{rank}{knn}"),
    };
    said(State::Healthy, sentence)
}

fn has_begun(series: &[Seen]) -> bool {
    series.last().is_some_and(|seen| seen.step >= BEGUN)
}

/// First and last loss, where it falls.
fn fall(first_loss: Option<f64>, series: &[Seen]) -> Option<[f64; 2]> {
    let [from, to] = [first_loss.unwrap_or(series.first()?.loss), series.last()?.loss];
    (from - to > FALLS * from.abs()).then_some([from, to])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probes::{
        Embeddings, Measured,
        cases::{clusters, flat, gaussian, point, view},
    };

    fn seen(step: u64, loss: f64, rows: &Embeddings) -> Seen {
        let instruments = Instruments::measure(&Measured {
            embeddings: rows,
            views: &[],
        });
        Seen { step, loss, instruments }
    }

    fn state(rows: &Embeddings) -> (State, String) {
        let verdict = verdict(&[seen(10, 1.0, rows)]);
        (verdict.state, verdict.sentence)
    }

    #[test]
    fn points_that_shrink_to_one_are_told_where_points_are_compared() {
        let rows = gaussian(200, 64, 1);
        let small = Embeddings::new(200, 64, rows.values().iter().map(|x| 0.01 * x).collect()).unwrap();
        let mut seen = seen(10, 0.0, &small);
        assert_eq!(verdict(&[seen.clone()]).state, State::Healthy, "directions are well");
        seen.instruments.asked_deviation = Some(1.0);
        let found = verdict(&[seen]);
        assert_eq!(found.state, State::Complete);
        assert!(found.sentence.contains("deviation 0.01"), "{}", found.sentence);
        let half = Embeddings::new(200, 64, rows.values().iter().map(|x| 0.3 * x).collect()).unwrap();
        let mut seen = self::seen(10, 0.0, &half);
        seen.instruments.asked_deviation = Some(1.0);
        let found = verdict(&[seen]);
        assert!(
            found.state == State::Narrow && found.sentence.contains("of 1;"),
            "{}",
            found.sentence
        );
    }

    #[test]
    fn each_way_to_collapse_has_its_sentence() {
        let narrow = view(&clusters(200, 64, 1, 0.0, 1), 0.2, 1);
        let cases = [
            (gaussian(200, 64, 1), State::Healthy, "healthy: spread 0.1"),
            (
                point(200, 64),
                State::Complete,
                "every picture lands on one point: spread 0.000 of 0.125",
            ),
            (view(&point(200, 64), 0.01, 1), State::Complete, "mean cosine 1.000"),
            (
                Embeddings::new(9, 2, vec![0.0; 18]).unwrap(),
                State::Complete,
                "every embedding is zero",
            ),
            (narrow, State::Narrow, "lie close together"),
            (flat(200, 64, 1, 1), State::Clusters, "about 2 points"),
            (clusters(200, 64, 3, 0.01, 1), State::Clusters, "about 3 points"),
            (flat(200, 64, 3, 1), State::Dimensional, "of 64 while the spread 0.1"),
            (flat(200, 64, 8, 1), State::Healthy, "along few directions: effective rank"),
            (
                Embeddings::new(2, 1, vec![1.0, f32::NAN]).unwrap(),
                State::NotFinite,
                "embedding 1 of 2",
            ),
            (gaussian(0, 8, 1), State::Unknown, "no picture"),
            (gaussian(1, 8, 1), State::Unknown, "1 picture is too few"),
            (gaussian(2, 8, 1), State::Unknown, "2 pictures are too few"),
            (Embeddings::new(5, 0, vec![]).unwrap(), State::Unknown, "no spread"),
        ];
        for (rows, expected, words) in cases {
            let (state, sentence) = state(&rows);
            assert!(state == expected && sentence.contains(words), "{words}: {state:?} {sentence}");
        }
        assert_eq!(verdict(&[]).state, State::Unknown);
    }

    #[test]
    fn views_that_have_not_met_are_told_from_views_that_have() {
        let rows = gaussian(200, 64, 1);
        let state = |views: [Embeddings; 2]| {
            let measured = Measured {
                embeddings: &rows,
                views: &views,
            };
            let instruments = Instruments::measure(&measured);
            verdict(&[Seen {
                step: 10,
                loss: 1.0,
                instruments,
            }])
        };
        assert_eq!(state([view(&rows, 0.3, 2), view(&rows, 0.3, 3)]).state, State::Healthy);
        let found = state([gaussian(200, 64, 2), gaussian(200, 64, 3)]);
        assert!(
            found.state == State::Scattered && found.sentence.contains("2.00 between pictures"),
            "{}",
            found.sentence
        );
    }

    #[test]
    fn what_all_pictures_share_is_not_taken_for_few_directions() {
        let rows = gaussian(200, 64, 1);
        let shared: Vec<f32> = rows.values().chunks(64).flat_map(|row| [&[6.0][..], row].concat()).collect();
        let rows = Embeddings::new(200, 65, shared).unwrap();
        let mut seen = seen(10, 1.0, &rows);
        // A direction that outweighs all others: RankMe sees that one alone.
        seen.instruments.rank_me = Some(1.2);
        assert_ne!(verdict(&[seen]).state, State::Dimensional);
    }

    #[test]
    fn a_falling_loss_does_not_hide_dying_embeddings() {
        let narrow = view(&clusters(200, 64, 1, 0.0, 1), 0.2, 1);
        let mut series = vec![seen(0, 6.0, &gaussian(200, 64, 1)), seen(100, 3.0, &narrow)];
        let dying = verdict(&series);
        assert!(dying.state == State::Dying && dying.state.is_bad());
        assert!(
            dying
                .sentence
                .starts_with("the loss falls (6.000 to 3.000), the embeddings are dying: spread 0.0"),
            "{}",
            dying.sentence
        );
        // Most of the fall comes before the first measurement.
        let late = [seen(200, 3.0, &narrow)];
        assert!(!verdict(&late).sentence.contains("the loss falls"));
        assert!(verdict_since(Some(6.0), &late).sentence.contains("the loss falls (6.000 to 3.000)"));
        series.push(seen(200, -1.0, &view(&point(200, 64), 0.01, 1)));
        let dead = verdict(&series);
        assert!(dead.state == State::Complete && dead.sentence.contains("the loss falls (6.000 to -1.000), the embeddings are dead"));
        // Without a fall of the loss, or from a narrow beginning, it is narrow and no more.
        series.truncate(2);
        series[1].loss = 6.0;
        assert_eq!(verdict(&series).state, State::Narrow);
        assert!(!State::Narrow.is_bad());
    }

    #[test]
    fn a_loss_that_was_no_number_is_named_with_its_step_even_after_a_file() {
        let series = [seen(100, 2.0, &gaussian(9, 4, 1)), seen(200, f64::NAN, &gaussian(9, 4, 1))];
        let text = serde_json::to_string(&series).unwrap();
        let read: Vec<Seen> = serde_json::from_str(&text).unwrap();
        assert_eq!(read[0], series[0]);
        let verdict = verdict(&read);
        assert!(
            verdict.state == State::Diverged && verdict.sentence.contains("step 200"),
            "{}",
            verdict.sentence
        );
    }
}
