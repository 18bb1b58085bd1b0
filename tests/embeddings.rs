//! Models that embed and draw nothing, as a person uses them: what training leaves, embeddings in files, neighbours, probes.
#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used)]

mod common;

use std::{fs, path::Path};

use burn::tensor::Device;
use common::{SMALLEST_JOINT, joint_weights, lines, run, scenes, scratch, text};
use darkroom::{predict, weights};
use parquet::{
    file::reader::{FileReader, SerializedFileReader},
    record::{ListAccessor, RowAccessor},
};
use safetensors::SafeTensors;
use serde_json::{Value, json};

const DIM: usize = 24;

fn share(value: &Value) -> f64 {
    let share = value.as_f64().unwrap();
    assert!((0.0..=1.0).contains(&share), "{share}");
    share
}

#[test]
fn a_run_leaves_instruments_neighbours_and_the_probe_beside_it() {
    let folder = joint_weights().parent().unwrap();
    for line in lines(folder.join("metrics.jsonl")) {
        share(&line["linear"]);
    }
    let measured = lines(folder.join("validation.jsonl"));
    assert_eq!(measured.len(), 2);
    for line in &measured {
        let found = &line["instruments"];
        for name in ["knn", "retrieval", "linear", "offline"] {
            share(&found[name]);
        }
        assert!(
            found["spread"].as_f64() > Some(0.0) && found["rank_me"].as_f64() > Some(1.0),
            "{found}"
        );
        assert!(found["alignment"].is_number() && found["lidar"].is_number(), "{found}");
        assert!(!line["verdict"]["sentence"].as_str().unwrap().is_empty());
        assert_eq!(line["psnr"], Value::Null);
    }
    let curves = fs::read_to_string(folder.join("curves.svg")).unwrap();
    assert!(curves.contains("RankMe") && !curves.contains("PSNR"));
    // Twelve rows of a picture and its seven nearest, each 64 pixels and 4 between.
    for picture in ["picture.png", "pictures/step-00000020.png"] {
        let png = fs::read(folder.join(picture)).unwrap();
        let side = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
        assert_eq!((side(16), side(20)), (8 * 68 + 4, 12 * 68 + 4), "{picture}");
    }
}

#[test]
fn weights_say_what_they_are_worth_and_how_a_device_is_tested() {
    let file = joint_weights();
    let opened = weights::from_bytes(&fs::read(file).unwrap(), "weights", &Device::flex()).unwrap();
    let header = opened.header.unwrap();
    let card = header.card.embeddings.unwrap();
    assert_eq!((card.pictures, card.highest_rank), (16, 16));
    assert!(card.knn.is_some() && card.linear.is_some() && card.spread.is_some() && card.rank_me.is_some());
    assert!((card.healthy_spread - 0.25).abs() < 1e-6 && !card.verdict.is_empty());
    let check = header.check.unwrap();
    let answer = predict::block_on(predict::self_test(&opened.method, &Device::flex())).unwrap();
    assert_eq!(answer.len(), DIM);
    assert!(check.error(&answer) < 1e-6);
    let folder = text(file.parent().unwrap());
    let listed = run(Path::new("."), ["models", "--folder", folder, "--json"]).json();
    assert!(listed["weights"][0]["embedding_ms"].as_f64().unwrap() > 0.0);
    let words = run(Path::new("."), ["models", "--folder", folder]).ok();
    for word in ["ms an embedding", "kNN ", "linear probe ", "spread ", "RankMe "] {
        assert!(words.contains(word), "{word}: {words}");
    }
}

