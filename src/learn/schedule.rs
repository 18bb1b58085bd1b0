//! The learning rate and the weight decay over a run: pure functions of the step.

use std::f64::consts::PI;

use crate::{
    config::RunConfig,
    methods::{Step, schedule::cosine},
};

/// What [`RunConfig::schedule`] may say.
pub const SHAPES: [&str; 3] = ["cosine", "constant", "steps"];

/// What [`RunConfig::lr_scale`] may say.
pub const SCALES: [&str; 3] = ["linear256", "sqrt", "none"];

/// What the learning rate does once it is warm.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// Half a cosine down to the final rate (Loshchilov & Hutter, 2017).
    Cosine,
    /// It stays.
    Constant,
    /// It is multiplied with `gamma` at each of `milestones`, in steps (He et al., 2016; MoCo v1: a tenth after three
    /// fifths and four fifths of the run).
    Steps {
        /// Steps after which it falls, rising.
        milestones: Vec<u64>,
        /// What it is multiplied with.
        gamma: f64,
    },
}

/// Learning rate and weight decay by step.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    /// Learning rate at the top.
    pub peak_lr: f64,
    /// Learning rate where a cosine ends.
    pub final_lr: f64,
    /// Steps that climb to the top, in a straight line.
    pub warmup_steps: u64,
    /// Steps of the whole run.
    pub steps: u64,
    /// What follows the warm-up.
    pub shape: Shape,
    /// Weight decay at the first step and where the run ends.
    pub weight_decay: [f64; 2],
}

impl Schedule {
    /// A run's own, of `steps` steps. What `config` names was checked by the settings; an unknown name is the
    /// default's.
    #[must_use]
    pub fn of(config: &RunConfig, steps: u64) -> Self {
        let part = |part: f64| (part.clamp(0.0, 1.0) * steps as f64).round() as u64;
        let shape = match config.schedule.as_str() {
            "constant" => Shape::Constant,
            "steps" => Shape::Steps {
                milestones: config.milestones.iter().map(|&at| part(at)).collect(),
                gamma: config.gamma,
            },
            _ => Shape::Cosine,
        };
        let end = config.weight_decay_end;
        Self {
            peak_lr: peak_lr(config),
            final_lr: config.final_lr,
            warmup_steps: part(config.warmup),
            steps,
            shape,
            weight_decay: [config.weight_decay, if end == 0.0 { config.weight_decay } else { end }],
        }
    }

    /// Learning rate of the step after `index` steps.
    #[must_use]
    pub fn lr(&self, index: u64) -> f64 {
        if index < self.warmup_steps {
            return self.peak_lr * (index + 1) as f64 / self.warmup_steps as f64;
        }
        match &self.shape {
            Shape::Constant => self.peak_lr,
            Shape::Steps { milestones, gamma } => {
                let fallen = milestones.iter().filter(|&&at| index >= at).count();
                self.peak_lr * gamma.powi(i32::try_from(fallen).unwrap_or(i32::MAX))
            }
            Shape::Cosine => {
                let rest = self.steps.saturating_sub(self.warmup_steps).max(1);
                let done = (index - self.warmup_steps).min(rest) as f64 / rest as f64;
                // The platform's cosine, not libm's: runs made before there were other schedules go on to the bit.
                (self.peak_lr - self.final_lr) * 0.5 * (1.0 + (PI * done).cos()) + self.final_lr
            }
        }
    }

    /// Weight decay of the step after `index` steps: half a cosine over the whole run (Caron et al., 2021, 3.2).
    #[must_use]
    pub fn weight_decay(&self, index: u64) -> f64 {
        let [from, to] = self.weight_decay;
        cosine(from, to, Step { index, of: self.steps })
    }
}

