//! The wasm target: from rustup, or, where that cannot be had, Debian's compiler with the standard library's source.

use std::{env, path::Path};

use super::{WasmCompiler, system};
use crate::{
    args::Args,
    shell::{Outcome, capture, find, program, run, say, stop},
};

const TARGET: &str = "wasm32-unknown-unknown";
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const ADVICE: &str = "add it with `rustup target add wasm32-unknown-unknown`, or on Debian with `apt-get install rustc-web rust-web-src`";

/// Makes sure that wasm can be compiled, and says how.
pub fn ensure(args: &Args) -> Outcome<WasmCompiler> {
    if installed()? {
        return Ok(WasmCompiler::default());
    }
    if debian_source().is_none() && !args.no_install {
        if find("rustup").is_some() {
            say(format!("Adding the {TARGET} target (once; seconds)"));
            if run("adding the wasm target", program("rustup").args(["target", "add", TARGET])).is_ok() && installed()? {
                return Ok(WasmCompiler::default());
            }
            say("rustup could not add the target; trying Debian's packages instead");
        }
        system::install(args, &["rustc-web", "rust-web-src"], "Debian's wasm compiler", ADVICE)?;
    }
    debian_compiler()
}

fn installed() -> Outcome<bool> {
    Ok(Path::new(&sysroot("rustc")?).join("lib/rustlib").join(TARGET).join("lib").is_dir())
}

fn sysroot(rustc: &str) -> Outcome<String> {
    Ok(capture("asking rustc where it lives", program(rustc).args(["--print", "sysroot"]))?
        .trim()
        .to_string())
}

fn debian_source() -> Option<()> {
    let sysroot = Path::new(DEBIAN_RUSTC).is_file().then(|| sysroot(DEBIAN_RUSTC).ok()).flatten()?;
    Path::new(&sysroot)
        .join("lib/rustlib/src/rust/library/std/Cargo.toml")
        .is_file()
        .then_some(())
}

/// Debian's rustc builds the standard library itself; rustup's linker links. `-Zbuild-std` is unstable, hence the bootstrap variable.
fn debian_compiler() -> Outcome<WasmCompiler> {
    debian_source().ok_or_else(|| stop(format!("the {TARGET} target is missing; {ADVICE}")))?;
    let host = format!("{}-unknown-linux-gnu", env::consts::ARCH);
    let linker = Path::new(&sysroot("rustc")?).join("lib/rustlib").join(host).join("bin/rust-lld");
    say("Compiling wasm with Debian's rustc and the standard library's source");
    let pairs = [
        ("RUSTC", DEBIAN_RUSTC.to_string()),
        ("RUSTC_BOOTSTRAP", "1".into()),
        ("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort".into()),
        ("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker.display().to_string()),
        // Another compiler: what it builds must not be mixed with what rustup's built.
        (
            "CARGO_TARGET_DIR",
            crate::build::target_folder().join("debian-wasm").display().to_string(),
        ),
    ];
    Ok(WasmCompiler {
        env: pairs.into_iter().map(|(name, value)| (name.to_string(), value)).collect(),
    })
}
