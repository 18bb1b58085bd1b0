//! `cargo xtask test`: every test there is, cheapest first; all of them run, and what failed is named at the end.

use std::{fs, path::PathBuf, process::Command, time::Instant};

use crate::{
    args::Args,
    build, check,
    shell::{Done, Outcome, cargo, file_trouble, long_ones, program, root, run, say, spell, stop},
    tools,
};

type Part = (&'static str, fn(&Args) -> Done);

const PARTS: [Part; 8] = [
    ("format", |_| run("cargo fmt", &mut cargo(&["fmt", "--all", "--check"]))),
    ("structure", |_| check::check()),
    ("clippy", clippy),
    ("documentation", documentation),
    ("clippy-wasm", clippy_wasm),
    ("native", native),
    ("wasm", wasm),
    ("web", web),
];

/// Runs every part, or those that `--only` names.
pub fn test(args: &Args) -> Done {
    let wanted: Vec<&Part> = PARTS.iter().filter(|(name, _)| args.wants(name)).collect();
    if wanted.is_empty() {
        return Err(stop(format!("--only matches none of: {}", PARTS.map(|(name, _)| name).join(", "))));
    }
    say(
        "Every test: on two cores an hour or a little more the first time (tools, two engines and the native program are built), then a few",
    );
    let mut lines = Vec::new();
    let (mut failed, parts) = (0, wanted.len());
    for (name, part) in wanted {
        say(format!("Test: {name}"));
        let start = Instant::now();
        let outcome = part(args);
        let time = spell(start.elapsed().as_secs());
        lines.push(match outcome {
            Ok(()) => format!("  ok      {name:<14} {time}"),
            Err(why) => {
                failed += 1;
                eprintln!("{why}");
                format!("  FAILED  {name:<14} {time}  {why}")
            }
        });
        lines.extend(long_ones());
    }
    say(format!("Tests:\n{}", lines.join("\n")));
    if failed == 0 {
        Ok(())
    } else {
        Err(stop(format!(
            "{failed} of {parts} parts failed, named above; `--only NAME` runs one part"
        )))
    }
}

fn clippy(_: &Args) -> Done {
    let words = [
        "clippy",
        "--release",
        "--locked",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ];
    run("clippy on the native program", &mut cargo(&words))
}

fn clippy_wasm(args: &Args) -> Done {
    let compiler = tools::for_building(args)?;
    // Each program with its profile and features.
    let programs = [
        ("page", "page", "page"),
        ("together", "page", "page"),
        ("engine", "engine", "engine"),
        ("together-engine", "engine", "engine,joint"),
        ("engine-webgpu", "engine", "engine,joint,webgpu"),
    ];
    for (name, profile, features) in programs {
        let mut command = cargo(&[
            "clippy",
            "--locked",
            "--target",
            "wasm32-unknown-unknown",
            "--no-default-features",
            "--profile",
            profile,
        ]);
        command.args(["--features", features, "--lib", "--bin", name, "--", "-D", "warnings"]);
        compiler.apply(&mut command);
        // Clippy belongs to rustup's compiler; with Debian's, `cargo check` is what there is.
        command.env_remove("RUSTC");
        run(&format!("clippy on the {name}"), &mut command)?;
    }
    Ok(())
}

fn native(_: &Args) -> Done {
    run(
        "the native tests",
        &mut cargo(&["test", "--release", "--locked", "--workspace", "--no-fail-fast"]),
    )
}

fn documentation(_: &Args) -> Done {
    let mut command = cargo(&["doc", "--release", "--locked", "--no-deps", "--workspace", "--quiet"]);
    run("the documentation", command.env("RUSTDOCFLAGS", "-D warnings"))
}

fn wasm(args: &Args) -> Done {
    if !mentions_wasm_tests()? {
        say("No unit test asks for wasm: the page's tests in Chromium cover it");
        return Ok(());
    }
    let compiler = tools::for_building(args)?;
    let mut command = cargo(&[
        "test",
        "--locked",
        "--profile",
        "engine",
        "--target",
        "wasm32-unknown-unknown",
        "--lib",
    ]);
    command.args(["--no-default-features", "--features", "engine"]);
    command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", "wasm-bindgen-test-runner");
    compiler.apply(&mut command);
    run("the wasm tests", &mut command)
}

fn mentions_wasm_tests() -> Outcome<bool> {
    let src = root().join("src");
    let files = build::files_below(&src)?;
    Ok(files
        .iter()
        .any(|file| fs::read_to_string(src.join(file)).is_ok_and(|text| text.contains("#[wasm_bindgen_test]"))))
}

fn web(args: &Args) -> Done {
    if scripts("tests/web", ".test.mjs")?.is_empty() {
        say("No test in tests/web drives the page yet");
        return Ok(());
    }
    if !args.no_build {
        build::build(args)?;
    }
    let mut tests = in_browser(args, "tests/web", ".test.mjs")?;
    run("the tests in Chromium", &mut tests)
}

/// `node --test` over the scripts of a folder, told where Chromium and the server are.
fn in_browser(args: &Args, folder: &str, ending: &str) -> Outcome<Command> {
    let scripts = scripts(folder, ending)?;
    let mut command = node(args)?;
    command
        .args(["--test", "--test-concurrency=1", "--test-reporter=spec"])
        .args(scripts);
    Ok(command)
}

/// The scripts of a folder, in order.
pub fn scripts(folder: &str, ending: &str) -> Outcome<Vec<PathBuf>> {
    let path = root().join(folder);
    let entries = fs::read_dir(&path).map_err(file_trouble("list", &path))?;
    let mut scripts: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.to_string_lossy().ends_with(ending))
        .collect();
    scripts.sort();
    Ok(scripts)
}

/// Node with its packages, and told what drives the page: Chromium, this program as server, the native program's folder.
pub fn node(args: &Args) -> Outcome<Command> {
    tools::npm_packages(args)?;
    let own = std::env::current_exe().map_err(|error| stop(format!("could not find this program: {error}")))?;
    let mut command = program("node");
    command
        .env("CHROMIUM", tools::chromium(args)?)
        .env("DARKROOM_XTASK", own)
        .env("DARKROOM_TARGET", build::target_folder());
    Ok(command)
}
