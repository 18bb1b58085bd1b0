//! What chance decides: which setting, hour and place a scene gets.

use super::{
    objects::{Kind, Stands},
    scene::Object,
    setting::{SETTINGS, Setting, number},
};
use crate::chance::Chance;

/// The share of scenes at `bond` 1 whose setting is still drawn without regard to the object: rare, never impossible.
pub const STRAY: f32 = 0.06;

/// The share of scenes with regard to what belongs where.
fn bound(bond: f32) -> f32 {
    bond * (1.0 - STRAY)
}

/// At bond 0 any setting; at bond 1 one of the object's homes, but for [`STRAY`].
pub(super) fn setting(kind: &Kind, bond: f32, chance: &mut Chance) -> usize {
    if chance.coin(bound(bond)) {
        number(kind.homes[chance.below(kind.homes.len())])
    } else {
        chance.below(SETTINGS.len())
    }
}

/// How often an object of this kind stands in that setting.
pub(super) fn chance_of(kind: &Kind, setting: usize, bond: f32) -> f32 {
    let home = kind.homes.contains(&SETTINGS[setting].name);
    (1.0 - bound(bond)) / SETTINGS.len() as f32 + if home { bound(bond) / kind.homes.len() as f32 } else { 0.0 }
}

/// Hours when the light is good come oftener.
pub(super) fn hour(chance: &mut Chance) -> f32 {
    let u = chance.unit();
    let (from, to) = match u {
        u if u < 0.16 => (0.0, 5.0),
        u if u < 0.34 => (5.0, 8.0),
        u if u < 0.62 => (8.0, 16.5),
        u if u < 0.92 => (16.5, 21.0),
        _ => (21.0, 24.0),
    };
    chance.range(from..to)
}

pub(super) fn object(kind: &Kind, place: &Setting, horizon: f32, chance: &mut Chance) -> Object {
    let u = chance.unit();
    let grown = chance.range(kind.size[0]..kind.size[1]);
    let (y, size) = match kind.stands {
        // Between the picture's upper edge and a little below the horizon.
        Stands::Air => (0.03 + grown + (horizon + 0.06 - grown).max(0.04) * u, grown),
        _ => {
            let far = if place.water {
                place.stand[0]
            } else {
                place.stand[0].max(horizon + 0.25)
            };
            let y = far + (place.stand[1] - far) * u;
            (y, grown * (0.80 + 0.20 * u))
        }
    };
    let wide = (0.5 * size * (kind.figure.reach.2 - kind.figure.reach.0)).min(0.42);
    let x = wide + 0.02 + (0.96 - 2.0 * wide) * chance.unit();
    Object {
        x,
        y,
        size,
        hue: chance.unit(),
        facing: if chance.coin(0.5) { 1.0 } else { -1.0 },
    }
}
