//! What holds for every joint-embedding method there is, and what each way of breaking one looks like.
#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use burn::{
    module::{Module, ModuleVisitor, Param},
    tensor::{Device, Distribution, Gradients, Tensor},
};
use darkroom::{
    config::RunConfig,
    data::{self, HostBatch, OpenOptions, Squares},
    device,
    methods::{self, AnyMethod, Method, MethodCard, Step, sign},
    predict::{block_on, embed, together::energies},
    train::{Trainer, read, settings::Settings, to_device},
    weights,
};

#[path = "common/batches.rs"]
mod batches;
#[path = "common/signs.rs"]
mod signs;

use batches::{batches, made};
use signs::{breaks, broken, is_shown, of};

const PICTURES: usize = 64;

fn family() -> impl Iterator<Item = &'static MethodCard> {
    methods::cards().iter().filter(|card| !["masked"].contains(&card.family))
}

fn config(card: &MethodCard, preset: &str) -> RunConfig {
    let set = [("data", format!("scenes?count={PICTURES}"))];
    let settings = Settings {
        method: Some(card.name),
        preset: Some(preset),
        set: set.map(|(name, value)| (name.to_owned(), value)).into(),
        ..Settings::default()
    };
    RunConfig {
        pictures: PICTURES,
        ..settings.resolve().unwrap()
    }
}

fn trainer(config: &RunConfig) -> Trainer {
    let on = device::open("cpu", "f32").unwrap();
    let model = methods::build(config, &on.device.clone().autodiff()).unwrap();
    Trainer::new(model, config, 50, &on)
}

fn losses(trainer: &mut Trainer, batches: impl IntoIterator<Item = HostBatch>) -> Vec<f32> {
    let outcomes = batches.into_iter().map(|batch| trainer.step(vec![batch])).collect();
    read(outcomes).into_iter().map(|(_, _, numbers)| numbers.loss).collect()
}

/// For each tensor its path, whether it is trained, and whether a gradient other than 0 reached it.
struct Reached<'a> {
    gradients: &'a Gradients,
    path: Vec<String>,
    found: Vec<(String, bool, bool)>,
}

impl ModuleVisitor for Reached<'_> {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let value = param.val();
        let is_trained = value.is_require_grad();
        let gradient = is_trained.then(|| value.grad(self.gradients)).flatten();
        let reached = gradient.is_some_and(|g| g.into_data().iter::<f32>().any(|x| x != 0.0));
        self.found.push((self.path.join("."), is_trained, reached));
    }
}

#[test]
fn gradients_reach_every_trained_parameter_and_no_teacher() {
    let on = Device::flex().autodiff();
    for card in family() {
        let config = RunConfig {
            // One batch is a pass, after which there are clusters.
            pictures: 16,
            ..config(card, "tiny")
        };
        let mut model = methods::build(&config, &on).unwrap();
        let batch = to_device(batches(&config, 1).remove(0), &on);
        let first = model.loss(&batch, Step { index: 0, of: 50 });
        model.settle(Step { index: 0, of: 50 }, vec![first.kept]);
        let loss = model.loss(&batch, Step { index: 1, of: 50 });
        assert!(loss.total.clone().into_scalar::<f32>().is_finite(), "{}", card.name);
        let gradients = loss.total.backward();
        let mut reached = Reached {
            gradients: &gradients,
            path: vec![],
            found: vec![],
        };
        model.visit(&mut reached);
        let trained = reached.found.iter().filter(|(_, is_trained, _)| *is_trained).count();
        assert!(trained > 20, "{}: {trained} tensors are trained", card.name);
        // Nothing trains the floor.
        let waits = card.name == "untrained";
        for (path, is_trained, reached) in &reached.found {
            let is_kept = ["teacher", "queue", "bank", "centre", "running"]
                .iter()
                .any(|kept| path.contains(kept));
            let of_teacher = path.contains(".teacher.") || path.starts_with("teacher.");
            if of_teacher || is_kept {
                assert!(!is_trained, "{}: {path} is trained", card.name);
            }
            assert!(!is_trained || *reached || waits, "{}: no gradient reaches {path}", card.name);
        }
    }
}

