//! Why a method cannot be made.

use crate::{mask::MaskError, names::nearest};

/// What is wrong with a configuration. Each sentence names the knob.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum MethodError {
    /// No method of this name.
    #[error("there is no method \"{typed}\"{hint}")]
    UnknownMethod {
        /// As typed.
        typed: String,
        /// The nearest name.
        hint: String,
    },
    /// No knob of this name.
    #[error("{method} has no knob \"{typed}\"{hint}")]
    UnknownKnob {
        /// The method.
        method: &'static str,
        /// As typed.
        typed: String,
        /// The nearest name.
        hint: String,
    },
    /// A knob set to something it cannot be.
    #[error("knob {knob} cannot be {value}: {wanted}")]
    Value {
        /// The knob.
        knob: &'static str,
        /// As typed.
        value: String,
        /// What would do.
        wanted: String,
    },
    /// A mask mixture that cannot be read.
    #[error("knob mask: {0}")]
    Mask(#[from] MaskError),
}

impl MethodError {
    /// No method `typed` among `known`.
    pub fn unknown_method<'a>(typed: &str, known: impl Iterator<Item = &'a str>) -> Self {
        Self::UnknownMethod {
            typed: typed.to_owned(),
            hint: hint(typed, &known.collect::<Vec<_>>()),
        }
    }

    /// No knob `typed` among `known`.
    pub fn unknown_knob<'a>(method: &'static str, typed: &str, known: impl Iterator<Item = &'a str>) -> Self {
        Self::UnknownKnob {
            method,
            typed: typed.to_owned(),
            hint: hint(typed, &known.collect::<Vec<_>>()),
        }
    }

    /// `knob` cannot be `value`.
    pub fn value(knob: &'static str, value: impl ToString, wanted: impl Into<String>) -> Self {
        Self::Value {
            knob,
            value: value.to_string(),
            wanted: wanted.into(),
        }
    }
}

fn hint(typed: &str, known: &[&str]) -> String {
    match nearest(typed, known.iter().copied()) {
        Some(name) => format!("; did you mean \"{name}\"?"),
        None => format!("; known: {}", known.join(", ")),
    }
}
