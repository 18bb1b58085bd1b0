//! System packages, where installing them is possible and allowed.

use std::{env, process::Command};

use crate::{
    args::Args,
    shell::{Done, capture, find, program, run, say, stop},
};

/// Installs Debian packages, or says what to do by hand.
///
/// Root may always; another user needs sudo without a password, and has to allow it with `--yes` (or `CI=true`).
pub fn install(args: &Args, packages: &[&str], what: &str, advice: &str) -> Done {
    let missing = |why: &str| stop(format!("{what} is missing and {why}; {advice}"));
    if args.no_install {
        return Err(missing("--no-install was given"));
    }
    if find("apt-get").is_none() {
        return Err(missing("this system has no apt-get"));
    }
    let root = is_root();
    if !root && capture("asking for sudo", program("sudo").args(["-n", "true"])).is_err() {
        return Err(missing("installing needs root or sudo without a password"));
    }
    if !root && !args.yes && !in_ci() {
        return Err(missing("installing system packages was not allowed (--yes allows it)"));
    }
    say(format!("Installing {what}: {} (once; a minute or two)", packages.join(", ")));
    let apt = |words: &[&str]| {
        let mut command: Command = if root { program("apt-get") } else { program("sudo") };
        if !root {
            command.args(["-n", "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
        }
        command.env("DEBIAN_FRONTEND", "noninteractive").args(["-q", "-y"]).args(words);
        command
    };
    run("reading the list of system packages", &mut apt(&["update"]))?;
    run(
        &format!("installing {what}"),
        apt(&["install", "--no-install-recommends"]).args(packages),
    )
    .map_err(|why| stop(format!("{why}. {advice}")))
}

fn is_root() -> bool {
    capture("asking who we are", program("id").arg("-u")).is_ok_and(|said| said.trim() == "0")
}

fn in_ci() -> bool {
    env::var("CI").is_ok_and(|value| !value.is_empty() && value != "false" && value != "0")
}
