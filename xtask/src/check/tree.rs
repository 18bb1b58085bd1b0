//! Rules of the tracked tree: sizes, and nothing of one machine in it.

use std::fs;

use crate::shell::{Outcome, capture, program, root};

const FILE_LIMIT_MB: f64 = 24.0;
const TREE_LIMIT_MB: f64 = 40.0;

/// Every breach, as a sentence.
pub fn breaches() -> Outcome<Vec<String>> {
    let listed = capture("git ls-files", program("git").args(["ls-files", "-z"]))?;
    let mut found = Vec::new();
    let mut total = 0.0;
    for name in listed.split('\0').filter(|name| !name.is_empty()) {
        let Ok(bytes) = fs::read(root().join(name)) else { continue };
        let megabytes = bytes.len() as f64 / f64::from(1 << 20);
        total += megabytes;
        if megabytes > FILE_LIMIT_MB {
            found.push(format!("{name} has {megabytes:.1} MB; a tracked file has at most {FILE_LIMIT_MB}"));
        }
        if let Ok(text) = std::str::from_utf8(&bytes) {
            let lines = text
                .lines()
                .enumerate()
                .filter_map(|(index, line)| Some((index + 1, of_a_machine(line)?)));
            found.extend(lines.map(|(line, what)| format!("{name}:{line}: {what} belongs to one machine, not into the tree")));
        }
    }
    if total > TREE_LIMIT_MB {
        found.push(format!("the tracked tree has {total:.1} MB; it may have {TREE_LIMIT_MB}"));
    }
    Ok(found)
}

/// What in this line names somebody's machine. Written in halves, so that this file passes its own rule.
fn of_a_machine(line: &str) -> Option<&'static str> {
    let marks = [
        concat!("/wo", "rk/"),
        concat!("/ro", "ot/"),
        concat!("/ho", "me/"),
        concat!("/Use", "rs/"),
        concat!("artifac", "tory"),
    ];
    marks.into_iter().find(|mark| line.contains(mark))
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_machine_is_told_by_its_paths() {
        assert!(super::of_a_machine(&format!("open {}{}", "/ro", "ot/x")).is_some());
        assert!(super::of_a_machine("the root/ of the tree, https://crates.io/").is_none());
    }
}
