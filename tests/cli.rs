//! The program as a person uses it: help, training, measuring, lists, and JSON with nothing beside it.
#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used)]

mod common;

use std::fs;

use common::{darkroom, run, scenes, scratch, text, weights};
use serde_json::{Value, json};

#[test]
fn every_command_says_what_it_takes() {
    let folder = scratch();
    let help = run(folder.path(), ["--help"]).ok();
    for command in ["train", "methods", "predict", "embed", "similar", "eval", "data", "models"] {
        assert!(help.contains(command), "{help}");
        let help = run(folder.path(), [command, "--help"]).ok();
        assert!(help.contains("Usage: darkroom") && help.contains("--json"), "{help}");
    }
    assert!(run(folder.path(), ["--version"]).ok().starts_with("darkroom "));
    let nothing = run(folder.path(), [""; 0]);
    assert_eq!((nothing.status, nothing.out.as_str()), (Some(2), ""));
    assert!(nothing.err.contains("Usage: darkroom"));
}

#[test]
fn a_run_leaves_everything_that_was_promised() {
    let folder = weights().parent().unwrap();
    for file in [
        "config.toml",
        "metrics.jsonl",
        "validation.jsonl",
        "curves.svg",
        "picture.png",
        "weights.safetensors",
    ] {
        assert!(folder.join(file).metadata().unwrap().len() > 0, "{file}");
    }
    for inside in ["checkpoints", "tensorboard", "pictures"] {
        assert!(folder.join(inside).read_dir().unwrap().next().is_some(), "{inside}");
    }
    let steps: Vec<Value> = common::lines(folder.join("metrics.jsonl"));
    assert_eq!(
        steps.iter().map(|line| line["step"].as_u64().unwrap()).collect::<Vec<_>>(),
        [1, 2, 3, 4]
    );
    assert!(steps.iter().all(|line| line["loss"].as_f64().unwrap() > 0.0));
    let validated = common::lines(folder.join("validation.jsonl"));
    assert!(validated.last().unwrap().to_string().contains("random:0.75"));
}

