//! Snow: white peaks, a frosted forest, drifts in blue shade.

use crate::worlds::{colour::Colour, ground::Soil, objects, plants, props, ridge::Kind, setting::Setting, stage::Stage, trees};

pub(in crate::worlds) const SNOW: Setting = Setting {
    name: "snow",
    place: "in the snow",
    over: "over snowy hills",
    horizon: [0.50, 0.60],
    stand: [0.75, 0.92],
    water: false,
    paint,
};

fn paint(stage: &mut Stage) {
    let s = stage.scene;
    let (h, tall) = (s.horizon, 0.6 + 0.8 * s.hills);
    let ridges = [
        stage.ridge(1, Kind::Crags(0.62), [0.02, 0.30 * tall], 2.4, 0x6d_7f9c, 0.50),
        stage.ridge(2, Kind::Pines, [0.05, 0.10], 3.2, 0x5d_8090, 0.46),
        stage.ridge(3, Kind::Hills, [0.10, 0.10 * tall], 1.8, 0xe6_eef8, 0.30),
        stage.ridge(4, Kind::Pines, [0.12, 0.085], 2.4, 0x3f_6670, 0.26),
    ];
    stage.ridges(&ridges, 0.22);
    let edge = stage.ridge(5, Kind::Hills, [0.17, 0.07], 1.3, 0xf2_f6fc, 0.1);
    stage.ground(Soil::Snow, &edge, 0xf1_f5fb);
    if stage.vary(3) < 0.5 {
        let [x, y] = stage.spot(900, [h + 0.13, h + 0.17], 0.07);
        stage.put(
            objects::HOUSE.figure,
            [x, y],
            0.10,
            Colour::hex(0xb0_5a44),
            4 + 2 * (stage.vary(4) * 50.0) as u32,
        );
    }
    stage.scatter(trees::SNOWY_FIR, 8, [h + 0.13, h + 0.26], [0.30, 0.46], [0x3a_6a5c, 0x4c_7a6a], 1);
    stage.scatter(trees::SNOWY_FIR, 2, [h + 0.28, 0.96], [0.44, 0.56], [0x3a_6a5c, 0x4c_7a6a], 2);
    if stage.vary(5) < 0.5 {
        let y = h + 0.18 + 0.06 * stage.vary(6);
        for k in 0..4 {
            stage.put(props::FENCE, [0.10 + 0.33 * k as f32, y], 0.056, Colour::hex(0x8a_6a58), 2 * k);
        }
    }
    stage.scatter(props::ROCK, 2, [h + 0.25, 1.0], [0.03, 0.05], [0x8e_98a8, 0xaa_b2be], 3);
    stage.scatter(plants::TUFT, 6, [h + 0.28, 1.03], [0.025, 0.04], [0xa8_9c78, 0xc4_b890], 4);
}
