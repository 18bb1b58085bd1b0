//! What a person set that is neither picture nor mask.

use serde::{Deserialize, Serialize};

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// As the system says.
    Auto,
    /// The darkroom.
    #[default]
    Dark,
    /// The lights on.
    Light,
}

/// Which device a person wants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeviceChoice {
    /// The fastest that is right.
    #[default]
    Auto,
    /// The processor.
    Cpu,
    /// The GPU, through WebGPU.
    WebGpu,
}

/// What the large print shows beside the truth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum View {
    /// The prediction set into what the model saw.
    #[default]
    Set,
    /// The model's drawing of every patch.
    Alone,
    /// Where it was wrong, patch by patch.
    Wrong,
    /// The picture itself.
    Truth,
}

impl View {
    /// The view after this one, around the end.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Set => Self::Alone,
            Self::Alone => Self::Wrong,
            Self::Wrong => Self::Truth,
            Self::Truth => Self::Set,
        }
    }
}

/// Words for an enum in links and attributes.
pub trait Word: Sized + Copy + PartialEq + 'static {
    /// Every value with its word.
    const WORDS: &'static [(Self, &'static str)];

    /// The word of a value.
    fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(value, _)| *value == self).map_or("", |(_, word)| word)
    }

    /// The value of a word.
    fn of_word(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(_, known)| *known == word).map(|(value, _)| *value)
    }
}

impl Word for Theme {
    const WORDS: &'static [(Self, &'static str)] = &[(Self::Auto, "auto"), (Self::Dark, "dark"), (Self::Light, "light")];
}

impl Word for DeviceChoice {
    const WORDS: &'static [(Self, &'static str)] = &[(Self::Auto, "auto"), (Self::Cpu, "cpu"), (Self::WebGpu, "webgpu")];
}

impl Word for View {
    const WORDS: &'static [(Self, &'static str)] = &[
        (Self::Set, "set"),
        (Self::Alone, "alone"),
        (Self::Wrong, "wrong"),
        (Self::Truth, "truth"),
    ];
}

impl Word for super::brush::Tool {
    const WORDS: &'static [(Self, &'static str)] = &[(Self::Brush, "brush"), (Self::Eraser, "eraser"), (Self::Rectangle, "rectangle")];
}