#[test]
fn embeddings_go_into_three_formats_and_are_the_same_in_each() {
    let folder = scratch();
    let at = |name: &str| folder.path().join(name);
    for class in ["cats", "dogs"] {
        scenes(&at("in").join(class), 3);
    }
    for file in ["e.safetensors", "e.npy", "e.parquet"] {
        let said = run(
            folder.path(),
            ["embed", text(joint_weights()), "in", "--out", file, "--device", "cpu", "--json"],
        )
        .json();
        let wanted = json!({ "file": file, "pictures": 6, "dim": DIM, "labelled": 6, "projected": false });
        assert_eq!(said, wanted);
    }
    let bytes = fs::read(at("e.safetensors")).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let rows = tensors.tensor("embeddings").unwrap();
    assert_eq!(rows.shape(), [6, DIM]);
    let values: Vec<f32> = rows
        .data()
        .chunks_exact(4)
        .map(|b| f32::from_le_bytes(b.try_into().unwrap()))
        .collect();
    assert!(values.iter().all(|value| value.is_finite()) && values[..DIM] != values[DIM..2 * DIM]);
    let labels: Vec<i64> = tensors
        .tensor("label")
        .unwrap()
        .data()
        .chunks_exact(8)
        .map(|b| i64::from_le_bytes(b.try_into().unwrap()))
        .collect();
    assert_eq!(labels, [0, 0, 0, 1, 1, 1]);
    let (_, about) = SafeTensors::read_metadata(&bytes).unwrap();
    let names: Vec<String> = serde_json::from_str(&about.metadata().as_ref().unwrap()["names"]).unwrap();
    assert!(names[0].contains("cats") && names[5].contains("dogs"), "{names:?}");

    let npy = npyz::NpyFile::new(fs::File::open(at("e.npy")).unwrap()).unwrap();
    assert_eq!(npy.shape(), [6, DIM as u64]);
    assert_eq!(npy.into_vec::<f32>().unwrap(), values);

    let parquet = SerializedFileReader::new(fs::File::open(at("e.parquet")).unwrap()).unwrap();
    let rows: Vec<_> = parquet.get_row_iter(None).unwrap().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 6);
    for (index, row) in rows.iter().enumerate() {
        assert_eq!((row.get_long(0).unwrap(), row.get_long(2).unwrap()), (index as i64, labels[index]));
        assert_eq!(row.get_string(1).unwrap(), &names[index]);
        let list = row.get_list(3).unwrap();
        let own: Vec<f32> = (0..list.len()).map(|at| list.get_float(at).unwrap()).collect();
        assert_eq!(own, values[index * DIM..(index + 1) * DIM]);
    }
    run(folder.path(), ["embed", text(joint_weights()), "in", "--out", "e.txt"]).refused(&["e.txt", ".parquet"]);
}

#[test]
fn a_picture_is_nearest_to_itself() {
    let folder = scratch();
    scenes(&folder.path().join("in"), 6);
    let args = [
        "similar",
        text(joint_weights()),
        "in/003.png",
        "in",
        "-n",
        "4",
        "-o",
        "near.png",
        "--json",
    ];
    let found = run(folder.path(), args).json();
    let found = found.as_array().unwrap();
    assert_eq!(found.len(), 4);
    assert!(found[0]["name"].as_str().unwrap().ends_with("003.png"), "{found:?}");
    assert!(found[0]["cosine"].as_f64().unwrap() > 0.999 && found[0]["energy"].as_f64().unwrap() < 1e-3);
    let cosines: Vec<f64> = found.iter().map(|found| found["cosine"].as_f64().unwrap()).collect();
    assert!(cosines.is_sorted_by(|a, b| a >= b), "{cosines:?}");
    assert!(found.iter().skip(1).all(|found| found["energy"].as_f64() > Some(0.0)));
    assert!(folder.path().join("near.png").is_file());
    let said = run(folder.path(), ["similar", text(joint_weights()), "in/003.png", "in"]).ok();
    assert!(
        said.contains("nearest.png") && folder.path().join("nearest.png").is_file(),
        "{said}"
    );
}

#[test]
fn a_run_too_short_for_its_clusters_is_warned_of() {
    let folder = scratch();
    let run = |steps: &str| {
        let line = [
            "train",
            "deepcluster",
            "--preset",
            "tiny",
            "--data",
            "scenes?count=64",
            "--steps",
            steps,
            "--quiet",
            "--out",
        ];
        run(folder.path(), line.into_iter().chain([steps]))
    };
    let short = run("4");
    assert!(short.err.contains("it learns nothing"), "{}", short.err);
    short.ok();
    let long = run("5");
    assert!(!long.err.contains("it learns nothing"), "{}", long.err);
    long.ok();
}

