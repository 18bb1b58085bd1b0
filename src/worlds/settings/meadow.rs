//! A meadow among fields and wooded hills.

use crate::worlds::{ground::Soil, plants, props, ridge::Kind, setting::Setting, stage::Stage, trees};

pub(in crate::worlds) const MEADOW: Setting = Setting {
    name: "meadow",
    place: "on a meadow",
    over: "over the meadows",
    horizon: [0.50, 0.60],
    stand: [0.74, 0.92],
    water: false,
    paint,
};

fn paint(stage: &mut Stage) {
    let s = stage.scene;
    let (h, tall) = (s.horizon, 0.6 + 0.8 * s.hills);
    let ridges = [
        stage.ridge(1, Kind::Crags(0.12), [0.02, 0.20 * tall], 3.2, 0x5f_7f8f, 0.78),
        stage.ridge(2, Kind::Hills, [0.03, 0.13 * tall], 2.3, 0x5b_8560, 0.58),
        stage.ridge(3, Kind::Grove, [0.05, 0.085], 4.0, 0x4c_7c4c, 0.42),
        stage.ridge(4, Kind::Fields, [0.12, 0.12 * tall], 1.7, 0x86_ab52, 0.24),
    ];
    stage.ridges(&ridges, 0.24);
    let edge = stage.ridge(5, Kind::Hills, [0.155, 0.05], 1.3, 0x79_a64c, 0.1);
    stage.ground(Soil::Grass, &edge, 0x7d_ab4e);
    stage.scatter(trees::TREE, 4, [h + 0.13, h + 0.22], [0.22, 0.30], [0x4f_8a45, 0x86_9c3e], 1);
    stage.scatter(
        trees::POPLAR,
        (stage.vary(3) * 5.0) as i32,
        [h + 0.10, h + 0.15],
        [0.26, 0.34],
        [0x46_7a45, 0x5d_8f4a],
        2,
    );
    if stage.vary(4) < 0.6 {
        let y = h + 0.15 + 0.05 * stage.vary(5);
        for k in 0..4 {
            let size = 0.052;
            stage.put(
                props::FENCE,
                [0.14 + 0.30 * k as f32 - 0.1 * stage.vary(6), y],
                size,
                crate::worlds::colour::Colour::hex(0xe9_dfcb),
                2 * k,
            );
        }
    }
    stage.scatter(plants::BUSH, 4, [h + 0.2, 0.97], [0.05, 0.075], [0x4c_8442, 0x72_9a48], 3);
    stage.scatter(plants::TUFT, 26, [h + 0.24, 1.03], [0.030, 0.050], [0x5c_9040, 0x9c_bf5c], 4);
    let petals = [0xf4_f0e4, 0xe9_6a58, 0xf2_c04a, 0xb0_7cc4][(stage.vary(7) * 4.0) as usize % 4];
    stage.scatter(plants::FLOWERS, 9, [h + 0.28, 1.02], [0.030, 0.046], [petals, 0xf6_efe0], 5);
    stage.birds((stage.vary(8) * 5.0) as i32, 0x3d_4252);
}
