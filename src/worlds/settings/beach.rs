//! A beach: the sea beyond, foam, sand, palms and parasols.

use crate::worlds::{
    colour::Colour,
    ground::Soil,
    noise::{plane, smooth},
    objects, plants, props,
    ridge::Kind,
    setting::Setting,
    stage::{On, Stage},
    trees,
    water::Water,
};

pub(in crate::worlds) const BEACH: Setting = Setting {
    name: "beach",
    place: "on a beach",
    over: "over a beach",
    horizon: [0.44, 0.54],
    stand: [0.80, 0.94],
    water: false,
    paint,
};

fn paint(stage: &mut Stage) {
    let s = stage.scene;
    let h = s.horizon;
    let cape = stage.ridge(1, Kind::Hills, [0.004, 0.11 * (0.4 + s.hills)], 1.2, 0x5f_8272, 0.62);
    let cape2 = stage.ridge(2, Kind::Grove, [0.004, 0.05 * (0.3 + s.hills)], 2.6, 0x4f_7a5c, 0.45);
    stage.ridges(&[cape, cape2], 0.0);
    stage.flyers_for_mirror();
    let water = Water {
        horizon: h,
        bottom: h + 0.34,
        deep: Colour::hex(0x25_8fa0),
        rough: 0.45 + 0.4 * s.clouds,
        phase: s.time * 0.3,
        seed: stage.seed(3),
    };
    water.paint(&mut stage.canvas, &stage.light);
    stage.water = Some(water);
    let edge = stage.ridge(5, Kind::Hills, [0.24, 0.09], 1.1, 0xe9_cf9d, 0.1);
    foam(stage, &edge.tops(stage.canvas.size));
    stage.ground(Soil::Sand, &edge, 0xec_d3a2);
    wet(stage, &edge.tops(stage.canvas.size));
    for k in 0..(stage.vary(6) * 3.0) as i32 {
        let colour = objects::painted(stage.thing(700 + k, 1)).0;
        stage.put(
            objects::BOAT.figure,
            [stage.thing(700 + k, 2), h + 0.012 + 0.06 * stage.thing(700 + k, 3)],
            0.06 + 0.04 * stage.thing(700 + k, 4),
            colour,
            k as u32,
        );
        if let Some(sail) = stage.items.last_mut() {
            sail.on = On::Water;
        }
    }
    stage.scatter(trees::PALM, 3, [h + 0.30, 0.97], [0.42, 0.60], [0x3f_8f58, 0x6f_a14a], 1);
    let cloth = [0xe0_5c4a, 0x3f_86b0, 0xf0_b040][(stage.vary(7) * 3.0) as usize % 3];
    stage.scatter(
        props::PARASOL,
        1 + (stage.vary(8) * 3.0) as i32,
        [h + 0.30, 0.95],
        [0.18, 0.24],
        [cloth, cloth],
        2,
    );
    stage.scatter(props::ROCK, 3, [h + 0.32, 1.0], [0.025, 0.05], [0x9b_8d80, 0xb3_a493], 3);
    stage.scatter(plants::TUFT, 7, [h + 0.33, 1.03], [0.035, 0.055], [0x8f_a45c, 0xb8_b86a], 4);
    stage.birds(1 + (stage.vary(9) * 5.0) as i32, 0xf8_f8f4);
}

/// Lines of foam before the shore, each a little behind the other.
fn foam(stage: &mut Stage, shore: &[f32]) {
    let (size, px) = (stage.canvas.size, stage.canvas.px);
    let white = stage.light.tone(Colour::hex(0xff_ffff), 0.95, 0.0);
    let (seed, time) = (stage.seed(11), stage.scene.time);
    let highest = shore.iter().copied().fold(f32::MAX, f32::min);
    let lowest = shore.iter().copied().fold(f32::MIN, f32::max);
    for j in stage.canvas.span(highest - 0.08, lowest) {
        let y = stage.canvas.centre(j);
        for (i, edge) in shore.iter().enumerate() {
            let x = stage.canvas.centre(i);
            let before = edge - y;
            if !(-px..0.08).contains(&before) {
                continue;
            }
            let mut a = 0.0f32;
            for (k, at) in [0.006, 0.030, 0.058].into_iter().enumerate() {
                let k = k as f32;
                let line = at + 0.008 * plane(x * 7.0 + 5.0 * k + time, k, seed) + 0.004 * plane(x * 22.0, k, seed);
                let half = (0.0065 - 0.0017 * k).max(0.001);
                let d = (before - line).abs();
                let cover = ((half - d) / px + 0.5).clamp(0.0, 1.0) * (2.0 * half / px).min(1.0);
                let lace = if k > 0.0 {
                    smooth(-0.5, 0.2, plane(x * 9.0, 3.0 * k, seed ^ 1))
                } else {
                    1.0
                };
                a = a.max(cover * (0.9 - 0.25 * k) * lace);
            }
            let shallow = smooth(0.075, 0.0, before) * 0.35;
            let p = &mut stage.canvas.pixels[j * size + i];
            let sand = stage.light.tone(Colour::hex(0xb9_d8b8), 0.8, 0.0);
            *p = p.mix(sand, shallow).mix(white, a);
        }
    }
}

/// Sand darkened by the last wave.
fn wet(stage: &mut Stage, shore: &[f32]) {
    let size = stage.canvas.size;
    let seed = stage.seed(12);
    let highest = shore.iter().copied().fold(f32::MAX, f32::min);
    let lowest = shore.iter().copied().fold(f32::MIN, f32::max);
    let sky = stage.light.horizon;
    for j in stage.canvas.span(highest, lowest + 0.07) {
        let y = stage.canvas.centre(j);
        for (i, edge) in shore.iter().enumerate() {
            let after = y - edge;
            if after < 0.0 {
                continue;
            }
            let reach = 0.034 + 0.014 * plane(stage.canvas.centre(i) * 5.0, 0.0, seed);
            let a = smooth(reach, reach - 0.012, after);
            let p = &mut stage.canvas.pixels[j * size + i];
            *p = p.mix((*p * 0.80).mix(sky, 0.22), a * 0.8);
        }
    }
}
