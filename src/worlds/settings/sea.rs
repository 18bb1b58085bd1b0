//! The open sea: waves up to the horizon, islands, sails far off.

use crate::worlds::{
    colour::Colour,
    objects, props,
    ridge::Kind,
    setting::Setting,
    stage::{On, Stage},
    water::Water,
};

pub(in crate::worlds) const SEA: Setting = Setting {
    name: "sea",
    place: "at sea",
    over: "over the sea",
    horizon: [0.48, 0.60],
    stand: [0.74, 0.88],
    water: true,
    paint,
};

fn paint(stage: &mut Stage) {
    let s = stage.scene;
    let h = s.horizon;
    if s.hills > 0.25 {
        let far = stage.ridge(1, Kind::Mesas, [0.012, 0.10 * s.hills], 1.3, 0x6a_8494, 0.66);
        let near = stage.ridge(2, Kind::Hills, [0.034, 0.09 * s.hills], 1.1, 0x55_7a70, 0.5);
        stage.ridges(&[far, near], 0.0);
    }
    stage.flyers_for_mirror();
    let water = Water {
        horizon: h,
        bottom: 1.0,
        deep: Colour::hex(0x1f_6f92),
        rough: 0.55 + 0.45 * s.clouds,
        phase: s.time * 0.3,
        seed: stage.seed(3),
    };
    water.paint(&mut stage.canvas, &stage.light);
    stage.water = Some(water);
    for k in 0..1 + (stage.vary(6) * 3.0) as i32 {
        let i = 700 + k;
        let colour = objects::painted(stage.thing(i, 1)).0;
        stage.put(
            objects::BOAT.figure,
            [stage.thing(i, 2), h + 0.015 + 0.05 * stage.thing(i, 3)],
            0.05 + 0.04 * stage.thing(i, 4),
            colour,
            k as u32,
        );
        if let Some(sail) = stage.items.last_mut() {
            sail.on = On::Water;
        }
    }
    for k in 0..(stage.vary(7) * 3.0) as i32 {
        let place = stage.spot(720 + k, [h + 0.10, 0.98], 0.06);
        stage.put(
            props::ROCK,
            place,
            0.03 + 0.03 * stage.thing(720 + k, 3),
            Colour::hex(0x6a_7076),
            k as u32,
        );
        if let Some(rock) = stage.items.last_mut() {
            rock.on = On::Water;
        }
    }
    stage.birds(1 + (stage.vary(9) * 6.0) as i32, 0xf8_f8f4);
}
