//! What holds for every method there is: each line of the list in `src/methods` is tested by being there.
#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used)]

mod common;

use burn::{
    module::{Module, ModuleVisitor, Param},
    tensor::{Device, Distribution, Gradients, Tensor, TensorData},
};
use darkroom::{
    chance::Chance,
    config::RunConfig,
    data::{self, HostBatch, Loader, LoaderConfig, OpenOptions},
    learn::Schedule,
    methods::{self, AnyMethod, Batch, Method, MethodCard, Step},
    train::{settings::Settings, to_device},
    weights::{self, Dtype, Header, state, with_state},
};

const STEP: Step = Step { index: 0, of: 1 };

/// Every method at its smallest preset, with each of its choices of words and flags tried.
fn every() -> Vec<(String, RunConfig)> {
    methods::cards().iter().flat_map(variants).collect()
}

fn variants(card: &MethodCard) -> Vec<(String, RunConfig)> {
    let smallest = Settings {
        method: Some(card.name),
        preset: Some(card.presets[0].name),
        ..Settings::default()
    };
    let mut all = vec![(card.name.to_owned(), smallest.resolve().unwrap())];
    let flags = card.knobs.iter().filter(|knob| knob.default == "false" || knob.default == "true");
    for knob in flags {
        let mut changed = all[0].1.clone();
        changed
            .knobs
            .insert(knob.name.into(), toml::Value::Boolean(knob.default == "false"));
        all.push((format!("{}, {} turned", card.name, knob.name), changed));
    }
    all
}

/// A batch as the loader makes it for this method.
fn batch(config: &RunConfig, count: usize) -> HostBatch {
    let plan = AnyMethod::plan(config).unwrap();
    let source = data::open(&format!("scenes?count={count}"), &OpenOptions::default()).unwrap();
    let settings = LoaderConfig {
        batch: count,
        size_px: plan.size_px,
        patch_px: plan.patch_px,
        masks: plan.masks,
        fill: plan.fill,
        recipes: plan.recipes,
        steps: Some(1),
        ..LoaderConfig::default()
    };
    Loader::start(source.source, settings).unwrap().next().unwrap().unwrap()
}

fn loss(model: &AnyMethod, batch: &Batch) -> f64 {
    f64::from(model.loss(batch, STEP).total.into_scalar::<f32>())
}

/// Gradients in the order in which the module is visited, which is its state's; `None` where nothing is trained.
struct Read {
    gradients: Gradients,
    found: Vec<Option<Vec<f32>>>,
}

impl ModuleVisitor for Read {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let numbers = |gradient: Tensor<D>| {
            gradient
                .into_data()
                .convert_dtype(burn::tensor::DType::F32)
                .try_into_vec::<f32>()
                .unwrap()
        };
        let gradient = param.is_require_grad().then(|| param.val().grad(&self.gradients).map(numbers));
        self.found
            .push(gradient.map(|gradient| gradient.unwrap_or_else(|| vec![0.0; param.val().shape().num_elements()])));
    }
}

#[test]
fn gradients_are_the_slopes_of_the_loss() {
    // Central differences in f32: the step is large enough to stand out of rounding, small enough to see no curve.
    const AHEAD: f32 = 2e-2;
    let on = Device::flex();
    for (name, config) in every() {
        let host = batch(&config, 4);
        let model = methods::build(&config, &on.clone().autodiff()).unwrap();
        if !model.draws() {
            // Teachers, queues and stop-gradients make a loss whose slope is not its gradient, on purpose: these are held
            // against PyTorch one by one.
            continue;
        }
        let mut read = Read {
            gradients: model.loss(&to_device(host.clone(), &on.clone().autodiff()), STEP).total.backward(),
            found: vec![],
        };
        model.visit(&mut read);
        let (model, seen) = (model.valid(), to_device(host, &on));
        let numbers = state(&model);
        let mut checked = 0;
        for (at, gradient) in read.found.iter().enumerate() {
            let Some(gradient) = gradient else { continue };
            let norm = gradient.iter().map(|g| g * g).sum::<f32>().sqrt();
            let mut chance = Chance::new(9, &name, at as u64);
            // Along the gradient, where an error of size shows, and a little aside, where one of direction does.
            let aside: Vec<f32> = gradient.iter().map(|_| chance.normal()).collect();
            let length = aside.iter().map(|a| a * a).sum::<f32>().sqrt();
            let way: Vec<f32> = gradient
                .iter()
                .zip(&aside)
                .map(|(g, a)| g / norm.max(1e-12) + 0.5 * a / length)
                .collect();
            let expected: f32 = gradient.iter().zip(&way).map(|(g, w)| g * w).sum();
            let moved = |by: f32| {
                let mut numbers = numbers.clone();
                let (_, data) = &mut numbers[at];
                let values: Vec<f32> = data.iter::<f32>().zip(&way).map(|(x, w)| x + by * w).collect();
                *data = TensorData::new(values, data.shape().clone());
                loss(&with_state(model.clone(), numbers).unwrap(), &seen)
            };
            let found = (moved(AHEAD) - moved(-AHEAD)) / f64::from(2.0 * AHEAD);
            let off = (found - f64::from(expected)).abs();
            assert!(
                off < 0.03 * f64::from(expected.abs()) + 2e-4,
                "{name}, {}: the loss rises by {found:.6}, the gradient says {expected:.6}",
                numbers[at].0
            );
            checked += 1;
        }
        assert!(checked > 10, "{name}: {checked} tensors are trained");
    }
}