#[test]
fn probes_answer_in_json_and_in_words() {
    let model = text(joint_weights());
    let probe = |name: &'static str, more: &[&str]| {
        let args = ["eval", name, "--model", model, "--data", "scenes?count=90", "--device", "cpu"];
        run(Path::new("."), args.iter().chain(more))
    };
    let knn = probe("knn", &["--json", "--retrieval", "--k", "5", "--temperature", "0.07"]);
    assert!(knn.err.contains("18 of the 90"), "{}", knn.err);
    let knn = knn.json();
    assert_eq!(
        (&knn["probe"], &knn["k"], &knn["bank"], &knn["queries"], &knn["dim"]),
        (&json!("knn"), &json!(5), &json!(72), &json!(18), &json!(DIM))
    );
    assert!((knn["temperature"].as_f64().unwrap() - 0.07).abs() < 1e-6);
    for name in ["accuracy", "chance", "mean_average_precision"] {
        share(&knn[name]);
    }
    assert!(share(&knn["recall"]["1"]) <= share(&knn["recall"]["10"]));
    let words = probe("knn", &["--val-data", "scenes?count=20&seed=9"]).ok();
    assert!(words.contains("k = 200, of which 90 vote") && words.contains("T = 0.1"), "{words}");

    let linear = probe("linear", &["--json", "--protocol", "dino", "--count", "60"]).json();
    assert_eq!(
        (&linear["protocol"]["name"], &linear["train_pictures"], &linear["test_pictures"]),
        (&json!("DINO"), &json!(48), &json!(12))
    );
    for side in ["train", "test"] {
        assert!(share(&linear[side]["top1"]) <= share(&linear[side]["top5"]), "{linear}");
    }
    assert_eq!(
        linear,
        probe("linear", &["--json", "--protocol", "dino", "--count", "60"]).json(),
        "the seed decides"
    );
    assert!(probe("linear", &[]).ok().contains("as in lightly"));
    probe("linear", &["--protocol", "dyno"]).refused(&["dyno", "did you mean \"DINO\"", "MAE"]);

    let rank = probe("rank", &["--json"]).json();
    assert_eq!(
        (&rank["pictures"], &rank["dim"], &rank["width"]),
        (&json!(90), &json!(DIM), &json!(16))
    );
    assert!(rank["instruments"]["rank_me"].as_f64().unwrap() <= DIM as f64);
    for name in ["spread", "alignment", "lidar", "uniformity", "effective_rank"] {
        assert!(rank["instruments"][name].is_number(), "{name}: {rank}");
    }
    assert!(rank["verdict"]["sentence"].is_string());
    let words = probe("rank", &[]).ok();
    assert!(
        words.contains("RankMe") && words.contains("alignment") && words.contains("of at most 24"),
        "{words}"
    );
}

#[test]
fn pictures_without_classes_are_measured_by_what_needs_none() {
    let folder = scratch();
    scenes(&folder.path().join("in"), 24);
    let args = SMALLEST_JOINT.map(|arg| if arg.starts_with("--data") { "--data=in" } else { arg });
    let ran = run(folder.path(), args.iter().chain(&["--steps=4", "--validate-every=2", "--out=run"]));
    assert_eq!(ran.err.matches("has no classes").count(), 1, "{}", ran.err);
    assert!(ran.ok().contains("Next: darkroom similar run/weights.safetensors"));
    let last = lines(folder.path().join("run/validation.jsonl")).pop().unwrap();
    let found = &last["instruments"];
    assert!(
        found["spread"].is_number()
            && found["knn"].is_null()
            && found["retrieval"].is_null()
            && found["linear"].is_null()
            && found["offline"].is_null(),
        "{found}"
    );
    assert!(
        lines(folder.path().join("run/metrics.jsonl"))
            .iter()
            .all(|line| line["linear"].is_null())
    );
    assert!(folder.path().join("run/picture.png").is_file());
    for probe in ["knn", "linear"] {
        let args = ["eval", probe, "--model", "run/weights.safetensors", "--data", "in"];
        run(folder.path(), args).refused(&["in has no classes", "darkroom eval rank"]);
    }
    run(
        folder.path(),
        ["eval", "rank", "--model", "run/weights.safetensors", "--data", "in"],
    )
    .ok();
}