#[test]
fn training_answers_in_json_and_repeats_from_its_own_configuration() {
    let folder = scratch();
    let args = common::SMALLEST
        .iter()
        .chain(&["--steps", "3", "--accumulate", "2", "--json", "--out", "a"]);
    let summary = run(folder.path(), args).json();
    assert_eq!(
        (&summary["step"], &summary["complete"], &summary["pictures"]),
        (&json!(3), &json!(true), &json!(24))
    );
    let again = ["train", "--config", "a/config.toml", "--quiet", "--json", "--out", "b"];
    assert_eq!(run(folder.path(), again).json()["loss"], summary["loss"]);
    let losses = |run: &str| {
        common::lines(folder.path().join(run).join("metrics.jsonl"))
            .iter()
            .map(|l| l["loss"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(losses("a"), losses("b"));
}

#[test]
fn without_our_kernels_a_run_learns_the_same_and_draws_the_same() {
    let folder = scratch();
    let with = |switch: &[&str], words: &[&str]| {
        let all: Vec<&str> = words.iter().chain(switch).copied().collect();
        run(folder.path(), all).json()
    };
    let weights = weights().to_str().unwrap().to_owned();
    let [ours, burns]: [[Value; 2]; 2] = [(&[][..], "ours"), (&["--plain-kernels"], "burns")].map(|(switch, out)| {
        let train: Vec<&str> = common::SMALLEST
            .iter()
            .copied()
            .chain(["--steps", "3", "--json", "--out", out])
            .collect();
        let eval = ["eval", "--model", &weights, "--data", "scenes?count=4", "--masks", "half", "--json"];
        [
            with(switch, &train)["loss"].clone(),
            with(switch, &eval)["masks"]["half"]["model"].clone(),
        ]
    });
    // Other sums round otherwise: equal to the last bit in every step would be the same code twice.
    let numbers = |run: &str| {
        let told = |line: Value| ["loss", "gradient_norm"].map(|name| line[name].as_f64().unwrap().to_bits());
        let lines = common::lines(folder.path().join(run).join("metrics.jsonl"));
        lines.into_iter().map(told).collect::<Vec<_>>()
    };
    let serves = darkroom::kernels::bridge::serves(&burn::tensor::Tensor::<1>::zeros([1], &burn::tensor::Device::flex()));
    for (what, (ours, burns)) in ["loss", "PSNR"].into_iter().zip(ours.iter().zip(&burns)) {
        let [ours, burns] = [ours, burns].map(|value| value.as_f64().unwrap());
        assert!((ours - burns).abs() < 1e-4 * burns.abs(), "{what}: {ours} and {burns}");
    }
    assert!(!serves || numbers("ours") != numbers("burns"), "the same numbers either way");
}

#[test]
fn a_run_starts_from_weights_and_its_card_tells_of_both_runs() {
    let folder = scratch();
    let before = weights().to_str().unwrap();
    let steps = |more: &'static [&'static str]| {
        common::SMALLEST
            .iter()
            .copied()
            .chain(["--from", before])
            .chain(more.iter().copied())
    };
    let summary = run(
        folder.path(),
        steps(&["--steps", "2", "--set", "base_lr=0", "--set", "average=0", "--json", "--out", "a"]),
    )
    .json();
    assert_eq!(summary["step"], json!(2));
    // At a learning rate of 0 the numbers are still those it started from.
    let measured =
        |weights: &str| run(folder.path(), ["eval", "--model", weights, "--data", "scenes?count=8", "--json"]).json()["masks"].clone();
    assert_eq!(measured(before), measured("a/weights.safetensors"));
    let card = common::card(&folder.path().join("a/weights.safetensors"));
    assert_eq!((&card["steps"], &card["pictures"]), (&json!(6), &json!(24)));
    assert_eq!(card["command"].as_str().unwrap().lines().count(), 2, "{card}");

    let other = run(folder.path(), steps(&["--steps", "2", "--set", "encoder_depth=3", "--out", "b"]));
    assert_eq!(other.status, Some(1));
    assert!(
        other.err.contains("weights.safetensors") && other.err.contains("layer"),
        "{}",
        other.err
    );
    assert!(!folder.path().join("b").exists());
}

#[test]
fn epochs_are_passes_over_the_data() {
    let folder = scratch();
    let args = common::SMALLEST.iter().chain(&["--epochs", "0.5", "--json", "--out", "a"]);
    // 60 scenes, of which 4 are held out; half of them in batches of 4.
    assert_eq!(run(folder.path(), args).json()["steps"], json!(7));
}

#[test]
fn measuring_answers_with_every_kind_of_mask_as_typed() {
    let folder = scratch();
    scenes(&folder.path().join("in"), 5);
    let kinds = "random:0.75,random:0.5,block,half";
    let answer = run(
        folder.path(),
        ["eval", "--data", "in", "--masks", kinds, "--json", "--model", text(weights())],
    )
    .json();
    assert_eq!(answer["pictures"], json!(5));
    let masks = answer["masks"].as_object().unwrap();
    assert_eq!(masks.len(), 4);
    for kind in kinds.split(',') {
        let figures = masks[kind].as_object().unwrap();
        assert_eq!(figures.len(), 3, "{kind}");
        for fill in ["model", "mean", "smooth"] {
            assert!((0.0..100.0).contains(&figures[fill].as_f64().unwrap()), "{kind} {fill}");
        }
    }
    assert_eq!(answer.as_object().unwrap().len(), 2);
    let words = run(folder.path(), ["eval", "--data", "in", "--count", "2", "--model", text(weights())]).ok();
    assert!(words.contains("mean over 2 pictures") && words.contains("smooth"), "{words}");
}

#[test]
fn broken_files_among_good_ones_are_skipped_counted_and_the_first_is_named() {
    let folder = scratch();
    scenes(&folder.path().join("in"), 12);
    fs::write(folder.path().join("in/003-cut.png"), "no picture").unwrap();
    fs::write(folder.path().join("in/007-cut.png"), "no picture").unwrap();
    let mut shard = tar::Builder::new(Vec::new());
    for entry in ["000.png", "001.png", "003-cut.png", "004.png"] {
        shard.append_path_with_name(folder.path().join("in").join(entry), entry).unwrap();
    }
    fs::write(folder.path().join("shard-000.tar"), shard.into_inner().unwrap()).unwrap();
    for (data, good, said) in [
        ("in", 12, "2 broken files skipped, the first: "),
        ("shard-{000..000}.tar", 3, "1 broken file skipped: "),
    ] {
        let ran = run(
            folder.path(),
            ["eval", "--data", data, "--masks", "block", "--json", "--model", text(weights())],
        );
        assert!(ran.err.contains(said) && ran.err.contains("003-cut"), "{}", ran.err);
        assert_eq!(ran.json()["pictures"], json!(good));
        let ran = run(folder.path(), ["data", data, "--json"]);
        assert!(ran.err.contains(said) && ran.err.contains("003-cut"), "{}", ran.err);
    }
    let args = common::SMALLEST.map(|arg| if arg.starts_with("scenes") { "in" } else { arg });
    let args = args.into_iter().filter(|arg| *arg != "--quiet");
    let args = args.chain(["--steps", "2", "--out", "run", "--set=val_count=2"]);
    let ran = run(folder.path(), args);
    assert!(
        ran.err.contains("2 broken files skipped") && ran.err.contains("003-cut"),
        "{}",
        ran.err
    );
    ran.ok();
}

#[test]
fn a_source_shows_its_counts_sizes_classes_and_channels() {
    let folder = scratch();
    scenes(&folder.path().join("in/cats"), 3);
    scenes(&folder.path().join("in/dogs"), 2);
    let shown = run(folder.path(), ["data", "in", "--json", "--sheet", "sheet.png"]).json();
    assert_eq!((&shown["pictures"], &shown["labelled"]), (&json!(5), &json!(5)));
    assert_eq!(shown["classes"], json!({ "cats": 3, "dogs": 2 }));
    assert_eq!(shown["largest_px"], json!([24, 24]));
    assert!(
        shown["mean"]
            .as_array()
            .unwrap()
            .iter()
            .all(|mean| (0.0..1.0).contains(&mean.as_f64().unwrap()))
    );
    assert!(folder.path().join("sheet.png").is_file());
    let words = run(folder.path(), ["data", "scenes?count=20"]).ok();
    assert!(words.contains("20 pictures") && words.contains("penguin"), "{words}");
}

#[test]
fn presets_and_weights_are_listed_with_what_they_cost() {
    let folder = weights().parent().unwrap();
    fs::write(folder.join("broken.safetensors"), "no weights").unwrap();
    let ran = run(folder, ["models", "--folder", ".", "--json"]);
    assert!(ran.err.contains("broken.safetensors"), "{}", ran.err);
    let listed = ran.json();
    fs::remove_file(folder.join("broken.safetensors")).unwrap();
    let presets = listed["presets"].as_array().unwrap();
    let of = |name: &str| presets.iter().find(|preset| preset["name"] == name).unwrap();
    // The published networks of these names: 112, 330 and 657 million, decoders included.
    for (name, millions) in [("vit-b", 112), ("vit-l", 330), ("vit-h", 657)] {
        let found = of(name)["parameters"].as_u64().unwrap();
        assert_eq!((found + 500_000) / 1_000_000, millions, "{name}: {found}");
    }
    assert!(of("tiny")["multiply_adds"].as_u64() < of("photos")["multiply_adds"].as_u64());
    let weights = listed["weights"].as_array().unwrap();
    assert_eq!(weights.len(), 1);
    assert!(weights[0]["parameters"].as_u64().unwrap() > 1000 && weights[0]["prediction_ms"].as_f64().unwrap() > 0.0);
    assert_eq!(weights[0]["card"]["steps"], json!(4));
    let words = run(folder, ["models", "--folder", "."]).ok();
    assert!(words.contains("multiply-adds") && words.contains("ms a prediction"), "{words}");
}

#[test]
fn the_first_look_has_the_numbers_that_the_same_picture_gives() {
    let folder = scratch();
    let models = concat!(env!("CARGO_MANIFEST_DIR"), "/public/models");
    run(folder.path(), ["models", "first", "first", "--models", models]).ok();
    let numbers: Value = serde_json::from_slice(&fs::read(folder.path().join("first/numbers.json")).unwrap()).unwrap();
    let model = format!("{models}/scenes.safetensors");
    let hide = ["--hide", "random:0.75", "--seed", "1", "--json"];
    let predicted = run(
        folder.path(),
        ["predict", "first/truth.png", "--model", model.as_str()].into_iter().chain(hide),
    )
    .json();
    // One writes them as f64, the other as f32.
    let single = |from: &Value| from.as_f64().map(|number| number as f32);
    for figure in ["/energy", "/psnr/model", "/psnr/smooth", "/psnr/mean"] {
        let [here, there] = [&predicted[0], &numbers].map(|from| single(from.pointer(figure).unwrap()));
        assert!(here.is_some() && here == there, "{figure}: {here:?} {there:?}");
    }
    assert_eq!(predicted[0]["hidden"], json!(48));
}

#[test]
fn a_reader_who_leaves_early_is_no_failure() {
    let mut child = darkroom().args(["models"]).stdout(std::process::Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
