//! A house with a gable to the front, a long roof of tiles, windows that are lit at night.

use super::{Kind, Stands, painted};
use crate::worlds::{
    colour::Colour,
    noise::fract,
    pen::Pen,
    shapes::{Block, Bounds, Ellipse, Polygon},
    stage::{Figure, Look},
};

pub(in crate::worlds) const HOUSE: Kind = Kind {
    name: "house",
    figure: Figure {
        draw,
        reach: Bounds(-0.66, -0.02, 0.72, 1.02),
    },
    stands: Stands::Ground,
    homes: &["meadow", "snow", "lake"],
    size: [0.30, 0.44],
    coat: painted,
    moves: false,
};

const PLASTER: [Colour; 3] = [Colour::hex(0xf6_ead2), Colour::hex(0xef_e2d6), Colour::hex(0xe6_d3b4)];
const TILES: Colour = Colour::hex(0xb4_5f45);

fn draw(pen: &mut Pen, look: &Look) {
    let (wall, roof) = if look.vary(1) < 0.5 {
        (look.colour, TILES.mix(look.colour, 0.15).shade(-0.15))
    } else {
        (PLASTER[(look.vary(2) * 3.0) as usize % 3], look.colour.shade(-0.08))
    };
    let px = pen.px();
    // Chimney, then the long side in half shade, its roof, the gable.
    pen.solid(Block(Bounds(0.34, 0.70, 0.44, 1.0), 0.01), 0.06, wall.shade(-0.25));
    pen.fill(Block(Bounds(0.325, 0.96, 0.455, 1.0), 0.008), roof.shade(-0.3));
    pen.pattern(Block(Bounds(0.02, 0.0, 0.64, 0.52), 0.0), 0.0, |_, _| wall.shade(-0.16));
    let slope = [[-0.27, 0.86], [0.50, 0.86], [0.70, 0.46], [0.0, 0.46]];
    pen.pattern(Polygon(&slope, 0.006), 0.05, |x, y| {
        let row = (fract(y * 14.0) - 0.5).abs() * 2.0;
        let tile = (fract(x * 12.0 + 0.5 * (((y * 14.0) as i32) & 1) as f32) - 0.5).abs() * 2.0;
        let seen = crate::worlds::noise::resolved(px * 14.0);
        roof.shade((0.12 * (row - 0.5) - 0.05 * (tile - 0.5)) * seen)
    });
    let gable = [[-0.56, 0.0], [0.02, 0.0], [0.02, 0.46], [-0.27, 0.86], [-0.56, 0.46]];
    let boards = look.vary(3) < 0.5;
    pen.pattern(Polygon(&gable, 0.0), 0.0, |_, y| {
        let board = (fract(y * 18.0) - 0.5).abs() * 2.0 - 0.5;
        if boards {
            wall.shade(0.05 * board * crate::worlds::noise::resolved(px * 18.0))
        } else {
            wall
        }
    });
    let eave = roof.shade(-0.18);
    pen.fill(
        crate::worlds::shapes::Stroke(&[[-0.62, 0.40], [-0.27, 0.88], [0.06, 0.43]], 0.022),
        eave,
    );
    door(pen, look, [-0.36, 0.0]);
    window(pen, [-0.13, 0.24], 0.075, 1, look);
    window(pen, [-0.27, 0.56], 0.06, 2, look);
    for (k, x) in [0.17, 0.34, 0.51].into_iter().enumerate() {
        window(pen, [x, 0.27], 0.065, 3 + k as i32, look);
    }
}

fn door(pen: &mut Pen, look: &Look, [x, y]: [f32; 2]) {
    let wood = if look.vary(4) < 0.5 {
        Colour::hex(0x6d_4630)
    } else {
        Colour::hex(0x3f_6e76)
    };
    pen.fill(Block(Bounds(x - 0.075, y, x + 0.075, y + 0.30), 0.012), Colour::hex(0xf4_ead8));
    pen.solid(Block(Bounds(x - 0.058, y, x + 0.058, y + 0.28), 0.01), 0.03, wood);
    pen.fill(Ellipse([x + 0.035, y + 0.13], 0.01, 0.01), Colour::hex(0xe8_c66a));
}

/// A window with a cross; lit at night in most.
pub(in crate::worlds) fn window(pen: &mut Pen, [x, y]: [f32; 2], r: f32, k: i32, look: &Look) {
    let tall = 1.25 * r;
    pen.fill(
        Block(Bounds(x - r - 0.014, y - tall - 0.014, x + r + 0.014, y + tall + 0.014), 0.006),
        Colour::hex(0xf7_f0e2),
    );
    let pane = Block(Bounds(x - r, y - tall, x + r, y + tall), 0.0);
    let glass = pen.light.middle.mix(Colour::hex(0x2c_3a52), 0.55);
    pen.glow(pane, glass, 1.0);
    if look.vary(20 + k) < 0.8 {
        let night = pen.light.night;
        pen.glow(pane, Colour::hex(0xff_cf70), night);
    }
    for bar in [
        Bounds(x - 0.006, y - tall, x + 0.006, y + tall),
        Bounds(x - r, y - 0.006, x + r, y + 0.006),
    ] {
        pen.fill(Block(bar, 0.0), Colour::hex(0xf7_f0e2));
    }
}