#[test]
fn classes_to_measure_on_that_none_to_learn_from_has_are_said() {
    let folder = scratch();
    for class in ["learn/cat", "learn/dog", "some/dog", "some/emu", "others/emu", "others/fox"] {
        scenes(&folder.path().join(class), 3);
    }
    let model = text(joint_weights());
    for probe in ["knn", "linear"] {
        let call = |measured| {
            run(
                folder.path(),
                ["eval", probe, "--model", model, "--data", "learn", "--val-data", measured],
            )
        };
        call("others").refused(&[
            "`others` has none of the classes of `learn`",
            "emu, fox there",
            "cat, dog here",
            "name them alike",
        ]);
        let some = call("some");
        for words in ["warning: 3 picture(s) of `some`", "(emu)", "it has cat, dog"] {
            assert!(some.err.contains(words), "{words}: {}", some.err);
        }
        some.ok();
        let same = call("learn");
        assert!(!same.err.contains("warning"), "{}", same.err);
        same.ok();
    }
}

#[test]
fn a_model_that_draws_nothing_is_sent_to_where_it_is_of_use() {
    let folder = scratch();
    scenes(&folder.path().join("in"), 1);
    let model = text(joint_weights());
    for args in [
        ["predict", "in/000.png", "--model", model].as_slice(),
        &["eval", "--model", model, "--data", "in"],
    ] {
        run(folder.path(), args).refused(&["draws nothing", "darkroom similar", "darkroom embed"]);
    }
    run(folder.path(), ["eval"]).usage(&["--model"]);
    run(folder.path(), ["eval", "--model", model, "knn", "--model", model]).usage(&["cannot be used with"]);
}

#[test]
fn holes_are_asked_which_part_fits() {
    let folder = scratch();
    scenes(&folder.path().join("in"), 9);
    fs::write(folder.path().join("in/broken.png"), "no picture").unwrap();
    let args = SMALLEST_JOINT.iter().map(|arg| match *arg {
        "simclr" => "ijepa",
        "--set=projector=32,16" => "--set=projector=none",
        "--set=backbone=vit:24x2/3/8" => "--set=backbone=vit:24x2/3/4",
        other => other,
    });
    run(
        folder.path(),
        args.chain(["--steps=2", "--set=predictor_dim=24", "--set=predictor_heads=3", "--out=run"]),
    )
    .ok();
    let call = |model: &str, more: &[&str]| run(folder.path(), ["eval", "fit", "--data", "in", "--model", model].iter().chain(more));
    for (model, energy) in [("run/weights.safetensors", "embeddings"), (text(common::weights()), "pixels")] {
        let told = call(model, &["--json"]).json();
        assert_eq!(
            (&told["energy"], &told["holes"], &told["candidates"]),
            (&json!(energy), &json!(9), &json!(6)),
            "{told}"
        );
        for name in ["first", "before_elsewhere", "before_others"] {
            share(&told[name]);
        }
        assert!((told["chance"].as_f64().unwrap() - 1.0 / 6.0).abs() < 1e-9 && told["mean_rank"].as_f64().unwrap() >= 1.0);
        assert_eq!(told, call(model, &["--json"]).json(), "twice the same");
        assert_eq!(call(model, &["--json", "--count=4", "--candidates=2"]).json()["holes"], json!(4));
        let words = call(model, &[]).ok();
        assert!(
            words.contains(energy) && words.contains("by lot in 16.7 %") && words.contains("another picture"),
            "{words}"
        );
    }
    call(text(joint_weights()), &[]).refused(&["predicts", "I-JEPA", "masked autoencoder"]);
    call("run/weights.safetensors", &["--candidates", "1"]).usage(&["2 to 64"]);
    overflowing(folder.path(), "run/weights.safetensors");
    call("mad", &[]).refused(&["mad", "picture 0 of in", "no number"]);
    // One picture alone has parts from itself.
    fs::create_dir(folder.path().join("one")).unwrap();
    fs::copy(folder.path().join("in/000.png"), folder.path().join("one/a.png")).unwrap();
    let alone = run(
        folder.path(),
        ["eval", "fit", "--data", "one", "--model", "run/weights.safetensors", "--json"],
    )
    .json();
    assert_eq!((&alone["holes"], &alone["before_others"]), (&json!(1), &Value::Null));
}