#[test]
fn a_device_changes_colours_as_the_loader_does() {
    let on = Device::flex();
    let mut left = 0;
    for card in family() {
        let mut config = config(card, "tiny");
        for (knob, whole) in [("jitter", "1"), ("blur", "1")] {
            config.knobs.insert(knob.into(), whole.into());
        }
        let [here, there] = [false, true].map(|leave| made(&config, 3, leave));
        for (here, there) in here.into_iter().zip(there) {
            left += there.colours.iter().flatten().filter(|drawn| **drawn != Default::default()).count();
            let [here, there] = [here, there].map(|batch| to_device(batch, &on).views());
            assert_eq!(here.len(), there.len());
            for (view, (here, there)) in here.into_iter().zip(there).enumerate() {
                let apart = (here - there).abs().max().into_scalar::<f32>();
                assert!(apart < 1e-5, "{}, view {view}: {apart}", card.name);
            }
        }
    }
    assert!(left > 500, "{left} views have colours left to change");
}

#[test]
fn further_crops_count_as_strangers() {
    let on = Device::flex().autodiff();
    let with_crops = |card: &&MethodCard| card.knobs.iter().any(|knob| knob.name == "own_crops");
    let mut seen = 0;
    for card in family().filter(with_crops) {
        let first = |crops: i64| {
            let mut config = config(card, "tiny");
            config.knobs.insert("own_crops".into(), crops.into());
            let model = methods::build(&config, &on).unwrap();
            let batch = to_device(batches(&config, 1).remove(0), &on);
            let loss = model.loss(&batch, Step { index: 0, of: 50 }).total.into_scalar::<f32>();
            (model.views().recipes.len(), loss)
        };
        let ([views, more_views], [loss, more]) = {
            let (plain, crops) = (first(0), first(2));
            ([plain.0, crops.0], [plain.1, crops.1])
        };
        assert_eq!(views + 2, more_views, "{}", card.name);
        assert!(more > loss + 1e-3, "{}: {loss}, and {more} with crops", card.name);
        seen += 1;
    }
    assert!(seen >= 5, "{seen} methods");
}

#[test]
fn small_crops_are_learnt_from() {
    let on = Device::flex().autodiff();
    let multi_crop = |card: &&MethodCard| card.knobs.iter().any(|knob| knob.name == "local_views");
    let mut seen = 0;
    for card in family().filter(multi_crop) {
        let first = |crops: i64| {
            let mut config = RunConfig {
                // One batch is a pass, after which there are clusters.
                pictures: 16,
                ..config(card, "tiny")
            };
            for (knob, value) in [("local_views", crops), ("local_size", 16)] {
                config.knobs.insert(knob.into(), value.into());
            }
            let mut model = methods::build(&config, &on).unwrap();
            let batch = to_device(batches(&config, 1).remove(0), &on);
            let loss = model.loss(&batch, Step { index: 0, of: 50 });
            model.settle(Step { index: 0, of: 50 }, vec![loss.kept]);
            let loss = model.loss(&batch, Step { index: 1, of: 50 }).total.into_scalar::<f32>();
            (model.views().recipes, loss)
        };
        let ((plain, loss), (more, other)) = (first(0), first(3));
        assert_eq!(plain.len() + 3, more.len(), "{}", card.name);
        let small = more.iter().filter(|recipe| recipe.size_px == 16).count();
        assert_eq!(small, 3, "{}", card.name);
        assert!(
            other.is_finite() && (loss - other).abs() > 1e-5,
            "{}: {loss}, and {other} with small crops",
            card.name
        );
        seen += 1;
    }
    assert!(seen >= 4, "{seen} methods");
}

/// Steps over one and the same batch.
const STEPS_OVER_ONE: usize = 100;
/// What a method loses at the least over one batch, as a part of what it could: to -1 where it is a cosine, to 0 elsewhere. Three cannot
/// come near: random rows of a queue or a bank stay where they are, and a teacher's output has an entropy.
fn learnt(name: &str) -> [f32; 2] {
    let least = if ["simsiam", "siamese"].contains(&name) { -1.0 } else { 0.0 };
    let part = if ["moco", "pirl", "dino"].contains(&name) { 0.1 } else { 0.3 };
    [least, part]
}

