//! Half precision, which GPUs train in, on the CPU backend: every method there is takes the step that it takes in f32, up to
//! rounding, and what half precision could not hold (a teacher, a checkpoint) is f32.
#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used)]

#[path = "common/batches.rs"]
mod batches;
#[path = "common/skip.rs"]
mod skip;

use std::collections::BTreeMap;

use burn::{
    module::{Module, ModuleVisitor, Param},
    tensor::{DType, Device, Gradients, Tensor},
};
use darkroom::{
    config::RunConfig,
    data::HostBatch,
    device::{self, OpenDevice},
    kernels::bridge::halves::{self, Along},
    methods::{self, Method, MethodCard, Step},
    train::{Trainer, read, settings::Settings, to_device},
    weights::{self, Dtype, Header},
};

use batches::batches;

/// So many steps a run has.
const STEPS: u64 = 50;
/// Pictures of a batch, and of all: one batch is a pass, after which there are clusters.
const PICTURES: usize = 16;
/// Both precisions, of 11 and 8 bits, and the cosine that a gradient keeps with that of f32. Norms over so few pictures make
/// much of what is rounded: PyTorch's autocast keeps 0.993 and 0.923 of a ResNet-18 on as many pictures of 8 px.
const HALVES: [(&str, f64); 2] = [("f16", 0.98), ("bf16", 0.85)];
/// How far a loss may be off, in the f32 one.
const OFF: f32 = 2e-2;
/// The least loss that this is a part of: some are cosines, around 0 at first.
const LEAST: f32 = 0.1;
/// How far the norm of a gradient may be off, in that of f32.
const NORM_OFF: f32 = 0.1;

/// Every method at its smallest preset, and two that the others leave out: convolutions, and what some transformers have.
fn every() -> Vec<RunConfig> {
    let small = methods::cards().iter().map(|card| config(card, &[]));
    let of = |name: &str| methods::cards().iter().find(|card| card.name == name).unwrap();
    let further = [
        config(of("simclr"), &[("backbone", "resnet18-cifar"), ("size", "8")]),
        config(of("simclr"), &[("backbone", "resnet18"), ("size", "32")]),
        config(of("dino"), &[("backbone", "vit:48x2/3/8+scale+registers:2")]),
    ];
    small.chain(further).collect()
}

fn config(card: &MethodCard, set: &[(&str, &str)]) -> RunConfig {
    let set = set.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let data = ("data".to_owned(), format!("scenes?count={PICTURES}"));
    let settings = Settings {
        method: Some(card.name),
        preset: Some("tiny"),
        set: set.chain([data]).collect(),
        ..Settings::default()
    };
    RunConfig {
        pictures: PICTURES,
        batch: PICTURES,
        ..settings.resolve().unwrap()
    }
}

fn within(config: &RunConfig, precision: &str) -> RunConfig {
    RunConfig {
        precision: precision.into(),
        ..config.clone()
    }
}

/// For messages.
fn name(config: &RunConfig) -> String {
    let backbone = config.knobs.get("backbone").map(ToString::to_string).unwrap_or_default();
    format!("{} {backbone} in {}", config.method, config.precision)
}

/// On the CPU, whose command line refuses half precision because nobody would train so.
fn trainer(config: &RunConfig) -> Trainer {
    trainer_on(&device::open("cpu", "f32").unwrap(), config)
}

fn trainer_on(on: &OpenDevice, config: &RunConfig) -> Trainer {
    let model = methods::build(config, &on.device.clone().autodiff()).unwrap();
    Trainer::new(model, config, STEPS, on)
}

/// Loss and gradient norm of each step.
fn steps(trainer: &mut Trainer, batches: &[HostBatch]) -> Vec<[f32; 2]> {
    let outcomes = batches.iter().map(|batch| trainer.step(vec![batch.clone()])).collect();
    let numbers = read(outcomes).into_iter();
    numbers.map(|(_, _, numbers)| [numbers.loss, numbers.gradient_norm]).collect()
}

/// Gradients by path, of all that is trained; every tensor must be f32.
struct Gradient<'a> {
    gradients: &'a Gradients,
    path: Vec<String>,
    found: BTreeMap<String, Vec<f32>>,
}

impl ModuleVisitor for Gradient<'_> {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let (path, value) = (self.path.join("."), param.val());
        assert_eq!(value.dtype(), DType::F32, "{path}");
        if value.is_require_grad() {
            let gradient = value.grad(self.gradients);
            let numbers = gradient.map(|gradient| {
                assert_eq!(gradient.dtype(), DType::F32, "the gradient of {path}");
                gradient.into_data().iter::<f32>().collect()
            });
            self.found.insert(path, numbers.unwrap_or_default());
        }
    }
}

