//! A small car from the side.

use super::{Kind, Stands, painted};
use crate::worlds::{
    colour::Colour,
    pen::Pen,
    shapes::{Blob, Block, Both, Bounds, Capsule, Ellipse, Polygon, Stroke, Without},
    stage::{Figure, Look},
};

pub(super) const CAR: Kind = Kind {
    name: "car",
    figure: Figure {
        draw,
        reach: Bounds(-1.12, -0.02, 1.30, 1.02),
    },
    stands: Stands::Ground,
    homes: &["town"],
    size: [0.20, 0.29],
    coat: painted,
    moves: true,
};

const TYRE: Colour = Colour::hex(0x2b_2a30);
const CHROME: Colour = Colour::hex(0xd9_dce0);

fn draw(pen: &mut Pen, look: &Look) {
    let night = pen.light.night;
    let colour = look.colour;
    let van = look.vary(1) < 0.3;
    let cabin: [[f32; 2]; 4] = if van {
        [[-0.98, 0.50], [-0.92, 0.96], [0.42, 0.96], [0.72, 0.50]]
    } else {
        [[-0.74, 0.52], [-0.46, 0.95], [0.22, 0.95], [0.60, 0.52]]
    };
    let roof = if look.vary(2) < 0.35 { Colour::hex(0xf7_f0e2) } else { colour };
    pen.solid(Polygon(&cabin, 0.045), 0.16, roof);
    let glass = pen.light.middle.mix(Colour::hex(0x26_3448), 0.45);
    let inner: [[f32; 2]; 4] = if van {
        [[-0.86, 0.58], [-0.82, 0.88], [0.38, 0.88], [0.58, 0.58]]
    } else {
        [[-0.60, 0.58], [-0.40, 0.88], [0.18, 0.88], [0.46, 0.58]]
    };
    pen.glow(Polygon(&inner, 0.01), glass, 1.0);
    pen.glow(
        Both(
            Polygon(&inner, 0.01),
            Polygon(&[[-0.30, 0.5], [-0.10, 0.95], [0.02, 0.95], [-0.18, 0.5]], 0.0),
        ),
        Colour::hex(0xff_ffff),
        0.18,
    );
    pen.fill(Block(Bounds(-0.115, 0.55, -0.065, 0.92), 0.0), roof.shade(-0.1));
    let hull = [
        Capsule([-0.88, 0.40], [0.86, 0.38], 0.20, 0.19),
        Capsule([-0.90, 0.32], [0.92, 0.30], 0.13, 0.13),
    ];
    let arches = Blob(
        &[
            Capsule([-0.58, 0.19], [-0.58, 0.19], 0.235, 0.235),
            Capsule([0.62, 0.19], [0.62, 0.19], 0.235, 0.235),
        ],
        0.01,
    );
    pen.solid(Without(Blob(&hull, 0.05), arches), 0.16, colour);
    pen.fill(Both(arches, Block(Bounds(-1.0, 0.13, 1.0, 0.44), 0.0)), TYRE.shade(-0.3));
    pen.fill(Stroke(&[[-0.06, 0.24], [-0.08, 0.52]], 0.010), colour.shade(-0.25));
    pen.fill(Stroke(&[[-0.26, 0.48], [-0.15, 0.48]], 0.014), CHROME);
    pen.solid(Block(Bounds(-1.06, 0.20, -0.80, 0.27), 0.03), 0.03, CHROME);
    pen.solid(Block(Bounds(0.84, 0.18, 1.08, 0.25), 0.03), 0.03, CHROME);
    for x in [-0.58, 0.62] {
        pen.fill(Ellipse([x, 0.19], 0.19, 0.19), TYRE);
        pen.solid(Ellipse([x, 0.19], 0.105, 0.105), 0.06, CHROME);
        let spin = -look.phase * 3.0;
        let mut wheel = pen.at(x, 0.19, spin * std::f32::consts::TAU, 1.0);
        wheel.fill(Stroke(&[[-0.09, 0.0], [0.09, 0.0]], 0.016), TYRE.shade(0.3));
        wheel.fill(Stroke(&[[0.0, -0.09], [0.0, 0.09]], 0.016), TYRE.shade(0.3));
    }
    pen.glow(Ellipse([0.98, 0.42], 0.045, 0.065), Colour::hex(0xff_f2c2), 0.9);
    pen.glow(Ellipse([-1.03, 0.43], 0.035, 0.06), Colour::hex(0xe2_4a3a), 0.9);
    if night > 0.0 {
        for (reach, strength) in [(0.26, 0.10), (0.17, 0.14), (0.09, 0.22)] {
            pen.glow(
                Ellipse([1.0 + 0.55 * reach, 0.40], reach, 0.7 * reach),
                Colour::hex(0xff_eeb8),
                strength * night,
            );
        }
    }
}
