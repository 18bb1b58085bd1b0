//! `cargo xtask fuzz`: every parser of foreign bytes, a minute each.

use crate::{
    args::Args,
    shell::{Done, capture, cargo, find, root, run, say, stop},
};

/// Builds and runs the targets of `fuzz/`, or those that `--only` names.
///
/// libFuzzer's instrumentation is behind an unstable compiler flag; the bootstrap variable lets a stable compiler take it.
pub fn fuzz(args: &Args) -> Done {
    if find("cargo-fuzz").is_none() {
        if args.no_install {
            return Err(stop(
                "cargo-fuzz is missing; leave --no-install away, or run: cargo install --locked cargo-fuzz",
            ));
        }
        say("Installing cargo-fuzz (once; about a minute)");
        run(
            "installing cargo-fuzz",
            cargo(&["install", "--locked", "cargo-fuzz", "--root"]).arg(crate::tools::folder()),
        )?;
    }
    let listed = capture("listing the fuzz targets", cargo(&["fuzz", "list"]).current_dir(root()))?;
    let targets: Vec<&str> = listed.lines().filter(|name| args.wants(name)).collect();
    if targets.is_empty() {
        return Err(stop(format!(
            "--only matches none of: {}",
            listed.split_whitespace().collect::<Vec<_>>().join(", ")
        )));
    }
    for target in &targets {
        say(format!("Fuzzing {target} for {} s", args.seconds));
        let mut command = cargo(&["fuzz", "run", "--release", target, "--"]);
        command
            .arg(format!("-max_total_time={}", args.seconds))
            .args(["-rss_limit_mb=2048", "-timeout=10", "-print_final_stats=1"]);
        run(&format!("fuzzing {target}"), command.env("RUSTC_BOOTSTRAP", "1"))?;
    }
    say(format!("Nothing broke in: {}", targets.join(", ")));
    Ok(())
}
