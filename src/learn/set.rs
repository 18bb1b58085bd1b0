//! Names and values as typed into a run's configuration: single settings, and presets, which are lists of them.

use crate::{
    config::RunConfig,
    methods::{self, MethodCard},
    names::{did_you_mean, nearest},
};

/// What cannot be set: a sentence with the nearest name, or with what the field takes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SettingError(pub String);

/// The card of the configuration's method.
///
/// # Errors
/// An unknown method, with the nearest name.
pub fn card_of(config: &RunConfig) -> Result<&'static MethodCard, SettingError> {
    methods::cards().iter().find(|card| card.name == config.method).ok_or_else(|| {
        let known = methods::cards().iter().map(|card| card.name);
        SettingError(format!("there is no method \"{}\"{}", config.method, offer(&config.method, known)))
    })
}

/// Sets everything that the method's preset `name` sets.
///
/// # Errors
/// An unknown preset, with the nearest name.
pub fn apply_preset(config: &mut RunConfig, card: &MethodCard, name: &str) -> Result<(), SettingError> {
    let preset = card.presets.iter().find(|preset| preset.name == name).ok_or_else(|| {
        let known = card.presets.iter().map(|preset| preset.name);
        SettingError(format!("{} has no preset \"{name}\"{}", card.name, offer(name, known)))
    })?;
    preset.settings().try_for_each(|(name, value)| apply(config, card, name, value))
}

/// Sets one field of the run or one knob of its method.
///
/// # Errors
/// An unknown name, with the nearest; a value of the wrong kind.
pub fn apply(config: &mut RunConfig, card: &MethodCard, name: &str, value: &str) -> Result<(), SettingError> {
    let mut table = toml::Table::try_from(&*config).map_err(|e| SettingError(format!("the configuration cannot be written: {e}")))?;
    let fields = || table.iter().filter(|(_, v)| !v.is_table()).map(|(name, _)| name.as_str());
    let knobs = || card.knobs.iter().map(|knob| knob.name);
    let Some(typed) = fields().find(|field| *field == name).map(|_| value) else {
        if knobs().any(|knob| knob == name) {
            config.knobs.insert(name.into(), loose(value));
            return Ok(());
        }
        let known: Vec<&str> = knobs().chain(fields()).collect();
        return Err(SettingError(format!(
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
        .map_err(|_: toml::de::Error| SettingError(format!("{name} cannot be \"{value}\": it takes {takes}")))?;
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
