//! A penguin, seen from the front.

use super::{Kind, Stands};
use crate::worlds::{
    colour::Colour,
    noise::smooth,
    pen::Pen,
    shapes::{Blob, Bounds, Capsule, Ellipse, Polygon, Shape},
    stage::{Figure, Look},
};

pub(super) const PENGUIN: Kind = Kind {
    name: "penguin",
    figure: Figure {
        draw,
        reach: Bounds(-0.52, -0.12, 0.52, 1.15),
    },
    stands: Stands::Ground,
    homes: &["snow", "sea"],
    size: [0.28, 0.42],
    coat,
    moves: true,
};

fn coat(hue: f32) -> (Colour, &'static str) {
    let colour = Colour::hex(0x2a_2f3d).mix(Colour::hex(0x45_5674), hue);
    (colour, if hue > 0.7 { "blue" } else { "" })
}

const DOWN: Colour = Colour::hex(0xfb_f8f0);
const BEAK: Colour = Colour::hex(0xf2_9a38);

fn draw(pen: &mut Pen, look: &Look) {
    let colour = look.colour;
    let sway = if look.phase == 0.0 {
        0.0
    } else {
        0.08 * libm::sinf(std::f32::consts::TAU * look.phase * 1.4)
    };
    for (x, lift) in [(-0.11, sway), (0.13, -sway)] {
        pen.solid(Ellipse([x, 0.025 + lift.max(0.0) * 0.5], 0.095, 0.035), 0.03, BEAK.shade(-0.12));
    }
    let mut pen = pen.at(0.0, 0.0, sway, 1.0);
    let pen = &mut pen;
    for side in [-1.0, 1.0] {
        let open = 0.10 + 0.14 * look.vary(1);
        pen.solid(
            Capsule([0.22 * side, 0.60], [(0.24 + open) * side, 0.28], 0.065, 0.03),
            0.05,
            colour.shade(-0.06),
        );
    }
    let body = [
        Capsule([0.0, 0.27], [0.0, 0.52], 0.255, 0.215),
        Capsule([0.01, 0.62], [0.02, 0.84], 0.15, 0.150),
    ];
    let front = [Capsule([0.02, 0.24], [0.02, 0.50], 0.205, 0.15)];
    let belly = Blob(&front, 0.02);
    let edge = pen.px().max(0.012);
    let blush = Colour::hex(0xf6_c65a);
    pen.pattern(Blob(&body, 0.10), 0.20, |x, y| {
        let inside = smooth(edge, -edge, belly.distance(x, y));
        let throat = smooth(0.66, 0.56, y);
        let collar = smooth(0.10, 0.02, ((x - 0.02) * (x - 0.02) + 1.6 * (y - 0.665) * (y - 0.665)).sqrt()) * 0.9;
        colour
            .mix(DOWN.mix(blush, 0.5 * smooth(0.52, 0.62, y)), inside * throat)
            .mix(blush, collar)
    });
    for side in [-1.0, 1.0] {
        let x = 0.045 + 0.072 * side;
        pen.solid(Ellipse([x - 0.01 + 0.012 * side, 0.865], 0.056, 0.060), 0.04, DOWN);
        pen.fill(Ellipse([x, 0.865], 0.022, 0.026), Colour::hex(0x16_181f));
        pen.fill(Ellipse([x + 0.007, 0.874], 0.007, 0.008), Colour::hex(0xff_ffff));
    }
    pen.solid(Polygon(&[[-0.005, 0.825], [0.105, 0.825], [0.075, 0.765]], 0.014), 0.03, BEAK);
}
