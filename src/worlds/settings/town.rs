//! A street in a town: roofs far off, a row of houses with windows, a pavement with lamps.

use crate::worlds::{
    colour::Colour,
    ground::Soil,
    noise::{floor, unit},
    objects::window,
    pen::Pen,
    props,
    ridge::Kind,
    setting::Setting,
    shapes::{Block, Bounds, Polygon},
    stage::{Figure, Look, Stage},
    trees,
};

pub(in crate::worlds) const TOWN: Setting = Setting {
    name: "town",
    place: "in a town",
    over: "over a town",
    horizon: [0.60, 0.68],
    stand: [0.86, 0.95],
    water: false,
    paint,
};

const FRONT: Figure = Figure {
    draw: front,
    reach: Bounds(-0.32, -0.02, 0.32, 1.16),
};

fn paint(stage: &mut Stage) {
    let s = stage.scene;
    let h = s.horizon;
    let ridges = [
        stage.ridge(1, Kind::Hills, [-0.06, 0.16 * (0.5 + s.hills)], 1.6, 0x6a_8c84, 0.70),
        stage.ridge(2, Kind::Roofs, [0.02, 0.24], 1.5, 0xb0_a0a0, 0.58),
        stage.ridge(3, Kind::Roofs, [0.06, 0.22], 1.1, 0xa8_8f88, 0.40),
    ];
    stage.ridges(&ridges, 0.2);
    let mut flat = stage.ridge(5, Kind::Hills, [0.115, 0.0], 1.0, 0xcf_c4b6, 0.0);
    flat.height = 1e-4;
    stage.ground(Soil::Street, &flat, 0xcf_c6ba);
    let mut x = -0.05 - 0.15 * stage.vary(2);
    let mut k = 0;
    while x < 1.05 {
        let tall = 0.30 + 0.12 * stage.thing(800 + k, 1);
        let wide = 0.50 * tall;
        let gap = if stage.thing(800 + k, 2) < 0.22 { 0.12 } else { 0.0 };
        let colour = facade(stage.thing(800 + k, 3));
        let seed = super::super::noise::hash(k, 9, s.seeds.things);
        stage.put(FRONT, [x + 0.5 * wide, h + 0.125], tall, colour, seed & !1);
        if gap > 0.0 {
            stage.put(trees::TREE, [x + wide + 0.5 * gap, h + 0.13], 0.22, Colour::hex(0x5c_9048), seed);
        }
        x += wide + gap;
        k += 1;
    }
    for k in 0..4 {
        stage.put(
            props::LAMP,
            [0.06 + 0.29 * k as f32 + 0.05 * stage.vary(6), h + 0.185],
            0.26,
            Colour::hex(0x33_3a44),
            2 * k,
        );
    }
    stage.birds((stage.vary(8) * 4.0) as i32, 0x44_4a5c);
}

fn facade(u: f32) -> Colour {
    const WALLS: [u32; 7] = [0xe8_c39a, 0xd9_8f72, 0xf0_dcb4, 0xa9_bfae, 0xc9_a5a0, 0x8fa9bd, 0xe9_b86a];
    Colour::hex(WALLS[floor(u * 7.0).clamp(0, 6) as usize])
}

/// A narrow house front: shop or door below, two storeys of windows, a gable or a cornice.
fn front(pen: &mut Pen, look: &Look) {
    let roof = Colour::hex(0x9c_5343).mix(Colour::hex(0x5f_6672), look.vary(1));
    let stepped = look.vary(2);
    if stepped < 0.5 {
        pen.solid(Polygon(&[[-0.27, 0.86], [0.27, 0.86], [0.0, 1.13]], 0.005), 0.05, roof);
    } else {
        let mansard = [[-0.255, 0.86], [0.255, 0.86], [0.20, 1.02], [-0.20, 1.02]];
        pen.solid(Polygon(&mansard, 0.004), 0.05, roof);
    }
    pen.pattern(Block(Bounds(-0.251, 0.0, 0.251, 0.88), 0.0), 0.0, |_, _| look.colour);
    pen.fill(Block(Bounds(-0.262, 0.86, 0.262, 0.895), 0.004), look.colour.shade(0.35));
    pen.fill(Block(Bounds(-0.251, 0.335, 0.251, 0.352), 0.0), look.colour.shade(0.25));
    for (row, y) in [0.46, 0.71].into_iter().enumerate() {
        for (column, x) in [-0.155, 0.0, 0.155].into_iter().enumerate() {
            window(pen, [x, y], 0.043, (row * 3 + column) as i32, look);
        }
    }
    if stepped < 0.5 {
        window(pen, [0.0, 0.955], 0.030, 8, look);
    }
    ground_floor(pen, look);
}

fn ground_floor(pen: &mut Pen, look: &Look) {
    let night = pen.light.night;
    let wood = Colour::hex(0x55_6f66).mix(Colour::hex(0x7a_4638), look.vary(4));
    pen.solid(Block(Bounds(0.075, 0.0, 0.185, 0.255), 0.008), 0.03, wood);
    if look.vary(3) < 0.5 {
        let pane = Block(Bounds(-0.20, 0.075, 0.03, 0.24), 0.006);
        let glass = pen.light.middle.mix(Colour::hex(0x2c_3a52), 0.5);
        pen.glow(pane, glass, 1.0);
        pen.glow(pane, Colour::hex(0xff_d588), 0.9 * night);
        let stripe = super::super::objects::painted(unit(5, 5, look.seed)).0;
        let px = pen.px();
        pen.pattern(
            Polygon(&[[-0.225, 0.225], [0.055, 0.225], [0.03, 0.30], [-0.20, 0.30]], 0.0),
            0.0,
            |x, _| {
                let d = 0.25 - (super::super::noise::fract(x * 14.0) - 0.5).abs();
                stripe.mix(Colour::hex(0xfb_f3e4), (0.5 + d / (px * 14.0)).clamp(0.0, 1.0))
            },
        );
    } else {
        window(pen, [-0.125, 0.165], 0.050, 11, look);
    }
    pen.fill(
        Block(Bounds(unit(1, 1, look.seed) * 0.0 - 0.251, 0.0, 0.251, 0.02), 0.0),
        look.colour.shade(-0.3),
    );
}