/// Weights whose numbers are finite, and what they make of a picture is not.
fn overflowing(folder: &Path, weights: &str) {
    run(folder, ["models", "convert", weights, "mad", "--dtype", "f32"]).ok();
    let mut bytes = fs::read(folder.join("mad")).unwrap();
    let place = {
        let tensors = SafeTensors::deserialize(&bytes).unwrap();
        let names: Vec<_> = tensors.names().into_iter().filter(|name| name.contains("patch_embed")).collect();
        let patches = tensors.tensor(names.iter().find(|name| name.ends_with("weight")).unwrap()).unwrap();
        let start = patches.data().as_ptr() as usize - bytes.as_ptr() as usize;
        start..start + patches.data().len()
    };
    for number in bytes[place].chunks_exact_mut(4) {
        number.copy_from_slice(&f32::MAX.to_le_bytes());
    }
    fs::write(folder.join("mad"), bytes).unwrap();
}

#[test]
fn embeddings_that_are_no_numbers_are_said_and_never_written() {
    let folder = scratch();
    overflowing(folder.path(), text(joint_weights()));
    scenes(&folder.path().join("in/cats"), 2);
    scenes(&folder.path().join("in/dogs"), 2);
    let query = folder.path().join("in/cats").read_dir().unwrap().next().unwrap().unwrap().path();
    let call = |words: &str| run(folder.path(), words.split(' '));
    call("embed mad in -o e.npy").refused(&["mad", "no number"]);
    assert!(!folder.path().join("e.npy").exists());
    run(folder.path(), ["similar", "mad", text(&query), "in"]).refused(&["mad", "no number"]);
    for eval in ["knn", "linear", "rank"] {
        call(&format!("eval {eval} --model mad --data in")).refused(&["mad", "no number"]);
    }
}

#[test]
fn a_loss_that_is_no_number_stops_the_run_at_its_last_good_checkpoint() {
    let folder = scratch();
    // Steps this long leave the weights whole, and what they make of pictures not.
    let args = SMALLEST_JOINT.map(|arg| if arg == "simclr" { "vicreg" } else { arg });
    let args: Vec<&str> = args
        .into_iter()
        .chain(["--steps=40", "--set=clip=0", "--set=weight_decay=0", "--set=warmup=0"])
        .collect();
    let wild = args.iter().chain(&["--set=base_lr=1e30", "--checkpoint-every=100", "--out=wild"]);
    let why = run(folder.path(), wild).refused(&["step ", "the loss is", "no checkpoint", "base_lr"]);
    assert!(
        ["invariance", "variance", "covariance"].iter().any(|part| why.contains(part)),
        "{why}"
    );
    assert!(!folder.path().join("wild/weights.safetensors").exists());
    let single = args.iter().map(|arg| if *arg == "vicreg" { "simclr" } else { arg });
    let single = single.chain(["--set=base_lr=1e30", "--checkpoint-every=100", "--out=single"]);
    run(folder.path(), single).refused(&["step ", "the loss is", "its only term"]);
    let late = args.iter().chain(&["--set=base_lr=1e30", "--checkpoint-every=1", "--out=late"]);
    run(folder.path(), late).refused(&["step 2: ", "last good checkpoint is that of step 1", "step-00000001"]);
}

#[test]
fn every_method_says_its_name_its_family_and_what_stops_collapse() {
    let listed = run(Path::new("."), ["methods", "--json"]).json();
    let cards = listed.as_array().unwrap();
    assert!(cards.len() > 10);
    for card in cards {
        for field in ["name", "family", "stops_collapse"] {
            assert!(!card[field].as_str().unwrap().is_empty(), "{field}: {card}");
        }
    }
    let names: std::collections::BTreeSet<&str> = cards.iter().map(|card| card["name"].as_str().unwrap()).collect();
    assert_eq!(names.len(), cards.len());
}
