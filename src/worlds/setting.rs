//! Where a scene is set. To add one: a file in `settings/`, a line in [`SETTINGS`].

use super::{settings, stage::Stage};

/// A kind of place.
#[derive(Clone, Copy)]
pub(super) struct Setting {
    /// As in a caption: `over a meadow`.
    pub name: &'static str,
    /// With its preposition, for things that stand there.
    pub place: &'static str,
    /// With its preposition, for things that fly there.
    pub over: &'static str,
    /// Where the horizon may lie, `y` down.
    pub horizon: [f32; 2],
    /// Where things on the ground may stand, `y` down.
    pub stand: [f32; 2],
    /// Whether what stands there stands on water: boats float, others get an islet.
    pub water: bool,
    /// Paints land and water; hands in what stands about.
    pub paint: fn(&mut Stage),
}

/// All settings, by name.
pub(super) const SETTINGS: [Setting; 8] = [
    settings::beach::BEACH,
    settings::desert::DESERT,
    settings::forest::FOREST,
    settings::lake::LAKE,
    settings::meadow::MEADOW,
    settings::sea::SEA,
    settings::snow::SNOW,
    settings::town::TOWN,
];

/// Number of the setting of that name.
pub(super) fn number(name: &str) -> usize {
    SETTINGS.iter().position(|s| s.name == name).unwrap_or(0)
}
