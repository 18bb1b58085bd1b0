//! Runs that were stopped, killed or out of room go on as if nothing had been.
#![cfg(all(feature = "cli", unix))]
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod common;

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::OnceLock,
    time::Duration,
};

use common::{Ran, SMALLEST, darkroom, kept, lines, run, scratch};
use darkroom::{
    chance::Chance,
    train::{Checkpoint, Progress},
};
use serde_json::Value;

const STEPS: &str = "120";

/// Arguments of the run that is broken off: gradients of two batches, random crops, checkpoints at odd steps.
fn arguments<'a>(out: &'a str, steps: &'a str) -> Vec<&'a str> {
    let rhythm = ["--accumulate", "2", "--checkpoint-every", "7", "--validate-every", "20"];
    SMALLEST.into_iter().chain(rhythm).chain(["--steps", steps, "--out", out]).collect()
}

/// What must be the same of every step: all but the speed.
fn record(run: &Path) -> Vec<Value> {
    let mut lines = lines(run.join("metrics.jsonl"));
    for line in &mut lines {
        line.as_object_mut().unwrap().remove("pictures_per_s");
    }
    lines
}

/// The unbroken run, made once for all tests: its folder and its record.
fn whole() -> (&'static Path, &'static [Value]) {
    static MADE: OnceLock<(PathBuf, Vec<Value>)> = OnceLock::new();
    let (folder, record) = MADE.get_or_init(|| {
        let folder = kept("whole");
        run(&folder, arguments("whole", STEPS)).ok();
        let record = record(&folder.join("whole"));
        assert_eq!(record.len().to_string(), STEPS);
        (folder, record)
    });
    (folder, record)
}

/// Steps that a run has written down.
fn written(run: &Path) -> usize {
    let text = fs::read(run.join("metrics.jsonl")).unwrap_or_default();
    text.iter().filter(|&&byte| byte == b'\n').count()
}

/// Starts or goes on with the run `name`, and lets it go on for so many steps or to its end.
fn start_for(folder: &Path, name: &str, steps: usize) -> Child {
    start_with(folder, name, &[], steps)
}

/// The same with more settings.
fn start_with(folder: &Path, name: &str, more: &[&str], steps: usize) -> Child {
    let path = folder.join(name);
    let args = if path.join("config.toml").exists() {
        vec!["train", "--quiet", "--resume", name]
    } else {
        [arguments(name, STEPS).as_slice(), more].concat()
    };
    let mut command = darkroom();
    command.args(args).current_dir(folder).stdout(Stdio::null());
    let mut child = command.spawn().unwrap();
    let until = written(&path) + steps;
    let is_there = || path.join("config.toml").exists() && written(&path) >= until;
    while !is_there() && child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(1));
    }
    child
}

