//! A camel with one hump or two, a blanket on some.

use super::{Kind, Stands};
use crate::worlds::{
    colour::Colour,
    noise::{fract, resolved},
    pen::Pen,
    shapes::{Blob, Block, Both, Bounds, Capsule, Ellipse, Stroke, curve},
    stage::{Figure, Look},
};

pub(super) const CAMEL: Kind = Kind {
    name: "camel",
    figure: Figure {
        draw,
        reach: Bounds(-0.66, -0.03, 0.86, 1.10),
    },
    stands: Stands::Ground,
    homes: &["desert"],
    size: [0.32, 0.44],
    coat,
    moves: true,
};

fn coat(hue: f32) -> (Colour, &'static str) {
    let colour = Colour::hex(0xd3_9a58).mix(Colour::hex(0xa9_7444), hue);
    (colour, if hue > 0.6 { "brown" } else { "" })
}

fn draw(pen: &mut Pen, look: &Look) {
    let colour = look.colour;
    let step = if look.phase == 0.0 {
        0.05
    } else {
        0.10 * libm::sinf(std::f32::consts::TAU * look.phase)
    };
    for (x, s) in [(-0.26, -step), (0.22, step)] {
        pen.solid(
            Blob(
                &[
                    Capsule([x, 0.50], [x + 0.3 * s, 0.27], 0.085, 0.045),
                    Capsule([x + 0.3 * s, 0.27], [x + s, 0.03], 0.045, 0.038),
                ],
                0.02,
            ),
            0.05,
            colour.shade(-0.30),
        );
    }
    pen.fill(
        Stroke(&curve([-0.46, 0.66], [-0.58, 0.60], [-0.55, 0.40]), 0.016),
        colour.shade(-0.2),
    );
    let two = look.vary(1) < 0.45;
    let humps = if two {
        [
            Capsule([-0.26, 0.70], [-0.27, 0.90], 0.15, 0.055),
            Capsule([0.10, 0.70], [0.09, 0.90], 0.14, 0.055),
        ]
    } else {
        [Capsule([-0.08, 0.72], [-0.10, 0.92], 0.22, 0.075); 2]
    };
    let body = [
        Capsule([-0.32, 0.62], [0.24, 0.62], 0.165, 0.155),
        humps[0],
        humps[1],
        Capsule([-0.36, 0.52], [-0.37 + 0.3 * step, 0.28], 0.115, 0.05),
        Capsule([-0.37 + 0.3 * step, 0.28], [-0.37 + step, 0.03], 0.05, 0.04),
        Capsule([0.29, 0.52], [0.29 - 0.3 * step, 0.28], 0.095, 0.05),
        Capsule([0.29 - 0.3 * step, 0.28], [0.29 - step, 0.03], 0.05, 0.04),
        Capsule([0.27, 0.62], [0.46, 0.56], 0.13, 0.085),
        Capsule([0.46, 0.56], [0.58, 0.92], 0.085, 0.062),
    ];
    let body = Blob(&body, 0.09);
    pen.solid(body, 0.17, colour);
    if look.vary(2) < 0.55 {
        let cloth = super::painted(look.vary(3)).0;
        let px = pen.px();
        let (l, r) = if two { (-0.17, 0.02) } else { (-0.26, 0.08) };
        pen.pattern(Both(body, Block(Bounds(l, 0.50, r, 1.0), 0.0)), 0.12, |_, y| {
            let stripe = (fract(y * 13.0) - 0.5).abs() * 2.0;
            let hem = if y < 0.53 { -0.3 } else { 0.0 };
            cloth
                .mix(Colour::hex(0xfa_ead0), (stripe * 2.0 - 0.9).clamp(0.0, 1.0) * resolved(px * 13.0))
                .shade(hem)
        });
    }
    head(pen, colour);
}

fn head(pen: &mut Pen, colour: Colour) {
    pen.solid(Capsule([0.56, 1.0], [0.53, 1.06], 0.025, 0.012), 0.02, colour.shade(-0.2));
    pen.solid(
        Blob(
            &[
                Capsule([0.58, 0.96], [0.64, 0.97], 0.078, 0.07),
                Capsule([0.64, 0.96], [0.77, 0.915], 0.055, 0.048),
            ],
            0.05,
        ),
        0.09,
        colour,
    );
    pen.solid(Capsule([0.585, 1.01], [0.57, 1.075], 0.024, 0.012), 0.02, colour.shade(0.1));
    pen.fill(Ellipse([0.648, 0.985], 0.015, 0.017), Colour::hex(0x2b_2019));
    pen.fill(Stroke(&[[0.74, 0.895], [0.81, 0.90]], 0.007), colour.shade(-0.45));
}
