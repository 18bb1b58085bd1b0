//! `cargo xtask test`: every test there is, cheapest first; all of them run, and what failed is named at the end.
//!
//! Linking a program for the page keeps one core busy for minutes. So the page is built beside the other parts, and the tests in
//! Chromium, which need a quiet machine, wait for all.

use std::{
    fs::{self, File},
    io,
    path::PathBuf,
    process::Command,
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use crate::{
    args::Args,
    build, check,
    shell::{Done, Outcome, cargo, complain, file_trouble, long_ones, program, root, run, say, speak_into, spell, stop},
    tools,
};

/// A part's name, and what it does.
type Part = (&'static str, fn(&Args) -> Done);

const HERE: [Part; 6] = [
    ("format", |_| run("cargo fmt", &mut cargo(&["fmt", "--all", "--check"]))),
    ("structure", |_| check::check()),
    ("clippy", clippy),
    ("documentation", documentation),
    ("native", native),
    ("clippy-wasm", clippy_wasm), // what it needs is installed by then
];
const PAGE: Part = ("page", |args| build::build(args).map(drop));
const CHROMIUM: Part = ("web", web);

/// Runs every part, or those that `--only` names.
pub fn test(args: &Args) -> Done {
    say(
        "Every test: on two cores an hour or a little more the first time (tools, three engines and the native program are built), then a few minutes",
    );
    let judged = if args.only.is_some() {
        let wanted = HERE.iter().chain([&PAGE, &CHROMIUM]).filter(|(name, _)| args.wants(name));
        judge(wanted, args)
    } else {
        everything(args)?
    };
    if judged.is_empty() {
        let names: Vec<_> = HERE.iter().chain([&PAGE, &CHROMIUM]).map(|(name, _)| *name).collect();
        return Err(stop(format!("--only matches none of: {}", names.join(", "))));
    }
    let lines: Vec<&str> = judged.iter().flat_map(|one| one.lines.iter().map(String::as_str)).collect();
    say(format!("Tests:\n{}", lines.join("\n")));
    match judged.iter().filter(|one| !one.passed).count() {
        0 => Ok(()),
        failed => Err(stop(format!(
            "{failed} of {} parts failed, named above; `--only NAME` runs one part",
            judged.len()
        ))),
    }
}

/// What became of a part, and how the summary says it.
struct Judged {
    passed: bool,
    lines: Vec<String>,
}

/// Runs parts one after the other.
fn judge<'a>(parts: impl IntoIterator<Item = &'a Part>, args: &Args) -> Vec<Judged> {
    let one = |(name, part): &Part| {
        say(format!("Test: {name}"));
        let start = Instant::now();
        let outcome = part(args);
        let time = spell(start.elapsed().as_secs());
        let line = match &outcome {
            Ok(()) => format!("  ok      {name:<14} {time}"),
            Err(why) => {
                complain(why);
                format!("  FAILED  {name:<14} {time}  {why}")
            }
        };
        Judged {
            passed: outcome.is_ok(),
            lines: std::iter::once(line).chain(long_ones()).collect(),
        }
    };
    parts.into_iter().map(one).collect()
}

/// The page's programs beside the other parts, then what wants the machine for itself.
fn everything(args: &Args) -> Outcome<Vec<Judged>> {
    let log = page_log();
    fs::create_dir_all(build::target_folder()).map_err(file_trouble("create", &build::target_folder()))?;
    let words = File::create(&log).map_err(file_trouble("create", &log))?;
    say(format!(
        "The page is built beside this; what that says goes into {} and is shown here at the end",
        log.display()
    ));
    let (mut aside, theirs) = (args.clone(), words);
    aside.trial = true; // optimised as it ships, the WebGPU engine takes as long as all other programs of the page together
    let parts: [Part; 2] = [("page", build::programs), ("warnings", warnings)];
    let count = if args.no_build { 0 } else { parts.len() };
    let page = thread::spawn(move || {
        speak_into(theirs);
        judge(&parts[..count], &aside)
    });
    let mut judged = judge(&HERE, args);
    show_until_done(&log, &page)?;
    let page = page.join().map_err(|_| stop("building the page ended in a panic, shown above"))?;
    let compiled = page.first().is_some_and(|programs| programs.passed);
    judged.extend(page);
    // Where that failed the page is built once more, and `web` then says what is wrong.
    let chromium: Part = if compiled { ("web", furnished) } else { CHROMIUM };
    judged.extend(judge([&chromium], args));
    Ok(judged)
}

/// Shows what is in a file, and what comes into it, until a thread is done.
fn show_until_done<T>(path: &std::path::Path, thread: &JoinHandle<T>) -> Done {
    let trouble = file_trouble("read", path);
    let mut file = File::open(path).map_err(&trouble)?;
    loop {
        let done = thread.is_finished(); // asked first, so that nothing comes after the last look
        io::copy(&mut file, &mut io::stdout()).map_err(&trouble)?;
        if done {
            return Ok(());
        }
        thread::sleep(Duration::from_millis(500));
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

/// One pass over all that runs in a browser, with every feature at once: a pass for each program would check what they are built on
/// four times. What a program leaves out is seen by the compiler alone, whose warnings `warnings` looks for.
fn clippy_wasm(args: &Args) -> Done {
    let compiler = tools::for_building(args)?;
    let mut command = cargo(&[
        "clippy",
        "--release",
        "--locked",
        "--target",
        "wasm32-unknown-unknown",
        "--no-default-features",
        "--features",
        "page,engine,joint,webgpu",
        "--lib",
        "--bins",
        "--",
        "-D",
        "warnings",
    ]);
    compiler.apply(&mut command);
    // Clippy belongs to rustup's compiler; with Debian's, `cargo check` is what there is.
    command.env_remove("RUSTC");
    run("clippy on the programs of the page", &mut command)
}

/// Where the words of what goes on beside the native parts go.
fn page_log() -> PathBuf {
    build::target_folder().join("page.log")
}

/// Cargo repeats the warnings of what it does not compile again, and counts them for each package, so they are in the log of every build.
fn warnings(_: &Args) -> Done {
    let log = page_log();
    let said = fs::read_to_string(&log).map_err(file_trouble("read", &log))?;
    match said.lines().find(|line| line.starts_with("warning: `darkroom`")) {
        Some(line) => Err(stop(format!("the compiler warned of the page's programs, as shown above; {line}"))),
        None => Ok(()),
    }
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

fn web(args: &Args) -> Done {
    if !args.no_build {
        build::build(args)?;
    }
    in_chromium(args)
}

/// `web` after the other parts: what they compiled is made into a page.
fn furnished(args: &Args) -> Done {
    let darkroom = match build::tested() {
        Some(program) => program,
        None => build::darkroom()?,
    };
    build::furnish(&darkroom)?;
    say("dist/ holds the page for the tests, whose WebGPU engine is large; `cargo xtask build` makes the one to deploy");
    in_chromium(args)
}

fn in_chromium(args: &Args) -> Done {
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
