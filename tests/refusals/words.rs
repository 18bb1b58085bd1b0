//! What was typed.

use super::*;

#[test]
fn settings() {
    let folder = folder();
    fs::write(folder.path().join("bad.toml"), "batch = \"many\"").unwrap();
    fs::write(folder.path().join("unknown.toml"), "bacth = 8").unwrap();
    fs::write(
        folder.path().join("long.toml"),
        format!("seed = 1\nbatch = \"{}\"", "x".repeat(200_000)),
    )
    .unwrap();
    let cases: [(&str, &[&str]); 32] = [
        ("--set bacth=8", &["bacth", "did you mean \"batch\""]),
        ("--set encoder_dept=2", &["did you mean \"encoder_depth\""]),
        ("--set batch", &["--set batch", "knob=value"]),
        ("--set batch=many", &["batch", "many", "whole number"]),
        ("--set base_lr=fast", &["base_lr", "a number"]),
        ("--set patch=7", &["patch", "7", "divide the size"]),
        ("--set size=30", &["divide the size, 30"]),
        ("--method mea", &["mea", "did you mean \"mae\""]),
        ("--preset tinny", &["tinny", "did you mean \"tiny\""]),
        ("--device cpuu", &["cpuu", "did you mean \"cpu\""]),
        ("--precision f61", &["f61", "f16"]),
        ("--precision f16 --device cpu", &["f16", "--precision f32"]),
        ("--export f8", &["export", "f8", "f16, f32"]),
        ("--config absent.toml", &["absent.toml"]),
        ("--config bad.toml", &["bad.toml"]),
        ("--config unknown.toml", &["unknown.toml", "line 1", "did you mean \"batch\""]),
        ("--config long.toml", &["long.toml", "line 2, batch: ", "expected usize"]),
        ("--config a.png", &["a.png", "no text", "config.toml"]),
        ("--stop-after-s=-1", &["--stop-after-s", "-1.0", "seconds, from 0"]),
        ("--stop-after-s=1e300", &["--stop-after-s", "1e300", "fewer than"]),
        ("--steps 3 --set steps=2", &["--set steps and --steps", "leave one out"]),
        ("--epochs 3 --set steps=2", &["--set steps and --epochs", "leave one out"]),
        ("--steps 3 --set epochs=2", &["--set epochs and --steps", "leave one out"]),
        (
            "--val-data scenes --set val_data=scenes",
            &["--set val_data and --val-data", "leave one out"],
        ),
        ("byol --set method=mae", &["byol", "mae", "leave one out"]),
        ("--resume none", &["none", "no run folder"]),
        ("--batch 0", &["batch"]),
        ("--watts nan", &["watts", "NaN"]),
        ("--watts=-3", &["watts", "-3"]),
        ("--epochs 1e300 --data scenes?count=8", &["epochs", "steps"]),
        ("--preset tiny --set size=8", &["patch", "at least two"]),
        ("--preset tiny --set patch=32 --set size=32", &["patch", "at least two"]),
    ];
    for (args, words) in cases {
        let ran = call(folder.path(), &format!("train {args}"));
        // What was typed wrong is told from what is not there.
        let is_absent = args.contains("absent") || args.contains("--resume");
        assert_eq!(ran.status, Some(if is_absent { 1 } else { 2 }), "{args}: {}", ran.err);
        ran.refused(words);
        assert!(!folder.path().join("runs").exists(), "{args}");
    }
    if cfg!(target_os = "linux") {
        let huge = "train --preset tiny --batch 1000000 --set size=256 --set patch=32 --out huge";
        call(folder.path(), huge).refused(&["1000000", "GB of memory", "smaller batch"]);
        assert!(!folder.path().join("huge").exists());
    }
    let smallest = common::SMALLEST.iter().copied().chain(["--steps", "1", "--out", "a"]);
    run(folder.path(), smallest.clone()).ok();
    run(folder.path(), smallest).refused(&["already holds a run", "--resume a"]);
    for (to, what) in [("a.png", "a folder is wanted"), ("a.png/b", "a folder is wanted")] {
        let smallest = common::SMALLEST.iter().copied().chain(["--steps", "1", "--out", to]);
        run(folder.path(), smallest).refused(&[to, what, "choose another place"]);
    }
    let checkpoints = fs::read_dir(folder.path().join("a/checkpoints")).unwrap();
    checkpoints.for_each(|file| fs::write(file.unwrap().path(), b"cut").unwrap());
    call(folder.path(), "train --resume a").refused(&["a/checkpoints", "no checkpoint that loads", "from the first step"]);
    fs::write(folder.path().join("a/config.toml"), "nothing = 1").unwrap();
    call(folder.path(), "train --resume a").refused(&["a/config.toml", "nothing"]);
}

#[test]
fn what_clap_refuses_names_the_nearest() {
    let folder = scratch();
    for (line, offered) in [
        ("evall", "'eval'"),
        ("train --seeed 1", "--seed"),
        ("predict a.png --model w --hied half", "--hide"),
    ] {
        let ran = call(folder.path(), line);
        assert_eq!((ran.status, ran.out.as_str()), (Some(2), ""));
        assert!(ran.err.contains(offered), "{}", ran.err);
    }
}

#[test]
fn numbers_that_cannot_be_are_refused_in_words() {
    let folder = folder();
    for (line, words) in [
        ("similar w.safetensors a.png scenes?count=2 -n 0", ["-n cannot be 0", "1 picture"]),
        ("data scenes?count=2 --px 0", ["--px cannot be 0", "8 to 1024"]),
        ("data scenes?count=2 --px 5000 --sheet s.png", ["--px cannot be 5000", "8 to 1024"]),
    ] {
        let ran = call(folder.path(), line);
        assert_eq!(ran.status, Some(2));
        ran.refused(&words);
    }
    for command in [
        "data",
        "eval",
        "eval knn",
        "predict a.png",
        "similar w a.png in",
        "embed w in",
        "train",
    ] {
        let ran = call(folder.path(), &format!("{command} --seed -1"));
        assert!(!ran.err.contains("-- -1"), "{}", ran.err);
        ran.usage(&["--seed", "a whole number from 0"]);
    }
    for option in ["--epochs", "--stop-after-s", "--steps", "--validate-every"] {
        let ran = call(folder.path(), &format!("train {option} -1"));
        assert!(
            matches!(ran.status, Some(1 | 2)) && ran.out.is_empty(),
            "{option}: {:?} {}",
            ran.status,
            ran.out
        );
        assert!(ran.err.contains("-1") && !ran.err.contains("-- -1"), "{option}: {}", ran.err);
    }
}
