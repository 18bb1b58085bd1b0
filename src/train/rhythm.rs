//! How fast a run goes and how often it stops to look.

use std::time::Instant;

use super::{TrainError, settings};
use crate::config::RunConfig;

/// Pictures a second, lately.
#[derive(Debug)]
pub struct Rate {
    since: Instant,
    pictures: u64,
    smooth: f64,
}

impl Rate {
    /// From now on, with so many pictures seen before.
    #[must_use]
    pub fn new(pictures: u64) -> Self {
        Self {
            since: Instant::now(),
            pictures,
            smooth: 0.0,
        }
    }

    /// Pictures a second since the last asking, smoothed a little.
    pub fn at(&mut self, pictures: u64) -> f64 {
        let seconds = self.since.elapsed().as_secs_f64();
        let now = (pictures - self.pictures) as f64 / seconds.max(1e-9);
        self.smooth = if self.smooth == 0.0 { now } else { 0.8 * self.smooth + 0.2 * now };
        self.skip(pictures);
        self.smooth
    }

    /// Leaves out the time since the last asking.
    pub fn skip(&mut self, pictures: u64) {
        self.since = Instant::now();
        self.pictures = pictures;
    }
}

/// Optimiser steps of the whole run.
///
/// # Errors
/// More passes than steps can be counted.
pub fn steps_of(config: &RunConfig, pictures: usize) -> Result<u64, TrainError> {
    if config.steps > 0 {
        return Ok(config.steps);
    }
    let a_step = (config.batch * config.accumulate.max(1)).max(1) as f64;
    let steps = ((config.epochs * pictures as f64 / a_step).ceil() as u64).max(1);
    if steps > settings::MOST_STEPS {
        let most = settings::MOST_STEPS;
        return Err(TrainError::Setting(format!(
            "epochs cannot be {}: over {pictures} pictures that is more than {most} steps",
            config.epochs
        )));
    }
    Ok(steps)
}

/// `asked`, or about `times` a run.
#[must_use]
pub fn every(asked: u64, steps: u64, times: u64) -> u64 {
    if asked > 0 { asked } else { steps.div_ceil(times).max(1) }
}
