//! Small plants: cacti, bushes, tufts, reeds, flowers.

use super::{
    colour::Colour,
    noise::{fract, resolved},
    pen::Pen,
    shapes::{Blob, Block, Bounds, Capsule, Ellipse, Polygon, Stroke, curve},
    stage::{Figure, Look},
    trees::crown,
};

pub(super) const CACTUS: Figure = Figure {
    draw: cactus,
    reach: Bounds(-0.36, -0.02, 0.36, 1.02),
};
pub(super) const BUSH: Figure = Figure {
    draw: bush,
    reach: Bounds(-0.95, -0.04, 0.95, 1.04),
};
pub(super) const TUFT: Figure = Figure {
    draw: tuft,
    reach: Bounds(-0.75, -0.04, 0.75, 1.06),
};
pub(super) const REED: Figure = Figure {
    draw: reed,
    reach: Bounds(-0.40, -0.02, 0.40, 1.06),
};
pub(super) const FLOWERS: Figure = Figure {
    draw: flowers,
    reach: Bounds(-0.95, -0.02, 0.95, 1.06),
};

fn cactus(pen: &mut Pen, look: &Look) {
    let side = if look.vary(1) < 0.5 { 1.0 } else { -1.0 };
    let (a, b) = (0.34 + 0.16 * look.vary(2), 0.44 + 0.14 * look.vary(3));
    let limbs = [
        Capsule([0.0, 0.0], [0.0, 0.90], 0.085, 0.08),
        Capsule([0.0, a], [0.20 * side, a + 0.02], 0.055, 0.058),
        Capsule([0.21 * side, a + 0.02], [0.23 * side, a + 0.30], 0.058, 0.055),
        Capsule([0.0, b], [-0.19 * side, b + 0.02], 0.05, 0.052),
        Capsule([-0.20 * side, b + 0.02], [-0.21 * side, b + 0.20], 0.052, 0.048),
    ];
    let seen = resolved(pen.px() * 22.0);
    pen.pattern(Blob(&limbs, 0.04), 0.07, |x, _| {
        let rib = (fract(x * 22.0) - 0.5).abs() * 2.0 - 0.5;
        look.colour.shade(0.14 * rib * seen)
    });
    if look.vary(4) < 0.5 {
        pen.fill(Ellipse([0.0, 0.985], 0.03, 0.022), Colour::hex(0xe8_6a9a));
    }
}

fn bush(pen: &mut Pen, look: &Look) {
    let v = |k: i32| 0.1 * (look.vary(k) - 0.5);
    let puffs = [
        Capsule([-0.50, 0.22], [-0.48 + v(1), 0.28], 0.36, 0.36),
        Capsule([0.48, 0.22], [0.48 + v(2), 0.26], 0.38, 0.38),
        Capsule([-0.08, 0.30], [0.0, 0.52 + v(3)], 0.42, 0.42),
    ];
    crown(pen, look, &puffs, 0.12);
}

fn tuft(pen: &mut Pen, look: &Look) {
    if pen.px() > 0.3 {
        // Too small for blades: the wedge they fill, as thin as they are.
        let wedge = [[-0.15, 0.0], [-0.6, 0.6], [0.0, 1.0], [0.6, 0.6], [0.15, 0.0]];
        let tone = pen.tone(look.colour, 0.7);
        pen.glow(Polygon(&wedge, 0.0), tone, 0.6);
        return;
    }
    for k in 0..7 {
        let s = (k as f32 - 3.0) / 3.0 + 0.2 * (look.vary(k) - 0.5);
        let tall = (1.0 - 0.45 * s * s) * (0.75 + 0.25 * look.vary(10 + k));
        let tip = [0.70 * s, tall];
        let blade = [
            [0.12 * s - 0.055, -0.02],
            [0.42 * s - 0.03, 0.6 * tall],
            tip,
            [0.42 * s + 0.04, 0.58 * tall],
            [0.12 * s + 0.055, -0.02],
        ];
        pen.fill(Polygon(&blade, 0.0), look.colour.shade(0.22 * (look.vary(20 + k) - 0.5)));
    }
}

fn reed(pen: &mut Pen, look: &Look) {
    for k in 0..5 {
        let s = (k as f32 - 2.0) / 2.0 + 0.3 * (look.vary(k) - 0.5);
        let tall = 0.62 + 0.38 * look.vary(10 + k);
        let stem = curve([0.10 * s, 0.0], [0.14 * s, 0.5 * tall], [0.30 * s, tall]);
        pen.fill(Stroke(&stem, 0.010), look.colour.shade(0.2 * (look.vary(20 + k) - 0.5)));
        if k % 2 == 0 {
            pen.solid(
                Capsule([0.27 * s, tall - 0.16], [0.30 * s, tall - 0.02], 0.026, 0.024),
                0.02,
                Colour::hex(0x6f_452b),
            );
        }
    }
}

fn flowers(pen: &mut Pen, look: &Look) {
    if pen.px() > 0.4 {
        let tone = pen.tone(look.colour, 0.7);
        pen.glow(Block(Bounds(-0.9, 0.45, 0.9, 0.95), 0.2), tone, 0.4);
        return;
    }
    let green = Colour::hex(0x5d_8f4a);
    for k in 0..7 {
        let x = (k as f32 - 3.0) * 0.27 + 0.16 * (look.vary(k) - 0.5);
        let tall = 0.50 + 0.40 * look.vary(10 + k);
        pen.fill(
            Stroke(&curve([x, 0.0], [x + 0.02, 0.5 * tall], [x + 0.06 * look.vary(k), tall]), 0.022),
            green,
        );
        let head = [x + 0.06 * look.vary(k), tall];
        pen.solid(
            Ellipse(head, 0.125, 0.115),
            0.08,
            look.colour.shade(0.2 * (look.vary(20 + k) - 0.4)),
        );
        pen.fill(Ellipse(head, 0.05, 0.045), Colour::hex(0xf8_d25c));
    }
}
