//! Running other programs, and stopping with a sentence.

use std::{
    cell::RefCell,
    env, fmt,
    fs::File,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

/// Why a command stopped: a sentence that says what to do.
#[derive(Debug)]
pub struct Stop(String);

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A value, or the reason why there is none.
pub type Outcome<T> = Result<T, Stop>;
/// Done, or the reason why not.
pub type Done = Outcome<()>;

/// Stops with this sentence.
pub fn stop(sentence: impl Into<String>) -> Stop {
    Stop(sentence.into())
}

/// Names what could not be done to which file.
pub fn file_trouble<'a>(what: &'a str, path: &'a Path) -> impl Fn(std::io::Error) -> Stop + 'a {
    move |error| stop(format!("could not {what} {}: {error}", path.display()))
}

thread_local! {
    /// Where this thread and what it starts speak, if not to whoever sits there.
    static VOICE: RefCell<Option<File>> = const { RefCell::new(None) };
    /// What has taken longer than a blink on this thread so far: purpose and seconds.
    static LONG: RefCell<Vec<(String, u64)>> = const { RefCell::new(Vec::new()) };
}

/// From now on this thread and what it starts speak into a file: for what goes on beside something else.
pub fn speak_into(file: File) {
    VOICE.replace(Some(file));
}

/// A file of its own for a program's words, where this thread has one.
fn voice() -> Option<File> {
    VOICE.with_borrow(|voice| voice.as_ref().and_then(|file| file.try_clone().ok()))
}

/// Says what happens next.
pub fn say(sentence: impl fmt::Display) {
    match voice() {
        Some(mut file) => drop(writeln!(file, "==> {sentence}")), // a full disk is told of by what the programs do
        None => println!("==> {sentence}"),
    }
}

/// Says what went wrong.
pub fn complain(why: &Stop) {
    match voice() {
        Some(mut file) => drop(writeln!(file, "{why}")),
        None => eprintln!("{why}"),
    }
}

/// The repository's root. `cargo run` tells it; a copy of this program run by hand is told at compile time.
pub fn root() -> PathBuf {
    let manifest = env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    manifest.parent().map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

/// A program, started in the root with our own tools first on its path.
pub fn program(name: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(name);
    command.current_dir(root()).env("PATH", path_with_tools());
    command
}

/// Cargo itself, free of what the outer `cargo run` put into the environment.
pub fn cargo(words: &[&str]) -> Command {
    cargo_by(program("cargo"), words)
}

/// The same with what others leave of the processor; where the system has no word for that, on one core.
pub fn modest_cargo(words: &[&str]) -> Command {
    let Some(nice) = find("nice") else {
        return cargo(&[&words[..1], &["--jobs", "1"], &words[1..]].concat());
    };
    let mut command = program(nice);
    command.args(["-n", "19", "cargo"]);
    cargo_by(command, words)
}

fn cargo_by(mut command: Command, words: &[&str]) -> Command {
    for (name, _) in env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") || name == "CARGO_BIN_NAME" {
            command.env_remove(name);
        }
    }
    command.args(words);
    command
}

fn path_with_tools() -> std::ffi::OsString {
    let ours = [crate::tools::folder().join("bin"), root().join("tests/web/node_modules/.bin")];
    let theirs = env::var_os("PATH").unwrap_or_default();
    env::join_paths(ours.into_iter().chain(env::split_paths(&theirs))).unwrap_or(theirs)
}

/// Where a program stands on the path, if it does.
pub fn find(name: &str) -> Option<PathBuf> {
    let file = format!("{name}{}", env::consts::EXE_SUFFIX);
    env::split_paths(&path_with_tools())
        .map(|folder| folder.join(&file))
        .find(|path| path.is_file())
}

/// Runs to the end, showing what it prints; `purpose` names it in the sentence on failure.
pub fn run(purpose: &str, command: &mut Command) -> Done {
    let start = Instant::now();
    if let (Some(out), Some(err)) = (voice(), voice()) {
        command.stdout(out).stderr(err).stdin(Stdio::null());
    }
    let status = command
        .status()
        .map_err(|error| stop(format!("{purpose}: could not start {}: {error}", named(command))))?;
    if !status.success() {
        return Err(stop(format!(
            "{purpose} failed ({status}); what it said stands above. The command was: {}",
            named(command)
        )));
    }
    let seconds = start.elapsed().as_secs();
    if seconds >= 20 {
        say(format!("{purpose}: done in {}", spell(seconds)));
        LONG.with_borrow_mut(|long| long.push((purpose.to_string(), seconds)));
    }
    Ok(())
}

/// Where this thread's time went since the last time this was asked, a line each.
pub fn long_ones() -> Vec<String> {
    let long = LONG.take();
    let line = |(purpose, seconds): (String, u64)| format!("          {purpose}: {}", spell(seconds));
    long.into_iter().map(line).collect()
}

/// Runs to the end and returns what it printed on standard output.
pub fn capture(purpose: &str, command: &mut Command) -> Outcome<String> {
    let output = command
        .stderr(Stdio::piped())
        .output()
        .map_err(|error| stop(format!("{purpose}: could not start {}: {error}", named(command))))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(stop(format!("{purpose} failed ({}): {}", output.status, said.trim())));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Seconds, as people say them.
pub fn spell(seconds: u64) -> String {
    if seconds < 100 {
        format!("{seconds} s")
    } else {
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    }
}

fn named(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