#[test]
fn a_run_killed_at_random_moments_is_the_unbroken_run_to_the_bit() {
    let folder = scratch();
    let (whole_run, whole) = whole();
    let mut chance = Chance::new(std::process::id().into(), "kills", 0);
    for _ in 0..6 {
        let mut child = start_for(folder.path(), "killed", chance.below(25));
        std::thread::sleep(Duration::from_micros(chance.below(5_000) as u64));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    run(folder.path(), ["train", "--resume", "killed", "--quiet"]).ok();
    assert_eq!(record(&folder.path().join("killed")), whole);
    let checkpoint = |run: &Path| Checkpoint::last(&run.join("checkpoints")).unwrap().0;
    assert_eq!(
        checkpoint(&folder.path().join("killed")).tensors,
        checkpoint(&whole_run.join("whole")).tensors
    );
}

#[test]
fn a_run_killed_while_it_wrote_its_first_checkpoint_begins_again() {
    let folder = scratch();
    let at = |name: &str| folder.path().join(name);
    run(folder.path(), arguments("whole", "9")).ok();
    run(folder.path(), arguments("killed", "9")).ok();
    for entry in fs::read_dir(at("killed/checkpoints")).unwrap() {
        fs::remove_file(entry.unwrap().path()).unwrap();
    }
    fs::write(at("killed/checkpoints/step-00000007.safetensors.unfinished"), b"half of it").unwrap();
    let again = run(folder.path(), ["train", "--resume", "killed"]);
    assert!(again.err.contains("starts again from its beginning"), "{}", again.err);
    again.ok();
    assert_eq!(record(&at("killed")), record(&at("whole")));
    // What is broken, or was put aside under another name, is a person's to decide on.
    let checkpoints = at("killed/checkpoints");
    for (name, says) in [
        ("step-00000009.safetensors", "step-00000009"),
        ("step-00000009.safetensors.bak", "no checkpoint that loads"),
    ] {
        fs::remove_dir_all(&checkpoints).unwrap();
        fs::create_dir(&checkpoints).unwrap();
        fs::write(checkpoints.join(name), b"half of it").unwrap();
        run(folder.path(), ["train", "--resume", "killed"]).refused(&["no checkpoint that loads", says]);
        assert_eq!(record(&at("killed")), record(&at("whole")));
    }
}

#[test]
fn every_optimiser_and_schedule_goes_on_to_the_bit() {
    let folder = scratch();
    let at = |name: &str| folder.path().join(name);
    let fill = ["--set=target=residual", "--set=fill_to_decoder=true"];
    // The last two are small ones of what the presets for photographs set.
    for more in [
        vec!["--set=optimiser=muon", "--set=nesterov=true", "--set=momentum=0.95"],
        vec!["--set=optimiser=sgd", "--set=nesterov=true", "--set=schedule=steps"],
        vec!["--set=optimiser=lars", "--set=lr_scale=none", "--set=final_lr=0.001"],
        vec!["--set=optimiser=lars", "--set=trust_clip=true", "--set=bias_lr=0.1"],
        vec!["--set=optimiser=adamw", "--set=weight_decay_end=0.4", "--set=schedule=constant"],
        [&fill[..], &["--set=overlap=true", "--set=balance=true"]].concat(),
        [
            &fill[..],
            &["--set=corrector_dim=4", "--set=corrector_alone=true", "--set=optimiser=muon"],
        ]
        .concat(),
    ] {
        let whole = [arguments("whole", STEPS).as_slice(), &more].concat();
        run(folder.path(), whole).ok();
        for steps in [9, 30] {
            let mut child = start_with(folder.path(), "broken", &more, steps);
            child.kill().unwrap();
            child.wait().unwrap();
        }
        run(folder.path(), ["train", "--resume", "broken", "--quiet"]).ok();
        assert_eq!(record(&at("broken")), record(&at("whole")), "{more:?}");
        let tensors = |name: &str| Checkpoint::last(&at(name).join("checkpoints")).unwrap().0.tensors;
        assert!(tensors("broken") == tensors("whole"), "{more:?}");
        fs::remove_dir_all(at("whole")).unwrap();
        fs::remove_dir_all(at("broken")).unwrap();
    }
}

/// What they carry beside weights: nothing; a teacher and a queue; a bank and prototypes.
#[test]
fn methods_that_embed_go_on_to_the_bit_with_the_probe_beside_them() {
    for method in ["simclr", "moco", "deepcluster"] {
        let folder = scratch();
        let at = |name: &str| folder.path().join(name);
        let settings = |out: &'static str| {
            let rhythm = ["--steps=40", "--checkpoint-every=7", "--validate-every=20", "--out", out];
            let smallest = common::SMALLEST_JOINT.map(|word| if word == "simclr" { method } else { word });
            smallest.into_iter().chain(rhythm)
        };
        run(folder.path(), settings("whole")).ok();
        for stop in ["0.05", "0.3"] {
            let args = if at("broken").exists() {
                vec!["train", "--quiet", "--resume", "broken"]
            } else {
                settings("broken").collect()
            };
            run(folder.path(), args.into_iter().chain(["--stop-after-s", stop])).ok();
        }
        run(folder.path(), ["train", "--resume", "broken", "--quiet"]).ok();
        assert_eq!(record(&at("broken")), record(&at("whole")), "{method}");
        assert!(record(&at("whole")).iter().all(|line| line["linear"].is_f64()));
        assert_eq!(
            lines(at("broken").join("validation.jsonl")),
            lines(at("whole").join("validation.jsonl")),
            "{method}"
        );
        let tensors = |name: &str| Checkpoint::last(&at(name).join("checkpoints")).unwrap().0.tensors;
        assert!(tensors("broken") == tensors("whole"), "{method}");
        assert!(tensors("whole").contains_key("probe.weight"));
    }
}

#[test]
fn a_checkpoint_of_one_optimiser_is_refused_by_another() {
    let folder = scratch();
    let stopped = [arguments("a", "6").as_slice(), &["--set=optimiser=sgd"]].concat();
    run(folder.path(), stopped).ok();
    let config = folder.path().join("a/config.toml");
    let text = fs::read_to_string(&config).unwrap();
    for other in ["lars", "adamw", "muon"] {
        let changed = text.replace("optimiser = \"sgd\"", &format!("optimiser = \"{other}\""));
        fs::write(&config, changed).unwrap();
        let words = [
            "step-00000006",
            "by the optimiser sgd",
            &format!("this run's is {other}"),
            "optimiser = \"sgd\"",
        ];
        run(folder.path(), ["train", "--resume", "a", "--quiet"]).refused(&words);
    }
    fs::write(&config, text.replace("optimiser = \"sgd\"", "optimiser = \"sdg\"")).unwrap();
    run(folder.path(), ["train", "--resume", "a", "--quiet"]).refused(&["sdg", "did you mean \"sgd\""]);
}

