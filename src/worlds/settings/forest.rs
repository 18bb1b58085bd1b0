//! A clearing in a forest: one row of trees behind the other in the mist, trunks close by.

use crate::worlds::{ground::Soil, plants, props, ridge::Kind, setting::Setting, stage::Stage, trees};

pub(in crate::worlds) const FOREST: Setting = Setting {
    name: "forest",
    place: "in a forest",
    over: "over a forest",
    horizon: [0.54, 0.62],
    stand: [0.78, 0.93],
    water: false,
    paint,
};

fn paint(stage: &mut Stage) {
    let s = stage.scene;
    let (h, tall) = (s.horizon, 0.7 + 0.6 * s.hills);
    let ridges = [
        stage.ridge(1, Kind::Crags(0.0), [0.0, 0.24 * tall], 2.2, 0x5a_7f84, 0.80),
        stage.ridge(2, Kind::Pines, [0.02, 0.30 * tall], 2.6, 0x44_7468, 0.66),
        stage.ridge(3, Kind::Pines, [0.06, 0.28 * tall], 2.0, 0x35_6656, 0.46),
        stage.ridge(4, Kind::Pines, [0.12, 0.26 * tall], 1.4, 0x2b_5a48, 0.24),
    ];
    stage.ridges(&ridges, 0.26);
    let edge = stage.ridge(5, Kind::Hills, [0.17, 0.05], 1.6, 0x5f_8a48, 0.1);
    stage.ground(Soil::Grass, &edge, 0x5f_8647);
    stage.scatter(trees::FIR, 9, [h + 0.14, h + 0.25], [0.42, 0.62], [0x2f_6a4a, 0x4a_7f4c], 1);
    stage.scatter(trees::BIRCH, 3, [h + 0.2, 0.90], [0.46, 0.62], [0x86_a64a, 0xc9_a94a], 2);
    let bark = [0x6b_4c3a, 0x7a_5a44];
    stage.scatter(trees::TRUNK, 2 + (stage.vary(3) * 2.0) as i32, [0.90, 1.0], [1.0, 1.25], bark, 3);
    stage.scatter(plants::BUSH, 5, [h + 0.22, 0.99], [0.045, 0.075], [0x3f_7a44, 0x6a_9444], 4);
    stage.scatter(plants::TUFT, 18, [h + 0.26, 1.03], [0.035, 0.060], [0x4c_8440, 0x86_ac50], 5);
    stage.scatter(props::MUSHROOM, 4, [h + 0.30, 1.0], [0.030, 0.045], [0xcf_4638, 0xb8_6a3c], 6);
}