#[test]
fn one_batch_is_learnt() {
    for card in methods::cards().iter().filter(|card| card.name != "untrained") {
        let mut config = RunConfig {
            // So that clusters are found once, after twenty steps, and then stay.
            pictures: 20 * 16,
            ..config(card, "tiny")
        };
        // A teacher that moves is another aim at every step.
        for (knob, still) in [
            ("teacher_momentum", "1"),
            ("rising", "false"),
            ("centre", "false"),
            ("warm_temperature", "0.04"),
        ] {
            if card.knobs.iter().any(|known| known.name == knob) {
                config.knobs.insert(knob.into(), still.into());
            }
        }
        let one = batches(&config, 1).remove(0);
        let mut trainer = trainer(&config);
        let losses = losses(&mut trainer, (0..STEPS_OVER_ONE).map(|_| one.clone()));
        let mean = |losses: &[f32]| losses.iter().sum::<f32>() / losses.len() as f32;
        // From the first step that has an aim on; teachers and queues need some steps to settle.
        let first = losses.iter().position(|loss| *loss != 0.0).unwrap();
        let [start, end] = [mean(&losses[first + 2..first + 6]), mean(&losses[losses.len() - 4..])];
        assert!(losses.iter().all(|loss| loss.is_finite()), "{}: {losses:?}", card.name);
        let [least, part] = learnt(card.name);
        assert!(start - end > part * (start - least), "{}: from {start} to {end}", card.name);
    }
}

#[test]
fn a_run_goes_on_as_if_it_had_not_stopped() {
    for card in family() {
        let config = config(card, "tiny");
        let all = batches(&config, 8);
        let mut whole = trainer(&config);
        losses(&mut whole, all[..4].iter().cloned());
        let saved = whole.tensors();
        let mut second = trainer(&config);
        second.restore(4, saved, &device::open("cpu", "f32").unwrap()).unwrap();
        let [going, gone] = [&mut whole, &mut second].map(|trainer| losses(trainer, all[4..].iter().cloned()));
        assert_eq!(going, gone, "{}", card.name);
        assert_eq!(whole.tensors(), second.tensors(), "{}", card.name);
    }
}

#[test]
fn no_knob_hides_behind_a_field_of_the_run() {
    let table = toml::Table::try_from(RunConfig::default()).unwrap();
    for card in methods::cards() {
        for knob in card.knobs {
            assert!(
                !table.contains_key(knob.name),
                "{}: a run has a field {} of its own",
                card.name,
                knob.name
            );
        }
    }
}

/// A masked autoencoder's file, and what its encoder says of the patches of `seen`.
fn drawing(seen: &Tensor<4>) -> (Vec<u8>, Vec<f32>) {
    let set = [
        ("size", "32"),
        ("patch", "8"),
        ("encoder_dim", "48"),
        ("encoder_depth", "2"),
        ("encoder_heads", "3"),
    ];
    let settings = Settings {
        method: Some("mae"),
        set: set.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        ..Settings::default()
    };
    let config = settings.resolve().unwrap();
    let method = methods::build(&config, &Device::flex()).unwrap();
    let file = weights::to_bytes(&method, &weights::Header::new(&method, &config), weights::Dtype::F32).unwrap();
    (file, patches(&method, seen))
}

fn patches(method: &AnyMethod, seen: &Tensor<4>) -> Vec<f32> {
    method.embed_patches(seen.clone()).unwrap().into_data().iter::<f32>().collect()
}

#[test]
fn every_method_starts_from_the_encoder_of_another() {
    let device = Device::flex();
    let seen = Tensor::random([2, 3, 32, 32], Distribution::Uniform(0.0, 1.0), &device);
    let (file, wanted) = drawing(&seen);
    for card in family() {
        let config = config(card, "tiny");
        let started = weights::onto(&config, &file, "drawing.safetensors", &device).unwrap();
        assert_eq!((started.method.name(), started.header.unwrap().method.as_str()), (card.name, "mae"));
        assert_eq!(patches(&started.method, &seen), wanted, "{}", card.name);
    }
}

