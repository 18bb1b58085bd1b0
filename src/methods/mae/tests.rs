use burn::{
    module::{Module, ModuleVisitor, Param},
    tensor::{Device, Distribution, Gradients, Tensor},
};

use super::*;
use crate::{
    mask::{Grid, Mask},
    methods::{AnyMethod, build},
    weights::{state, with_state},
};

const STEP: Step = Step { index: 0, of: 1 };

fn run(knobs: &[(&str, &str)]) -> RunConfig {
    let tiny = [
        ("size", "16"),
        ("patch", "4"),
        ("encoder_dim", "12"),
        ("encoder_heads", "3"),
        ("encoder_depth", "2"),
        ("decoder_dim", "8"),
        ("decoder_heads", "2"),
        ("decoder_depth", "1"),
    ];
    let knobs = tiny
        .iter()
        .chain(knobs)
        .map(|(name, value)| ((*name).to_owned(), toml::Value::String((*value).to_owned())))
        .collect();
    RunConfig {
        method: "mae".into(),
        seed: 5,
        knobs,
        ..RunConfig::default()
    }
}

fn batch(masks: Vec<Mask>, device: &Device) -> Batch {
    let shape = [masks.len(), 3, 16, 16];
    let random = || Tensor::random(shape, Distribution::Uniform(0.0, 1.0), device);
    Batch {
        fill: Some(random()),
        ..Batch::plain(random(), masks)
    }
}

fn masks() -> Vec<Mask> {
    let grid = Grid { rows: 4, columns: 4 };
    [[0, 1, 2, 3, 9, 12], [4, 5, 6, 7, 14, 15]]
        .map(|hidden| Mask::from_hidden(grid, &hidden))
        .to_vec()
}

fn variants() -> [RunConfig; 6] {
    [
        run(&[]),
        run(&[("target", "normalised")]),
        run(&[("target", "residual")]),
        run(&[("target", "residual"), ("fill_to_decoder", "true")]),
        run(&[("target", "residual"), ("balance", "true")]),
        run(&[
            ("target", "residual"),
            ("corrector_dim", "6"),
            ("fill_to_decoder", "true"),
            ("overlap", "true"),
        ]),
    ]
}

#[test]
fn every_trained_parameter_gets_a_gradient() {
    let device = Device::flex().autodiff();
    for config in variants() {
        let model = build(&config, &device).unwrap();
        let loss = model.loss(&batch(masks(), &device), STEP).total;
        assert!(loss.clone().into_scalar::<f32>().is_finite());
        let mut found = Found {
            gradients: loss.backward(),
            sums: vec![],
        };
        model.visit(&mut found);
        assert_eq!(
            found.sums.len(),
            state(&model).len() - 2,
            "all but the two tables of positions are trained"
        );
        assert!(found.sums.iter().all(|sum| *sum > 0.0 && sum.is_finite()), "{:?}", found.sums);
    }
}

/// Sums of absolute gradients, one a trained parameter.
struct Found {
    gradients: Gradients,
    sums: Vec<f32>,
}

impl ModuleVisitor for Found {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if param.is_require_grad() {
            let gradient = param.val().grad(&self.gradients);
            self.sums
                .push(gradient.map_or(0.0, |gradient| gradient.abs().sum().into_scalar::<f32>()));
        }
    }
}

#[test]
fn what_corrects_a_fill_leaves_the_visible_alone() {
    let device = Device::flex();
    let knobs = [("target", "residual"), ("overlap", "true"), ("corrector_dim", "6")];
    let batch = batch(masks(), &device);
    // One seed: encoder and decoder are the same in both.
    let [plain, corrected] = [&knobs[..2], &knobs[..]].map(|knobs| build(&run(knobs), &device).unwrap().complete(&batch).unwrap());
    let change = patchify((corrected - plain).abs(), 4).max_dim(2).squeeze_dim::<2>(2).into_data();
    let hidden = batch.masks.iter().flat_map(|mask| mask.hidden.clone());
    for (patch, (change, hidden)) in change.iter::<f32>().zip(hidden).enumerate() {
        assert_eq!(change > 0.0, hidden, "patch {patch} changes by {change}");
    }
}

#[test]
fn a_corrector_alone_is_all_that_is_trained_and_drawn_with() {
    let device = Device::flex().autodiff();
    let alone = |seed| RunConfig {
        seed,
        ..run(&[("target", "residual"), ("corrector_dim", "6"), ("corrector_alone", "true")])
    };
    let batch = batch(masks(), &device);
    let model = build(&alone(5), &device).unwrap();
    let mut found = Found {
        gradients: model.loss(&batch, STEP).total.backward(),
        sums: vec![],
    };
    model.visit(&mut found);
    let is_corrector = |name: &str| name.starts_with("corrector.");
    assert!(found.sums.iter().all(|sum| *sum > 0.0), "{:?}", found.sums);
    // Another encoder and decoder, the same corrector: the same drawing.
    let own: Vec<_> = state(&model).into_iter().filter(|(name, _)| is_corrector(name)).collect();
    assert_eq!(found.sums.len(), own.len());
    let others = state(&build(&alone(6), &device).unwrap()).into_iter().filter(|(name, _)| !is_corrector(name));
    let other = with_state(model.clone(), others.chain(own).collect()).unwrap();
    let drawn = |model: &AnyMethod| model.complete(&batch).unwrap().into_data();
    assert_eq!(drawn(&model), drawn(&other));
    let nothing = build(&run(&[("corrector_alone", "true")]), &device).unwrap();
    for (model, word) in [(model, "--from"), (nothing, "corrector_dim")] {
        assert!(model.doubts(8, 0).iter().any(|doubt| doubt.contains(word)));
    }
    assert_eq!(build(&run(&[]), &device).unwrap().doubts(8, 0), Vec::<String>::new());
}

#[test]
fn state_goes_out_and_in() {
    let device = Device::flex();
    let model = build(&run(&[]), &device).unwrap();
    let other = build(&RunConfig { seed: 6, ..run(&[]) }, &device).unwrap();
    let batch = batch(masks(), &device);
    let drawn = |model: &AnyMethod| model.complete(&batch).unwrap().into_data();
    assert_ne!(drawn(&model), drawn(&other));
    let copy = with_state(other.clone(), state(&model)).unwrap();
    assert_eq!(drawn(&model), drawn(&copy));
    assert_eq!(model.num_params(), other.num_params());
}
