//! What is refused is refused with one sentence that names the thing, exit status 1 or 2, and never a panic.
#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used)]

#[path = "../common/mod.rs"]
mod common;
#[path = "../common/skip.rs"]
mod skip;
mod weights;
mod words;

use std::{fs, fs::File, path::Path};

use common::{Ran, run, scratch, weights as shipped};
use darkroom::picture::{Rgb8, encode_png};

/// A folder with `a.png` in it, and `w.safetensors`.
fn folder() -> tempfile::TempDir {
    let folder = scratch();
    fs::write(folder.path().join("a.png"), encode_png(&common::scene(0, 24))).unwrap();
    fs::copy(shipped(), folder.path().join("w.safetensors")).unwrap();
    folder
}

fn call(folder: &Path, line: &str) -> Ran {
    run(folder, line.split_whitespace())
}

/// The same PNG, declaring another size.
fn declaring(png: &[u8], width: u32, height: u32) -> Vec<u8> {
    let mut bytes = png.to_vec();
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    let crc = bytes[12..29].iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| {
            (crc >> 1) ^ if crc & 1 == 1 { 0xedb8_8320 } else { 0 }
        })
    });
    bytes[29..33].copy_from_slice(&(!crc).to_be_bytes());
    bytes
}

#[test]
fn pictures() {
    let folder = folder();
    let png = encode_png(&common::scene(0, 24));
    let cases: [(&str, Vec<u8>, &str); 6] = [
        ("empty.jpg", vec![], "zero bytes"),
        ("note.png", b"a shopping list".to_vec(), "looks like text"),
        ("cut.png", png[..png.len() / 2].to_vec(), "cut short"),
        ("wide.png", declaring(&png, 100_000, 1_001), "100 megapixels"),
        ("bomb.png", declaring(&png, 0x7fff_ffff, 0x7fff_ffff), "100 megapixels"),
        ("report.jpg", b"%PDF-1.7 and so on".to_vec(), "a PDF"),
    ];
    for (name, bytes, why) in cases {
        fs::write(folder.path().join(name), bytes).unwrap();
        let why = why.trim_start_matches("looks like ");
        call(folder.path(), &format!("predict {name} --model w.safetensors")).refused(&[name, why]);
        call(folder.path(), &format!("predict a.png --hide {name} --model w.safetensors")).refused(&[name, why]);
    }
    File::create(folder.path().join("large.png")).unwrap().set_len(65 << 20).unwrap();
    call(folder.path(), "predict large.png --model w.safetensors").refused(&["large.png", "64 MB"]);
    call(folder.path(), "predict absent.png --model w.safetensors").refused(&["absent.png", "no such file"]);
    call(folder.path(), "predict a.png -o a.png --model w.safetensors").refused(&["a.png", "lost"]);
    call(folder.path(), "predict a.png -o no/such/out.png --model w.safetensors").refused(&["out.png", "no/such", "make it first"]);
    call(folder.path(), "predict aa.png --model w.safetensors").refused(&["aa.png", "did you mean \"a.png\""]);
    call(folder.path(), "predict a.png --model w.safetensor").refused(&["w.safetensor", "did you mean \"w.safetensors\""]);
    let ran = call(folder.path(), "predict a.png -o a.jpg --model w.safetensors");
    assert_eq!(ran.status, Some(2));
    ran.refused(&["a.jpg", "write a.png"]);
    assert!(!folder.path().join("a.jpg").exists());
    call(folder.path(), "data scenes?count=3 --sheet s.jpg").refused(&["s.jpg", "write s.png"]);
    call(folder.path(), "data scenes?count=3 --sheet s.png --count 0").refused(&["--count cannot be 0"]);
    fs::create_dir(folder.path().join("none")).unwrap();
    call(folder.path(), "predict none --model w.safetensors").refused(&["none", "it is empty"]);
    fs::write(folder.path().join("none/note.txt"), "no picture").unwrap();
    call(folder.path(), "predict none --model w.safetensors").refused(&["none", "none of its 1 file(s) is a picture"]);
    call(folder.path(), "predict none/a.pgn --model w.safetensors").refused(&["none/a.pgn", "check the path"]);
    fs::write(folder.path().join("none/a.png"), &png).unwrap();
    let near = call(folder.path(), "predict none/a.pgn --model w.safetensors").refused(&["did you mean \"none/a.png\"?"]);
    assert!(near.ends_with('?'), "{near}");
    call(folder.path(), "data none/a.pgn").refused(&["none/a.pgn", "did you mean \"none/a.png\"?"]);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("gone.png", folder.path().join("link.png")).unwrap();
        let said = call(folder.path(), "predict link.png --model w.safetensors").refused(&["link.png", "a link to gone.png"]);
        assert!(!said.contains("did you mean"), "{said}");
        call(folder.path(), "data link.png").refused(&["link.png", "a link to gone.png"]);
        call(folder.path(), "predict a.png/x.png --model w.safetensors").refused(&["a part of this path is a file"]);
    }
}

