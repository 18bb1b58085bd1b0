//! What must stand on this machine before something can be built or tested, and how it gets there.
//!
//! Everything that can live in a folder of ours does (`.tools/`, out of git); system packages are the last resort.

mod cargo_tools;
mod node;
mod system;
mod wasm_target;

use std::{env, path::PathBuf, process::Command};

use crate::{
    args::Args,
    shell::{Done, Outcome, root, say},
};

pub use node::{chromium, npm_packages};

/// Where our own tools live: `.tools/`, or beside a build cache that lies elsewhere, so that both are kept together.
pub fn folder() -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(cache) if !cache.is_empty() => root().join(cache).join("darkroom-tools"),
        _ => root().join(".tools"),
    }
}

/// How wasm gets compiled here: by rustup's compiler, or by a system package with the standard library's source.
#[derive(Clone, Debug, Default)]
pub struct WasmCompiler {
    env: Vec<(String, String)>,
}

impl WasmCompiler {
    /// Tells a command (cargo, or Trunk which calls cargo).
    pub fn apply(&self, command: &mut Command) {
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
    }
}

/// Everything `build` needs.
pub fn for_building(args: &Args) -> Outcome<WasmCompiler> {
    let compiler = wasm_target::ensure(args)?;
    cargo_tools::ensure(args)?;
    Ok(compiler)
}

/// Everything `build` and `test` need.
pub fn setup(args: &Args) -> Done {
    for_building(args)?;
    npm_packages(args)?;
    chromium(args)?;
    say("Everything is here. `cargo xtask serve` builds and serves the page, `cargo xtask test` runs every test.");
    Ok(())
}
