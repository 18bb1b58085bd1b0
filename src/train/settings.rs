//! From what was typed to a run's configuration: defaults, then a preset, then a file, then single settings.

mod check;

use std::path::Path;

use super::{CONFIG_FILE, TrainError};
use crate::{
    config::RunConfig,
    data::regular,
    learn::set::apply_preset,
    methods::{AnyMethod, Method},
    names::did_you_mean,
};

pub use crate::learn::set::{apply, card_of};
pub use check::{MOST_STEPS, check};

/// The preset of a run that names none.
pub const DEFAULT_PRESET: &str = "small";

/// Largest configuration, bytes: one of every setting has a few thousand.
const MOST_BYTES: u64 = 1 << 20;

/// Letters of what the parser says that are repeated: a file's own words may be as long as it is.
const MOST_LETTERS: usize = 300;

/// What is to be set, least binding first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings<'a> {
    /// `mae`; the default method when absent.
    pub method: Option<&'a str>,
    /// `photos`; [`DEFAULT_PRESET`] when neither this nor a file is given.
    pub preset: Option<&'a str>,
    /// A `config.toml`.
    pub file: Option<&'a Path>,
    /// Names and values as typed, the last of a name wins.
    pub set: Vec<(String, String)>,
}

impl Settings<'_> {
    /// The configuration.
    ///
    /// # Errors
    /// An unknown method, preset or knob, with the nearest name; a value that its field cannot take; a file that is
    /// no configuration.
    pub fn resolve(&self) -> Result<RunConfig, TrainError> {
        let mut config = match self.file {
            Some(path) => read(path)?,
            None => RunConfig::default(),
        };
        // Before anything else: presets and knobs are the method's.
        let set = self
            .set
            .iter()
            .rev()
            .find(|(name, _)| name == "method")
            .map(|(_, method)| method.as_str());
        if let (Some(named), Some(set)) = (self.method, set)
            && named != set
        {
            return Err(TrainError::Setting(format!("two methods, {named} and {set}; leave one out")));
        }
        if let Some(method) = self.method.or(set) {
            config.method = method.into();
        }
        let card = card_of(&config)?;
        let preset = self.preset.or_else(|| self.file.is_none().then_some(DEFAULT_PRESET));
        if let Some(preset) = preset {
            let mut base = RunConfig {
                method: config.method.clone(),
                ..RunConfig::default()
            };
            apply_preset(&mut base, card, preset)?;
            config = match self.file {
                Some(path) => RunConfig {
                    method: config.method,
                    ..over(base, path)?
                },
                None => base,
            };
        }
        for (name, value) in &self.set {
            apply(&mut config, card, name, value)?;
        }
        check(&config)?;
        AnyMethod::plan(&config).map_err(|e| TrainError::Method(e.to_string()))?;
        Ok(config)
    }
}

/// Reads a run's configuration from a file.
///
/// # Errors
/// [`TrainError::File`], [`TrainError::Config`].
pub fn read(path: &Path) -> Result<RunConfig, TrainError> {
    let text = text(path)?;
    toml::from_str(&text).map_err(|e| unreadable(path, &text, &e))
}

/// What a configuration holds: a file that ends, of no more than one may have.
fn text(path: &Path) -> Result<String, TrainError> {
    let bytes = regular::read(path, MOST_BYTES).map_err(TrainError::reading(path))?;
    String::from_utf8(bytes).map_err(|_| TrainError::Config {
        path: path.into(),
        why: format!("it is no text; give a {CONFIG_FILE} such as `darkroom train` leaves in its run's folder"),
    })
}

/// The file's own settings over a preset's.
fn over(base: RunConfig, path: &Path) -> Result<RunConfig, TrainError> {
    let text = text(path)?;
    let file: toml::Table = toml::from_str(&text).map_err(|e| unreadable(path, &text, &e))?;
    let mut table = toml::Table::try_from(&base).map_err(|e| TrainError::Setting(e.to_string()))?;
    for (name, value) in file {
        match (table.get_mut(&name), value) {
            (Some(toml::Value::Table(old)), toml::Value::Table(new)) => old.extend(new),
            (_, value) => {
                table.insert(name, value);
            }
        }
    }
    table.try_into().map_err(|e: toml::de::Error| unreadable(path, &text, &e))
}

/// In place of the parser's own drawing of the line, which may be the whole file, its number.
fn unreadable(path: &Path, text: &str, error: &toml::de::Error) -> TrainError {
    let before = error.span().and_then(|span| text.get(..span.start));
    let said = match before {
        Some(_) => error.message().to_owned(),
        None => error.to_string(), // which names the setting, and has no line to draw
    };
    let why = said.split_whitespace().collect::<Vec<_>>().join(" ");
    // Of an unknown name the parser lists all that there are; one is meant.
    let why = match why.split_once(", expected one of ") {
        Some((head, known)) => {
            let typed = head.rsplit('`').nth(1).unwrap_or_default();
            format!(
                "{head}{}",
                did_you_mean(typed, known.split(", ").map(|name| name.trim_matches('`')))
            )
        }
        None => why,
    };
    let shown = shortened(&why);
    let why = before.map_or_else(|| shown.clone(), |before| format!("{}: {shown}", place(before)));
    TrainError::Config { path: path.into(), why }
}

/// The line on which `before` ends, and what is set there.
fn place(before: &str) -> String {
    let (_, line) = before.rsplit_once('\n').unwrap_or(("", before));
    let name: String = line.chars().take_while(|c| *c != '=').take(40).collect();
    let number = before.matches('\n').count() + 1;
    match name.trim() {
        "" => format!("line {number}"),
        name => format!("line {number}, {name}"),
    }
}

/// The middle of a long sentence left out: it is what the file says, and the parser's own words stand around it.
fn shortened(why: &str) -> String {
    let letters: Vec<char> = why.chars().collect();
    if letters.len() <= MOST_LETTERS {
        return why.into();
    }
    let (head, tail) = (&letters[..MOST_LETTERS / 2], &letters[letters.len() - MOST_LETTERS / 2..]);
    head.iter().chain(&['…']).chain(tail).collect()
}

#[cfg(test)]
mod tests;