#[test]
fn a_run_that_finds_other_pictures_than_it_began_with_says_so() {
    let folder = scratch();
    common::scenes(&folder.path().join("in"), 8);
    let network = "--set size=16 --set patch=4 --set val_count=2 --set encoder_dim=12 --set decoder_dim=8";
    let line = format!("train --preset tiny --data in --batch 4 --device cpu {network} --steps 1000000 --stop-after-s 0.5 --out r");
    let begun = call(folder.path(), &line);
    assert_eq!(begun.status, Some(0), "{}", begun.err);
    assert!(!begun.err.contains("began with"), "{}", begun.err);
    common::scenes(&folder.path().join("in/more"), 2);
    let resumed = call(folder.path(), "train --resume r --stop-after-s 0.1");
    assert_eq!(resumed.status, Some(0), "{}", resumed.err);
    assert!(resumed.err.contains("the run began with 7 pictures in in"), "{}", resumed.err);
}

#[test]
fn nothing_that_is_read_is_written_over() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    common::scenes(&at("in"), 2);
    common::scenes(&at("deep/er"), 1);
    fs::copy(at("a.png"), at("in/000.png.png")).unwrap();
    fs::copy(at("in/000.png"), at("deep/er/000.png.png")).unwrap();
    fs::copy(at("in/000.png"), at("in/truth.png")).unwrap();
    fs::copy(at("a.png"), at("mask.png")).unwrap();
    fs::copy(common::joint_weights(), at("j.safetensors")).unwrap();
    fs::create_dir(at("from")).unwrap();
    fs::copy(at("w.safetensors"), at("from/weights.safetensors")).unwrap();
    fs::create_dir(at("drawn")).unwrap();
    fs::copy(at("a.png"), at("drawn/picture.png")).unwrap();
    let cases = [
        ("embed j.safetensors in -o j.safetensors", "j.safetensors"),
        ("embed j.safetensors in -o ./in/../j.safetensors", "j.safetensors"),
        ("similar j.safetensors a.png in -o a.png", "a.png"),
        ("similar j.safetensors a.png in -o in/001.png", "in/001.png"),
        ("data in --sheet in/000.png", "in/000.png"),
        ("data in::a.png --sheet a.png", "a.png"),
        ("data deep --sheet deep/er/000.png", "deep/er/000.png"),
        ("predict a.png --model w.safetensors --hide mask.png -o mask.png", "mask.png"),
        ("predict in/truth.png --model w.safetensors --panels in", "in/truth.png"),
        ("predict in --model w.safetensors -o in", "in is the folder"),
        ("predict in --model w.safetensors --panels ./in", "in is the folder"),
        ("predict deep --model w.safetensors -o deep", "deep is the folder"),
        ("predict deep/er --model w.safetensors -o deep/er/.", "the folder"),
        (
            "train --preset tiny --steps 1 --from from/weights.safetensors --out from",
            "from/weights.safetensors",
        ),
        ("train --preset tiny --steps 1 --out drawn", "drawn/picture.png"),
    ];
    let all = || -> Vec<Vec<u8>> {
        let files = [
            "a.png",
            "mask.png",
            "j.safetensors",
            "in/000.png",
            "in/001.png",
            "in/truth.png",
            "in/000.png.png",
        ];
        let deep = [
            "deep/er/000.png",
            "deep/er/000.png.png",
            "from/weights.safetensors",
            "drawn/picture.png",
        ];
        files.iter().chain(&deep).map(|name| fs::read(at(name)).unwrap()).collect()
    };
    let before = all();
    for (line, named) in cases {
        let ran = call(folder.path(), line);
        assert_eq!(ran.status, Some(2), "{line}: {}", ran.err);
        ran.refused(&[named]);
        assert!(all() == before, "{line}");
    }
    // What was drawn before is a picture of the folder now.
    call(folder.path(), "predict in --model w.safetensors -o in/drawn").ok();
    call(folder.path(), "predict in --model w.safetensors -o in/drawn").refused(&["in/drawn/000.png.png", "lost"]);
    call(folder.path(), "predict in --model w.safetensors -o drawn").ok();
    call(folder.path(), "predict in --model w.safetensors -o drawn").ok();
}

