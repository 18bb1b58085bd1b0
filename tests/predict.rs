//! Predictions by the program: pictures and folders in, drawings and energies out; weights in every form.
#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used)]

mod common;

use std::fs;

use common::{run, scenes, scratch, text, weights};
use darkroom::{
    mask::{Grid, MaskKind},
    picture::{Rgb8, decode, encode_png},
};
use serde_json::json;

#[test]
fn predictions_are_drawn_and_their_energies_told() {
    let folder = scratch();
    scenes(&folder.path().join("in"), 3);
    let call = |args: &[&str]| run(folder.path(), ["predict", "--model", text(weights())].iter().chain(args));
    for hide in ["random:0.75", "half", "half:left", "block", "outside-block", "checkerboard"] {
        let answer = call(&["in/000.png", "--hide", hide, "--seed", "1", "-o", "out.png", "--json"]).json();
        let hidden = hide.parse::<MaskKind>().unwrap().draw(Grid::new(4, 4), 1, 0).hidden_count();
        assert_eq!(answer[0]["hidden"], json!(hidden), "{hide}");
        let energy = answer[0]["energy"].as_f64().unwrap();
        let psnr = answer[0]["psnr"]["model"].as_f64().unwrap();
        assert!((psnr + 10.0 * energy.log10()).abs() < 0.01, "{hide}: {energy} {psnr}");
        assert!(answer[0]["psnr"]["smooth"].is_number() && answer[0]["psnr"]["mean"].is_number());
        assert_eq!(answer[0]["patch_energy"].as_array().unwrap().len(), 16);
        assert!(fs::read(folder.path().join("out.png")).unwrap().starts_with(b"\x89PNG"));
    }
    let words = call(&["in/000.png", "--hide", "none"]).ok();
    assert!(words.contains("nothing hidden"), "{words}");
    let words = call(&["in/000.png", "--hide", "block"]).ok();
    assert!(
        words.contains("energy") && words.contains("smooth fill") && words.lines().count() == 1,
        "{words}"
    );
    let same = || call(&["in/001.png", "--hide", "random:0.5", "--seed", "7", "--json"]).json()[0]["energy"].clone();
    assert_eq!(same(), same());
}

#[test]
fn a_folder_is_predicted_picture_by_picture_and_what_is_broken_is_counted() {
    let folder = scratch();
    scenes(&folder.path().join("in"), 3);
    fs::write(folder.path().join("in/000-notes.txt"), "no picture").unwrap();
    fs::write(folder.path().join("in/001-cut.png"), &encode_png(&common::scene(0, 24))[..200]).unwrap();
    scenes(&folder.path().join("in/cats"), 1);
    fs::create_dir(folder.path().join("in/dogs")).unwrap();
    fs::copy(folder.path().join("in/000.png"), folder.path().join("in/dogs/000.png")).unwrap();
    let args = [
        "predict",
        "in",
        "--hide",
        "block",
        "-o",
        "out",
        "--panels",
        "panels",
        "--json",
        "--model",
        text(weights()),
    ];
    let ran = run(folder.path(), args);
    assert!(ran.err.contains("1 broken file skipped: in/001-cut.png"), "{}", ran.err);
    let answers = ran.json();
    assert_eq!(answers.as_array().unwrap().len(), 5, "subfolders with them, as --data has them");
    for name in ["000.png", "001.png", "002.png", "cats/000.png", "dogs/000.png"] {
        assert!(folder.path().join("out").join(format!("{name}.png")).is_file());
        for panel in ["truth", "seen", "drawn", "set-in"] {
            assert!(folder.path().join("panels").join(name).join(format!("{panel}.png")).is_file());
        }
    }
}

