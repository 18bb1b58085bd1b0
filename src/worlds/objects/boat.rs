//! A sailing boat.

use super::{Kind, Stands, painted};
use crate::worlds::{
    colour::Colour,
    pen::Pen,
    shapes::{Block, Both, Bounds, Polygon, Stroke, curve},
    stage::{Figure, Look},
};

pub(in crate::worlds) const BOAT: Kind = Kind {
    name: "boat",
    figure: Figure {
        draw,
        reach: Bounds(-0.50, -0.08, 0.52, 1.04),
    },
    stands: Stands::Water,
    homes: &["sea", "lake"],
    size: [0.34, 0.54],
    coat: painted,
    moves: true,
};

const CANVAS: Colour = Colour::hex(0xfb_f3e3);
const WOOD: Colour = Colour::hex(0x8a_5a36);

fn draw(pen: &mut Pen, look: &Look) {
    let rock = 0.03 * libm::sinf(std::f32::consts::TAU * look.phase * 0.4 + look.vary(3) * 6.0);
    let mut pen = pen.at(0.0, 0.0, rock, 1.0);
    let pen = &mut pen;
    pen.fill(Block(Bounds(-0.012, 0.14, 0.012, 1.0), 0.01), WOOD);
    let main = sail([-0.02, 0.97], [-0.36, 0.40], [-0.40, 0.24], [-0.02, 0.24]);
    let bands = look.vary(1) < 0.4;
    let px = pen.px();
    pen.pattern(Polygon(&main, 0.0), 0.10, |_, y| {
        let band = if bands {
            ((0.055 - (y - 0.42).abs()) / px + 0.5).clamp(0.0, 1.0)
        } else {
            0.0
        };
        CANVAS.mix(look.colour, band)
    });
    let jib = sail([0.02, 0.86], [0.26, 0.50], [0.40, 0.25], [0.03, 0.27]);
    let second = if look.vary(2) < 0.5 {
        look.colour
    } else {
        CANVAS.mix(look.colour, 0.25)
    };
    pen.solid(Polygon(&jib, 0.0), 0.08, second);
    pen.fill(Polygon(&[[0.012, 1.0], [0.11, 0.97], [0.012, 0.935]], 0.0), look.colour);
    let keel = curve([-0.40, 0.15], [-0.34, -0.06], [0.08, -0.03]);
    let bow = curve([0.08, -0.03], [0.34, 0.0], [0.46, 0.19]);
    let mut hull = [[0.0; 2]; 18];
    hull[..9].copy_from_slice(&keel);
    hull[9..].copy_from_slice(&bow);
    let hull = Polygon(&hull, 0.004);
    pen.solid(hull, 0.12, look.colour);
    pen.fill(Both(hull, Block(Bounds(-0.5, -0.06, 0.5, 0.025), 0.0)), look.colour.shade(-0.45));
    pen.fill(Stroke(&[[-0.40, 0.148], [0.46, 0.188]], 0.013), CANVAS);
}

/// A sail from the masthead over its belly to the clew, and back along the boom.
fn sail(head: [f32; 2], belly: [f32; 2], clew: [f32; 2], tack: [f32; 2]) -> [[f32; 2]; 10] {
    let leech = curve(head, belly, clew);
    std::array::from_fn(|i| if i < 9 { leech[i] } else { tack })
}
