#![allow(clippy::unwrap_used)]

use burn::{
    module::{ModuleVisitor, Param},
    tensor::{Device, Distribution, Gradients},
};

use super::*;
use crate::{
    mask::{Mask, MaskKind},
    methods::{AnyMethod, Method, build},
    weights::{self, Dtype, Header},
};

const STEP: Step = Step { index: 3, of: 10 };
const COUNT: usize = 3;
const GRID: Grid = Grid::new(4, 4);

fn run(knobs: &[(&'static str, &'static str)]) -> RunConfig {
    let tiny = CARD.presets[0]
        .settings()
        .filter(|(name, _)| CARD.knobs.iter().any(|knob| knob.name == *name));
    let knobs = tiny
        .chain(knobs.iter().copied())
        .map(|(name, value)| (name.to_owned(), toml::Value::String(value.to_owned())))
        .collect();
    RunConfig {
        method: "ijepa".into(),
        seed: 5,
        batch: COUNT,
        knobs,
        ..RunConfig::default()
    }
}

fn pictures(device: &Device) -> Tensor<4> {
    Tensor::random([COUNT, 3, 32, 32], Distribution::Uniform(0.0, 1.0), device)
}

fn batch(device: &Device) -> Batch {
    let masks = (0..COUNT as u64).map(|seed| MaskKind::Random(0.3).draw(GRID, seed, 0)).collect();
    Batch::plain(pictures(device), masks)
}

fn jepa(method: AnyMethod) -> Ijepa {
    match method {
        AnyMethod::Ijepa(method) => method,
        other => panic!("{} in place of ijepa", other.name()),
    }
}

fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().iter::<f32>().collect()
}

fn is_near(a: &[f32], b: &[f32]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-5)
}

#[test]
fn what_is_hidden_does_not_reach_the_prediction_and_what_is_visible_does() {
    let device = Device::flex();
    let model = jepa(build(&run(&[]), &device).unwrap());
    let mask = Mask::from_hidden(GRID, &[0, 1, 4, 5]);
    let of = |pictures: Tensor<4>| {
        let batch = Batch::plain(pictures, vec![mask.clone(); COUNT]);
        let order = Order::of(&batch.masks);
        numbers(
            model
                .objective
                .said(&model.student, &batch, &order, &[vec![vec![0, 1, 4, 5]; COUNT]]),
        )
    };
    // The four hidden patches are the upper left quarter.
    let (one, other) = (pictures(&device), pictures(&device));
    let quarter = [0..COUNT, 0..3, 0..16, 0..16];
    let changed = one.clone().slice_assign(quarter.clone(), other.clone().slice(quarter));
    assert_eq!(of(one.clone()), of(changed));
    let elsewhere = [0..COUNT, 0..3, 16..32, 16..32];
    let changed = one.clone().slice_assign(elsewhere.clone(), other.slice(elsewhere));
    assert!(!is_near(&of(one), &of(changed)));
}

#[test]
fn questions_know_nothing_of_each_other_and_answers_keep_their_order() {
    let device = Device::flex();
    let model = jepa(build(&run(&[]), &device).unwrap());
    let order = Order::of(&batch(&device).masks);
    let seen = batch(&device);
    let questions = [vec![vec![1, 2], vec![5, 9], vec![0, 15]], vec![vec![3, 7], vec![2, 6], vec![8, 4]]];
    let both = numbers(model.objective.said(&model.student, &seen, &order, &questions));
    let alone: Vec<f32> = questions
        .iter()
        .flat_map(|question| numbers(model.objective.said(&model.student, &seen, &order, std::slice::from_ref(question))))
        .collect();
    assert!(is_near(&both, &alone));
    let tokens = Tensor::<3>::from_data([[[0.0], [1.0], [2.0]], [[10.0], [11.0], [12.0]]], &device);
    let picked = picked(tokens, &[vec![vec![2, 0], vec![1, 1]], vec![vec![0, 1], vec![2, 0]]]);
    assert_eq!(picked.dims(), [4, 2, 1]);
    assert_eq!(numbers(picked), [2.0, 0.0, 11.0, 11.0, 0.0, 1.0, 12.0, 10.0]);
}

/// Sums of absolute gradients, one a trained parameter.
struct Found(Gradients, Vec<f32>);