#[test]
fn a_run_stopped_by_the_clock_and_by_a_person_goes_on_to_its_end() {
    let folder = scratch();
    let (_, whole) = whole();
    let stopped = arguments("stopped", STEPS).into_iter().chain(["--stop-after-s", "0.15", "--json"]);
    let stopped = run(folder.path(), stopped).json();
    assert_eq!(stopped["interrupted"], Value::Bool(false));
    let child = start_for(folder.path(), "stopped", 5);
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let ran = Ran::from(child.wait_with_output().unwrap());
    assert!(matches!(ran.status, Some(130 | 0)), "{:?}", ran.status);
    let last = run(folder.path(), ["train", "--resume", "stopped", "--quiet", "--json"]).json();
    assert_eq!(last["complete"], Value::Bool(true));
    assert_eq!(record(&folder.path().join("stopped")), whole);
    // Once more: there is nothing left to do, and nothing is lost.
    let again = run(folder.path(), ["train", "--resume", "stopped", "--quiet", "--json"]).json();
    assert_eq!(again["step"], last["step"]);
    assert_eq!(record(&folder.path().join("stopped")), whole);
}

#[test]
fn ctrl_c_saves_says_how_to_go_on_and_exits_as_shells_expect() {
    let folder = scratch();
    let mut command = darkroom();
    command.args(arguments("a", "100000")).current_dir(folder.path());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    while written(&folder.path().join("a")) < 3 && child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(1));
    }
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let ran = Ran::from(child.wait_with_output().unwrap());
    assert_eq!(ran.status, Some(130));
    assert!(
        ran.err.contains("saving") && ran.out.contains("darkroom train --resume a"),
        "{}{}",
        ran.out,
        ran.err
    );
    Checkpoint::last(&folder.path().join("a/checkpoints")).unwrap();
}

#[test]
fn a_full_disk_ends_with_a_sentence_and_the_last_checkpoint_loads() {
    let folder = scratch();
    let (_, whole) = whole();
    run(folder.path(), arguments("full", STEPS).into_iter().chain(["--stop-after-s", "0.1"])).ok();
    let before = Checkpoint::last(&folder.path().join("full/checkpoints")).unwrap().0.progress.step;
    // No file may grow beyond 32 KiB: checkpoints do not fit, most others do.
    let limited = "trap '' XFSZ; ulimit -f 64; exec \"$0\" train --resume full --quiet";
    let output = Command::new("sh")
        .args(["-c", limited, env!("CARGO_BIN_EXE_darkroom")])
        .current_dir(folder.path())
        .output();
    Ran::from(output.unwrap()).refused(&["full/", "cannot write"]);
    let (last, _, notes) = Checkpoint::last(&folder.path().join("full/checkpoints")).unwrap();
    assert!(last.progress.step >= before && notes.is_empty(), "{notes:?}");
    run(folder.path(), ["train", "--resume", "full", "--quiet"]).ok();
    assert_eq!(record(&folder.path().join("full")), whole);
}

/// Where the process below writes; absent where a person runs all ignored tests.
const FOLDER: &str = "DARKROOM_TEST_CHECKPOINTS";

#[test]
#[ignore = "writes checkpoints until it is killed: the helper of the next test"]
fn writes_checkpoints_for_ever() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let folder = Path::new(&folder);
    let from = Checkpoint::last(folder).map_or(0, |(last, ..)| last.progress.step);
    for step in from + 1.. {
        let tensor = (vec![100, 1000], vec![step as f32; 100_000]);
        let checkpoint = Checkpoint {
            progress: Progress {
                step,
                ..Progress::default()
            },
            tensors: BTreeMap::from([("a".to_owned(), tensor.clone()), ("b".to_owned(), tensor)]),
        };
        checkpoint.write(folder).unwrap();
        println!("wrote {step}");
    }
}

#[test]
fn after_a_kill_at_any_of_200_random_moments_the_last_checkpoint_loads() {
    let folder = scratch();
    let mut chance = Chance::new(std::process::id().into(), "kills", 1);
    let mut last = 0;
    for kill in 0..200 {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(["--exact", "writes_checkpoints_for_ever", "--ignored", "--nocapture"])
            .env(FOLDER, folder.path());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap()).lines();
        let wrote = |line: &str| line.strip_prefix("wrote ")?.parse::<u64>().ok();
        // The first one is awaited, so that the kill falls among the writing and not before it.
        let first = out.by_ref().map_while(Result::ok).find_map(|line| wrote(&line)).unwrap();
        std::thread::sleep(Duration::from_micros(chance.below(12_000) as u64));
        child.kill().unwrap();
        child.wait().unwrap();
        let told = out.map_while(Result::ok).filter_map(|line| wrote(&line)).last().unwrap_or(first);
        let (checkpoint, path, notes) = Checkpoint::last(folder.path()).unwrap();
        let step = checkpoint.progress.step;
        assert!(
            step >= told && step > last,
            "kill {kill}: {told} was written, {step} loads; {notes:?}"
        );
        assert!(notes.is_empty(), "kill {kill}: {} loads, but {notes:?}", path.display());
        assert!(checkpoint.tensors["b"].1.iter().all(|&value| value == step as f32));
        last = step;
    }
    assert!(fs::read_dir(folder.path()).unwrap().count() <= 4, "leftovers pile up");
}
