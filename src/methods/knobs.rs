//! Reading knobs: what was typed, by name, with sentences for what cannot be read.

use std::{collections::BTreeMap, fmt::Display, str::FromStr};

use burn::tensor::FloatDType;

use super::{MethodCard, MethodError};
use crate::{config::RunConfig, nn::precision};

/// What the products of a run's network are worked out in.
///
/// # Errors
/// No such precision.
pub(super) fn precision_of(config: &RunConfig) -> Result<FloatDType, MethodError> {
    precision(&config.precision).ok_or_else(|| MethodError::value("precision", &config.precision, "it is f32, f16 or bf16"))
}

/// The knobs of one run, checked against a method's card. A value may be a number, a truth value, a list or the same
/// as text, since a command line knows only text.
#[derive(Debug)]
pub struct Knobs<'a> {
    card: &'static MethodCard,
    set: &'a BTreeMap<String, toml::Value>,
}

impl<'a> Knobs<'a> {
    /// # Errors
    /// A knob that the card does not list, with the nearest that it does.
    pub fn new(card: &'static MethodCard, set: &'a BTreeMap<String, toml::Value>) -> Result<Self, MethodError> {
        let known = || card.knobs.iter().map(|knob| knob.name);
        match set.keys().find(|name| !known().any(|knob| knob == name.as_str())) {
            Some(name) => Err(MethodError::unknown_knob(card.name, name, known())),
            None => Ok(Self { card, set }),
        }
    }

    /// The knob as typed, or its default.
    #[must_use]
    pub fn text(&self, name: &'static str) -> String {
        match self.set.get(name) {
            Some(toml::Value::String(text)) => text.clone(),
            Some(toml::Value::Array(items)) => items.iter().map(ToString::to_string).collect::<Vec<_>>().join(","),
            Some(value) => value.to_string(),
            None => self
                .card
                .knobs
                .iter()
                .find(|knob| knob.name == name)
                .map_or_else(String::new, |knob| knob.default.to_owned()),
        }
    }

    /// Every knob of the card, as set or by default.
    #[must_use]
    pub fn all(&self) -> BTreeMap<String, toml::Value> {
        let value = |name| {
            let text = self.text(name);
            let as_bool = || text.parse().ok().map(toml::Value::Boolean);
            let as_number = || text.parse().ok().map(toml::Value::Integer);
            let as_float = || text.parse().ok().map(toml::Value::Float);
            as_bool()
                .or_else(as_number)
                .or_else(as_float)
                .unwrap_or(toml::Value::String(text.clone()))
        };
        self.card
            .knobs
            .iter()
            .map(|knob| (knob.name.to_owned(), value(knob.name)))
            .collect()
    }

    /// The knob read as `T`; `wanted` says what it takes.
    ///
    /// # Errors
    /// Text that is no `T`.
    pub fn read<T: FromStr>(&self, name: &'static str, wanted: &str) -> Result<T, MethodError> {
        let text = self.text(name);
        text.trim().parse().map_err(|_| MethodError::value(name, text, wanted))
    }

    /// The knob read as a number from `least` to `most`.
    ///
    /// # Errors
    /// Text that is no such number.
    pub fn within<T: FromStr + PartialOrd + Display>(&self, name: &'static str, least: T, most: T) -> Result<T, MethodError> {
        let wanted = format!("it takes a number from {least} to {most}");
        let value: T = self.read(name, &wanted)?;
        if value >= least && value <= most {
            Ok(value)
        } else {
            Err(MethodError::value(name, value, wanted))
        }
    }

    /// Three finite numbers, one a channel.
    ///
    /// # Errors
    /// Anything else.
    pub fn channels(&self, name: &'static str) -> Result<[f32; 3], MethodError> {
        let text = self.text(name);
        let numbers: Option<Vec<f32>> = text
            .split(',')
            .map(|part| part.trim().parse().ok().filter(|x: &f32| x.is_finite()))
            .collect();
        numbers
            .and_then(|list| list.try_into().ok())
            .ok_or_else(|| MethodError::value(name, text, "it takes three numbers with commas between"))
    }
}
