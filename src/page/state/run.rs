//! A run in the room, as it is watched: what every moment brings becomes curves, marks and a verdict.

use super::curve::Curve;
use crate::protocol::together::{Measured, Moment};

/// Part of the healthy spread below which pictures lie too close together.
const LEAST_PART: f32 = 0.3;

/// Where the switch was thrown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// At which step.
    pub step: u64,
    /// Whether what stops collapse was put in place, or taken away.
    pub safeguard: bool,
}

/// A run from its beginning.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// Steps done.
    pub step: u64,
    /// Loss of every step.
    pub loss: Curve,
    /// Spread of the projections.
    pub spread: Curve,
    /// Rank of the embeddings.
    pub rank: Curve,
    /// Where the switch was thrown; at step 0 where the run began without what stops collapse.
    pub marks: Vec<Mark>,
    /// Whether what stops collapse is in place.
    pub safeguard: bool,
    /// Whether it waits.
    pub paused: bool,
    /// Whether it came to its end.
    pub ended: bool,
    /// Steps a second, lately.
    pub steps_per_s: f32,
    /// The last measurement.
    pub measured: Option<Measured>,
    /// Why it stopped of itself.
    pub stopped: Option<String>,
}

impl Run {
    /// A run of which nothing has been heard, begun with what stops collapse or without it.
    #[must_use]
    pub fn new(paused: bool, safeguard: bool) -> Self {
        Self {
            step: 0,
            loss: Curve::default(),
            spread: Curve::default(),
            rank: Curve::default(),
            marks: if safeguard { Vec::new() } else { vec![Mark { step: 0, safeguard }] },
            safeguard,
            paused,
            ended: false,
            steps_per_s: 0.0,
            measured: None,
            stopped: None,
        }
    }

    /// Takes in what a moment says.
    pub fn take(&mut self, moment: Moment) {
        if moment.safeguard != self.safeguard {
            self.marks.push(Mark {
                step: moment.step,
                safeguard: moment.safeguard,
            });
        }
        let first = (moment.step + 1).saturating_sub(moment.losses.len() as u64);
        for (step, loss) in (first..).zip(&moment.losses) {
            self.loss.push(step, *loss);
        }
        self.step = moment.step;
        self.safeguard = moment.safeguard;
        self.paused = moment.paused;
        self.ended = moment.ended;
        self.steps_per_s = moment.steps_per_s;
        self.stopped = moment.stopped.or(self.stopped.take());
        if let Some(measured) = moment.measured {
            let [spread, _] = apart(&measured);
            spread.into_iter().for_each(|spread| self.spread.push(moment.step, spread));
            measured.rank_me.into_iter().for_each(|rank| self.rank.push(moment.step, rank));
            self.measured = Some(measured);
        }
    }

    /// Whether steps are being done.
    #[must_use]
    pub fn is_going(&self) -> bool {
        !self.paused && !self.ended && self.stopped.is_none()
    }

    /// The verdict, for people; empty before the first measurement.
    #[must_use]
    pub fn verdict(&self) -> &str {
        let measured = || self.measured.as_ref().map(|measured| measured.verdict.as_str());
        self.stopped.as_deref().or_else(measured).unwrap_or_default()
    }

    /// Whether something is wrong: training stopped of itself, the verdict is bad, or pictures lie too close together.
    #[must_use]
    pub fn is_ill(&self) -> bool {
        let is_bad = self.measured.as_ref().is_some_and(|measured| measured.is_bad);
        self.stopped.is_some() || is_bad || self.part_of_healthy().is_some_and(|part| part < LEAST_PART)
    }

    /// The spread as a part of the healthy one; `None` where it was not measured.
    #[must_use]
    pub fn part_of_healthy(&self) -> Option<f32> {
        let [spread, healthy] = apart(self.measured.as_ref()?);
        let part = spread? / healthy?;
        part.is_finite().then_some(part)
    }
}

/// How far apart the pictures lie, and what is healthy: the deviation and the one asked for, of a method that compares
/// points; of all others the spread of directions and 1/√width.
#[must_use]
pub fn apart(measured: &Measured) -> [Option<f32>; 2] {
    match measured.deviation {
        Some(deviation) => [Some(deviation), Some(1.0)],
        None => [measured.spread, Some(measured.healthy_spread)],
    }
}

/// Principal axes along which the pictures differ by more than a tenth of what is even.
#[must_use]
pub fn in_use(measured: &Measured) -> usize {
    measured.spectrum.iter().filter(|value| **value > 0.1 * measured.even).count()
}

/// What a sentence says apart from its figures, to tell a new verdict from the old one with newer numbers.
#[must_use]
pub fn gist(sentence: &str) -> String {
    sentence.chars().filter(|c| !c.is_ascii_digit() && *c != '.' && *c != ',').collect()
}

/// What was said in passing as a sentence by itself.
#[must_use]
pub fn sentence(said: &str) -> String {
    let mut letters = said.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    let end = if said.ends_with('.') { "" } else { "." };
    first.chain(letters).chain(end.chars()).collect()
}