/// `base_lr` for the pictures that one step sees: it holds for 256 and grows with their number (Goyal et al., 2017), or
/// with their root (Chen et al., 2020, B.1: 0.075 times the root), or not at all.
fn peak_lr(config: &RunConfig) -> f64 {
    let pictures = (config.batch * config.accumulate.max(1)) as f64;
    match config.lr_scale.as_str() {
        "none" => config.base_lr,
        "sqrt" => config.base_lr * pictures.sqrt(),
        _ => config.base_lr * pictures / 256.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(base_lr: f64, batch: usize, warmup: f64) -> RunConfig {
        RunConfig {
            base_lr,
            batch,
            warmup,
            ..RunConfig::default()
        }
    }

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() <= 1e-12 * (1.0 + b.abs())
    }

    #[test]
    fn it_climbs_to_the_peak_and_ends_near_nothing() {
        let schedule = Schedule::of(&config(1e-3, 512, 0.1), 100);
        assert!(near(schedule.peak_lr, 2e-3), "twice 256 pictures, twice the rate");
        assert!(near(schedule.lr(9), 2e-3) && near(schedule.lr(10), 2e-3));
        assert!((0..9).all(|i| schedule.lr(i) < schedule.lr(i + 1)));
        assert!((10..99).all(|i| schedule.lr(i) > schedule.lr(i + 1)));
        assert!(schedule.lr(99) < 1e-5 && schedule.lr(99) > 0.0);
    }

    #[test]
    fn odd_lengths_give_finite_rates() {
        for shape in SHAPES {
            for (warmup, steps) in [(0.0, 1), (1.0, 1), (1.0, 10), (0.05, 3), (7.0, 5)] {
                let config = RunConfig {
                    schedule: shape.into(),
                    ..config(1.0, 256, warmup)
                };
                let schedule = Schedule::of(&config, steps);
                assert!(
                    (0..steps + 2).all(|i| (0.0..=1.0).contains(&schedule.lr(i))),
                    "{shape} {warmup} {steps}"
                );
            }
        }
    }

    #[test]
    fn a_cosine_with_a_floor_is_dinos_and_barlow_twins() {
        // utils.py of DINO: final + (base - final) (1 + cos(π i / n)) / 2; main.py of Barlow Twins: base q + final (1 - q).
        let config = RunConfig {
            final_lr: 1e-6,
            ..config(5e-4, 1024, 0.1)
        };
        let (schedule, base) = (Schedule::of(&config, 1000), 5e-4 * 4.0);
        for i in [0u64, 1, 450, 899] {
            let q = 0.5 * (1.0 + (PI * i as f64 / 900.0).cos());
            assert!(near(schedule.lr(100 + i), 1e-6 + (base - 1e-6) * q), "step {i}");
            assert!(near(schedule.lr(100 + i), base * q + 1e-6 * (1.0 - q)), "step {i}");
        }
        assert!(near(schedule.lr(1000), 1e-6), "its end is the floor");
    }

    #[test]
    fn steps_fall_at_their_milestones_and_constants_do_not() {
        let mut config = RunConfig {
            schedule: "steps".into(),
            ..config(0.03, 256, 0.0)
        };
        // MoCo v1: 200 epochs, a tenth after 120 and another after 160.
        let schedule = Schedule::of(&config, 200);
        let expected = |i: u64| {
            if i < 120 {
                0.03
            } else if i < 160 {
                0.003
            } else {
                0.000_3
            }
        };
        assert!((0..200).all(|i| near(schedule.lr(i), expected(i))));
        config.schedule = "constant".into();
        config.warmup = 0.1;
        let schedule = Schedule::of(&config, 200);
        assert!(near(schedule.lr(0), 0.03 / 20.0) && (20..200).all(|i| schedule.lr(i) == 0.03));
    }

    #[test]
    fn the_rate_grows_with_the_pictures_as_asked() {
        let peak = |rule: &str, batch: usize, accumulate: usize| {
            let config = RunConfig {
                lr_scale: rule.into(),
                accumulate,
                ..config(0.075, batch, 0.0)
            };
            Schedule::of(&config, 10).peak_lr
        };
        assert!(near(peak("linear256", 512, 2), 0.3));
        assert!(near(peak("sqrt", 2048, 2), 4.8), "SimCLR: 0.075 times the root of 4096");
        assert!(near(peak("none", 2048, 2), 0.075));
    }

    #[test]
    fn weight_decay_goes_dinos_way_or_stays() {
        let config = RunConfig {
            weight_decay: 0.04,
            weight_decay_end: 0.4,
            ..RunConfig::default()
        };
        let schedule = Schedule::of(&config, 1000);
        for i in [0u64, 250, 500, 999] {
            let expected = 0.4 + 0.5 * (0.04 - 0.4) * (1.0 + (PI * i as f64 / 1000.0).cos());
            assert!(near(schedule.weight_decay(i), expected), "step {i}");
        }
        let schedule = Schedule::of(&RunConfig::default(), 1000);
        assert!((0..1000).all(|i| schedule.weight_decay(i) == 0.05), "a constant is exactly that");
    }
}
