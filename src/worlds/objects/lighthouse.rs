//! A lighthouse: a striped tower on rocks, its beam at night.

use super::{Kind, Stands, painted};
use crate::worlds::{
    colour::Colour,
    pen::Pen,
    shapes::{Block, Bounds, Capsule, Ellipse, Polygon},
    stage::{Figure, Look},
};

pub(super) const LIGHTHOUSE: Kind = Kind {
    name: "lighthouse",
    figure: Figure {
        draw,
        reach: Bounds(-0.62, -0.05, 0.62, 1.02),
    },
    stands: Stands::Ground,
    homes: &["beach", "sea"],
    size: [0.50, 0.68],
    coat: painted,
    moves: false,
};

const CHALK: Colour = Colour::hex(0xf8_f2e6);
const ROCK: Colour = Colour::hex(0x7d_756e);
const IRON: Colour = Colour::hex(0x3a_3d46);

fn draw(pen: &mut Pen, look: &Look) {
    let night = pen.light.night;
    if night > 0.0 {
        for (side, strength) in [(1.0, 0.20), (-1.0, 0.12)] {
            let beam = [[0.0, 0.885], [0.60 * side, 1.01], [0.60 * side, 0.80], [0.0, 0.865]];
            pen.glow(Polygon(&beam, 0.0), Colour::hex(0xff_eab0), strength * night);
        }
    }
    pen.solid(Capsule([-0.02, 0.0], [0.02, 0.02], 0.035, 0.03), 0.05, ROCK);
    let tower = [[-0.12, 0.03], [0.12, 0.03], [0.075, 0.80], [-0.075, 0.80]];
    let px = pen.px();
    let bands = if look.vary(1) < 0.5 { 2.5 } else { 3.5 };
    pen.pattern(Polygon(&tower, 0.0), 0.09, |_, y| {
        // Bands of equal height, their edges as soft as a pixel.
        let t = (y - 0.03) / 0.77 * bands;
        let phase = t - crate::worlds::noise::floor(t) as f32;
        let d = (0.25 - (phase - 0.5).abs()) / bands * 0.77;
        look.colour.mix(CHALK, (0.5 - d / px).clamp(0.0, 1.0))
    });
    pen.fill(Block(Bounds(-0.035, 0.03, 0.035, 0.13), 0.02), IRON);
    for y in [0.30, 0.52] {
        pen.fill(Block(Bounds(-0.018, y, 0.018, y + 0.05), 0.015), IRON);
    }
    pen.solid(Block(Bounds(-0.115, 0.795, 0.115, 0.825), 0.008), 0.03, IRON);
    pen.solid(Block(Bounds(-0.058, 0.825, 0.058, 0.925), 0.004), 0.03, Colour::hex(0xa9_c4cf));
    let lamp = Colour::hex(0xff_e9a8);
    pen.glow(Block(Bounds(-0.05, 0.83, 0.05, 0.92), 0.0), lamp, 0.25 + 0.75 * night);
    for x in [-0.055, 0.0, 0.055] {
        pen.fill(Block(Bounds(x - 0.005, 0.825, x + 0.005, 0.925), 0.0), IRON);
    }
    for x in [-0.11, 0.11] {
        pen.fill(Block(Bounds(x - 0.004, 0.825, x + 0.004, 0.87), 0.0), IRON);
    }
    pen.fill(Block(Bounds(-0.112, 0.864, 0.112, 0.872), 0.0), IRON);
    pen.solid(
        Polygon(&[[-0.08, 0.925], [0.08, 0.925], [0.0, 1.0]], 0.006),
        0.06,
        look.colour.shade(-0.15),
    );
    for (x, y, r) in [
        (-0.17, 0.01, 0.09),
        (0.16, 0.0, 0.10),
        (-0.03, -0.01, 0.08),
        (0.29, -0.01, 0.06),
        (-0.30, -0.01, 0.055),
    ] {
        pen.solid(
            Ellipse([x, y + 0.01], r, 0.55 * r),
            0.05,
            ROCK.shade(0.12 * (x * 9.0 - 0.4).clamp(-1.0, 1.0)),
        );
    }
    if night > 0.0 {
        pen.glow(Ellipse([0.0, 0.875], 0.16, 0.13), lamp, 0.16 * night);
        pen.glow(Ellipse([0.0, 0.875], 0.09, 0.075), lamp, 0.28 * night);
    }
}
