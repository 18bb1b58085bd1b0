//! What is told of a run, and when: losses in bundles, measurements now and then.

use crate::{learn::Numbers, protocol::together::Moment};

/// Time between two moments, milliseconds.
const MOMENT_MS: f64 = 100.0;
/// Time between two measurements, milliseconds.
const MEASURE_MS: f64 = 500.0;
/// Part of the time that measuring may take.
const MEASURE_SHARE: f64 = 0.15;
/// Share of the newest step in the pace that is told.
const NEWEST: f64 = 0.1;

/// Numbers that were not told yet, and when to tell them.
#[derive(Clone, Debug)]
pub struct Diary {
    losses: Vec<f32>,
    parts: Vec<(String, f32)>,
    told_ms: f64,
    measured_ms: f64,
    measuring_ms: f64,
    stepped_ms: Option<f64>,
    step_ms: f64,
}

impl Default for Diary {
    fn default() -> Self {
        Self {
            losses: Vec::new(),
            parts: Vec::new(),
            told_ms: f64::NEG_INFINITY,
            measured_ms: f64::NEG_INFINITY,
            measuring_ms: 0.0,
            stepped_ms: None,
            step_ms: 0.0,
        }
    }
}

impl Diary {
    /// Writes a step down that ended at `now_ms`.
    pub fn step(&mut self, numbers: &Numbers, now_ms: f64) {
        self.losses.push(numbers.loss);
        self.parts = numbers.parts.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
        if let Some(before) = self.stepped_ms.replace(now_ms) {
            let took = now_ms - before;
            self.step_ms = if self.step_ms > 0.0 {
                (1.0 - NEWEST) * self.step_ms + NEWEST * took
            } else {
                took
            };
        }
    }

    /// The run rested: the time until the next step is nobody's.
    pub fn rest(&mut self) {
        self.stepped_ms = None;
    }

    /// Whether it is time to tell what there is.
    #[must_use]
    pub fn is_due(&self, now_ms: f64) -> bool {
        now_ms - self.told_ms >= MOMENT_MS
    }

    /// Whether it is time to measure: twice a second, and less often where that would cost too much of the time.
    #[must_use]
    pub fn wants_measure(&self, now_ms: f64) -> bool {
        now_ms - self.measured_ms >= MEASURE_MS.max(self.measuring_ms / MEASURE_SHARE)
    }

    /// Measuring ended at `now_ms` and had taken so long.
    pub fn measured(&mut self, now_ms: f64, took_ms: f64) {
        self.measured_ms = now_ms;
        self.measuring_ms = took_ms;
    }

    /// All that was not told yet, as a moment of a run that goes on; what else there is to say is the caller's.
    pub fn tell(&mut self, step: u64, now_ms: f64) -> Moment {
        self.told_ms = now_ms;
        Moment {
            step,
            losses: std::mem::take(&mut self.losses),
            parts: self.parts.clone(),
            safeguard: true,
            paused: false,
            ended: false,
            steps_per_s: if self.step_ms > 0.0 { (1e3 / self.step_ms) as f32 } else { 0.0 },
            measured: None,
            stopped: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(loss: f32) -> Numbers {
        Numbers {
            loss,
            parts: vec![("invariance", loss / 2.0)],
            gradient_norm: 1.0,
            features: Vec::new(),
        }
    }

    #[test]
    fn every_loss_is_told_once_and_not_too_often() {
        let mut diary = Diary::default();
        let mut told = Vec::new();
        let mut moments = 0;
        for step in 0..200_u64 {
            let now = 20.0 * step as f64;
            diary.step(&numbers(step as f32), now);
            if diary.is_due(now) {
                let moment = diary.tell(step + 1, now);
                assert_eq!(moment.parts, [("invariance".to_owned(), step as f32 / 2.0)]);
                told.extend(moment.losses);
                moments += 1;
            }
        }
        told.extend(diary.tell(200, 4000.0).losses);
        assert_eq!(told, (0..200).map(|step| step as f32).collect::<Vec<_>>());
        assert_eq!(moments, 40, "ten a second over four seconds");
        assert!((diary.tell(200, 4001.0).steps_per_s - 50.0).abs() < 0.5);
    }

    #[test]
    fn measuring_takes_no_more_than_its_share() {
        for (takes, most) in [(1.0, 21), (300.0, 6)] {
            let (mut diary, mut now, mut count) = (Diary::default(), 0.0, 0);
            while now < 10_000.0 {
                if diary.wants_measure(now) {
                    now += takes;
                    diary.measured(now, takes);
                    count += 1;
                }
                now += 10.0;
            }
            assert!((3..=most).contains(&count), "{takes} ms each: {count}");
        }
    }

    #[test]
    fn a_rest_is_no_slow_step() {
        let mut diary = Diary::default();
        for now in [0.0, 10.0, 20.0] {
            diary.step(&numbers(1.0), now);
        }
        diary.rest();
        diary.step(&numbers(1.0), 9_000.0);
        assert!((diary.tell(4, 9_000.0).steps_per_s - 100.0).abs() < 1.0);
    }
}
