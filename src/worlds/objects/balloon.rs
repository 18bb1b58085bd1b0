//! A hot-air balloon: gores in two colours, a basket, a flame at night.

use super::{Kind, Stands, painted};
use crate::worlds::{
    colour::Colour,
    pen::Pen,
    shapes::{Block, Bounds, Capsule, Ellipse, Stroke},
    stage::{Figure, Look},
};

pub(super) const BALLOON: Kind = Kind {
    name: "balloon",
    figure: Figure {
        draw,
        reach: Bounds(-0.39, -0.01, 0.39, 1.01),
    },
    stands: Stands::Air,
    homes: &["meadow", "desert", "lake"],
    size: [0.36, 0.58],
    coat: painted,
    moves: true,
};

const CREAM: Colour = Colour::hex(0xf8_efdc);
const WICKER: Colour = Colour::hex(0x9a_6b3f);

fn draw(pen: &mut Pen, look: &Look) {
    for x in [-0.05, 0.05] {
        pen.fill(Stroke(&[[x, 0.1], [x * 1.7, 0.22]], 0.003), WICKER.shade(-0.4));
    }
    let envelope = Capsule([0.0, 0.62], [0.0, 0.27], 0.37, 0.085);
    let cut = Bounds(-0.5, 0.205, 0.5, 1.1);
    let pattern = (look.vary(1) * 3.0) as i32;
    let second = if look.vary(2) < 0.6 { CREAM } else { look.colour.shade(0.45) };
    let px = pen.px();
    let body = crate::worlds::shapes::Both(envelope, Block(cut, 0.0));
    pen.pattern(body, 0.30, |x, y| {
        // Half the width of the envelope at this height, and the angle of the gore that shows at x.
        let t = ((0.62 - y) / 0.35).clamp(0.0, 1.0);
        let over = (y - 0.62).max(0.0);
        let wide = if over > 0.0 {
            (0.37f32 * 0.37 - over * over).max(1e-4).sqrt()
        } else {
            0.37 - 0.285 * t
        };
        let s = (x / wide).clamp(-1.0, 1.0);
        let gore = libm::asinf(s) * (8.0 / std::f32::consts::PI);
        let edge = (px / wide * 4.0 / (1.02 - s * s).sqrt()).min(1.0);
        let wave = libm::sinf(gore * std::f32::consts::PI) / (std::f32::consts::PI * edge);
        let stripe = (0.5 + wave).clamp(0.0, 1.0);
        let band = |from: f32, to: f32| ((y - from) / px + 0.5).clamp(0.0, 1.0) * ((to - y) / px + 0.5).clamp(0.0, 1.0);
        match pattern {
            0 => look.colour.mix(second, stripe),
            1 => look
                .colour
                .mix(second, (band(0.50, 0.58) + band(0.66, 0.74)).min(1.0))
                .mix(look.colour.shade(-0.25), 0.25 * stripe),
            _ => look
                .colour
                .mix(second, stripe * band(0.43, 0.80))
                .mix(look.colour.shade(-0.3), band(0.0, 0.30)),
        }
    });
    pen.fill(Ellipse([0.0, 0.212], 0.082, 0.014), look.colour.shade(-0.55));
    let night = pen.light.night;
    if night > 0.0 {
        pen.glow(Ellipse([0.0, 0.175], 0.016, 0.032), Colour::hex(0xff_e3a0), 0.9 * night);
        pen.glow(Capsule([0.0, 0.60], [0.0, 0.27], 0.30, 0.06), Colour::hex(0xff_b860), 0.22 * night);
    }
    pen.solid(Block(Bounds(-0.065, 0.0, 0.065, 0.10), 0.018), 0.04, WICKER);
    pen.fill(Block(Bounds(-0.072, 0.085, 0.072, 0.105), 0.009), WICKER.shade(-0.25));
}
