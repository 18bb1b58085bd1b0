//! Main objects: one file each, one line in [`KINDS`]. Its place there is its class.

mod balloon;
mod boat;
mod camel;
mod car;
mod cow;
mod fox;
mod house;
mod lighthouse;
mod penguin;
mod windmill;

use super::{colour::Colour, stage::Figure};

/// What a thing keeps to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stands {
    Ground,
    /// Water where there is some.
    Water,
    Air,
}

/// A kind of main object.
pub(super) struct Kind {
    pub name: &'static str,
    pub figure: Figure,
    pub stands: Stands,
    /// Settings where it belongs.
    pub homes: &'static [&'static str],
    /// Height, in shares of the picture's side.
    pub size: [f32; 2],
    /// Its colour, and that colour's name for a caption, by a hue of 0..1.
    pub coat: fn(f32) -> (Colour, &'static str),
    /// Whether it gets about by itself.
    pub moves: bool,
}

/// All kinds, by name.
pub(super) const KINDS: [Kind; 10] = [
    balloon::BALLOON,
    boat::BOAT,
    camel::CAMEL,
    car::CAR,
    cow::COW,
    fox::FOX,
    house::HOUSE,
    lighthouse::LIGHTHOUSE,
    penguin::PENGUIN,
    windmill::WINDMILL,
];

pub(super) use boat::BOAT;
pub(super) use house::{HOUSE, window};

/// Paint out of a pot: any hue, as bright as that hue is at its best.
pub(super) fn painted(hue: f32) -> (Colour, &'static str) {
    let yellow = (1.0 - (hue - 0.27).abs() / 0.14).max(0.0);
    let colour = Colour::oklch(0.60 + 0.22 * yellow, 0.150 - 0.02 * yellow, hue);
    let name = match hue {
        h if h < 0.025 => "pink",
        h if h < 0.11 => "red",
        h if h < 0.19 => "orange",
        h if h < 0.31 => "yellow",
        h if h < 0.44 => "green",
        h if h < 0.58 => "teal",
        h if h < 0.76 => "blue",
        h if h < 0.88 => "violet",
        _ => "pink",
    };
    (colour, name)
}
