//! A mountain lake: the far shore upside down, reeds and a jetty on this side.

use crate::worlds::{colour::Colour, ground::Soil, plants, props, ridge::Kind, setting::Setting, stage::Stage, water::Water};

pub(in crate::worlds) const LAKE: Setting = Setting {
    name: "lake",
    place: "on a lake",
    over: "over a lake",
    horizon: [0.50, 0.58],
    stand: [0.70, 0.84],
    water: true,
    paint,
};

fn paint(stage: &mut Stage) {
    let s = stage.scene;
    let (h, tall) = (s.horizon, 0.6 + 0.8 * s.hills);
    let ridges = [
        stage.ridge(1, Kind::Crags(0.45), [0.0, 0.32 * tall], 2.2, 0x6a_7f98, 0.56),
        stage.ridge(2, Kind::Hills, [0.004, 0.14 * tall], 1.8, 0x4f_7a62, 0.42),
        stage.ridge(3, Kind::Pines, [0.006, 0.11], 3.4, 0x2f_6152, 0.24),
    ];
    stage.ridges(&ridges, 0.0);
    stage.flyers_for_mirror();
    let water = Water {
        horizon: h,
        bottom: 1.0,
        deep: Colour::hex(0x2a_6f88),
        rough: 0.12 + 0.25 * s.clouds,
        phase: s.time * 0.2,
        seed: stage.seed(4),
    };
    water.paint(&mut stage.canvas, &stage.light);
    stage.water = Some(water);
    let edge = stage.ridge(5, Kind::Hills, [0.98 - h, 0.10], 1.4, 0x79_a64c, 0.0);
    stage.ground(Soil::Grass, &edge, 0x6c_9c4c);
    stage.scatter(plants::REED, 9, [0.93, 1.02], [0.16, 0.24], [0x7a_9a4c, 0xa8_a85a], 1);
    stage.scatter(plants::TUFT, 12, [0.94, 1.03], [0.05, 0.08], [0x5c_9040, 0x9c_bf5c], 2);
    stage.scatter(props::ROCK, 3, [0.90, 0.98], [0.03, 0.06], [0x7f_8388, 0x9a_9a98], 3);
    stage.birds((stage.vary(8) * 4.0) as i32, 0x44_4a5c);
}
