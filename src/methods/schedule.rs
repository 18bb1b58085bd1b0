//! Numbers that change over a run: a teacher's momentum, a temperature. Pure functions of the step, the same on every
//! platform.

use std::f64::consts::PI;

use super::Step;

/// Half a cosine from `from` at the first step to `to` where the run ends; constant where the two are equal.
///
/// A teacher's momentum goes so from `m` to 1: `τ = 1 - (1 - τ_base) (cos(π k / K) + 1) / 2` (Grill et al., 2020, 3.3;
/// Caron et al., 2021, 3.1), and weight decay from 0.04 to 0.4 in DINO.
#[must_use]
pub fn cosine(from: f64, to: f64, step: Step) -> f64 {
    to + (from - to) * 0.5 * (1.0 + libm::cos(PI * done(step)))
}

/// A straight line from `from` at the first step to `to` once the first `part` of the run (0..1) is over, and `to` from
/// there on.
///
/// DINO's teacher temperature over its first epochs (Caron et al., 2021, 3.3: 0.04 to 0.07 over 30 of them; the code
/// climbs by the epoch), and with `part` 1 I-JEPA's momentum (Assran et al., 2023, appendix A.1: 0.996 to 1).
#[must_use]
pub fn ramp(from: f64, to: f64, part: f64, step: Step) -> f64 {
    // `part` may be 0: there is nothing to climb then.
    let climbed = if part > 0.0 { (done(step) / part).min(1.0) } else { 1.0 };
    from + (to - from) * climbed
}

/// Whether a step is among the first `part` of the run, 0..1. For what is frozen at first: DINO's last layer for one
/// epoch, SwAV's prototypes for some hundred steps.
#[must_use]
pub fn is_among_first(part: f64, step: Step) -> bool {
    (step.index as f64) < (part.clamp(0.0, 1.0) * step.of as f64).round()
}

/// Part of the run that is over, 0..1.
fn done(step: Step) -> f64 {
    step.index.min(step.of) as f64 / step.of.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const OF: u64 = 1000;

    fn at(index: u64) -> Step {
        Step { index, of: OF }
    }

    #[test]
    fn the_teachers_momentum_is_byols_equation() {
        for index in [0, 1, 250, 500, 999, 1000] {
            let cosine_decay = 0.5 * (1.0 + (PI * index as f64 / OF as f64).cos());
            let expected = 1.0 - (1.0 - 0.996) * cosine_decay;
            assert!((cosine(0.996, 1.0, at(index)) - expected).abs() < 1e-12, "step {index}");
        }
        assert_eq!(cosine(0.99, 0.99, at(317)), 0.99, "a constant is exactly that");
        assert_eq!(cosine(0.996, 1.0, at(5000)), 1.0, "past the end it stays");
    }

    #[test]
    fn a_ramp_is_dinos_within_an_epochs_rise_and_ijepas_at_every_step() {
        // numpy.linspace(0.04, 0.07, 30), then 0.07, of a hundred epochs of ten steps.
        for epoch in 0..100u64 {
            let expected = 0.04 + 0.03 * (epoch as f64 / 29.0).min(1.0);
            let off = (ramp(0.04, 0.07, 0.3, at(10 * epoch)) - expected).abs();
            let allowed = if (1..30).contains(&epoch) { 0.03 / 29.0 } else { 0.0 };
            assert!(off <= allowed + 1e-12, "epoch {epoch}");
        }
        for index in [0, 1, 400, 1000] {
            let expected = 0.996 + index as f64 * (1.0 - 0.996) / OF as f64;
            assert!((ramp(0.996, 1.0, 1.0, at(index)) - expected).abs() < 1e-12, "step {index}");
        }
        assert_eq!(ramp(0.04, 0.07, 0.0, at(0)), 0.07, "no ramp is its top");
    }

    #[test]
    fn what_is_frozen_at_first_thaws_after_its_part() {
        let frozen = (0..OF).filter(|&index| is_among_first(0.01, at(index))).count();
        assert_eq!(frozen, 10);
        assert!(!is_among_first(0.0, at(0)) && is_among_first(2.0, at(999)));
        assert!(!is_among_first(1.0, Step { index: 0, of: 0 }), "a run of no steps");
    }
}
