//! What the tests of the program share: running it, small pictures, small weights.
#![allow(dead_code, clippy::unwrap_used)] // every file of tests takes a part of this

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::OnceLock,
};

use darkroom::{
    picture::{Rgb8, encode_png},
    worlds,
};
use serde_json::Value;
use tempfile::TempDir;

/// The settings of the smallest run: a network of 16 pixels that takes milliseconds a step.
pub const SMALLEST: [&str; 15] = [
    "train",
    "--preset",
    "tiny",
    "--data",
    "scenes?count=60",
    "--batch",
    "4",
    "--device",
    "cpu",
    "--quiet",
    "--set=size=16",
    "--set=patch=4",
    "--set=val_count=4",
    "--set=encoder_dim=12",
    "--set=decoder_dim=8",
];

/// The settings of the smallest run of a method that draws nothing: a network of 32 pixels.
pub const SMALLEST_JOINT: [&str; 11] = [
    "train",
    "simclr",
    "--preset=tiny",
    "--data=scenes?count=80",
    "--batch=8",
    "--device=cpu",
    "--quiet",
    "--set=backbone=vit:24x2/3/8",
    "--set=projector=32,16",
    "--set=val_count=16",
    "--set=probe=40",
];

/// The program, with nothing on standard input.
pub fn darkroom() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_darkroom"));
    command.stdin(Stdio::null());
    command
}

/// What a call gave.
pub struct Ran {
    pub status: Option<i32>,
    pub out: String,
    pub err: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            status: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Ran {
    /// Standard output, where all went well.
    #[track_caller]
    pub fn ok(self) -> String {
        assert_eq!(self.status, Some(0), "{}{}", self.out, self.err);
        self.out
    }

    /// Standard output as JSON, and nothing else on it.
    #[track_caller]
    pub fn json(self) -> Value {
        serde_json::from_str(&self.ok()).unwrap()
    }

    /// The sentence of a refusal: exit status 1 or 2, nothing on standard output, one line on standard error that
    /// holds each of `words` and begins with the program's name.
    #[track_caller]
    pub fn refused(self, words: &[&str]) -> String {
        let Self { status, out, err } = self;
        assert!(matches!(status, Some(1 | 2)), "{words:?}: {status:?} {out} {err}");
        assert!(out.is_empty(), "{words:?}: {out}");
        let last = err.lines().last().unwrap_or_default().to_owned();
        for word in words {
            assert!(last.contains(word), "\"{word}\" is missing: {err}");
        }
        assert!(last.starts_with("darkroom: ") && !err.contains("panicked"), "{err}");
        assert!(last.len() < 600, "{last}");
        last
    }
}

impl Ran {
    /// What the parser of arguments refused: exit status 2, nothing on standard output, each of `words` in what is said.
    #[track_caller]
    pub fn usage(self, words: &[&str]) {
        assert_eq!((self.status, self.out.as_str()), (Some(2), ""), "{}", self.err);
        for word in words {
            assert!(self.err.contains(word), "\"{word}\" is missing: {}", self.err);
        }
    }
}

/// Runs the program in `folder`.
#[track_caller]
pub fn run<S: AsRef<std::ffi::OsStr>>(folder: &Path, args: impl IntoIterator<Item = S>) -> Ran {
    darkroom().args(args).current_dir(folder).output().unwrap().into()
}

/// A folder of its own that goes when dropped.
pub fn scratch() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// A scene, which is a picture like any other.
pub fn scene(index: u64, size_px: usize) -> Rgb8 {
    worlds::sample(index).render(size_px)
}

/// Writes `count` scenes as PNG.
pub fn scenes(folder: &Path, count: u64) {
    fs::create_dir_all(folder).unwrap();
    for index in 0..count {
        fs::write(folder.join(format!("{index:03}.png")), encode_png(&scene(index, 24))).unwrap();
    }
}

/// An empty folder that stays until the next run of the same file of tests.
pub fn kept(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{name}", env!("CARGO_CRATE_NAME")));
    let _ = fs::remove_dir_all(&folder); // absent the first time
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Weights of the smallest network after four steps, trained once for all tests of a file.
pub fn weights() -> &'static Path {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    MADE.get_or_init(|| {
        let folder = kept("weights");
        run(&folder, SMALLEST.iter().chain(&["--steps", "4", "--out", "run"])).ok();
        folder.join("run/weights.safetensors")
    })
}

/// The same of the smallest network that draws nothing, after twenty steps.
pub fn joint_weights() -> &'static Path {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    MADE.get_or_init(|| {
        let folder = kept("joint");
        run(
            &folder,
            SMALLEST_JOINT.iter().chain(&["--steps=20", "--validate-every=10", "--out=run"]),
        )
        .ok();
        folder.join("run/weights.safetensors")
    })
}

/// A line of `metrics.jsonl` or `validation.jsonl` each.
pub fn lines(path: impl AsRef<Path>) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The card in a file of weights.
pub fn card(path: &Path) -> Value {
    let opened = darkroom::weights::from_bytes(&fs::read(path).unwrap(), "weights", &burn::tensor::Device::flex()).unwrap();
    serde_json::to_value(opened.header.unwrap().card).unwrap()
}

/// `text` as `str`, for paths in arguments.
pub fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
