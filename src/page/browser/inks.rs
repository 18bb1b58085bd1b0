//! The page's colours, for canvases: they follow light and dark.

use super::token;

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
        Self {
            ink: token("--ink"),
            dim: token("--dim"),
            edge: token("--edge-strong"),
            light: token("--light"),
            good: token("--good"),
        }
    }
}
