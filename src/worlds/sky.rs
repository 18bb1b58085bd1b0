//! Sky: a gradient for each row, the glow round the sun or moon, its disc, stars.

use super::{
    canvas::Canvas,
    colour::Colour,
    noise::{smooth, unit},
    palette::Light,
};

/// Radius of sun and moon.
const DISC: f32 = 0.042;

/// Steps of the gradient, between which it runs straight.
const STOPS: usize = 20;

/// Paints the whole picture with sky; below `horizon` it goes on in the colour of the horizon.
pub(super) fn paint(canvas: &mut Canvas, light: &Light, horizon: f32, seed: u32) {
    let size = canvas.size;
    let glow = light.disc.mix(light.horizon, 0.35);
    let strength = if light.moon { 0.30 } else { 0.62 };
    // Low suns light the horizon itself more than the height above it.
    let flat = 1.0 + 1.2 * (1.0 - light.height) * (1.0 - light.height);
    let gradient: Vec<Colour> = (0..=STOPS).map(|k| at_height(light, k as f32 / STOPS as f32)).collect();
    for j in 0..size {
        let y = canvas.centre(j);
        let t = (y / horizon).min(1.0) * STOPS as f32;
        let k = (t as usize).min(STOPS - 1);
        let base = gradient[k].mix(gradient[k + 1], t - k as f32);
        let dy = (y - light.sun[1]) * flat;
        for i in 0..size {
            let dx = canvas.centre(i) - light.sun[0];
            let r2 = dx * dx + dy * dy;
            let halo = strength * (0.62 / (1.0 + r2 * 26.0) + 0.38 / (1.0 + r2 * 240.0)) - 0.03;
            canvas.pixels[j * size + i] = base.mix(glow, halo.max(0.0));
        }
    }
    if light.night > 0.05 {
        stars(canvas, light, horizon, seed);
    }
    disc(canvas, light, seed);
}

/// The sky's own colour from the top of the picture (0) to the horizon (1).
fn at_height(light: &Light, t: f32) -> Colour {
    if t < 0.55 {
        light.zenith.blend(light.middle, smooth(0.0, 1.0, t / 0.55) * 0.5 + t / 0.55 * 0.5)
    } else {
        light.middle.blend(light.horizon, (t - 0.55) / 0.45)
    }
}

fn disc(canvas: &mut Canvas, light: &Light, seed: u32) {
    let [sx, sy] = light.sun;
    let px = canvas.px;
    let phase = 0.25 + 0.9 * unit(1, 2, seed);
    let dark = light.zenith.mix(light.middle, 0.5);
    let colour = light.disc;
    let moon = light.moon;
    canvas.fill([sx - DISC, sy - DISC, sx + DISC, sy + DISC], |x, y| {
        let (dx, dy) = ((x - sx) / DISC, (y - sy) / DISC);
        let r = (dx * dx + dy * dy).sqrt();
        let cover = (0.5 + (1.0 - r) * DISC / px).clamp(0.0, 1.0);
        if !moon {
            return (colour, cover);
        }
        // The shadow on the moon is a second disc pushed aside by the phase.
        let (ex, ey) = (dx - 1.55 * phase, dy + 0.3 * phase);
        let shadow = (0.5 + (0.96 - (ex * ex + ey * ey).sqrt()) * DISC / px).clamp(0.0, 1.0);
        let sea = smooth(0.38, 0.22, ((dx + 0.25) * (dx + 0.25) + (dy - 0.2) * (dy - 0.2)).sqrt());
        let face = colour.mix(dark, 0.16 * sea);
        (face, cover * (1.0 - 0.9 * shadow))
    });
}

fn stars(canvas: &mut Canvas, light: &Light, horizon: f32, seed: u32) {
    let px = canvas.px;
    for k in 0..90 {
        let (x, y) = (unit(k, 11, seed), unit(k, 12, seed) * horizon * 0.98);
        let bright = unit(k, 13, seed);
        let radius = 0.0011 + 0.0024 * bright * bright * bright;
        let fade = light.night * (0.35 + 0.65 * bright) * (1.0 - y / horizon).min(0.35) / 0.35;
        let wide = radius.max(0.6 * px);
        let dim = (radius / wide) * (radius / wide);
        let colour = Colour::hex(0xff_f6e0).mix(Colour::hex(0xcf_deff), unit(k, 14, seed));
        canvas.fill([x - wide, y - wide, x + wide, y + wide], |u, v| {
            let r = ((u - x) * (u - x) + (v - y) * (v - y)).sqrt();
            (colour, fade * dim * (1.0 - r / (1.6 * wide)).clamp(0.0, 1.0) * 1.4)
        });
    }
}
