//! `cargo xtask check`: what is deliberately absent, looked for in the sources.

mod rules;
mod source;
mod tree;

use crate::shell::{Done, capture, cargo, say, stop};

/// Looks at every rule and names every breach.
pub fn check() -> Done {
    let sources = source::read_all()?;
    let mut breaches = rules::breaches(&sources);
    breaches.extend(tree::breaches()?);
    breaches.extend(page_dependencies()?);
    for (path, lines) in rules::long_files(&sources) {
        say(format!("{path} has {lines} lines: look for the second thing it does"));
    }
    for breach in &breaches {
        eprintln!("{breach}");
    }
    match breaches.len() {
        0 => {
            say(format!("The house's rules hold in {} files", sources.len()));
            Ok(())
        }
        count => Err(stop(format!(
            "{count} breaches of the house's rules, named above; CONTRIBUTING.md says why each rule is there"
        ))),
    }
}

/// The page never sees tensors.
fn page_dependencies() -> crate::shell::Outcome<Vec<String>> {
    let words = [
        "tree",
        "--locked",
        "--no-default-features",
        "--features",
        "page",
        "--target",
        "wasm32-unknown-unknown",
    ];
    let tree = capture("cargo tree", cargo(&words).args(["-e", "normal", "--prefix", "none"]))?;
    let heavy = tree
        .lines()
        .filter(|line| ["burn", "cubecl", "wgpu"].iter().any(|name| line.starts_with(name)));
    let mut names: Vec<&str> = heavy.filter_map(|line| line.split(' ').next()).collect();
    names.sort_unstable();
    names.dedup();
    Ok(names
        .into_iter()
        .map(|name| format!("the page depends on {name}: `cargo tree --no-default-features --features page -i {name}` shows through what"))
        .collect())
}
