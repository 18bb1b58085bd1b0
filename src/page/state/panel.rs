//! The panels of the room "Together".

use super::settings::Word;

/// Which panel is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Panel {
    /// Where pictures lie.
    #[default]
    Map,
    /// The energy of two pictures.
    Pair,
    /// What patches are alike.
    Patches,
    /// A network trains, and collapses.
    Collapse,
    /// Which part fits a hole.
    Fit,
    /// Object or setting.
    Place,
}

impl Panel {
    /// What its tab says.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Map => "Map",
            Self::Pair => "A pair",
            Self::Patches => "Patches",
            Self::Collapse => "Collapse",
            Self::Fit => "Which part fits?",
            Self::Place => "Out of place",
        }
    }
}

impl Word for Panel {
    const WORDS: &'static [(Self, &'static str)] = &[
        (Self::Map, "map"),
        (Self::Pair, "pair"),
        (Self::Patches, "patches"),
        (Self::Collapse, "collapse"),
        (Self::Fit, "fit"),
        (Self::Place, "place"),
    ];
}
