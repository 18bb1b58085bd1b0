//! A windmill with four lattice sails.

use super::{Kind, Stands, painted};
use crate::worlds::{
    colour::Colour,
    noise::{fract, resolved},
    pen::Pen,
    shapes::{Block, Bounds, Capsule, Polygon},
    stage::{Figure, Look},
};

pub(super) const WINDMILL: Kind = Kind {
    name: "windmill",
    figure: Figure {
        draw,
        reach: Bounds(-0.50, -0.04, 0.50, 1.15),
    },
    stands: Stands::Ground,
    homes: &["meadow", "beach"],
    size: [0.42, 0.58],
    coat: painted,
    moves: false,
};

const BRICK: Colour = Colour::hex(0xf1_e4cc);
const BEAM: Colour = Colour::hex(0x5b_4130);

fn draw(pen: &mut Pen, look: &Look) {
    let px = pen.px();
    let tower = [[-0.20, 0.0], [0.20, 0.0], [0.115, 0.68], [-0.115, 0.68]];
    let course = resolved(px * 22.0);
    pen.pattern(Polygon(&tower, 0.0), 0.14, |_, y| {
        let line = (fract(y * 22.0) - 0.5).abs() * 2.0 - 0.5;
        BRICK.shade(0.035 * line * course)
    });
    pen.pattern(Block(Bounds(-0.215, 0.0, 0.215, 0.06), 0.01), 0.04, |_, _| BRICK.shade(-0.22));
    pen.fill(Block(Bounds(-0.05, 0.0, 0.05, 0.17), 0.03), BEAM);
    for (x, y) in [(-0.07, 0.30), (0.06, 0.42)] {
        pen.fill(Block(Bounds(x - 0.03, y, x + 0.03, y + 0.085), 0.006), Colour::hex(0xfb_f6ea));
        let night = pen.light.night;
        let pane = Block(Bounds(x - 0.02, y + 0.01, x + 0.02, y + 0.075), 0.0);
        pen.fill(pane, Colour::hex(0x43_5468));
        pen.glow(pane, Colour::hex(0xff_cf70), night);
    }
    let cap = [[-0.15, 0.66], [0.15, 0.66], [0.10, 0.79], [0.0, 0.845], [-0.10, 0.79]];
    pen.solid(Polygon(&cap, 0.012), 0.09, look.colour);
    let start = look.vary(1) * 0.25 + look.phase * 0.35;
    for k in 0..4 {
        let angle = (start + 0.25 * k as f32) * std::f32::consts::TAU;
        blade(&mut pen.at(0.0, 0.70, angle, 1.0), look);
    }
    pen.solid(Capsule([0.0, 0.70], [0.0, 0.701], 0.03, 0.03), 0.03, BEAM);
}

fn blade(pen: &mut Pen, look: &Look) {
    let px = pen.px();
    let cells = resolved(px * 26.0);
    let sail = Block(Bounds(0.09, 0.0, 0.41, 0.085), 0.004);
    pen.pattern(sail, 0.0, |x, y| {
        // A lattice over cloth.
        let line = |u: f32, width: f32| (((fract(u) - 0.5).abs() - 0.5 + width) / (px * 26.0) + 0.5).clamp(0.0, 1.0);
        let grid = line(x * 20.0, 0.16).max(line(y * 24.0, 0.16));
        let cloth = Colour::hex(0xfd_f4e0).mix(look.colour, 0.18);
        cloth.mix(BEAM, 0.15 + (0.55 * grid - 0.10) * cells)
    });
    pen.fill(Capsule([0.0, 0.0], [0.42, 0.0], 0.014, 0.009), BEAM);
}
