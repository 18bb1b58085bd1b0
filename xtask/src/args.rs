//! What was typed.

use crate::shell::{Outcome, stop};

/// A command and its switches.
#[derive(Clone, Debug, Default)]
pub struct Args {
    /// `serve`, `build`, … ; empty asks for help.
    pub command: String,
    /// Leave the WebGPU engine out.
    pub cpu_only: bool,
    /// Compile the WebGPU engine quickly, for tests: no switch.
    pub trial: bool,
    /// Stand back behind what goes on beside: no switch.
    pub modest: bool,
    /// Leave wasm-opt out.
    pub fast: bool,
    /// Install system packages without asking.
    pub yes: bool,
    /// Install nothing.
    pub no_install: bool,
    /// Take `dist/` as it is.
    pub no_build: bool,
    /// Port to serve on.
    pub port: Option<u16>,
    /// Sub-path to serve under, with a slash at both ends.
    pub base: String,
    /// One part of a command.
    pub only: Option<String>,
    /// Seconds for each fuzz target.
    pub seconds: u32,
    /// For tests: close the first answer under this path after so many bytes.
    pub cut: Option<(String, usize)>,
}

const COMMANDS: [&str; 9] = ["serve", "build", "test", "check", "size", "bench", "fuzz", "ship", "setup"];

impl Args {
    /// Reads the words after `cargo xtask`.
    pub fn parse(words: impl Iterator<Item = String>) -> Outcome<Self> {
        let mut args = Self {
            base: "/".into(),
            seconds: 60,
            ..Self::default()
        };
        let mut words = words;
        while let Some(word) = words.next() {
            let mut value = || {
                words
                    .next()
                    .ok_or_else(|| stop(format!("{word} wants a value; `cargo xtask help` lists the switches")))
            };
            match word.as_str() {
                "--cpu-only" => args.cpu_only = true,
                "--fast" => args.fast = true,
                "--yes" | "-y" => args.yes = true,
                "--no-install" => args.no_install = true,
                "--no-build" => args.no_build = true,
                "--port" => args.port = Some(number(&word, &value()?)?),
                "--seconds" => args.seconds = number(&word, &value()?)?,
                "--only" => args.only = Some(value()?),
                "--base" => args.base = with_slashes(&value()?),
                "--cut" => args.cut = Some(cut(&value()?)?),
                "help" | "--help" | "-h" => args.command = String::new(),
                name if args.command.is_empty() && COMMANDS.contains(&name) => args.command = word,
                _ => {
                    return Err(stop(format!(
                        "{word} means nothing here; `cargo xtask help` lists commands and switches"
                    )));
                }
            }
        }
        Ok(args)
    }

    /// Whether a part named `name` was asked for.
    pub fn wants(&self, name: &str) -> bool {
        self.only.as_ref().is_none_or(|only| name.contains(only.as_str()))
    }
}

fn number<T: std::str::FromStr>(switch: &str, word: &str) -> Outcome<T> {
    word.parse().map_err(|_| stop(format!("{switch} wants a number, not {word}")))
}

fn with_slashes(base: &str) -> String {
    let inner = base.trim_matches('/');
    if inner.is_empty() { "/".into() } else { format!("/{inner}/") }
}

fn cut(word: &str) -> Outcome<(String, usize)> {
    let (path, bytes) = word.rsplit_once(':').ok_or_else(|| stop("--cut wants PATH:BYTES"))?;
    Ok((path.to_string(), number("--cut", bytes)?))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn parse(line: &str) -> Outcome<Args> {
        Args::parse(line.split_whitespace().map(String::from))
    }

    #[test]
    fn switches_stand_anywhere_and_unknown_ones_are_named() {
        let args = parse("--cpu-only serve --port 9000 --base a/b").unwrap();
        assert_eq!(
            (args.command.as_str(), args.cpu_only, args.port, args.base.as_str()),
            ("serve", true, Some(9000), "/a/b/")
        );
        assert!(parse("serve --prot 9000").unwrap_err().to_string().contains("--prot"));
        assert!(parse("serve --port lots").unwrap_err().to_string().contains("lots"));
        assert!(parse("serve --port").unwrap_err().to_string().contains("--port"));
    }
}
