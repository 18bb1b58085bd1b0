//! Clouds: heaps of puffs with a flat foot, lit from above and from the sun's side; thin streaks high up.

use super::{
    canvas::Canvas,
    colour::Colour,
    noise::{Row, plane, resolved, smooth, unit},
    palette::Light,
};

/// Paints clouds: `cover` 0..1 is how many, `drift` moves them to the right.
pub(super) fn paint(canvas: &mut Canvas, light: &Light, horizon: f32, cover: f32, drift: f32, seed: u32) {
    streaks(canvas, light, horizon, cover, drift, seed ^ 0x51);
    let count = (cover * 8.0 + 0.35) as i32;
    for k in 0..count {
        // Far ones first: low, small and pale.
        let near = (k as f32 + 0.5) / count as f32;
        let y = horizon * (0.80 - 0.60 * near + 0.10 * (unit(k, 1, seed) - 0.5));
        let across = unit(k, 2, seed) + drift * (0.3 + 0.7 * near);
        let x = 1.5 * (across - across as i32 as f32) - 0.25;
        let width = 0.10 + 0.16 * near + 0.10 * unit(k, 3, seed);
        heap(canvas, light, [x, y], width, near, seed.wrapping_add(k as u32 * 977));
    }
}

/// One heap of puffs, `width` from its middle to its end.
fn heap(canvas: &mut Canvas, light: &Light, [cx, cy]: [f32; 2], width: f32, near: f32, seed: u32) {
    const PUFFS: usize = 7;
    let puffs: [[f32; 3]; PUFFS] = std::array::from_fn(|k| {
        let s = (k as f32 + 0.5) / PUFFS as f32 * 2.0 - 1.0;
        let tall = (1.0 - s * s) * (0.55 + 0.45 * unit(k as i32, 4, seed));
        let r = width * (0.16 + 0.22 * tall);
        [s * width * 0.86, -r * (0.35 + 0.55 * tall) + 0.02 * width, r]
    });
    let top = puffs.iter().map(|p| p[1] - p[2]).fold(0.0, f32::min);
    let px = canvas.px;
    let soft = (0.010 * width / 0.2).max(px);
    let k = 0.10 * width;
    let bright = light
        .disc
        .mix(light.tone(Colour::hex(0xff_ffff), 1.0, 0.0), if light.moon { 0.9 } else { 0.6 });
    let lit = bright.mix(light.horizon, 0.30 * (1.0 - near));
    let low = light
        .middle
        .mix(light.tone(Colour::hex(0xe6_e9f2), 0.35, 0.0), 0.45)
        .mix(light.horizon, 0.45 * (1.0 - near) + 0.1);
    let [lx, ly] = light.direction;
    let opacity = 0.72 + 0.24 * near - 0.25 * light.night;
    let ripple = resolved(px * 60.0) * 0.010;
    let foot = 0.05 * width;
    canvas.fill([cx - 1.1 * width, cy + 1.06 * top, cx + 1.1 * width, cy + foot + soft], |x, y| {
        let (dx, dy) = (x - cx, y - cy);
        let (mut d, mut shade, mut weight) = (1.0f32, 0.0, 1e-6);
        for [px, py, r] in puffs {
            let (ux, uy) = (dx - px, dy - py);
            let square = ux * ux + uy * uy;
            if square > 3.24 * r * r {
                continue;
            }
            let e = square.sqrt() - r;
            let h = (1.0 - (d - e).abs() / k).max(0.0);
            d = d.min(e) - 0.25 * k * h * h;
            // Each puff is a ball: its side towards the light is bright. Near balls count most.
            let w = (1.0 - e / (0.8 * r)).max(0.0);
            let w = w * w * w;
            shade += w * (0.5 + 0.5 * (ux * lx - uy * ly) / r);
            weight += w;
        }
        if d > 2.0 * soft {
            return (lit, 0.0);
        }
        if ripple > 0.0 {
            d += ripple * plane(x * 60.0, y * 60.0, seed);
        }
        let d = d.max(dy - foot);
        let cover = smooth(soft, -soft, d) * smooth(foot + soft, -1.5 * foot, dy);
        let up = (dy / top).clamp(0.0, 1.0);
        let t = (0.15 + 0.55 * up + 0.55 * (shade / weight - 0.4)).clamp(0.0, 1.0);
        (low.mix(lit, t), cover * opacity)
    });
}

/// Thin streaks of ice high up, drawn out by the wind.
fn streaks(canvas: &mut Canvas, light: &Light, horizon: f32, cover: f32, drift: f32, seed: u32) {
    let strength = (0.10 + 0.30 * cover) * (1.0 - 0.55 * light.night);
    let colour = light.tone(Colour::hex(0xff_ffff), 0.95, 0.25).mix(light.disc, 0.25);
    let bottom = 0.72 * horizon;
    let fine = 0.6 * resolved(canvas.px * 34.0);
    let (size, px) = (canvas.size, canvas.px);
    let (mut body, mut thread) = (Row::default(), Row::default());
    for j in canvas.span(0.0, bottom) {
        let y = canvas.centre(j);
        let v = (y / bottom).min(1.0);
        let lean = 0.9 * y - drift;
        body.set(2.1 * lean, 2.1 * (lean + 1.0), y * 9.0, seed);
        thread.set(5.0 * lean, 5.0 * (lean + 1.0), y * 34.0, seed ^ 7);
        let strength = 2.0 * strength * (1.0 - v) * (0.3 + 0.7 * v);
        for (i, p) in canvas.pixels[j * size..(j + 1) * size].iter_mut().enumerate() {
            let x = (i as f32 + 0.5) * px + lean;
            let b = body.at(2.1 * x);
            if b > -0.1 {
                *p = p.mix(colour, strength * smooth(-0.1, 0.9, b) * (1.0 + fine * thread.at(5.0 * x)));
            }
        }
    }
}
