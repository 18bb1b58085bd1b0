//! A fox on its way.

use super::{Kind, Stands};
use crate::worlds::{
    colour::Colour,
    noise::smooth,
    pen::Pen,
    shapes::{Blob, Bounds, Capsule, Ellipse, Polygon},
    stage::{Figure, Look},
};

pub(super) const FOX: Kind = Kind {
    name: "fox",
    figure: Figure {
        draw,
        reach: Bounds(-1.15, -0.04, 0.92, 1.08),
    },
    stands: Stands::Ground,
    homes: &["forest", "snow"],
    size: [0.22, 0.32],
    coat,
    moves: true,
};

fn coat(hue: f32) -> (Colour, &'static str) {
    match hue {
        h if h < 0.8 => (Colour::hex(0xdd_702c).shade(0.3 * (h - 0.4)), "red"),
        h if h < 0.92 => (Colour::hex(0xe9_e6e4), "white"),
        _ => (Colour::hex(0x6d_6a70), "silver"),
    }
}

const SNOW: Colour = Colour::hex(0xfb_f5ea);
const SOOT: Colour = Colour::hex(0x3a_2a26);

fn draw(pen: &mut Pen, look: &Look) {
    let colour = look.colour;
    let step = if look.phase == 0.0 {
        0.06
    } else {
        0.10 * libm::sinf(std::f32::consts::TAU * look.phase * 1.6)
    };
    let tail = [
        Capsule([-0.44, 0.54], [-0.72, 0.42], 0.07, 0.14),
        Capsule([-0.72, 0.42], [-1.02, 0.46], 0.14, 0.03),
    ];
    pen.pattern(Blob(&tail, 0.12), 0.12, |x, _| colour.mix(SNOW, smooth(-0.80, -0.90, x)));
    for (x, s) in [(-0.34, -step), (0.26, step)] {
        pen.solid(Capsule([x, 0.46], [x + s, 0.03], 0.070, 0.028), 0.05, SOOT.mix(colour, 0.25));
    }
    let body = [
        Capsule([-0.34, 0.56], [0.10, 0.56], 0.150, 0.125),
        Capsule([0.08, 0.56], [0.32, 0.60], 0.125, 0.155),
        Capsule([-0.40, 0.52], [-0.46 + step, 0.26], 0.105, 0.042),
        Capsule([-0.46 + step, 0.26], [-0.42 + step, 0.035], 0.040, 0.030),
        Capsule([0.36, 0.50], [0.37 - step, 0.035], 0.085, 0.030),
        Capsule([0.32, 0.64], [0.50, 0.80], 0.14, 0.12),
    ];
    pen.pattern(Blob(&body, 0.10), 0.16, |x, y| {
        let belly = smooth(0.50, 0.44, y - 0.25 * (x - 0.1).max(0.0)) * smooth(0.36, 0.42, y);
        let chest = smooth(0.30, 0.44, x) * smooth(0.70, 0.60, y) * smooth(0.36, 0.46, y);
        colour.mix(SNOW, belly.max(chest)).mix(SOOT, smooth(0.26, 0.16, y))
    });
    head(pen, colour);
}

fn head(pen: &mut Pen, colour: Colour) {
    pen.solid(Polygon(&[[0.40, 0.90], [0.46, 1.05], [0.52, 0.93]], 0.012), 0.04, SOOT);
    pen.solid(Polygon(&[[0.50, 0.92], [0.585, 1.06], [0.63, 0.91]], 0.014), 0.05, colour);
    let skull = [
        Capsule([0.53, 0.82], [0.57, 0.82], 0.145, 0.12),
        Capsule([0.60, 0.79], [0.83, 0.735], 0.085, 0.026),
    ];
    pen.pattern(Blob(&skull, 0.08), 0.12, |x, y| {
        let cheek = smooth(0.80, 0.76, y - 0.05 * (x - 0.6)) * smooth(0.46, 0.54, x);
        colour.mix(SNOW, cheek)
    });
    pen.fill(Ellipse([0.845, 0.742], 0.028, 0.026), SOOT.shade(-0.4));
    pen.fill(Ellipse([0.625, 0.835], 0.019, 0.024), SOOT.shade(-0.5));
}