#[cfg(unix)]
#[test]
fn what_never_ends_is_not_read() {
    let folder = folder();
    for name in ["p.png", "p.tar", "p.bin", "p.toml", "p.safetensors"] {
        let made = std::process::Command::new("mkfifo").arg(folder.path().join(name)).status();
        if !made.is_ok_and(|status| status.success()) {
            skip::skipped("there is no mkfifo");
            return;
        }
    }
    for line in [
        "predict p.png --model w.safetensors",
        "predict a.png --hide p.png --model w.safetensors",
        "predict a.png --model p.safetensors",
        "data p.png",
        "data p.tar",
        "data p.bin",
        "train --config p.toml",
        "train --preset tiny --config p.toml",
        "train --preset tiny --from p.safetensors",
    ] {
        let name = line.split_whitespace().find(|word| word.starts_with("p.")).unwrap();
        call(folder.path(), line).refused(&[name]);
    }
    call(folder.path(), "train --config /dev/zero").refused(&["/dev/zero", "may never end"]);
    File::create(folder.path().join("large.toml")).unwrap().set_len(2 << 20).unwrap();
    call(folder.path(), "train --config large.toml").refused(&["large.toml", "1 MB"]);
}

#[test]
fn masks() {
    let folder = folder();
    fs::write(
        folder.path().join("wide.png"),
        encode_png(&Rgb8::new(40, 10, vec![255; 1200]).unwrap()),
    )
    .unwrap();
    call(folder.path(), "predict a.png --hide wide.png --model w.safetensors").refused(&["wide.png", "40 x 10", "make it square"]);
    call(folder.path(), "predict a.png --hide absent.png --model w.safetensors").refused(&["absent.png", "no such file"]);
    fs::write(
        folder.path().join("white.png"),
        encode_png(&Rgb8::new(8, 8, vec![255; 192]).unwrap()),
    )
    .unwrap();
    call(folder.path(), "predict a.png --hide white.png --model w.safetensors").refused(&["white.png", "everything", "4 x 4"]);
    for masks in ["none", "block,random:0.001"] {
        let ran = call(
            folder.path(),
            &format!("eval --data scenes?count=2 --masks {masks} --model w.safetensors"),
        );
        assert_eq!(ran.status, Some(2));
        ran.refused(&[masks.rsplit(',').next().unwrap(), "hides nothing"]);
    }
    for (hide, why) in [
        ("blok", "did you mean \"block\""),
        ("random:2", "0 to 1"),
        ("half:middle", "half:middle"),
        ("chekerboard", "\"checkerboard\""),
    ] {
        call(folder.path(), &format!("predict a.png --hide {hide} --model w.safetensors")).refused(&[hide, why]);
        call(
            folder.path(),
            &format!("eval --data scenes?count=2 --masks block,{hide} --model w.safetensors"),
        )
        .refused(&[hide, why]);
        call(folder.path(), &format!("train --preset tiny --set mask={hide}")).refused(&[hide, why]);
    }
}