/// Moves positions a part of the way to where they should be; whether they have arrived.
pub fn approach(shown: &mut Vec<f32>, target: &[f32], part: f32) -> bool {
    if shown.len() != target.len() || part >= 1.0 {
        *shown = target.to_vec();
        return true;
    }
    let mut farthest = 0f32;
    for (at, to) in shown.iter_mut().zip(target) {
        *at += (to - *at) * part;
        farthest = farthest.max((to - *at).abs());
    }
    let arrived = farthest < 0.002 || !farthest.is_finite();
    if arrived {
        *shown = target.to_vec();
    }
    arrived
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn moment(step: u64, losses: &[f32], safeguard: bool) -> Moment {
        Moment {
            step,
            losses: losses.to_vec(),
            parts: Vec::new(),
            safeguard,
            paused: false,
            ended: false,
            steps_per_s: 12.0,
            measured: None,
            stopped: None,
        }
    }

    #[test]
    fn every_loss_has_its_step_and_every_throw_its_mark() {
        let mut run = Run::new(false, true);
        run.take(moment(3, &[5.0, 4.0, 3.0], true));
        run.take(moment(5, &[2.0, 1.0], false));
        run.take(moment(6, &[0.5], false));
        run.take(moment(7, &[0.4], true));
        let points: Vec<_> = run.loss.points().iter().map(|p| (p.step, p.mean)).collect();
        assert_eq!(points, [(1, 5.0), (2, 4.0), (3, 3.0), (4, 2.0), (5, 1.0), (6, 0.5), (7, 0.4)]);
        assert_eq!(run.marks, [Mark { step: 5, safeguard: false }, Mark { step: 7, safeguard: true }]);
        assert!(run.is_going());
    }

    #[test]
    fn a_run_begun_without_what_stops_collapse_is_marked_from_its_beginning() {
        let mut run = Run::new(false, false);
        run.take(moment(0, &[], false));
        run.take(moment(1, &[5.0], false));
        run.take(moment(2, &[4.0], true));
        assert_eq!(run.marks, [Mark { step: 0, safeguard: false }, Mark { step: 2, safeguard: true }]);
        assert!(Run::new(true, true).marks.is_empty());
    }

    #[test]
    fn a_measurement_holds_until_the_next_and_a_stop_for_good() {
        let mut run = Run::new(false, true);
        let mut measured = moment(1, &[1.0], true);
        measured.measured = Some(Measured {
            spread: Some(0.05),
            healthy_spread: 0.1,
            rank_me: Some(7.0),
            verdict: "Healthy.".into(),
            ..Measured::default()
        });
        run.take(measured);
        run.take(moment(2, &[1.0], true));
        assert_eq!(
            (run.verdict(), run.part_of_healthy(), run.rank.last()),
            ("Healthy.", Some(0.5), Some(7.0))
        );
        let mut stops = moment(3, &[f32::NAN], true);
        stops.stopped = Some("The loss is no number.".into());
        run.take(stops);
        run.take(moment(3, &[], true));
        assert_eq!(run.verdict(), "The loss is no number.");
        assert!(!run.is_going() && run.is_ill());
    }

    #[test]
    fn a_run_is_ill_where_pictures_gather_on_a_few_points_that_lie_apart() {
        let ill = |spread: f32, is_bad: bool| {
            let mut run = Run::new(false, true);
            let mut measured = moment(1, &[1.0], true);
            measured.measured = Some(Measured {
                spread: Some(spread),
                healthy_spread: 0.1,
                is_bad,
                ..Measured::default()
            });
            run.take(measured);
            run.is_ill()
        };
        assert_eq!([ill(0.1, false), ill(0.1, true), ill(0.02, false)], [false, true, true]);
        assert!(!Run::new(false, true).is_ill());
    }

    #[test]
    fn a_method_that_compares_points_is_read_by_their_deviation() {
        let mut run = Run::new(false, true);
        let mut shrinks = moment(1, &[1.0], true);
        shrinks.measured = Some(Measured {
            spread: Some(0.1),
            healthy_spread: 0.1,
            deviation: Some(0.02),
            ..Measured::default()
        });
        run.take(shrinks);
        assert_eq!((run.part_of_healthy(), run.spread.last()), (Some(0.02), Some(0.02)));
    }

    #[test]
    fn axes_are_in_use_by_what_is_even_and_not_by_the_widest() {
        let of = |spectrum: [f32; 3]| Measured {
            spectrum: spectrum.to_vec(),
            even: 0.5,
            ..Measured::default()
        };
        assert_eq!([of([0.9, 0.4, 0.01]), of([0.009, 0.004, 0.0001])].map(|m| in_use(&m)), [2, 0]);
    }

    #[test]
    fn newer_numbers_alone_are_no_new_verdict() {
        assert_eq!(gist("spread 0.003 of 0.088"), gist("spread 0.1 of 0.088"));
        assert_ne!(gist("Healthy: spread 0.08"), gist("Dying: spread 0.08"));
    }

    #[test]
    fn what_was_said_in_passing_becomes_a_sentence() {
        assert_eq!(
            ["clusters are few", "96 are more.", "ähnlich: ja"].map(sentence),
            ["Clusters are few.", "96 are more.", "Ähnlich: ja."]
        );
    }

    #[test]
    fn thumbnails_arrive() {
        let mut shown = vec![0.0, 0.0];
        let mut turns = 0;
        while !approach(&mut shown, &[1.0, -1.0], 0.25) {
            turns += 1;
            assert!(turns < 60);
        }
        assert_eq!(shown, [1.0, -1.0]);
        assert!(approach(&mut shown, &[0.0, 0.0, 1.0, 1.0], 0.25), "other pictures jump");
        assert!(
            approach(&mut shown, &[f32::NAN, 0.0, 1.0, 1.0], 0.25),
            "what is no number keeps nobody busy"
        );
    }
}