/// The second step's loss, when there are clusters and a constant, and its gradient.
fn step(config: &RunConfig) -> (f32, BTreeMap<String, Vec<f32>>) {
    let on = Device::flex().autodiff();
    let mut model = methods::build(config, &on).unwrap();
    let batch = to_device(batches(config, 1).remove(0), &on);
    let [first, second] = [0, 1].map(|index| Step { index, of: STEPS });
    let kept = model.loss(&batch, first).kept;
    model.settle(first, vec![kept]);
    let loss = model.loss(&batch, second);
    let embeddings = model.embed(batch.pictures.clone());
    for tensor in [
        loss.features.unwrap_or(embeddings.clone()),
        embeddings.clone(),
        model.project(embeddings),
    ] {
        assert_eq!(tensor.dtype(), DType::F32, "{}", name(config));
    }
    assert_eq!(loss.total.dtype(), DType::F32, "{}", name(config));
    let number = loss.total.clone().into_scalar::<f32>();
    let gradients = loss.total.backward();
    let mut gradient = Gradient {
        gradients: &gradients,
        path: vec![],
        found: BTreeMap::new(),
    };
    model.visit(&mut gradient);
    (number, gradient.found)
}

/// Cosine of two lists of numbers.
fn cosine(a: &[f32], b: &[f32]) -> f64 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}

#[test]
fn a_step_of_half_precision_is_the_step_of_f32_but_for_rounding() {
    for config in every() {
        let (full, aim) = step(&config);
        let all = |found: &BTreeMap<String, Vec<f32>>| found.values().flatten().copied().collect::<Vec<_>>();
        for (precision, likeness) in HALVES {
            let config = within(&config, precision);
            let (half, found) = step(&config);
            let name = name(&config);
            assert!(
                (half - full).abs() <= OFF * full.abs().max(LEAST),
                "{name}: a loss of {half}, and {full} in f32"
            );
            // Nothing trains the floor.
            if config.method == "untrained" {
                continue;
            }
            assert!(half != full, "{name}: nothing is rounded");
            for (path, gradient) in &found {
                assert!(gradient.iter().any(|number| *number != 0.0), "{name}: no gradient reaches {path}");
            }
            let [aim, found] = [&aim, &found].map(all);
            let turned = cosine(&aim, &found);
            assert!(turned > likeness, "{name}: the gradient's cosine with that of f32 is {turned}");
        }
    }
}

/// Outputs of a norm and gradients of input, weight and bias, in one list, as f32.
fn normed(dtype: DType, along: Along, norm: impl Fn(Tensor<2>, [Tensor<1>; 2]) -> Tensor<2>) -> Vec<f32> {
    let on = Device::flex().autodiff();
    let (rows, columns) = (7, 5);
    let wave = |count: usize, pace: f32| (0..count).map(|i| (i as f32 * pace).sin()).collect::<Vec<_>>();
    let x = Tensor::<1>::from_floats(wave(rows * columns, 0.7).as_slice(), &on).reshape([rows, columns]);
    let x = (x * 2.0 + 1.0).cast(dtype).detach().require_grad();
    let [weight, bias] = [1.3, 2.1].map(|pace| Tensor::<1>::from_floats(wave(columns, pace).as_slice(), &on).require_grad());
    let above = Tensor::<1>::from_floats(wave(rows * columns, 1.9).as_slice(), &on).reshape([rows, columns]);
    let y = norm(x.clone(), [weight.clone(), bias.clone()]);
    assert_eq!(y.dtype(), dtype, "{along:?}");
    let gradients = (y.clone().cast(DType::F32) * above).sum().backward();
    let mut all: Vec<f32> = y.into_data().iter::<f32>().collect();
    all.extend(x.grad(&gradients).unwrap().into_data().iter::<f32>());
    for param in [weight, bias] {
        all.extend(param.grad(&gradients).unwrap().into_data().iter::<f32>());
    }
    all
}

#[test]
fn a_norm_goes_back_as_burns_operations_do() {
    const EPSILON: f64 = 1e-3;
    for along in [Along::Columns, Along::Rows] {
        let burns = normed(DType::F32, along, |x, [weight, bias]| {
            let axis = if along == Along::Columns { 0 } else { 1 };
            let centred = x.clone() - x.mean_dim(axis);
            let variance = centred.clone().square().mean_dim(axis);
            centred / (variance + EPSILON).sqrt() * weight.unsqueeze() + bias.unsqueeze()
        });
        for (dtype, off) in [(DType::F32, 1e-5), (DType::F16, 4e-3), (DType::BF16, 3e-2)] {
            let ours = normed(dtype, along, |x, affine| {
                let moments = halves::moments(&x, along);
                halves::norm(x, moments, affine, EPSILON, along)
            });
            assert_eq!(ours.len(), burns.len());
            let worst = ours.iter().zip(&burns).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(worst < off, "{dtype:?}, {along:?}: {worst}");
        }
    }
}

