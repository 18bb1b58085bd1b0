//! `cargo xtask test`: every test there is; all of them run, and what failed is named at the end.
//!
//! Linking a program for the page keeps one core busy for minutes. So the page is built beside the native tests. The tests in
//! Chromium wait for both, and what only reads the code takes what they leave.

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
    shell::{Done, Outcome, cargo, complain, file_trouble, long_ones, modest_cargo, program, root, run, say, speak_into, spell, stop},
    tools,
};

/// A part's name, and what it does.
type Part = (&'static str, fn(&Args) -> Done);

const HERE: [Part; 3] = [
    ("format", |_| run("cargo fmt", &mut cargo(&["fmt", "--all", "--check"]))),
    ("structure", |_| check::check()),
    ("native", native),
];
const PAGE: Part = ("page", |args| build::build(args).map(drop));
const CHROMIUM: Part = ("web", web);
/// What only reads the code.
const READERS: &[Part] = &[("documentation", documentation), ("clippy", clippy), ("clippy-wasm", clippy_wasm)];
/// `PAGE` without what the native program makes.
const PROGRAMS: &[Part] = &[("page", build::programs), ("warnings", warnings)];

/// What `--only` may name.
fn all() -> impl Iterator<Item = &'static Part> {
    HERE.iter().chain(READERS).chain(&[PAGE, CHROMIUM])
}

/// Runs every part, or those that `--only` names.
pub fn test(args: &Args) -> Done {
    say(
        "Every test: on two cores an hour or a little more the first time (tools, three engines and the native program are built), then a few minutes",
    );
    let judged = if args.only.is_some() {
        judge(all().filter(|(name, _)| args.wants(name)), args)
    } else {
        everything(args)
    };
    if judged.is_empty() {
        let names: Vec<_> = all().map(|(name, _)| *name).collect();
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

/// The page's programs beside the native tests, then the tests in Chromium beside parts that stand back.
fn everything(args: &Args) -> Vec<Judged> {
    let mut trial = args.clone();
    trial.trial = true; // optimised as it ships, the WebGPU engine takes as long as all other programs of the page together
    let page = (!args.no_build).then(|| Aside::begin(PAGE_LOG, PROGRAMS, trial));
    let mut judged = judge(&HERE, args);
    let programs = page.map(Aside::end).unwrap_or_default();
    let compiled = programs.first().is_some_and(|programs| programs.passed);
    judged.extend(programs);

    let mut behind = args.clone();
    behind.modest = true;
    let readers = Aside::begin("readers.log", READERS, behind);
    // Where it was not compiled above, `web` builds the page (and says what is wrong), or takes what there is.
    let chromium: Part = if compiled { ("web", furnished) } else { CHROMIUM };
    let in_chromium = judge([&chromium], args);
    judged.extend(readers.end());
    judged.extend(in_chromium);
    judged
}

/// Parts that go on beside others. What they say goes into a file, and is shown when they are waited for.
struct Aside {
    names: String,
    log: PathBuf,
    thread: JoinHandle<Vec<Judged>>,
}

impl Aside {
    /// Without a file to speak into they speak at once, between the others' words.
    fn begin(log: &str, parts: &'static [Part], args: Args) -> Self {
        let names = parts.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        let folder = build::target_folder();
        let log = folder.join(log);
        let words = fs::create_dir_all(&folder).and_then(|()| File::create(&log));
        say(format!(
            "Test: {names}, beside what follows; the words are in {}, and shown here later",
            log.display()
        ));
        let thread = thread::spawn(move || {
            if let Ok(words) = words {
                speak_into(words);
            }
            judge(parts, &args)
        });
        Self { names, log, thread }
    }

    /// Shows what was said, and what is said until all is done.
    fn end(self) -> Vec<Judged> {
        let mut file = File::open(&self.log).ok();
        loop {
            let done = self.thread.is_finished(); // asked first, so that nothing comes after the last look
            if let Some(file) = &mut file {
                drop(io::copy(file, &mut io::stdout())); // what cannot be shown stays in the file
            }
            if done {
                break;
            }
            thread::sleep(Duration::from_millis(500));
        }
        self.thread.join().unwrap_or_else(|_| {
            vec![Judged {
                passed: false,
                lines: vec![format!("  FAILED  {}  it ended in a panic, shown above", self.names)],
            }]
        })
    }
}

/// Cargo with these words, at lowest priority where others go on beside it: it has what they leave of every core.
fn cargo_for(args: &Args, words: &[&str]) -> Command {
    if args.modest { modest_cargo(words) } else { cargo(words) }
}

fn clippy(args: &Args) -> Done {
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
    run("clippy on the native program", &mut cargo_for(args, &words))
}

/// One pass over all that runs in a browser, with every feature at once: a pass for each program would check what they are built on
/// four times. What a program leaves out is seen by the compiler alone, whose warnings `warnings` looks for. Beside the tests in Chromium
/// the GPU's shaders are left to the compiler, too: what is below them takes clippy four minutes; `--only clippy-wasm` has them.
fn clippy_wasm(args: &Args) -> Done {
    let compiler = tools::for_building(args)?;
    let words = [
        "clippy",
        "--release",
        "--locked",
        "--target",
        "wasm32-unknown-unknown",
        "--no-default-features",
        "--features",
        if args.modest {
            "page,engine,joint,kernels-module"
        } else {
            "page,engine,joint,webgpu,kernels-module"
        },
        "--lib",
        "--bins",
        "--",
        "-D",
        "warnings",
    ];
    let mut command = cargo_for(args, &words);
    compiler.apply(&mut command);
    // Clippy belongs to rustup's compiler; with Debian's, `cargo check` is what there is.
    command.env_remove("RUSTC");
    run("clippy on the programs of the page", &mut command)
}

/// What was said while the page was built, in the target folder.
const PAGE_LOG: &str = "page.log";

/// Cargo repeats the warnings of what it does not compile again, and counts them for each package, so they are in the log of every build.
fn warnings(_: &Args) -> Done {
    let log = build::target_folder().join(PAGE_LOG);
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

fn documentation(args: &Args) -> Done {
    let mut command = cargo_for(args, &["doc", "--release", "--locked", "--no-deps", "--workspace", "--quiet"]);
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
    kernels(args)?;
    if build::has_gpu_engine() {
        build::shaders(args)?;
    }
    let mut tests = in_browser(args, "tests/web", ".test.mjs")?;
    run("the tests in Chromium", &mut tests)
}

/// The CPU's kernels as a WebAssembly module, compiled as the engines are: a test holds them against plain arithmetic.
fn kernels(args: &Args) -> Done {
    let words = [
        "build",
        "--locked",
        "--profile",
        "engine",
        "--target",
        "wasm32-unknown-unknown",
        "--no-default-features",
        "--features",
        "kernels-module",
        "--bin",
        "kernels",
    ];
    let mut command = cargo(&words);
    tools::for_building(args)?.apply(&mut command);
    run("the kernels for WebAssembly", &mut command)
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