#[test]
fn the_energy_is_finite_and_only_of_what_is_hidden() {
    let on = Device::flex();
    for (name, config) in every() {
        let model = methods::build(&config, &on).unwrap();
        let seen = to_device(batch(&config, 3), &on);
        assert!(loss(&model, &seen).is_finite(), "{name}");
        let Some(energy) = model.patch_energy(&seen) else { continue };
        let energy = energy.into_data().try_into_vec::<f32>().unwrap();
        let hidden = seen.masks.iter().flat_map(|mask| mask.hidden.iter().copied());
        for (energy, hidden) in energy.into_iter().zip(hidden) {
            assert!(
                if hidden {
                    energy > 0.0 && energy.is_finite()
                } else {
                    energy == 0.0
                },
                "{name}: {energy}"
            );
        }
    }
}

#[test]
fn pictures_of_one_batch_do_not_touch_each_other() {
    let on = Device::flex();
    for (name, config) in every() {
        let model = methods::build(&config, &on).unwrap();
        let mut seen = to_device(batch(&config, 2), &on);
        let [_, channels, height, width] = seen.pictures.dims();
        let first = |tensor: Tensor<2>| tensor.narrow(0, 0, 1).into_data().try_into_vec::<f32>().unwrap();
        let before = (model.patch_energy(&seen).map(first), first(model.embed(seen.pictures.clone())));
        let other = Tensor::random([1, channels, height, width], Distribution::Uniform(0.0, 1.0), &on);
        seen.pictures = Tensor::cat(vec![seen.pictures.narrow(0, 0, 1), other.clone()], 0);
        seen.fill = seen.fill.map(|fill| Tensor::cat(vec![fill.narrow(0, 0, 1), other], 0));
        let after = (model.patch_energy(&seen).map(first), first(model.embed(seen.pictures.clone())));
        assert_eq!(before, after, "{name}");
    }
}

#[test]
fn what_is_saved_comes_back_the_same() {
    let on = Device::flex();
    for (name, config) in every() {
        let model = methods::build(&config, &on).unwrap();
        let bytes = weights::to_bytes(&model, &Header::new(&model, &config), Dtype::F32).unwrap();
        let back = weights::from_bytes(&bytes, "saved.safetensors", &on).unwrap().method;
        assert_eq!(model.name(), back.name());
        assert_eq!(model.knobs(), back.knobs(), "{name}");
        let seen = to_device(batch(&config, 2), &on);
        let embedded = |of: &AnyMethod| of.embed(seen.pictures.clone());
        assert_eq!(embedded(&model).into_data(), embedded(&back).into_data(), "{name}");
        // What energies of pairs are read off.
        let projected = |of: &AnyMethod| of.project(embedded(of)).into_data();
        assert_eq!(projected(&model), projected(&back), "{name}");
        let patches = |of: &AnyMethod| of.embed_patches(seen.pictures.clone()).map(burn::tensor::Tensor::into_data);
        assert_eq!(patches(&model), patches(&back), "{name}");
        if model.draws() {
            assert_eq!(loss(&model, &seen), loss(&back, &seen), "{name}");
        }
    }
}

#[test]
fn knobs_and_configuration_are_the_same_list() {
    for card in methods::cards() {
        let (_, config) = variants(card).remove(0);
        let knobs = methods::build(&config, &Device::flex()).unwrap().knobs();
        let mut listed: Vec<&str> = card.knobs.iter().map(|knob| knob.name).collect();
        listed.sort_unstable();
        assert_eq!(knobs.keys().map(String::as_str).collect::<Vec<_>>(), listed, "{}", card.name);
        for knob in card.knobs {
            assert!(knob.help.ends_with('.') && !knob.default.is_empty(), "{}", knob.name);
        }
        for preset in card.presets {
            let settings = Settings {
                method: Some(card.name),
                preset: Some(preset.name),
                ..Settings::default()
            };
            AnyMethod::plan(&settings.resolve().unwrap()).unwrap();
        }
    }
}