#[test]
fn a_teacher_follows_by_steps_that_half_precision_could_not_tell() {
    let momentum = |card: &&MethodCard| card.knobs.iter().any(|knob| knob.name == "teacher_momentum");
    let mut seen = 0;
    for card in methods::cards().iter().filter(momentum) {
        let config = within(&config(card, &[("teacher_momentum", "0.999"), ("rising", "false")]), "bf16");
        let mut trainer = trainer(&config);
        let before = trainer.tensors();
        let _ = read(vec![trainer.step(batches(&config, 1))]);
        let after = trainer.tensors();
        let mut moved = 0;
        for (path, (_, was)) in before.iter().filter(|(path, _)| path.starts_with("model.teacher.")) {
            let Some((_, student)) = after.get(&path.replace(".teacher.", ".student.")) else {
                continue;
            };
            if path.contains("running") || path.contains("positions") {
                continue;
            }
            for ((was, is), student) in was.iter().zip(&after[path].1).zip(student) {
                let aim = f64::from(*was) * 0.999 + f64::from(*student) * 0.001;
                assert!(
                    (f64::from(*is) - aim).abs() <= 2e-7 * aim.abs() + 1e-9,
                    "{}: {path}: {is} for {aim}",
                    card.name
                );
                moved += usize::from(is != was);
            }
        }
        assert!(moved > 1000, "{}: {moved} numbers of the teacher moved", card.name);
        seen += 1;
    }
    assert!(seen >= 4, "{seen} methods");
}

#[test]
fn a_run_of_half_precision_goes_on_as_if_it_had_not_stopped() {
    for config in every()
        .iter()
        .flat_map(|config| HALVES.map(|(precision, _)| within(config, precision)))
    {
        let all = batches(&config, 4);
        let mut whole = trainer(&config);
        steps(&mut whole, &all[..2]);
        let mut second = trainer(&config);
        second.restore(2, whole.tensors(), &device::open("cpu", "f32").unwrap()).unwrap();
        let [going, gone] = [&mut whole, &mut second].map(|trainer| steps(trainer, &all[2..]));
        assert!(
            going.as_flattened().iter().all(|number| number.is_finite()),
            "{}: {going:?}",
            name(&config)
        );
        assert_eq!(going, gone, "{}", name(&config));
        assert_eq!(whole.tensors(), second.tensors(), "{}", name(&config));
    }
}

/// A device for half precision, and which.
fn gpu() -> Option<(OpenDevice, &'static str)> {
    let open = |precision| {
        let found = ["cuda", "metal", "vulkan"]
            .into_iter()
            .find_map(|kind| device::open(kind, precision).ok());
        found.map(|on| (on, precision))
    };
    let found = ["bf16", "f16"].into_iter().find_map(open);
    if found.is_none() {
        skip::skipped("no GPU answers that has half precision");
    }
    found
}

/// Wherever a GPU answers: a software one of Vulkan, too, where it has half precision.
#[test]
fn a_gpu_takes_the_same_steps() {
    let Some((on, precision)) = gpu() else { return };
    for config in every()
        .iter()
        .filter(|config| ["mae", "simclr", "byol"].contains(&config.method.as_str()))
    {
        let batches = batches(config, 2);
        let full = steps(&mut trainer(config), &batches);
        let config = within(config, precision);
        let half = steps(&mut trainer_on(&on, &config), &batches);
        let name = name(&config);
        for ([loss, norm], [aim, aim_norm]) in half.into_iter().zip(full) {
            assert!(
                (loss - aim).abs() <= OFF * aim.abs(),
                "{name}: a loss of {loss}, and {aim} in f32 on the CPU"
            );
            assert!(
                (norm / aim_norm - 1.0).abs() <= NORM_OFF,
                "{name}: a gradient of norm {norm}, and {aim_norm} in f32 on the CPU"
            );
        }
    }
}

#[test]
fn what_was_trained_in_half_precision_answers_in_f32() {
    let on = Device::flex();
    for config in every() {
        let config = within(&config, "bf16");
        let model = methods::build(&config, &on).unwrap();
        let bytes = weights::to_bytes(&model, &Header::new(&model, &config), Dtype::F32).unwrap();
        let opened = weights::from_bytes(&bytes, "half.safetensors", &on).unwrap().method;
        let plain = methods::build(&within(&config, "f32"), &on).unwrap();
        let pictures = to_device(batches(&config, 1).remove(0), &on).pictures;
        let [opened, plain, half] = [&opened, &plain, &model].map(|model| model.embed(pictures.clone()).into_data());
        assert_eq!(opened, plain, "{}", name(&config));
        assert!(half != plain, "{}: nothing is rounded", name(&config));
    }
}

#[test]
fn a_precision_that_is_none_is_named() {
    for card in methods::cards() {
        let config = within(&config(card, &[]), "f61");
        let why = methods::build(&config, &Device::flex()).map(|_| ()).unwrap_err().to_string();
        assert_eq!(why, "knob precision cannot be f61: it is f32, f16 or bf16", "{}", card.name);
    }
}