#[test]
fn a_folder_is_told_line_by_line_and_drawn_though_nobody_reads_on() {
    let folder = scratch();
    scenes(&folder.path().join("in"), 3);
    let args = ["predict", "in", "--hide", "block", "-o", "out", "--model", text(weights())];
    let words = run(folder.path(), args).ok();
    let names: Vec<&str> = words.lines().filter_map(|line| line.split(':').next()).collect();
    assert_eq!(names, ["in/000.png", "in/001.png", "in/002.png"]);
    fs::remove_dir_all(folder.path().join("out")).unwrap();
    let mut child = common::darkroom()
        .args(args)
        .current_dir(folder.path())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(fs::read_dir(folder.path().join("out")).unwrap().count(), 3);
}

#[test]
fn a_painted_mask_hides_what_is_white_in_it() {
    let folder = scratch();
    fs::write(folder.path().join("a.png"), encode_png(&common::scene(0, 40))).unwrap();
    let mask = MaskKind::Checkerboard.draw(Grid::new(4, 4), 0, 0);
    fs::write(folder.path().join("mask.png"), encode_png(&mask.to_picture(5))).unwrap();
    let energy = |hide: &str| {
        let answer = run(
            folder.path(),
            ["predict", "a.png", "--hide", hide, "--json", "--model", text(weights())],
        )
        .json();
        assert_eq!(answer[0]["hidden"], json!(8));
        answer[0]["energy"].clone()
    };
    assert_eq!(energy("mask.png"), energy("checkerboard"));
    // White where it is opaque, and nothing hidden where it is not.
    let whites = mask.to_picture(5);
    let rgba: Vec<u8> = whites.pixels.chunks_exact(3).flat_map(|rgb| [255, 255, 255, rgb[0]]).collect();
    image::save_buffer(folder.path().join("clear.png"), &rgba, 20, 20, image::ExtendedColorType::Rgba8).unwrap();
    assert_eq!(energy("clear.png"), energy("checkerboard"));
}

#[test]
fn tiny_and_very_wide_pictures_are_enlarged_and_wrong_endings_do_not_matter() {
    let folder = scratch();
    let wide = Rgb8::new(500, 1, [200, 100, 50].repeat(500)).unwrap();
    let one = Rgb8::new(1, 1, vec![9, 90, 200]).unwrap();
    for (name, picture) in [("wide.png", wide), ("one.jpg", one)] {
        fs::write(folder.path().join(name), encode_png(&picture)).unwrap();
        let args = [
            "predict",
            name,
            "--hide",
            "half",
            "--panels",
            "panels",
            "--json",
            "--model",
            text(weights()),
        ];
        assert_eq!(run(folder.path(), args).json()[0]["hidden"], json!(8), "{name}");
        let truth = decode(&fs::read(folder.path().join("panels/truth.png")).unwrap(), "truth").unwrap();
        assert_eq!((truth.picture.width, truth.picture.height), (16, 16));
        assert_eq!(truth.picture.at(15, 15), picture.at(0, 0), "{name}");
    }
}

#[test]
fn weights_convert_to_published_names_and_back() {
    let folder = scratch();
    fs::write(folder.path().join("a.png"), encode_png(&common::scene(0, 24))).unwrap();
    let convert = |from: &str, to: &str, names: &str, dtype: &str| {
        run(folder.path(), ["models", "convert", from, to, "--names", names, "--dtype", dtype]).ok();
        fs::metadata(folder.path().join(to)).unwrap().len()
    };
    let (ours, half) = (text(weights()), ["darkroom", "f16"]);
    let large = convert(ours, "hf.safetensors", "hf", "f32");
    let small = convert(ours, "original.safetensors", "original", "f16");
    assert!(small < large * 3 / 4, "{small} {large}");
    convert("hf.safetensors", "back.safetensors", half[0], half[1]);
    let energy =
        |model: &str| run(folder.path(), ["predict", "a.png", "--hide", "block", "--json", "--model", model]).json()[0]["energy"].clone();
    for model in ["hf.safetensors", "original.safetensors", "back.safetensors"] {
        // Published names leave no room for epsilon: their readers take 1e-12.
        let (ours, theirs) = (energy(ours).as_f64().unwrap(), energy(model).as_f64().unwrap());
        assert!((ours - theirs).abs() < 1e-4 * ours, "{model}: {theirs}, not {ours}");
    }
}
