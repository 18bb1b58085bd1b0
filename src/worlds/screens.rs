//! Things to pass behind: a wall, a stack of rock, a bank of cloud. One high, as wide as their look says.

use super::{
    colour::Colour,
    noise::{floor, fract, plane, resolved, smooth, unit},
    pen::Pen,
    shapes::{Blob, Block, Bounds, Capsule, Polygon},
    stage::{Figure, Look},
};

/// The widest screen, per height.
pub(super) const WIDEST: f32 = 3.0;

const REACH: Bounds = Bounds(-0.56 * WIDEST - 0.1, -0.06, 0.56 * WIDEST + 0.1, 1.12);

/// Which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Wall,
    Stack,
    Bank,
}

impl Kind {
    pub fn figure(self) -> Figure {
        let draw: fn(&mut Pen, &Look) = match self {
            Self::Wall => wall,
            Self::Stack => stack,
            Self::Bank => bank,
        };
        Figure { draw, reach: REACH }
    }

    pub fn colour(self) -> Colour {
        Colour::hex(match self {
            Self::Wall => 0xb5_6a50,
            Self::Stack => 0x9b_7a68,
            Self::Bank => 0xf6_f7fb,
        })
    }
}

/// Bricks in courses under a coping.
fn wall(pen: &mut Pen, look: &Look) {
    let half = 0.5 * look.wide;
    let seed = look.seed;
    let (px, rows) = (pen.px(), 11.0);
    let seen = resolved(px * rows * 1.4);
    let mortar = look.colour.mix(Colour::hex(0xe8_dcc8), 0.55);
    pen.pattern(Block(Bounds(-half, -0.01, half, 1.0), 0.0), 0.03, |x, y| {
        let row = floor(y * rows);
        let along = x * rows * 0.5 + 0.5 * (row & 1) as f32;
        let brick = look.colour.shade(0.20 * (unit(floor(along), row, seed) - 0.5));
        let gap = ((fract(y * rows) - 0.5).abs() * 2.0 - 0.80).max((fract(along) - 0.5).abs() * 2.0 - 0.90);
        brick.mix(mortar, (0.4 + 0.6 * smooth(-0.08, 0.06, gap)) * seen * f32::from(gap > -0.08))
    });
    pen.solid(Block(Bounds(-half - 0.03, 0.97, half + 0.03, 1.06), 0.012), 0.03, mortar.shade(0.1));
}

/// A stump of rock with a flat head.
fn stack(pen: &mut Pen, look: &Look) {
    let half = 0.5 * look.wide;
    let v = |k: i32| 0.05 * (look.vary(k) - 0.5);
    let outline = [
        [-1.10 * half, -0.02],
        [-1.02 * half, 0.45 + v(1)],
        [-half, 1.0 + v(2)],
        [-0.4 * half, 1.05 + v(3)],
        [0.3 * half, 1.03 + v(4)],
        [1.0 * half, 1.0 + v(5)],
        [1.03 * half, 0.4 + v(6)],
        [1.10 * half, -0.02],
    ];
    let seed = look.seed;
    let seen = resolved(pen.px() * 9.0);
    pen.pattern(Polygon(&outline, 0.01), 0.10, |x, y| {
        let layer = plane(x * 1.3, y * 9.0, seed) * seen;
        let face = plane(x * 4.0 + 0.3 * y, y * 0.7, seed ^ 1);
        look.colour.shade(0.10 * layer + 0.12 * face)
    });
}

/// A bank of cloud, whole enough to hide behind.
fn bank(pen: &mut Pen, look: &Look) {
    let half = 0.5 * look.wide;
    let puffs: [Capsule; 8] = std::array::from_fn(|k| {
        let s = (k as f32 + 0.5) / 4.0 - 1.0;
        let r = 0.30 + 0.06 * look.vary(k as i32);
        Capsule([s * half * 0.92, 0.24], [s * half * 0.86, 0.72], r, r)
    });
    let [_, ly] = pen.light.direction;
    pen.pattern(Blob(&puffs, 0.08), 0.25, |_, y| look.colour.shade(-0.16 * ly * smooth(0.8, 0.0, y)));
}
