//! A cow, with patches or plain.

use super::{Kind, Stands};
use crate::worlds::{
    colour::Colour,
    noise::{plane, smooth},
    pen::Pen,
    shapes::{Blob, Bounds, Capsule, Ellipse, Stroke, curve},
    stage::{Figure, Look},
};

pub(super) const COW: Kind = Kind {
    name: "cow",
    figure: Figure {
        draw,
        reach: Bounds(-0.82, -0.05, 0.94, 1.14),
    },
    stands: Stands::Ground,
    homes: &["meadow"],
    size: [0.25, 0.36],
    coat,
    moves: true,
};

fn coat(hue: f32) -> (Colour, &'static str) {
    match hue {
        h if h < 0.4 => (Colour::hex(0x3b_3535), "black and white"),
        h if h < 0.7 => (Colour::hex(0xa8_5e35).shade(0.2 * (h - 0.55)), "brown and white"),
        h if h < 0.9 => (Colour::hex(0xb0_7444), "brown"),
        _ => (Colour::hex(0x4a_4240), "black"),
    }
}

const MILK: Colour = Colour::hex(0xf7_f1e6);
const PINK: Colour = Colour::hex(0xe3_a79a);
const HORN: Colour = Colour::hex(0xe9_dcbc);

fn draw(pen: &mut Pen, look: &Look) {
    let step = libm::sinf(std::f32::consts::TAU * look.phase * 1.2) * if look.phase == 0.0 { 0.0 } else { 0.07 };
    let patched = look.colour.luma() < 0.24 || look.vary(1) < 0.6;
    let (seed, colour) = (look.seed, look.colour);
    let edge = (0.35 * pen.px()).max(0.02) * 4.0;
    let hide = move |x: f32, y: f32| {
        if !patched {
            return colour;
        }
        let spot = plane(x * 3.1 + 5.0, y * 3.1, seed) + 0.3 * plane(x * 7.0, y * 7.0, seed ^ 2);
        MILK.mix(colour, smooth(0.02 - edge, 0.02 + edge, spot))
    };
    let far = |pen: &mut Pen, x: f32, s: f32| {
        pen.solid(
            Blob(&[Capsule([x, 0.45], [x + s, 0.05], 0.085, 0.05)], 0.02),
            0.06,
            hide(x, 0.3).shade(-0.28),
        );
    };
    far(pen, -0.42, -step);
    far(pen, 0.34, step);
    pen.fill(
        Stroke(&curve([-0.60, 0.78], [-0.76, 0.70], [-0.70, 0.34]), 0.018),
        colour.shade(-0.1),
    );
    pen.solid(Ellipse([-0.705, 0.30], 0.04, 0.07), 0.05, colour.shade(-0.25));
    pen.solid(Ellipse([-0.24, 0.37], 0.12, 0.075), 0.06, PINK);
    let legs = [
        Capsule([-0.50, 0.50], [-0.52 + step, 0.05], 0.11, 0.052),
        Capsule([0.42, 0.50], [0.43 - step, 0.05], 0.10, 0.052),
    ];
    let body = [
        Capsule([-0.42, 0.64], [0.36, 0.62], 0.225, 0.215),
        legs[0],
        legs[1],
        Capsule([0.34, 0.70], [0.58, 0.86], 0.19, 0.12),
    ];
    pen.pattern(Blob(&body, 0.10), 0.20, hide);
    for leg in legs {
        pen.fill(Capsule([leg.1[0], 0.035], [leg.1[0], 0.012], 0.055, 0.058), Colour::hex(0x3a_322e));
    }
    head(pen, look, patched);
}

fn head(pen: &mut Pen, look: &Look, patched: bool) {
    let graze = if look.vary(5) < 0.3 { -0.5 } else { 0.0 };
    let mut pen = pen.at(0.62, 0.88, graze, 1.0);
    let pen = &mut pen;
    pen.solid(Capsule([-0.06, 0.05], [-0.19, 0.07], 0.04, 0.015), 0.03, look.colour.shade(-0.15));
    for x in [-0.06, 0.05] {
        pen.fill(Stroke(&curve([x, 0.10], [x - 0.04, 0.17], [x + 0.03, 0.19]), 0.015), HORN);
    }
    pen.solid(
        Blob(&[Capsule([-0.02, 0.03], [0.14, -0.13], 0.115, 0.085)], 0.05),
        0.10,
        look.colour,
    );
    if patched {
        pen.fill(Capsule([0.04, 0.06], [0.10, -0.04], 0.03, 0.035), MILK);
    }
    pen.solid(Ellipse([0.155, -0.145], 0.095, 0.075), 0.06, PINK);
    pen.fill(Ellipse([0.19, -0.13], 0.014, 0.018), PINK.shade(-0.5));
    pen.fill(Ellipse([0.035, 0.02], 0.018, 0.022), Colour::hex(0x1e_1b1c));
    pen.solid(Capsule([-0.10, 0.04], [-0.20, 0.0], 0.04, 0.02), 0.03, look.colour.shade(0.08));
}
