#![allow(clippy::unwrap_used)]

use burn::tensor::Device;

use super::*;
use crate::methods::{AnyMethod, build};

fn dino(knobs: &[(&'static str, &'static str)], run: RunConfig) -> SelfDistillation {
    let tiny = CARD.presets[0]
        .settings()
        .filter(|(name, _)| CARD.knobs.iter().any(|knob| knob.name == *name));
    let knobs = tiny
        .chain(knobs.iter().copied())
        .map(|(name, value)| (name.to_owned(), toml::Value::String(value.to_owned())))
        .collect();
    let config = RunConfig {
        method: "dino".into(),
        knobs,
        ..run
    };
    match build(&config, &Device::flex()).unwrap() {
        AnyMethod::Dino(method) => method.objective,
        other => panic!("{} in place of dino", other.name()),
    }
}

/// Ten pictures, two at a time, gradients of two batches in a step: three steps a pass.
fn short(steps: u64) -> RunConfig {
    RunConfig {
        pictures: 10,
        batch: 2,
        accumulate: 2,
        steps,
        ..RunConfig::default()
    }
}

#[test]
fn a_stepwise_teacher_is_copied_where_a_pass_ends_and_stays_as_it_is_elsewhere() {
    let stays = |passes: &'static str| -> Vec<f64> {
        let dino = dino(&[("teacher_epochs", passes)], short(12));
        (0..12).map(|index| dino.momentum(Step { index, of: 12 })).collect()
    };
    let every = |steps: usize| -> Vec<f64> { (1..=12).map(|done: usize| if done.is_multiple_of(steps) { 0.0 } else { 1.0 }).collect() };
    assert_eq!(stays("1"), every(3));
    assert_eq!(stays("2"), every(6));
    assert!(stays("0").iter().all(|part| (0.9..=1.0).contains(part)), "a moving average");
}

#[test]
fn a_teacher_that_would_never_be_copied_is_doubted() {
    let said = |steps| dino(&[("teacher_epochs", "2")], short(steps)).doubts(2, 2).join(" ");
    assert!(said(5).contains("every 6 steps, and this run has 5"), "{}", said(5));
    assert_eq!(said(6), "");
}