#[test]
fn an_encoder_of_another_shape_is_refused_and_named() {
    let device = Device::flex();
    let (file, _) = drawing(&Tensor::zeros([1, 3, 32, 32], &device));
    for (backbone, said) in [
        ("vit:48x3/3/8", "lacks \"blocks.2."),
        ("vit:48x1/3/8", "has no place"),
        ("vit:96x2/3/8", "here it is"),
    ] {
        let mut config = config(methods::cards().iter().find(|card| card.name == "simclr").unwrap(), "tiny");
        config.knobs.insert("backbone".into(), backbone.into());
        let why = weights::onto(&config, &file, "drawing.safetensors", &device)
            .unwrap_err()
            .to_string();
        assert!(why.contains("drawing.safetensors") && why.contains(said), "{backbone}: {why}");
    }
}

#[test]
fn a_batch_of_one_is_refused_where_pictures_are_compared() {
    for card in family() {
        let lone = RunConfig {
            batch: 1,
            ..config(card, "tiny")
        };
        if let Err(error) = AnyMethod::plan(&lone) {
            assert!(error.to_string().contains("batch"), "{}: {error}", card.name);
            continue;
        }
        let mut trainer = trainer(&lone);
        let steps = batches(&lone, 2).into_iter().map(|batch| trainer.step(vec![batch])).collect();
        for (_, _, numbers) in read(steps) {
            assert!(numbers.loss.is_finite(), "{}: {numbers:?}", card.name);
            // Something is learnt from it, and nothing was divided by next to nothing.
            let learns = (1e-6..1e4).contains(&numbers.gradient_norm);
            assert!(learns || card.name == "untrained", "{}: {numbers:?}", card.name);
        }
    }
}

#[test]
fn what_cannot_be_shared_out_among_these_pictures_is_said_before_training() {
    let doubts = |method: &'static str, set: &[(&str, &str)], classes: usize| {
        let settings = Settings {
            method: Some(method),
            preset: Some("tiny"),
            set: set.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            ..Settings::default()
        };
        let config = RunConfig {
            pictures: PICTURES,
            ..settings.resolve().unwrap()
        };
        methods::build(&config, &Device::flex()).unwrap().doubts(config.batch, classes)
    };
    let cases = [
        ("swav", ("prototypes", "3"), "3 prototypes are fewer than the 10 classes"),
        ("swav", ("prototypes", "4000"), "cannot be shared out evenly among 4000 prototypes"),
        ("dino", ("prototypes", "3"), "3 prototypes are fewer than the 10 classes"),
        ("deepcluster", ("clusters", "3"), "3 clusters are fewer than the 10 classes"),
        ("deepcluster", ("clusters", "4000"), "4000 clusters are more than the 64 pictures"),
        ("supervised", ("projector", "3"), "3 outputs are fewer than the 10 classes"),
    ];
    for (method, set, says) in cases {
        let found = doubts(method, &[set], 10);
        assert!(found.iter().any(|doubt| doubt.contains(says)), "{method} {set:?}: {found:?}");
    }
    for method in ["swav", "dino", "supervised"] {
        assert_eq!(doubts(method, &[], 2), Vec::<String>::new(), "{method}");
    }
}

#[test]
fn where_one_picture_would_be_normalised_by_itself_a_batch_of_one_is_refused() {
    let refused = |method: &str, set: &[(&str, &str)]| {
        let card = family().find(|card| card.name == method).unwrap();
        let mut lone = RunConfig {
            batch: 1,
            ..config(card, "tiny")
        };
        lone.knobs.extend(set.iter().map(|(name, value)| ((*name).into(), (*value).into())));
        AnyMethod::plan(&lone).is_err_and(|error| error.to_string().contains("batch"))
    };
    assert!(!refused("moco", &[]) && refused("moco", &[("predictor", "64,32")]));
    for method in ["moco", "instdisc", "dino"] {
        assert!(
            refused(
                method,
                &[("backbone", "resnet18"), ("local_size", "32")][..if method == "dino" { 2 } else { 1 }]
            ),
            "{method}"
        );
    }
}

