//! The page's colours, for canvases: they follow light and dark.

use leptos::prelude::{document, window};

/// Colours as the style sheets say them now.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Inks {
    /// Lines that matter.
    pub ink: String,
    /// Text and lines beside them.
    pub dim: String,
    /// Rules.
    pub edge: String,
    /// The safelight.
    pub light: String,
    /// What is well.
    pub good: String,
}

impl Inks {
    /// Reads them. It asks for the style: not for every frame.
    pub fn read() -> Self {
        let style = document()
            .document_element()
            .and_then(|root| window().get_computed_style(&root).ok().flatten());
        let token = |name: &str| {
            let value = style.as_ref().and_then(|style| style.get_property_value(name).ok());
            value.map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
        };
        let or = |name: &str, otherwise: &str| token(name).unwrap_or_else(|| otherwise.into());
        Self {
            ink: or("--ink", "#f3ece2"),
            dim: or("--dim", "#a89b8c"),
            edge: or("--edge-strong", "#463c35"),
            light: or("--light", "#ff5b3a"),
            good: or("--good", "#9fd3a2"),
        }
    }
}
