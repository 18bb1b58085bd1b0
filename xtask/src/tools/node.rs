//! Node, its packages, and Chromium: for optimising wasm and for the tests in a browser.

use std::{env, fs, path::PathBuf};

use super::system;
use crate::{
    args::Args,
    hash,
    shell::{Done, Outcome, capture, file_trouble, find, program, root, run, say, stop},
};

const OLDEST_NODE: u32 = 18;
const NODE_ADVICE: &str = "install Node.js 18 or newer with npm (nodejs.org, or your system's packages)";
const CHROMIUM_ADVICE: &str = "install Chromium or Chrome, or name one in CHROMIUM (CHROMIUM=/path/to/chromium cargo xtask test)";

/// The packages of `tests/web/package-lock.json`: a driver for the browser, an accessibility checker, wasm-opt.
pub fn npm_packages(args: &Args) -> Done {
    node(args)?;
    let folder = root().join("tests/web");
    let lock = folder.join("package-lock.json");
    let stamp = folder.join("node_modules/.darkroom-lock");
    let wanted = hash::of_file(&lock)?;
    if fs::read_to_string(&stamp).is_ok_and(|have| have == wanted) {
        return Ok(());
    }
    if args.no_install {
        return Err(stop(
            "the packages of tests/web are missing; leave --no-install away, or run: npm ci --prefix tests/web",
        ));
    }
    say("Installing the packages of tests/web (once; about half a minute)");
    let mut npm = program("npm");
    run(
        "installing the packages of tests/web",
        npm.args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"]).current_dir(&folder),
    )?;
    fs::write(&stamp, wanted).map_err(file_trouble("write", &stamp))
}

fn node(args: &Args) -> Done {
    if find("node").is_none() || find("npm").is_none() {
        system::install(args, &["nodejs", "npm"], "Node.js", NODE_ADVICE)?;
    }
    let said = capture("asking node for its version", program("node").arg("--version"))?;
    let major = said
        .trim()
        .trim_start_matches('v')
        .split('.')
        .next()
        .and_then(|word| word.parse::<u32>().ok());
    if major.is_some_and(|major| major >= OLDEST_NODE) {
        return Ok(());
    }
    Err(stop(format!("node is {}, too old; {NODE_ADVICE}", said.trim())))
}

/// Where Chromium is, installed when missing and allowed.
pub fn chromium(args: &Args) -> Outcome<PathBuf> {
    if let Some(path) = env::var_os("CHROMIUM").map(PathBuf::from) {
        return if path.is_file() {
            Ok(path)
        } else {
            Err(stop(format!(
                "CHROMIUM names {}, which is no file; {CHROMIUM_ADVICE}",
                path.display()
            )))
        };
    }
    if let Some(path) = installed_chromium() {
        return Ok(path);
    }
    system::install(args, &["chromium"], "Chromium", CHROMIUM_ADVICE)?;
    installed_chromium().ok_or_else(|| stop(format!("Chromium was installed and still is not on the path; {CHROMIUM_ADVICE}")))
}

fn installed_chromium() -> Option<PathBuf> {
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
    let apps = [
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
    ];
    names
        .iter()
        .find_map(|name| find(name))
        .or_else(|| apps.iter().map(PathBuf::from).find(|path| path.is_file()))
}
