//! The rules of the rooms.

use super::source::{Source, has_word};

/// Rooms that know the trait and the list of methods, never a name out of it.
const NAMELESS: [&str; 7] = ["learn", "train", "probes", "predict", "engine", "cli", "page"];
/// Rooms that may speak to a person.
const SPEAKING: [&str; 4] = ["cli", "engine", "page", "bin"];
/// Rooms that touch what came from outside.
const FOREIGN: [&str; 9] = [
    "picture", "mask", "weights", "data", "engine", "page", "protocol", "config", "platform",
];
/// Rooms that may ask for the target.
const PLATFORM: [&str; 6] = ["platform", "kernels", "engine", "page", "lib", "bin"];
/// Floors, lowest first; a room sees its own floor and those below.
const FLOORS: [&[&str]; 9] = [
    &["chance", "picture", "mask", "worlds"],
    &["kernels"],
    &["data", "views", "nn"],
    &["methods"],
    &["probes", "weights"],
    &["predict"],
    &["learn"],
    &["train"],
    &["engine", "page", "cli"],
];
const READS_BACK: [&str; 5] = [".into_data()", ".to_data()", ".into_scalar()", ".into_scalar::<", "block_on("];
const PRINTS: [&str; 6] = ["println!", "eprintln!", "print!", "eprint!", "dbg!", "process::exit"];
const PANICS: [&str; 6] = [".unwrap()", ".expect(", "panic!(", "unreachable!(", "todo!(", "unimplemented!("];
const LONG: usize = 250;
const TOO_LONG: usize = 400;

/// Every breach, as `file:line: sentence`.
pub fn breaches(sources: &[Source]) -> Vec<String> {
    let methods = method_names(sources);
    let mut found = Vec::new();
    for source in sources {
        let mut say = |line: usize, sentence: String| found.push(format!("{}:{line}: {sentence}", source.path));
        for (number, line) in &source.code {
            for breach in line_breaches(source, line, &methods) {
                say(*number, breach);
            }
        }
        if source.code.len() > TOO_LONG {
            say(
                0,
                format!("{} lines of code are too many to read in one sitting; split it", source.code.len()),
            );
        }
    }
    found
}

/// Files that pass the length one looks up at, with their lines of code.
pub fn long_files(sources: &[Source]) -> Vec<(&str, usize)> {
    let long = sources
        .iter()
        .filter(|source| source.code.len() > LONG && source.code.len() <= TOO_LONG);
    long.map(|source| (source.path.as_str(), source.code.len())).collect()
}

fn line_breaches(source: &Source, line: &str, methods: &[String]) -> Vec<String> {
    let room = source.room.as_str();
    let mut found = Vec::new();
    if NAMELESS.contains(&room) {
        let named = methods.iter().filter(|name| has_word(line, name));
        found.extend(named.map(|name| format!("{room} names the method {name}; go through the trait and the list")));
    }
    if room == "engine" {
        let calls = READS_BACK.iter().filter(|call| line.contains(*call));
        found.extend(calls.map(|call| format!("{call} reads back synchronously, which panics in a browser; await into_data_async()")));
    }
    if !SPEAKING.contains(&room)
        && PRINTS
            .iter()
            .any(|word| has_word(line, word.trim_end_matches('!')) && line.contains(word))
    {
        found.push(format!(
            "{room} prints or exits; return an error or an event and let cli or engine speak"
        ));
    }
    if FOREIGN.contains(&room) {
        let calls = PANICS.iter().filter(|call| line.contains(*call));
        found.extend(calls.map(|call| format!("{call} where foreign input comes in; return an error that names the file")));
    }
    if !PLATFORM.contains(&room) && (line.contains("target_family") || line.contains("target_arch")) {
        found.push("only platform/, kernels/, engine/, page/ and lib.rs ask for the target; put the difference into platform/".into());
    }
    let floor = |room: &str| FLOORS.iter().position(|rooms| rooms.contains(&room));
    if let Some(mine) = floor(room) {
        let higher = FLOORS
            .iter()
            .skip(mine + 1)
            .flat_map(|rooms| rooms.iter())
            .filter(|other| has_word(line, &format!("crate::{other}")));
        found.extend(higher.map(|other| format!("{room} knows of {other}, a floor above it")));
    }
    found
}

/// Methods by the files with their cards, as typed (`mae`) and as types (`Mae`, `MaeConfig`).
fn method_names(sources: &[Source]) -> Vec<String> {
    let cards = sources
        .iter()
        .filter(|source| source.code.iter().any(|(_, line)| line.contains(": MethodCard =")));
    let names = cards.filter_map(|source| source.path.strip_prefix("src/methods/")?.trim_end_matches(".rs").split('/').next());
    names
        .flat_map(|name| [name.to_string(), capitalised(name), format!("{}Config", capitalised(name))])
        .collect()
}

fn capitalised(name: &str) -> String {
    let word = |part: &str| {
        part.chars()
            .next()
            .into_iter()
            .flat_map(char::to_uppercase)
            .chain(part.chars().skip(1))
            .collect::<String>()
    };
    name.split('_').map(word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(name: &str, text: &str) -> Vec<String> {
        breaches(&[
            Source::new("methods/mae/card.rs", "pub const CARD: MethodCard = MethodCard {"),
            Source::new(name, text),
        ])
    }

    #[test]
    fn each_breach_is_seen_where_it_is_one_and_nowhere_else() {
        let cases = [
            ("train/run.rs", "let m = Mae::new();", "nn/vit.rs", "let m = Mae::new();"),
            ("engine/work.rs", "let x = t.into_data();", "train/run.rs", "let x = t.into_data();"),
            ("picture/mod.rs", "println!(\"x\");", "cli/mod.rs", "println!(\"x\");"),
            ("weights/read.rs", "let x = y.unwrap();", "nn/vit.rs", "let x = y.unwrap();"),
            (
                "data/tar.rs",
                "#[cfg(target_family = \"wasm\")]",
                "platform/mod.rs",
                "#[cfg(target_family = \"wasm\")]",
            ),
            (
                "picture/mod.rs",
                "use crate::data::Source;",
                "train/mod.rs",
                "use crate::data::Source;",
            ),
        ];
        for (bad, line, fine, same) in cases {
            assert_eq!(found(bad, line).len(), 1, "{bad}: {line}");
            assert_eq!(found(fine, same), Vec::<String>::new(), "{fine}: {same}");
        }
    }

    #[test]
    fn comments_and_tests_are_left_alone() {
        assert!(
            found(
                "weights/read.rs",
                "/// never `.unwrap()`\nfn f() {} // mae\n#[cfg(test)]\nmod tests { fn f() { x.unwrap(); } }"
            )
            .is_empty()
        );
        assert!(found("train/run.rs", "let maelstrom = 1;").is_empty());
    }
}