/// A recipe as it was published, worked out: method and preset; optimiser; highest learning rate, weight decay; batch, epochs.
type Recipe = ((&'static str, &'static str), &'static str, [f64; 2], [f64; 2]);

/// From the papers' own text and code, lightly's CIFAR-10 benchmark (0.06 at 128 pictures), solo-learn's scripts for
/// CIFAR-10, eb_jepa's sweep.
const RECIPES: [Recipe; 64] = [
    (("mae", "vit-b"), "adamw", [2.4e-3, 0.05], [4096.0, 800.0]),
    (("simclr", "imagenet"), "lars", [4.8, 1e-6], [4096.0, 100.0]),
    (("simclr", "imagenet-lightly"), "lars", [1.2, 1e-6], [256.0, 100.0]),
    (("simclr", "cifar"), "sgd", [0.06, 5e-4], [128.0, 200.0]),
    (("simclr", "cifar-solo"), "lars", [0.4, 1e-4], [256.0, 1000.0]),
    (("moco", "imagenet"), "sgd", [0.03, 1e-4], [256.0, 200.0]),
    (("moco", "v3"), "adamw", [2.4e-3, 0.1], [4096.0, 300.0]),
    (("moco", "v3-resnet"), "lars", [9.6, 1e-6], [4096.0, 100.0]),
    (("moco", "cifar"), "sgd", [0.06, 5e-4], [128.0, 200.0]),
    (("moco", "cifar-solo"), "sgd", [0.3, 1e-4], [256.0, 1000.0]),
    (("moco", "cifar-solo-v3"), "lars", [0.3, 1e-6], [256.0, 1000.0]),
    (("instdisc", "imagenet"), "sgd", [0.03, 1e-4], [256.0, 200.0]),
    (("pirl", "imagenet"), "sgd", [0.12, 1e-4], [1024.0, 800.0]),
    (("nnclr", "cifar"), "sgd", [0.06, 5e-4], [128.0, 200.0]),
    (("nnclr", "cifar-solo"), "lars", [0.4, 1e-5], [256.0, 1000.0]),
    (("byol", "imagenet"), "lars", [4.8, 1e-6], [4096.0, 300.0]),
    (("byol", "cifar"), "sgd", [0.015, 2e-3], [128.0, 200.0]), // of a loss four times lightly's
    (("byol", "imagenet-lightly"), "lars", [0.45, 1e-6], [256.0, 100.0]),
    (("byol", "cifar-solo"), "lars", [1.0, 1e-5], [256.0, 1000.0]),
    (("simsiam", "imagenet"), "sgd", [0.1, 1e-4], [512.0, 100.0]),
    (("simsiam", "cifar"), "sgd", [0.06, 5e-4], [128.0, 200.0]),
    (("simsiam", "cifar-solo"), "sgd", [0.5, 1e-5], [256.0, 1000.0]),
    (("simsiam", "cifar-800"), "sgd", [0.06, 5e-4], [512.0, 800.0]),
    (("dino", "imagenet"), "adamw", [1e-3, 0.04], [512.0, 100.0]),
    (("dino", "imagenet-lightly"), "adamw", [2.5e-4, 0.04], [128.0, 100.0]),
    (("vicreg", "imagenet-lightly"), "lars", [0.5, 1e-6], [256.0, 100.0]),
    (("dino", "cifar"), "sgd", [0.06, 5e-4], [128.0, 200.0]),
    (("dino", "cifar-solo"), "lars", [0.3, 1e-6], [256.0, 1000.0]),
    (("ijepa", "imagenet"), "adamw", [1e-3, 0.04], [2048.0, 300.0]),
    (("barlow", "imagenet"), "lars", [1.6, 1e-6], [2048.0, 300.0]),
    (("barlow", "imagenet-lightly"), "lars", [0.2, 1.5e-6], [256.0, 100.0]),
    (("barlow", "cifar"), "sgd", [0.06, 5e-4], [128.0, 200.0]),
    (("barlow", "cifar-solo"), "lars", [0.3, 1e-4], [256.0, 1000.0]),
    (("vicreg", "imagenet"), "lars", [0.6, 1e-6], [512.0, 100.0]),
    (("vicreg", "cifar"), "sgd", [0.06, 5e-4], [128.0, 200.0]),
    (("vicreg", "cifar-solo"), "lars", [0.3, 1e-4], [256.0, 1000.0]),
    (("vicreg", "cifar-jepa"), "lars", [0.3, 1e-4], [256.0, 300.0]),
    (("lejepa", "imagenette"), "adamw", [2e-3, 0.05], [256.0, 800.0]),
    (("lejepa", "cifar-jepa"), "lars", [0.3, 1e-4], [256.0, 300.0]),
    (("swav", "imagenet"), "lars", [4.8, 1e-6], [4096.0, 100.0]),
    (("swav", "imagenet-256"), "lars", [0.6, 1e-6], [256.0, 200.0]),
    (("swav", "cifar-solo"), "lars", [0.6, 1e-6], [256.0, 1000.0]),
    (("deepcluster", "imagenet"), "lars", [4.8, 1e-6], [4096.0, 800.0]),
    (("deepcluster", "imagenet-two"), "lars", [4.8, 1e-6], [4096.0, 400.0]),
    (("deepcluster", "cifar-solo"), "lars", [0.6, 1e-6], [256.0, 1000.0]),
    (("supcon", "cifar-solo"), "sgd", [0.4, 1e-5], [256.0, 1000.0]),
    (("supcon", "cifar-1000"), "sgd", [0.5, 1e-4], [1024.0, 1000.0]),
    (("simclr", "imagenette"), "sgd", [0.06, 5e-4], [256.0, 800.0]),
    (("moco", "imagenette"), "sgd", [0.06, 5e-4], [256.0, 800.0]),
    (("nnclr", "imagenette"), "sgd", [0.06, 5e-4], [256.0, 800.0]),
    (("simsiam", "imagenette"), "sgd", [0.06, 5e-4], [256.0, 800.0]),
    (("dino", "imagenette"), "sgd", [0.06, 5e-4], [256.0, 800.0]),
    (("barlow", "imagenette"), "sgd", [0.06, 5e-4], [256.0, 800.0]),
    (("vicreg", "imagenette"), "lars", [0.3, 1e-4], [256.0, 800.0]),
    (("swav", "imagenette"), "adamw", [1e-3, 1e-6], [256.0, 800.0]),
    (("simclr", "imagenet-100"), "lars", [0.3, 1e-6], [256.0, 200.0]),
    (("moco", "imagenet-100"), "sgd", [0.03, 1e-4], [256.0, 200.0]),
    (("nnclr", "imagenet-100"), "lars", [0.3, 1e-6], [256.0, 200.0]),
    (("simsiam", "imagenet-100"), "sgd", [0.05, 1e-4], [256.0, 200.0]),
    (("dino", "imagenet-100"), "lars", [0.3, 1e-6], [256.0, 200.0]),
    (("barlow", "imagenet-100"), "lars", [0.2, 1.5e-6], [256.0, 200.0]),
    (("swav", "imagenet-100"), "sgd", [4.8, 1e-6], [256.0, 200.0]),
    (("byol", "imagenette"), "sgd", [0.015, 2e-3], [256.0, 800.0]), // of a loss four times lightly's
    (("byol", "imagenet-100"), "lars", [0.2, 6e-6], [256.0, 200.0]), // likewise
];

/// Knobs as published, of whatever preset sets them or leaves them at the method's default.
const KNOBS: [(&str, &str, &str, &str); 55] = [
    ("mae", "vit-b", "mask", "random:0.75"),
    ("mae", "vit-b", "decoder_depth", "8"),
    ("mae", "vit-b", "decoder_dim", "512"),
    ("simclr", "imagenet", "temperature", "0.1"),
    ("simclr", "cifar", "temperature", "0.5"),
    ("simclr", "cifar-solo", "temperature", "0.2"),
    ("moco", "imagenet", "temperature", "0.2"),
    ("moco", "imagenet", "queue", "65536"),
    ("moco", "imagenet", "teacher_momentum", "0.999"),
    ("moco", "v3", "temperature", "0.2"),
    ("moco", "v3", "backbone", "vit:384x12/12/16"),
    ("moco", "v3-resnet", "backbone", "resnet50-zero"),
    ("moco", "v3-resnet", "temperature", "1"),
    ("instdisc", "imagenet", "temperature", "0.07"),
    ("instdisc", "imagenet", "negatives", "4096"),
    ("instdisc", "cifar", "negatives", "0"),
    ("pirl", "imagenet", "temperature", "0.07"),
    ("pirl", "imagenet", "negatives", "32000"),
    ("nnclr", "cifar-solo", "queue", "65536"),
    ("byol", "imagenet", "teacher_momentum", "0.99"),
    ("byol", "imagenet", "projector", "4096,256"),
    ("byol", "imagenet", "predictor", "4096,256"),
    ("simsiam", "imagenet", "projector", "2048,2048,2048"),
    ("simsiam", "imagenet", "predictor", "512,2048"),
    ("dino", "imagenet", "prototypes", "65536"),
    ("dino", "imagenet", "warm_temperature", "0.04"),
    ("lejepa", "imagenette", "crop_scale", "0.08,1"),
    ("lejepa", "imagenette", "jitter", "2"),
    ("vicreg", "imagenet-lightly", "projector", "8192,8192"),
    ("swav", "imagenet-256", "epsilon", "0.05"),
    ("dino", "imagenet", "projector", "2048,2048,256"),
    ("ijepa", "imagenet", "target_scale", "0.15,0.2"),
    ("ijepa", "imagenet", "target_aspect", "0.75,1.5"),
    ("ijepa", "imagenet", "context_scale", "0.85,1"),
    ("barlow", "imagenet", "lambda", "0.0051"),
    ("barlow", "imagenet-lightly", "lambda", "0.005"),
    ("barlow", "imagenet", "projector", "8192,8192,8192"),
    ("vicreg", "imagenet", "invariance", "25"),
    ("vicreg", "imagenet", "variance", "25"),
    ("vicreg", "imagenet", "covariance", "1"),
    ("lejepa", "imagenette", "lambda", "0.02"),
    ("lejepa", "imagenet", "slices", "1024"),
    ("swav", "imagenet", "prototypes", "3000"),
    ("swav", "imagenet-256", "queue", "3840"),
    ("deepcluster", "imagenet", "local_views", "6"),
    ("deepcluster", "imagenet-two", "local_views", "0"),
    ("deepcluster", "cifar-solo", "clusters", "3000"),
    ("supcon", "cifar-1000", "temperature", "0.1"),
    ("simclr", "imagenette", "size", "128"),
    ("moco", "imagenette", "queue", "4096"),
    ("moco", "imagenet-100", "temperature", "0.07"),
    ("simsiam", "imagenet-100", "projector", "512,512,2048"),
    ("dino", "imagenette", "local_size", "64"),
    ("swav", "imagenette", "prototypes", "3000"),
    ("byol", "imagenet-100", "teacher_momentum", "0.999"),
];

fn preset(method: &'static str, preset: &'static str) -> RunConfig {
    let settings = Settings {
        method: Some(method),
        preset: Some(preset),
        ..Settings::default()
    };
    settings.resolve().unwrap()
}

#[test]
fn presets_carry_the_published_settings() {
    for ((method, name), optimiser, [lr, weight_decay], [batch, epochs]) in RECIPES {
        let config = preset(method, name);
        let found = [
            Schedule::of(&config, 1000).peak_lr,
            config.weight_decay,
            config.batch as f64,
            config.epochs,
        ];
        let near = |(found, wanted): (f64, f64)| (found / wanted - 1.0).abs() < 1e-9;
        let wanted = [lr, weight_decay, batch, epochs];
        assert!(
            config.optimiser == optimiser && found.into_iter().zip(wanted).all(near),
            "{method} {name}: {} {found:?}, published {optimiser} {wanted:?}",
            config.optimiser
        );
    }
    // Biases and norms of Barlow Twins, whose own rate is 0.0048 x batch / 256.
    for (name, batch) in [("imagenet", 2048.0), ("imagenet-lightly", 256.0)] {
        let config = preset("barlow", name);
        let found = config.bias_lr * Schedule::of(&config, 1000).peak_lr;
        assert!((found / (0.0048 * batch / 256.0) - 1.0).abs() < 1e-9, "barlow {name}: {found}");
    }
    for (method, name, knob, wanted) in KNOBS {
        let set = preset(method, name).knobs.get(knob).map(|value| match value {
            toml::Value::String(text) => text.clone(),
            other => other.to_string(),
        });
        let card = methods::cards().iter().find(|card| card.name == method).unwrap();
        let default = card.knobs.iter().find(|of| of.name == knob).map(|of| of.default.to_owned());
        let found = set.or(default).unwrap();
        let same = match (found.parse::<f64>(), wanted.parse::<f64>()) {
            (Ok(found), Ok(wanted)) => found == wanted,
            _ => found == wanted,
        };
        assert!(same, "{method} {name}: {knob} is {found}, published {wanted}");
    }
}
