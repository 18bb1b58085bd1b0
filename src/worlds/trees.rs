//! Trees: firs with and without snow, round trees, poplars, birches, big trunks, palms.

use super::{
    colour::Colour,
    noise::{fract, plane, resolved, smooth},
    pen::Pen,
    shapes::{Blob, Bounds, Capsule, Ellipse, Polygon, Stroke, curve},
    stage::{Figure, Look},
};

pub(super) const FIR: Figure = Figure {
    draw: fir,
    reach: Bounds(-0.34, -0.02, 0.34, 1.02),
};
pub(super) const SNOWY_FIR: Figure = Figure {
    draw: snowy_fir,
    reach: Bounds(-0.34, -0.02, 0.34, 1.02),
};
pub(super) const TREE: Figure = Figure {
    draw: tree,
    reach: Bounds(-0.46, -0.02, 0.46, 1.04),
};
pub(super) const POPLAR: Figure = Figure {
    draw: poplar,
    reach: Bounds(-0.16, -0.02, 0.16, 1.02),
};
pub(super) const BIRCH: Figure = Figure {
    draw: birch,
    reach: Bounds(-0.34, -0.02, 0.34, 1.04),
};
pub(super) const TRUNK: Figure = Figure {
    draw: trunk,
    reach: Bounds(-0.16, -0.03, 0.16, 1.0),
};
pub(super) const PALM: Figure = Figure {
    draw: palm,
    reach: Bounds(-0.50, -0.02, 0.66, 1.12),
};

const BARK: Colour = Colour::hex(0x6e_4d38);
const WHITE: Colour = Colour::hex(0xf7_f9ff);

fn boughs(pen: &mut Pen, look: &Look, snow: f32) {
    pen.solid(Capsule([0.0, 0.0], [0.0, 0.16], 0.034, 0.030), 0.03, BARK);
    let tiers = 5;
    for k in 0..tiers {
        let t = k as f32 / tiers as f32;
        let y = 0.12 + 0.70 * t;
        let w = 0.30 * (1.0 - 0.80 * t) * (0.92 + 0.16 * look.vary(k));
        let top = (y + 0.32 - 0.12 * t).min(1.0);
        let droop = 0.035 * (1.0 - t);
        let tier = [
            [-w, y - droop],
            [-0.5 * w, y + 0.012],
            [0.0, y - 0.012],
            [0.5 * w, y + 0.012],
            [w, y - droop],
            [0.0, top],
        ];
        let green = look.colour.shade(-0.16 + 0.18 * t);
        pen.pattern(Polygon(&tier, 0.006), 0.10, |x, v| {
            let edge = smooth(0.25, 0.85, (v - y) / (top - y) + 0.25 * plane(x * 14.0, v * 14.0, look.seed));
            green.mix(WHITE, snow * edge)
        });
    }
}

fn fir(pen: &mut Pen, look: &Look) {
    boughs(pen, look, 0.0);
}

fn snowy_fir(pen: &mut Pen, look: &Look) {
    boughs(pen, look, 0.92);
}

/// Leaves in clumps: brighter where a clump turns to the light.
pub(super) fn crown(pen: &mut Pen, look: &Look, puffs: &[Capsule], melt: f32) {
    let seen = resolved(pen.px() * 16.0);
    let (seed, colour) = (look.seed, look.colour);
    let [lx, ly] = pen.light.direction;
    let b = puffs.iter().fold((0.0, 0.0), |s, p| (s.0 + p.0[0], s.1 + p.0[1]));
    let middle = (b.0 / puffs.len() as f32, b.1 / puffs.len() as f32);
    let facing = pen.facing;
    pen.pattern(Blob(puffs, melt), 0.14, |x, y| {
        let side = (facing * (x - middle.0) * lx + (y - middle.1) * ly) * 1.1;
        let leaf = plane(x * 16.0, y * 16.0, seed) * 0.6 + plane(x * 34.0, y * 34.0, seed ^ 1) * 0.4;
        let clump = plane(x * 6.5, y * 6.5, seed ^ 2);
        colour.shade((side * 0.55 + 0.10 * clump + 0.15 * leaf * seen).clamp(-0.45, 0.32))
    });
}

