//! When the next step is due.

use crate::protocol::together::Steer;

/// What to do now.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Due {
    /// A step.
    Step,
    /// Nothing for so long, milliseconds.
    Wait(f64),
    /// Nothing until somebody says so.
    Rest,
    /// Nothing ever more.
    End,
}

/// Longest wait without a look at what a person said meanwhile, milliseconds.
const LOOK_MS: f64 = 50.0;

/// A run's pace, as a person sets it.
#[derive(Clone, Debug)]
pub struct Pacing {
    is_paused: bool,
    /// A step is to be taken although it is paused.
    one_more: bool,
    is_over: bool,
    per_second: f32,
    /// Steps of the whole run; 0 has no end.
    of: u64,
    /// When the last step began.
    last_ms: f64,
}

impl Pacing {
    /// Of a run of so many steps, 0 without end.
    #[must_use]
    pub fn new(of: u64, is_paused: bool) -> Self {
        Self {
            is_paused,
            one_more: false,
            is_over: false,
            per_second: 0.0,
            of,
            last_ms: f64::NEG_INFINITY,
        }
    }

    /// Takes in what a person wants; what is none of a pace's business changes nothing.
    pub fn steer(&mut self, steer: Steer) {
        match steer {
            Steer::Pause => (self.is_paused, self.one_more) = (true, false),
            Steer::Go => self.is_paused = false,
            Steer::Step => (self.is_paused, self.one_more) = (true, true),
            Steer::Pace(per_second) => self.per_second = if per_second.is_finite() { per_second.max(0.0) } else { 0.0 },
            Steer::Stop => self.end(),
            Steer::Safeguard(_) => {}
        }
    }

    /// Comes to its end.
    pub fn end(&mut self) {
        self.is_over = true;
    }

    /// Whether it waits for a person.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        self.is_paused && !self.one_more
    }

    /// Whether it has come to its end.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.is_over
    }

    /// What is due at `now_ms` after `done` steps.
    pub fn due(&mut self, now_ms: f64, done: u64) -> Due {
        if self.of > 0 && done >= self.of {
            self.end();
        }
        if self.is_over {
            return Due::End;
        }
        if self.is_paused {
            return if std::mem::take(&mut self.one_more) { Due::Step } else { Due::Rest };
        }
        let apart = if self.per_second > 0.0 {
            1e3 / f64::from(self.per_second)
        } else {
            0.0
        };
        let left = self.last_ms + apart - now_ms;
        if left > 0.5 {
            return Due::Wait(left.min(LOOK_MS));
        }
        self.last_ms = now_ms;
        Due::Step
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_waits_goes_on_and_takes_single_steps() {
        let mut pacing = Pacing::new(0, true);
        assert_eq!((pacing.due(0.0, 0), pacing.is_paused()), (Due::Rest, true));
        pacing.steer(Steer::Step);
        assert!(!pacing.is_paused());
        assert_eq!([pacing.due(1.0, 0), pacing.due(2.0, 1)], [Due::Step, Due::Rest]);
        pacing.steer(Steer::Go);
        assert_eq!([pacing.due(3.0, 1), pacing.due(3.0, 2)], [Due::Step, Due::Step]);
        pacing.steer(Steer::Step);
        assert_eq!([pacing.due(4.0, 3), pacing.due(5.0, 4)], [Due::Step, Due::Rest]);
        pacing.steer(Steer::Stop);
        pacing.steer(Steer::Go);
        assert_eq!((pacing.due(6.0, 4), pacing.is_over()), (Due::End, true));
    }

    #[test]
    fn a_pace_holds_steps_back_and_hears_what_is_said_meanwhile() {
        let mut pacing = Pacing::new(0, false);
        pacing.steer(Steer::Pace(2.0));
        let mut now = 0.0;
        let mut steps = 0;
        while now < 10_000.0 {
            match pacing.due(now, steps) {
                Due::Step => steps += 1,
                Due::Wait(ms) => {
                    assert!(ms <= LOOK_MS);
                    now += ms;
                }
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(steps, 20);
        pacing.steer(Steer::Pace(f32::NAN));
        assert_eq!(pacing.due(now, steps), Due::Step);
    }

    #[test]
    fn a_run_of_so_many_steps_ends_there() {
        let mut pacing = Pacing::new(3, false);
        assert_eq!([0, 2].map(|done| pacing.due(0.0, done)), [Due::Step, Due::Step]);
        assert_eq!(pacing.due(0.0, 3), Due::End);
    }
}
