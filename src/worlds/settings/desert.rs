//! A desert: mesas, dunes, cacti.

use crate::worlds::{ground::Soil, plants, props, ridge::Kind, setting::Setting, stage::Stage, trees};

pub(in crate::worlds) const DESERT: Setting = Setting {
    name: "desert",
    place: "in the desert",
    over: "over the desert",
    horizon: [0.50, 0.60],
    stand: [0.76, 0.92],
    water: false,
    paint,
};

fn paint(stage: &mut Stage) {
    let s = stage.scene;
    let (h, tall) = (s.horizon, 0.6 + 0.8 * s.hills);
    let ridges = [
        stage.ridge(1, Kind::Mesas, [0.02, 0.17 * tall], 2.4, 0xc0_7658, 0.66),
        stage.ridge(2, Kind::Mesas, [0.03, 0.13 * tall], 1.6, 0xc4_6b45, 0.42),
        stage.ridge(3, Kind::Dunes, [0.08, 0.11 * tall], 2.2, 0xe3_a962, 0.34),
        stage.ridge(4, Kind::Dunes, [0.15, 0.15 * tall], 1.3, 0xe8_b069, 0.16),
    ];
    stage.ridges(&ridges, 0.27);
    let edge = stage.ridge(5, Kind::Hills, [0.20, 0.07], 1.2, 0xea_b872, 0.1);
    stage.ground(Soil::Sand, &edge, 0xea_b872);
    stage.scatter(plants::CACTUS, 4, [h + 0.16, 0.98], [0.20, 0.32], [0x4f_8f5c, 0x74_9a5a], 1);
    stage.scatter(props::ROCK, 5, [h + 0.18, 1.0], [0.025, 0.060], [0xb0_6a4c, 0xcf_8d63], 2);
    stage.scatter(plants::TUFT, 9, [h + 0.22, 1.03], [0.028, 0.045], [0xa8_9a52, 0xc9_b468], 3);
    if stage.vary(3) < 0.3 {
        stage.scatter(trees::PALM, 2, [h + 0.14, h + 0.2], [0.40, 0.5], [0x4f_8f50, 0x6f_9a4a], 4);
    }
    stage.birds((stage.vary(8) * 3.0) as i32, 0x4a_3a3c);
}
