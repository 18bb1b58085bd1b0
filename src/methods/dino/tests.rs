#![allow(clippy::unwrap_used)]

use burn::tensor::{Device, TensorData};

use super::*;
use crate::{
    methods::{AnyMethod, Method, build},
    weights::{state, with_state},
};

fn dino(knobs: &[(&'static str, &'static str)], run: RunConfig) -> SelfDistillation {
    whole(knobs, run).objective
}

fn whole(knobs: &[(&'static str, &'static str)], run: RunConfig) -> Dino {
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
    match build(&config, &Device::flex().autodiff()).unwrap() {
        AnyMethod::Dino(method) => method,
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

/// A number of the projector of this branch.
fn number(model: &Dino, branch: &str) -> f32 {
    let prefix = format!("{branch}.projector.");
    let (_, data) = state(model).into_iter().find(|(path, _)| path.starts_with(&prefix)).unwrap();
    data.iter::<f32>().next().unwrap()
}

/// The student with this added to its projector, and what follows from a step.
fn stepped(model: Dino, by: f32, index: u64) -> Dino {
    let moved = state(&model).into_iter().map(|(path, data)| {
        let shape = data.shape().to_vec();
        let by = if path.starts_with("student.projector.") { by } else { 0.0 };
        let numbers: Vec<f32> = data.iter::<f32>().map(|x| x + by).collect();
        (path, TensorData::new(numbers, shape))
    });
    let mut model = with_state(model, moved.collect()).unwrap();
    model.settle(Step { index, of: 10 }, vec![]);
    model
}

#[test]
fn a_late_teacher_is_the_student_of_the_step_before() {
    let copied = [("teacher_momentum", "0"), ("rising", "false"), ("centre", "false")];
    for behind in ["false", "true"] {
        let mut model = whole(&[copied.as_slice(), &[("teacher_behind", behind)]].concat(), short(10));
        for index in 0..3 {
            let before = number(&model, "student");
            model = stepped(model, 1.0, index);
            let wanted = if behind == "true" { before } else { number(&model, "student") };
            assert_eq!(number(&model, "teacher"), wanted, "{behind}, step {index}");
        }
    }
}