#[test]
fn small_crops_larger_than_large_ones_are_refused() {
    let with_small_crops = family().filter(|card| card.knobs.iter().any(|knob| knob.name == "local_size"));
    let mut count = 0;
    for card in with_small_crops {
        let mut crops = config(card, "tiny");
        crops.knobs.insert("local_views".into(), "2".into());
        let size: usize = crops.knobs["size"].to_string().trim_matches('"').parse().unwrap();
        let mut plan = |px: usize| {
            crops.knobs.insert("local_size".into(), px.to_string().into());
            AnyMethod::plan(&crops).map_err(|error| error.to_string())
        };
        assert!(plan(size).is_ok(), "{}", card.name);
        let why = plan(2 * size).err().unwrap();
        assert!(
            why.contains("local_size") && why.contains(&size.to_string()),
            "{}: {why}",
            card.name
        );
        count += 1;
    }
    assert!(count > 0);
}

#[test]
fn every_pair_has_an_energy_and_a_picture_none_to_itself() {
    for card in family() {
        let config = config(card, "tiny");
        let model = methods::build(&config, &Device::flex()).unwrap();
        let squares: Vec<_> = {
            let options = OpenOptions {
                size_px: model.views().size_px,
                ..OpenOptions::default()
            };
            let source = data::open("scenes?count=4", &options).unwrap().source;
            Squares::new(source, model.views().size_px).map(|square| square.picture).collect()
        };
        let told = block_on(embed(&model, &squares, &Device::flex(), |_| ())).unwrap();
        let found = energies(&told.projections);
        assert_eq!(found.len(), 16, "{}", card.name);
        for (at, energy) in found.into_iter().enumerate() {
            let itself = at % 5 == 0;
            assert!(
                (0.0..=4.0).contains(&energy) && (energy < 1e-5) == itself,
                "{}: {energy}",
                card.name
            );
        }
    }
}

/// What a method shows that is not broken: none of the signs of its broken presets.
#[test]
fn what_is_not_broken_does_not_show_it() {
    let methods: BTreeSet<&str> = breaks().map(|(method, ..)| method).collect();
    for method in methods {
        let (found, losses) = broken(method, "tiny", 0);
        let verdict = found.verdict.as_ref().unwrap();
        assert!(!verdict.state.is_bad(), "{method}: {}", verdict.sentence);
        // What learns from labels brings the pictures of a class together.
        let has_labels = family().any(|card| card.name == method && card.wants_labels());
        let least = if has_labels { 0.3 } else { 0.4 };
        let spread = of(&found).spread.unwrap();
        assert!(spread > least * of(&found).healthy_spread, "{method}: {}", verdict.sentence);
        for (_, preset, sign) in breaks().filter(|(of, _, sign)| *of == method && *sign != sign::APART) {
            let shown = is_shown(&sign, &found, losses);
            assert!(!shown, "{method} shows \"{sign}\" without {preset}: {losses:?} {:?}", of(&found));
        }
    }
}

#[test]
fn what_is_broken_shows() {
    for (method, preset, sign) in breaks() {
        let (found, losses) = broken(method, preset, 0);
        let said = found.verdict.as_ref().unwrap();
        assert!(
            is_shown(&sign, &found, losses),
            "{method} {preset} should show {sign}: {losses:?} {found:?}"
        );
        // What ends on one point is called bad by the verdict.
        let collapses = [sign::ONE_DIRECTION, sign::ONE_POINT].contains(&sign);
        // From a quarter on, as the verdict has it: there may be fewer twins than that where the sign is seen already.
        let gathers = sign == sign::FEW_POINTS && of(&found).twins.unwrap() >= 0.25;
        assert!(
            !(collapses || gathers) || said.state.is_bad(),
            "{method} {preset}: {}",
            said.sentence
        );
    }
}

#[test]
fn what_takes_something_away_names_its_sign() {
    for card in family() {
        let removes = ["break-", "without-", "still-", "one-"];
        for preset in card
            .presets
            .iter()
            .filter(|preset| removes.iter().any(|word| preset.name.starts_with(word)))
        {
            assert!(preset.sign.is_some(), "{}: {} says what it shows", card.name, preset.name);
        }
        // What stops collapse can be taken away wherever something does, and where that is not the labels themselves.
        let has_switch = card.presets.iter().any(|preset| preset.name.starts_with("break-"));
        assert_eq!(
            has_switch,
            !["untrained", "siamese", "supervised"].contains(&card.name),
            "{}",
            card.name
        );
    }
}
