//! `cargo xtask build`: the deployable page in `dist/`.
//!
//! Trunk compiles and binds the wasm programs; then come, in this order, wasm-opt on the large ones, what the
//! native program makes (first pictures, the models' index), and the list of files the service worker keeps.

mod links;
mod names;
mod native;
mod optimise;
mod precache;

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use crate::{
    args::Args,
    shell::{Done, Outcome, file_trouble, program, root, run, say},
    tools,
};

pub use native::{bench, darkroom, tested};

/// Where the page is left.
pub fn dist() -> PathBuf {
    root().join("dist")
}

/// Where cargo builds.
pub fn target_folder() -> PathBuf {
    root().join(
        env::var_os("CARGO_TARGET_DIR")
            .filter(|folder| !folder.is_empty())
            .unwrap_or_else(|| "target".into()),
    )
}

/// Builds the page and returns its folder.
pub fn build(args: &Args) -> Outcome<PathBuf> {
    programs(args)?;
    furnish(&native::darkroom()?)
}

/// Builds what is downloaded: the page's programs, compiled, bound and shrunk. `furnish` makes a page of them.
pub fn programs(args: &Args) -> Done {
    let engines = if args.cpu_only { "the engines for the CPU" } else { "its engines" };
    let cost = if args.cpu_only { "10" } else { "30" };
    say(format!(
        "Building the page and {engines} into dist/ (the first time some {cost} minutes of one core and {cost}0 MB; then seconds)"
    ));
    let compiler = tools::for_building(args)?;
    let index = links::index_for(args)?;
    let mut trunk = program("trunk");
    trunk
        .arg("build")
        .arg(&index)
        .args(["--html-output", "index.html"])
        .env_remove("NO_COLOR");
    compiler.apply(&mut trunk);
    let built = run("building the page", &mut trunk);
    links::tidy(&index)?;
    built?;
    if args.fast {
        say("wasm-opt is left out (--fast): the files are larger than those one ships");
        return Ok(());
    }
    optimise::shrink(args, &dist())
}

/// Whether the page that was built has an engine for WebGPU.
pub fn has_gpu_engine() -> bool {
    dist().join(links::GPU_ENGINE).with_extension("js").is_file()
}

/// Builds the module that compares shaders with plain arithmetic, from the same crates as the WebGPU engine for tests (`Args::trial`).
pub fn shaders(args: &Args) -> Done {
    say("Building the shaders' module (a minute where the page was built for these tests, else some 8 of one core the first time)");
    let compiler = tools::for_building(args)?;
    let folder = target_folder().join("shaders");
    fs::create_dir_all(&folder).map_err(file_trouble("make", &folder))?;
    let mut trunk = program("trunk");
    trunk
        .args(["build", "tests/kernels/shaders.html", "--dist"])
        .arg(&folder)
        .env_remove("NO_COLOR");
    compiler.apply(&mut trunk);
    run("building the shaders' module", &mut trunk)
}

/// Adds what the native program makes, and the lists of what there is; returns the page's folder.
pub fn furnish(darkroom: &Path) -> Outcome<PathBuf> {
    let dist = dist();
    native::furnish(&dist, darkroom)?;
    precache::write(&dist)?;
    say(format!(
        "The page is in {} ({:.1} MB); any static host serves it as it is",
        dist.display(),
        megabytes(&dist)?
    ));
    Ok(dist)
}

/// Every file below a folder, sorted, as paths relative to it with `/` between.
pub fn files_below(folder: &Path) -> Outcome<Vec<String>> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(here) = open.pop() {
        for entry in fs::read_dir(&here).map_err(file_trouble("list", &here))? {
            let path = entry.map_err(file_trouble("list", &here))?.path();
            if path.is_dir() {
                open.push(path);
            } else if let Ok(relative) = path.strip_prefix(folder) {
                let parts: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
                found.push(parts.join("/"));
            }
        }
    }
    found.sort();
    Ok(found)
}

fn megabytes(folder: &Path) -> Outcome<f64> {
    let files = files_below(folder)?;
    let bytes: u64 = files
        .iter()
        .filter_map(|file| fs::metadata(folder.join(file)).ok())
        .map(|data| data.len())
        .sum();
    Ok(bytes as f64 / 1e6)
}
