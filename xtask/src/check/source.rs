//! Rust sources as the rules read them: code lines with their numbers, without comments and without tests.

use std::fs;

use crate::{
    build,
    shell::{Outcome, file_trouble, root},
};

/// One file of `src/`.
pub struct Source {
    /// From the root, `src/picture/mod.rs`.
    pub path: String,
    /// The room: first part below `src/`, without `.rs`.
    pub room: String,
    /// Number (from 1) and text of every line of code before the tests.
    pub code: Vec<(usize, String)>,
}

/// Every file of `src/`.
pub fn read_all() -> Outcome<Vec<Source>> {
    let src = root().join("src");
    let names = build::files_below(&src)?;
    let rust = names.into_iter().filter(|name| name.ends_with(".rs"));
    rust.map(|name| {
        let path = src.join(&name);
        let text = fs::read_to_string(&path).map_err(file_trouble("read", &path))?;
        Ok(Source::new(&name, &text))
    })
    .collect()
}

impl Source {
    /// A file by its name below `src/`.
    pub fn new(name: &str, text: &str) -> Self {
        let room = name.split('/').next().unwrap_or_default().trim_end_matches(".rs").to_string();
        let test_file = name.ends_with("/tests.rs") || name.contains("/tests/");
        let lines = text
            .lines()
            .take_while(|line| !test_file && !line.trim_start().starts_with("#[cfg(test)]"));
        let code = lines
            .enumerate()
            .map(|(index, line)| (index + 1, without_comment(line).to_string()));
        Self {
            path: format!("src/{name}"),
            room,
            code: code.filter(|(_, line)| !line.trim().is_empty()).collect(),
        }
    }
}

/// The line up to its comment. A `//` inside a string (as in an address) is taken for one: nothing the rules look for follows it.
fn without_comment(line: &str) -> &str {
    line.split("//").next().unwrap_or_default()
}

/// Whether `word` stands in `line` as a whole word.
pub fn has_word(line: &str, word: &str) -> bool {
    let part_of_name = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        let before = line.get(..at).and_then(|text| text.chars().next_back());
        let after = line.get(at + word.len()..).and_then(|text| text.chars().next());
        !before.is_some_and(part_of_name) && !after.is_some_and(part_of_name)
    })
}
