//! Mirrored views.

use super::Change;
use crate::{chance::Chance, picture::Picture};

/// Mirrors left and right with probability `p`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Flip {
    /// 0..1.
    pub p: f32,
}

impl Change for Flip {
    fn name(&self) -> &'static str {
        "flip"
    }

    fn apply(&self, picture: &mut Picture, chance: &mut Chance) {
        if chance.coin(self.p) {
            mirror(picture);
        }
    }
}

/// Turns every row round: left becomes right.
pub fn mirror(picture: &mut Picture) {
    picture.pixels.chunks_exact_mut(picture.width.max(1)).for_each(<[f32]>::reverse);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_turn_round_and_channels_stay() {
        let before = Picture {
            width: 2,
            height: 2,
            pixels: (0..12).map(|v| v as f32).collect(),
        };
        let mut after = before.clone();
        Flip { p: 1.0 }.apply(&mut after, &mut Chance::new(0, "flip", 0));
        assert_eq!(after.pixels, [1., 0., 3., 2., 5., 4., 7., 6., 9., 8., 11., 10.]);
        let mut same = before.clone();
        Flip { p: 0.0 }.apply(&mut same, &mut Chance::new(0, "flip", 0));
        assert_eq!(same, before);
    }
}
