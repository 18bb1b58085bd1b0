//! From what was typed to a run's configuration: defaults, then a preset, then a file, then single settings.

mod check;

use std::path::Path;

use super::TrainError;
use crate::{
    config::RunConfig,
    methods::{self, AnyMethod, Method, MethodCard},
    names::{did_you_mean, nearest},
};

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

/// The card of the configuration's method.
///
/// # Errors
/// An unknown method, with the nearest name.
pub fn card_of(config: &RunConfig) -> Result<&'static MethodCard, TrainError> {
    methods::cards().iter().find(|card| card.name == config.method).ok_or_else(|| {
        let known = methods::cards().iter().map(|card| card.name);
        TrainError::Method(format!("there is no method \"{}\"{}", config.method, offer(&config.method, known)))
    })
}

fn apply_preset(config: &mut RunConfig, card: &MethodCard, name: &str) -> Result<(), TrainError> {
    let preset = card.presets.iter().find(|preset| preset.name == name).ok_or_else(|| {
        let known = card.presets.iter().map(|preset| preset.name);
        TrainError::Setting(format!("{} has no preset \"{name}\"{}", card.name, offer(name, known)))
    })?;
    preset.settings().try_for_each(|(name, value)| apply(config, card, name, value))
}

/// Sets one field of the run or one knob of its method.
///
/// # Errors
/// An unknown name, with the nearest; a value of the wrong kind.
pub fn apply(config: &mut RunConfig, card: &MethodCard, name: &str, value: &str) -> Result<(), TrainError> {
    let mut table =
        toml::Table::try_from(&*config).map_err(|e| TrainError::Setting(format!("the configuration cannot be written: {e}")))?;
    let fields = || table.iter().filter(|(_, v)| !v.is_table()).map(|(name, _)| name.as_str());
    let knobs = || card.knobs.iter().map(|knob| knob.name);
    let Some(typed) = fields().find(|field| *field == name).map(|_| value) else {
        if knobs().any(|knob| knob == name) {
            config.knobs.insert(name.into(), loose(value));
            return Ok(());
        }
        let known: Vec<&str> = knobs().chain(fields()).collect();
        return Err(TrainError::Setting(format!(
            "neither a run nor {} has a knob \"{name}\"{}",
            card.name,
            offer(name, known.iter().copied())
        )));
    };
    let new = match table.get(name) {
        Some(toml::Value::String(_)) => toml::Value::String(typed.into()),
        Some(toml::Value::Float(_)) => typed.trim().parse().map_or_else(|_| loose(typed), toml::Value::Float),
        Some(toml::Value::Array(_)) if !typed.trim_start().starts_with('[') => loose(&format!("[{typed}]")),
        _ => loose(typed),
    };
    let takes = match typed.trim().parse::<u128>() {
        Ok(_) if table.get(name).is_some_and(toml::Value::is_integer) => format!("no more than {}", i64::MAX),
        _ => kind_of(table.get(name)).to_owned(),
    };
    table.insert(name.into(), new);
    *config = table
        .try_into()
        .map_err(|_: toml::de::Error| TrainError::Setting(format!("{name} cannot be \"{value}\": it takes {takes}")))?;
    Ok(())
}

/// What a field takes that now holds `value`, in words.
fn kind_of(value: Option<&toml::Value>) -> &'static str {
    match value {
        Some(toml::Value::Integer(_)) => "a whole number, 0 or more",
        Some(toml::Value::Float(_)) => "a number",
        Some(toml::Value::Array(_)) => "numbers with commas between",
        Some(toml::Value::Boolean(_)) => "true or false",
        _ => "text",
    }
}

/// Text as the TOML value it spells, or else as text.
fn loose(text: &str) -> toml::Value {
    let spelled = toml::from_str::<toml::Table>(&format!("value = {text}"))
        .ok()
        .filter(|table| table.len() == 1);
    spelled
        .and_then(|mut table| table.remove("value"))
        .unwrap_or_else(|| toml::Value::String(text.into()))
}

fn offer<'a>(typed: &str, known: impl Iterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.collect();
    match nearest(typed, known.iter().copied()) {
        Some(_) => did_you_mean(typed, known),
        None => format!("; known: {}", known.join(", ")),
    }
}

#[cfg(test)]
mod tests;
