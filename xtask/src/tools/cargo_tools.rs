//! Trunk and wasm-bindgen, built from source into our own folder.

use std::fs;

use crate::{
    args::Args,
    shell::{Done, Outcome, capture, cargo, file_trouble, find, program, root, run, say, stop},
};

const TRUNK: &str = "0.22.1";

/// How the tools are compiled, but for how far they are optimised. Their own profiles ask for the quickest program, which takes
/// minutes to link; they run for seconds in a build.
const PROFILE: [(&str, &str); 2] = [("CARGO_PROFILE_RELEASE_LTO", "off"), ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")];

/// Trunk, and wasm-bindgen at the version of `Cargo.lock`.
pub fn ensure(args: &Args) -> Done {
    let bindgen = locked_version("wasm-bindgen")?;
    // It works through megabytes of wasm: optimised a little. Without the runner of tests, and the TLS that only the runner needs.
    tool(
        args,
        "wasm-bindgen",
        &bindgen,
        &[
            "wasm-bindgen-cli",
            "--version",
            &bindgen,
            "--no-default-features",
            "--bin",
            "wasm-bindgen",
        ],
        ("1", "3"),
    )?;
    // It calls others, and copies files. It asks for a newer compiler than it needs: it builds and works with ours.
    tool(
        args,
        "trunk",
        TRUNK,
        &[
            "trunk",
            "--version",
            TRUNK,
            "--ignore-rust-version",
            "--no-default-features",
            "--features",
            "rustls",
        ],
        ("0", "13"),
    )
}

fn tool(args: &Args, name: &str, version: &str, package: &[&str], (level, minutes): (&str, &str)) -> Done {
    if let Some(path) = find(name) {
        let said = capture(name, program(path).arg("--version")).unwrap_or_default();
        if said.split_whitespace().any(|word| word == version) {
            return Ok(());
        }
    }
    if args.no_install {
        return Err(stop(format!(
            "{name} {version} is missing; leave --no-install away, or run: cargo install --locked {}",
            package.join(" ")
        )));
    }
    let folder = super::folder();
    say(format!(
        "Installing {name} {version} into {} (once; {minutes} minutes of one core at most)",
        folder.display()
    ));
    let mut install = cargo(&["install", "--locked", "--root"]);
    install
        .arg(&folder)
        .args(package)
        .envs(PROFILE)
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", level)
        .env_remove("CARGO_TARGET_DIR"); // a folder of its own: nothing waits for the lock of another build, nothing is left
    run(&format!("installing {name}"), &mut install)
}

/// The version of a package that `Cargo.lock` fixes.
fn locked_version(package: &str) -> Outcome<String> {
    let path = root().join("Cargo.lock");
    let text = fs::read_to_string(&path).map_err(file_trouble("read", &path))?;
    version_in(&text, package).ok_or_else(|| stop(format!("Cargo.lock has no {package}; run `cargo generate-lockfile`")))
}

fn version_in(lock: &str, package: &str) -> Option<String> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    lines.nth(1)?.strip_prefix("version = \"")?.strip_suffix('"').map(String::from)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_lock_file_is_read_by_whole_names() {
        let lock = "[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"1.0.0\"\n\n[[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.129\"\n";
        assert_eq!(super::version_in(lock, "wasm-bindgen").as_deref(), Some("0.2.129"));
        assert_eq!(super::version_in(lock, "wasm"), None);
    }
}