fn tree(pen: &mut Pen, look: &Look) {
    pen.solid(
        Blob(
            &[
                Capsule([0.0, 0.0], [0.0, 0.40], 0.050, 0.032),
                Capsule([0.0, 0.30], [0.12, 0.50], 0.022, 0.016),
            ],
            0.03,
        ),
        0.05,
        BARK,
    );
    let v = |k: i32| look.vary(k) - 0.5;
    let puffs = [
        Capsule([-0.20 + 0.06 * v(1), 0.54], [-0.20, 0.55], 0.19, 0.19),
        Capsule([0.20 + 0.06 * v(2), 0.55], [0.20, 0.56], 0.20, 0.20),
        Capsule([-0.10, 0.72 + 0.05 * v(3)], [-0.09, 0.72], 0.20, 0.20),
        Capsule([0.12, 0.75 + 0.06 * v(4)], [0.13, 0.75], 0.19, 0.19),
        Capsule([0.0, 0.56], [0.01, 0.62], 0.25, 0.25),
        Capsule([0.02 + 0.08 * v(5), 0.84], [0.0, 0.84], 0.15, 0.15),
    ];
    crown(pen, look, &puffs, 0.05);
}

fn poplar(pen: &mut Pen, look: &Look) {
    pen.solid(Capsule([0.0, 0.0], [0.0, 0.2], 0.022, 0.018), 0.02, BARK);
    let puffs = [
        Capsule([0.0, 0.26], [0.0, 0.56], 0.085, 0.115),
        Capsule([0.0, 0.5], [0.0, 0.96], 0.115, 0.030),
    ];
    crown(pen, look, &puffs, 0.04);
}

fn birch(pen: &mut Pen, look: &Look) {
    let lean = 0.10 * (look.vary(8) - 0.5);
    let bark = Colour::hex(0xef_e9de);
    let stem = curve([0.0, 0.0], [0.3 * lean, 0.4], [lean, 0.86]);
    let seed = look.seed;
    let seen = resolved(pen.px() * 26.0);
    pen.pattern(Stroke(&stem, 0.026), 0.04, |x, y| {
        let mark = smooth(0.35, 0.55, plane(x * 20.0, y * 26.0, seed)) * seen;
        bark.mix(Colour::hex(0x3c_3836), 0.8 * mark)
    });
    let puffs = [
        Capsule([-0.13 + lean, 0.62], [-0.12 + lean, 0.62], 0.13, 0.13),
        Capsule([0.14 + lean, 0.66], [0.13 + lean, 0.66], 0.14, 0.14),
        Capsule([lean, 0.72], [lean, 0.88], 0.16, 0.09),
    ];
    crown(pen, look, &puffs, 0.05);
}

/// A big trunk whose crown lies above the picture.
fn trunk(pen: &mut Pen, look: &Look) {
    let seed = look.seed;
    let stem = [
        Capsule([0.0, 0.06], [0.01, 1.1], 0.075, 0.055),
        Capsule([-0.08, -0.01], [0.0, 0.14], 0.03, 0.05),
        Capsule([0.09, -0.01], [0.0, 0.14], 0.03, 0.05),
    ];
    let seen = resolved(pen.px() * 40.0);
    pen.pattern(Blob(&stem, 0.05), 0.07, |x, y| {
        look.colour.shade(0.16 * seen * plane(x * 44.0, y * 7.0, seed))
    });
}

fn palm(pen: &mut Pen, look: &Look) {
    let lean = 0.12 + 0.16 * look.vary(1);
    let stem = curve([0.0, 0.0], [0.02, 0.45], [lean, 0.84]);
    let seen = resolved(pen.px() * 24.0);
    pen.pattern(Stroke(&stem, 0.026), 0.04, |_, y| {
        let ring = (fract(y * 24.0) - 0.5).abs() * 2.0;
        Colour::hex(0xa0_7a50).shade(0.22 * (ring - 0.5) * seen)
    });
    for k in 0..8 {
        let a = (k as f32 + 0.5 * look.vary(10 + k)) / 8.0 * 1.25 - 0.12;
        let (c, s) = (libm::cosf(a * std::f32::consts::PI), libm::sinf(a * std::f32::consts::PI));
        let reach = 0.30 + 0.06 * look.vary(20 + k);
        let tip = [lean + reach * c * 1.1, 0.84 + 0.20 * s - 0.13 - 0.08 * c.abs()];
        let bend = [lean + 0.5 * reach * c, 0.88 + 0.26 * s + 0.04];
        let spine = curve([lean, 0.85], bend, tip);
        let under = [lean + 0.42 * reach * c, 0.82 + 0.18 * s];
        let mut leaf = [[0.0; 2]; 18];
        leaf[..9].copy_from_slice(&spine);
        leaf[9..].copy_from_slice(&curve(tip, under, [lean, 0.835]));
        pen.solid(Polygon(&leaf, 0.004), 0.05, look.colour.shade(0.16 * s - 0.12 * (k % 2) as f32));
    }
    for x in [-0.022, 0.022] {
        pen.solid(Ellipse([lean + x, 0.815], 0.024, 0.026), 0.02, Colour::hex(0x7a_4f2c));
    }
}
