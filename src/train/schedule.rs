//! The learning rate over a run: a linear warm-up, then half a cosine down to nothing (Loshchilov & Hutter, 2017).

use std::f64::consts::PI;

/// Learning rate by step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Schedule {
    /// Learning rate at the top.
    pub peak_lr: f64,
    /// Steps that climb to it.
    pub warmup_steps: u64,
    /// Steps of the whole run.
    pub steps: u64,
}

impl Schedule {
    /// The rule of the field: `base_lr` holds for 256 pictures a step and grows with their number.
    #[must_use]
    pub fn new(base_lr: f64, pictures_a_step: usize, warmup: f64, steps: u64) -> Self {
        let warmup_steps = (warmup.clamp(0.0, 1.0) * steps as f64).round() as u64;
        Self {
            peak_lr: base_lr * pictures_a_step as f64 / 256.0,
            warmup_steps,
            steps,
        }
    }

    /// Learning rate of the step after `index` steps.
    #[must_use]
    pub fn lr(&self, index: u64) -> f64 {
        if index < self.warmup_steps {
            return self.peak_lr * (index + 1) as f64 / self.warmup_steps as f64;
        }
        let rest = self.steps.saturating_sub(self.warmup_steps).max(1);
        let done = (index - self.warmup_steps).min(rest) as f64 / rest as f64;
        self.peak_lr * 0.5 * (1.0 + (PI * done).cos())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_climbs_to_the_peak_and_ends_near_nothing() {
        let schedule = Schedule::new(1e-3, 512, 0.1, 100);
        assert!((schedule.peak_lr - 2e-3).abs() < 1e-12, "twice 256 pictures, twice the rate");
        assert!((schedule.lr(9) - 2e-3).abs() < 1e-12 && (schedule.lr(10) - 2e-3).abs() < 1e-12);
        assert!((0..9).all(|i| schedule.lr(i) < schedule.lr(i + 1)));
        assert!((10..99).all(|i| schedule.lr(i) > schedule.lr(i + 1)));
        assert!(schedule.lr(99) < 1e-5 && schedule.lr(99) > 0.0);
    }

    #[test]
    fn odd_lengths_give_finite_rates() {
        for (warmup, steps) in [(0.0, 1), (1.0, 1), (1.0, 10), (0.05, 3), (7.0, 5)] {
            let schedule = Schedule::new(1.0, 256, warmup, steps);
            assert!((0..steps + 2).all(|i| (0.0..=1.0).contains(&schedule.lr(i))), "{warmup} {steps}");
        }
    }
}
