//! From what was typed to a run's configuration: defaults, then a preset, then a file, then single settings.

mod check;

use std::path::Path;

use super::TrainError;
use crate::{
    config::RunConfig,
    learn::set::apply_preset,
    methods::{AnyMethod, Method},
    names::did_you_mean,
};

pub use crate::learn::set::{apply, card_of};
pub use check::{MOST_STEPS, check};

/// The preset of a run that names none.
pub const DEFAULT_PRESET: &str = "small";

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
        if let Some(method) = self.method {
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
                Some(path) => over(base, path)?,
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
    let text = std::fs::read_to_string(path).map_err(TrainError::reading(path))?;
    toml::from_str(&text).map_err(|e| unreadable(path, &e.to_string()))
}

/// The file's own settings over a preset's.
fn over(base: RunConfig, path: &Path) -> Result<RunConfig, TrainError> {
    let text = std::fs::read_to_string(path).map_err(TrainError::reading(path))?;
    let file: toml::Table = toml::from_str(&text).map_err(|e| unreadable(path, &e.to_string()))?;
    let mut table = toml::Table::try_from(&base).map_err(|e| unreadable(path, &e.to_string()))?;
    for (name, value) in file {
        match (table.get_mut(&name), value) {
            (Some(toml::Value::Table(old)), toml::Value::Table(new)) => old.extend(new),
            (_, value) => {
                table.insert(name, value);
            }
        }
    }
    table.try_into().map_err(|e: toml::de::Error| unreadable(path, &e.to_string()))
}

fn unreadable(path: &Path, why: &str) -> TrainError {
    let why = why.split_whitespace().collect::<Vec<_>>().join(" ");
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
    TrainError::Config { path: path.into(), why }
}

#[cfg(test)]
mod tests;
