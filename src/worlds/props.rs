//! What people and nature leave about: islets, rocks, fences, lamps, parasols, gulls, mushrooms.

use super::{
    colour::Colour,
    noise::{fract, plane, smooth},
    pen::Pen,
    shapes::{Blob, Block, Bounds, Capsule, Ellipse, Polygon, Stroke, curve},
    stage::{Figure, Item, Look, On},
};

pub(super) const ROCK: Figure = Figure {
    draw: rock,
    reach: Bounds(-1.05, -0.10, 1.05, 1.05),
};
pub(super) const FENCE: Figure = Figure {
    draw: fence,
    reach: Bounds(-3.05, -0.02, 3.05, 1.05),
};
pub(super) const LAMP: Figure = Figure {
    draw: lamp,
    reach: Bounds(-0.30, -0.02, 0.30, 1.12),
};
pub(super) const PARASOL: Figure = Figure {
    draw: parasol,
    reach: Bounds(-0.62, -0.03, 0.62, 1.04),
};
pub(super) const GULL: Figure = Figure {
    draw: gull,
    reach: Bounds(-1.05, -0.30, 1.05, 0.55),
};
pub(super) const MUSHROOM: Figure = Figure {
    draw: mushroom,
    reach: Bounds(-0.55, -0.03, 0.55, 1.02),
};
const ISLET: Figure = Figure {
    draw: islet_shape,
    reach: Bounds(-1.30, -0.22, 1.30, 0.16),
};

/// A sandbank for what cannot swim.
pub(super) fn islet(main: &Item) -> Item {
    let [left, _, right, _] = main.bounds();
    let size = 0.62 * (right - left).max(0.20);
    let look = Look {
        colour: Colour::hex(0xe3_c795),
        ..main.look
    };
    Item {
        main: false,
        figure: ISLET,
        x: 0.5 * (left + right),
        y: main.y - 0.002,
        size,
        on: On::Water,
        look,
        ..*main
    }
}

fn islet_shape(pen: &mut Pen, look: &Look) {
    let seed = look.seed;
    pen.glow(
        Ellipse([0.0, -0.055], 1.24, 0.145),
        Colour::hex(0xff_ffff).mix(pen.light.haze, 0.4),
        0.35,
    );
    pen.pattern(Ellipse([0.0, -0.02], 1.16, 0.125), 0.05, |x, y| {
        look.colour
            .shade(0.10 * plane(x * 8.0, y * 22.0, seed) - 0.25 * smooth(-0.06, -0.14, y))
    });
}

fn rock(pen: &mut Pen, look: &Look) {
    let v = |k: i32| 0.25 * (look.vary(k) - 0.5);
    let outline = [
        [-0.95, -0.02],
        [-0.78, 0.42 + v(1)],
        [-0.34 + v(2), 0.82],
        [0.16, 0.92 + 0.3 * v(3)],
        [0.66 + v(4), 0.56],
        [0.94, -0.02],
    ];
    pen.solid(Polygon(&outline, 0.06), 0.35, look.colour);
    let face = [[-0.34 + v(2), 0.80], [0.16, 0.90 + 0.3 * v(3)], [0.36, 0.34], [-0.12, 0.28]];
    pen.fill(Polygon(&face, 0.02), look.colour.shade(0.14));
}

fn fence(pen: &mut Pen, look: &Look) {
    for y in [0.38, 0.74] {
        pen.solid(Block(Bounds(-3.0, y - 0.055, 3.0, y + 0.055), 0.02), 0.04, look.colour);
    }
    for k in -4..=4 {
        let x = 0.72 * k as f32;
        pen.solid(
            Polygon(
                &[[x - 0.075, 0.0], [x + 0.075, 0.0], [x + 0.075, 0.90], [x, 1.0], [x - 0.075, 0.90]],
                0.01,
            ),
            0.06,
            look.colour.shade(0.08),
        );
    }
}

fn lamp(pen: &mut Pen, look: &Look) {
    let night = pen.light.night;
    let iron = look.colour;
    pen.solid(Capsule([0.0, 0.0], [0.0, 0.86], 0.020, 0.012), 0.02, iron);
    pen.fill(Block(Bounds(-0.045, 0.0, 0.045, 0.06), 0.015), iron);
    let glass = [[-0.045, 0.86], [0.045, 0.86], [0.065, 0.97], [-0.065, 0.97]];
    pen.fill(Polygon(&glass, 0.004), Colour::hex(0xdf_e4e0));
    let warm = Colour::hex(0xff_d98a);
    pen.glow(Polygon(&glass, 0.004), warm, 0.3 + 0.7 * night);
    pen.fill(Polygon(&[[-0.08, 0.97], [0.08, 0.97], [0.0, 1.04]], 0.004), iron);
    if night > 0.0 {
        for (r, strength) in [(0.28, 0.10), (0.19, 0.14), (0.11, 0.22)] {
            pen.glow(Ellipse([0.0, 0.915], r, 0.7 * r), warm, strength * night);
        }
    }
}

fn parasol(pen: &mut Pen, look: &Look) {
    pen.fill(Stroke(&[[0.0, 0.0], [0.06, 0.95]], 0.014), Colour::hex(0xf2_e6d0));
    let mut dome = [[0.0; 2]; 20];
    dome[..9].copy_from_slice(&curve([-0.56, 0.60], [-0.44, 0.98], [0.06, 0.98]));
    dome[9..18].copy_from_slice(&curve([0.06, 0.98], [0.52, 0.94], [0.58, 0.53]));
    dome[18] = [0.24, 0.60];
    dome[19] = [-0.20, 0.635];
    let px = pen.px();
    pen.pattern(Polygon(&dome, 0.0), 0.12, |x, y| {
        // Panels meet at the top.
        let s = (x - 0.06) / (1.04 - y).max(0.04);
        let panel = fract(s * 1.15 + 0.25);
        let edge = (px / (1.04 - y).max(0.04) * 1.15).clamp(0.01, 0.25);
        let d = 0.25 - (panel - 0.5).abs();
        look.colour.mix(Colour::hex(0xfd_f5e6), (0.5 + d / edge).clamp(0.0, 1.0))
    });
    pen.fill(Ellipse([0.062, 0.985], 0.018, 0.018), look.colour.shade(-0.2));
}

fn gull(pen: &mut Pen, look: &Look) {
    let beat = 0.16 * libm::sinf(std::f32::consts::TAU * (look.phase * 2.0 + look.vary(1)));
    for side in [-1.0, 1.0] {
        let wing = curve([0.0, 0.0], [0.42 * side, 0.46 + beat], [0.95 * side, 0.02 + 2.0 * beat]);
        pen.fill(Stroke(&wing, 0.055), look.colour);
    }
    pen.fill(Capsule([-0.12, -0.02], [0.16, 0.0], 0.06, 0.05), look.colour);
}

fn mushroom(pen: &mut Pen, look: &Look) {
    pen.solid(Capsule([0.0, 0.02], [0.0, 0.55], 0.13, 0.10), 0.08, Colour::hex(0xf5_ecdc));
    let cap = [
        Capsule([-0.20, 0.62], [0.20, 0.62], 0.20, 0.20),
        Capsule([0.0, 0.68], [0.0, 0.74], 0.24, 0.22),
    ];
    pen.solid(Blob(&cap, 0.2), 0.18, look.colour);
    for (x, y, r) in [(-0.18, 0.68, 0.05), (0.04, 0.82, 0.055), (0.22, 0.64, 0.04), (0.0, 0.62, 0.035)] {
        pen.fill(Ellipse([x, y], r, 0.8 * r), Colour::hex(0xfd_f6ea));
    }
}