#[test]
fn data() {
    let folder = folder();
    fs::create_dir(folder.path().join("none")).unwrap();
    fs::create_dir(folder.path().join("broken")).unwrap();
    fs::write(folder.path().join("broken/a.png"), "no picture").unwrap();
    fs::write(folder.path().join("short.bin"), [0; 100]).unwrap();
    fs::write(folder.path().join("a.tar"), "no archive").unwrap();
    fs::write(folder.path().join("a.tar.gz"), "no archive").unwrap();
    let cases = [
        ("none", "holds no picture"),
        ("broken", "a.png"),
        ("absent", "no such file or folder"),
        ("shard-{000..002}.tar", "shard-000.tar"),
        ("absent-*.tar", "nothing matches"),
        ("short.bin", "CIFAR"),
        ("a.tar", "a.tar"),
        ("a.tar.gz", "unpack it first"),
        ("scenes?bnd=1", "bond"),
        ("scenes?cont=4", "did you mean \"count\"?"),
        ("scenes?bond=7", "0 to 1"),
        ("scenes::none", "mix_scenes"),
    ];
    for (spec, why) in cases {
        for command in ["data", "eval --model w.safetensors --data", "train --preset tiny --quiet --data"] {
            call(folder.path(), &format!("{command} {spec}")).refused(&[why]);
        }
    }
    let locked = folder.path().join("locked");
    fs::create_dir(&locked).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(&locked, fs::Permissions::from_mode(0o0)).unwrap();
        if fs::read_dir(&locked).is_err() {
            call(folder.path(), "data locked").refused(&["locked", "ermission"]);
        } else {
            skip::skipped("this user may read every folder");
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_under_standard_output_is_said() {
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = common::darkroom().arg("models").stdout(full).output().unwrap();
    Ran::from(output).refused(&["standard output", "No space left"]);
}

#[test]
fn a_run_s_folder_is_kept_from_a_second_run_and_told_how_it_stands() {
    let folder = scratch();
    run(folder.path(), common::SMALLEST.iter().chain(&["--steps", "2", "--out", "a"])).ok();
    let lock = fs::OpenOptions::new().write(true).open(folder.path().join("a/lock")).unwrap();
    lock.lock().unwrap();
    call(folder.path(), "train --resume a").refused(&["`a`", "in use by another run"]);
    lock.unlock().unwrap();
    let finished = call(folder.path(), "train --resume a --quiet");
    assert!(finished.err.contains("finished, at step 2"), "{}", finished.err);
    finished.ok();
    fs::remove_dir_all(folder.path().join("a/checkpoints")).unwrap();
    let anew = call(folder.path(), "train --resume a --quiet");
    assert!(anew.err.contains("starts again from its beginning"), "{}", anew.err);
    anew.ok();
}

#[test]
fn a_long_name_is_no_reason_to_fail() {
    let folder = scratch();
    let name = "n".repeat(400);
    run(
        folder.path(),
        common::SMALLEST.iter().copied().chain(["--steps", "1", "--name", &name]),
    )
    .ok();
    let runs: Vec<_> = fs::read_dir(folder.path().join("runs")).unwrap().collect();
    assert_eq!(runs.len(), 1);
}

#[test]
fn what_is_written_is_written_where_a_person_meant() {
    let folder = folder();
    let ran = call(folder.path(), "predict a.png --model w.safetensors");
    assert!(ran.err.contains("-o out.png"), "{}", ran.err);
    call(folder.path(), "predict a.png --model w.safetensors -o new/out.png").ok();
    assert!(folder.path().join("new/out.png").is_file());
    assert!(!call(folder.path(), "predict a.png --model w.safetensors --json").err.contains("-o"));
}