impl ModuleVisitor for Found {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if param.is_require_grad() {
            let gradient = param.val().grad(&self.0);
            self.1
                .push(gradient.map_or(0.0, |gradient| gradient.abs().sum().into_scalar::<f32>()));
        }
    }
}

#[test]
fn gradients_reach_student_and_predictor_and_never_the_teacher() {
    let device = Device::flex().autodiff();
    let model = jepa(build(&run(&[]), &device).unwrap());
    let loss = model.loss(&batch(&device), STEP);
    assert_eq!(loss.features.as_ref().unwrap().dims(), [COUNT, 48]);
    let visited = |gradients, visit: &dyn Fn(&mut Found)| {
        let mut found = Found(gradients, Vec::new());
        visit(&mut found);
        found
    };
    let found = visited(loss.total.backward(), &|found| model.student.visit(found));
    assert!(found.1.len() > 20 && found.1.iter().all(|sum| *sum > 0.0), "{:?}", found.1);
    let found = visited(found.0, &|found| model.objective.visit(found));
    assert!(found.1.iter().skip(1).all(|sum| *sum > 0.0) && found.1.len() > 10, "{:?}", found.1);
    let found = visited(found.0, &|found| model.teacher.visit(found));
    assert!(found.1.is_empty(), "nothing of the teacher is trained");
}

#[test]
fn a_file_holds_the_teacher_and_the_predictor_and_answers_as_before() {
    let device = Device::flex();
    let mut model = build(&run(&[]), &device).unwrap();
    // A student that went its own way, so that it matters which branch is kept.
    if let AnyMethod::Ijepa(jepa) = &mut model {
        jepa.student = jepa_of(6, &device).student;
    }
    let seen = batch(&device);
    let before = numbers(model.patch_energy(&seen).unwrap());
    assert!(
        before
            .iter()
            .zip(seen.masks.iter().flat_map(|mask| &mask.hidden))
            .all(|(energy, hidden)| (*energy > 0.0) == *hidden)
    );
    let bytes = weights::to_bytes(&model, &Header::new(&model, &run(&[])), Dtype::F32).unwrap();
    let opened = weights::from_bytes(&bytes, "a.safetensors", &device).unwrap().method;
    assert_eq!(numbers(opened.patch_energy(&seen).unwrap()), before);
    let (ours, back) = (model.embed(seen.pictures.clone()), opened.embed(seen.pictures.clone()));
    assert_eq!(numbers(ours), numbers(back));
    let tokens = model.embed_patches(seen.pictures.clone()).unwrap().mean_dim(1).reshape([COUNT, 48]);
    assert!(
        is_near(&numbers(tokens), &numbers(opened.embed(seen.pictures))),
        "a picture is the mean of its patches"
    );
}

fn jepa_of(seed: u64, device: &Device) -> Ijepa {
    jepa(build(&RunConfig { seed, ..run(&[]) }, device).unwrap())
}

#[test]
fn the_energy_of_all_and_of_nothing_hidden() {
    let device = Device::flex();
    let model = jepa(build(&run(&[]), &device).unwrap());
    let with = |mask: Mask| model.patch_energy(&Batch::plain(pictures(&device), vec![mask; COUNT]));
    assert_eq!(numbers(with(Mask::none(GRID)).unwrap()), [0.0; 16 * COUNT]);
    assert!(with(Mask::none(GRID).inverted()).is_none());
}

#[test]
fn what_cannot_be_is_refused_with_a_sentence() {
    let cases = [
        ([("backbone", "resnet18-cifar")], "residual network"),
        ([("backbone", "vit:48x2/3/16")], "three patches a side"),
        ([("projector", "64")], "set it to none"),
        ([("predictor_dim", "26")], "divisible by 4"),
        ([("target_scale", "0.2,0.1")], "smallest and the largest"),
        ([("targets", "0")], "from 1 to 64"),
    ];
    for (knobs, says) in cases {
        let refused = build(&run(&knobs), &Device::flex()).map(|_| ()).unwrap_err().to_string();
        assert!(refused.contains(says), "{refused}");
        assert!(
            AnyMethod::plan(&run(&knobs)).is_err() || knobs[0].0.starts_with("target"),
            "{refused}"
        );
    }
}
