//! What the native program adds to the page: the first pictures and the models' index.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::shell::{Done, Outcome, cargo, file_trouble, program, root, run, say};

/// Builds the native program and returns where it lies.
pub fn darkroom() -> Outcome<PathBuf> {
    say("Building the native program (the first time some 9 minutes of one core)");
    run(
        "building the native program",
        &mut cargo(&["build", "--release", "--locked", "--bin", "darkroom"]),
    )?;
    Ok(program_path())
}

/// The native program as `cargo test --release` left it, which saves compiling a quarter of it again: a build without the tests
/// asks a few dependencies for less.
pub fn tested() -> Option<PathBuf> {
    Some(program_path()).filter(|path| path.is_file())
}

fn program_path() -> PathBuf {
    super::target_folder()
        .join("release")
        .join(format!("darkroom{}", std::env::consts::EXE_SUFFIX))
}

/// Builds what the benchmarks ask of the native program beyond its commands.
pub fn bench() -> Done {
    run(
        "building the native side of the benchmarks",
        &mut cargo(&["build", "--release", "--locked", "--example", "bench"]),
    )
}

/// Copies the models and their index, and lets the native program draw what a visitor sees first.
pub fn furnish(dist: &Path, darkroom: &Path) -> Done {
    let models = root().join("public/models");
    let index = dist.join("models/index.json");
    if !models.join("index.json").is_file() && !index.is_file() {
        let folder = dist.join("models");
        fs::create_dir_all(&folder).map_err(file_trouble("create", &folder))?;
        fs::write(&index, "[]\n").map_err(file_trouble("write", &index))?;
    }
    let folder = dist.join("first");
    say("Drawing the first pictures");
    run(
        "drawing the first pictures",
        program(darkroom).args(["models", "first"]).arg(&folder),
    )
}
