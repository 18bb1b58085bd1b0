//! The ground one stands on: grass, sand, snow, a street, seen in perspective down to the picture's lower edge.

use super::{
    canvas::Canvas,
    colour::Colour,
    noise::{Row, fract, resolved, smooth},
    palette::Light,
};

/// What the ground is made of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Soil {
    Grass,
    Sand,
    Snow,
    Street,
}

/// A stretch of ground.
#[derive(Clone, Debug)]
pub(super) struct Ground<'a> {
    pub soil: Soil,
    /// `y` of its far edge in each column.
    pub tops: &'a [f32],
    pub colour: Colour,
    pub seed: u32,
}

/// Up to three noises along one row of pixels, in coordinates that run to the horizon.
#[derive(Default)]
struct Texture {
    noise: [Row; 3],
    /// `x` of the picture, less a half, to each noise's own.
    per: [f32; 3],
    strength: [f32; 3],
    /// How far the nearest ripple has run, and how much of it is resolved.
    ripple: [f32; 2],
    light: f32,
}

impl Texture {
    fn noise(&mut self, k: usize, per: f32, y: f32, strength: f32, seed: u32) {
        self.per[k] = per;
        self.strength[k] = strength;
        if strength != 0.0 {
            self.noise[k].set(-0.5 * per, 0.5 * per, y, seed ^ k as u32);
        }
    }

    fn at(&self, k: usize, x: f32) -> f32 {
        if self.strength[k] == 0.0 {
            0.0
        } else {
            self.strength[k] * self.noise[k].at((x - 0.5) * self.per[k])
        }
    }
}

impl Ground<'_> {
    /// Paints it down to the lower edge.
    pub fn paint(&self, canvas: &mut Canvas, light: &Light) {
        let (px, size) = (canvas.px, canvas.size);
        let highest = self.tops.iter().copied().fold(f32::MAX, f32::min);
        let haze = if self.soil == Soil::Street { 0.12 } else { 0.42 };
        let mut texture = Texture::default();
        for j in canvas.span(highest, 1.0) {
            let y = canvas.centre(j);
            let haze = haze * smooth(highest + 0.30, highest - 0.02, y);
            self.prepare(&mut texture, y, y - highest, px);
            for (i, (p, top)) in canvas.pixels[j * size..(j + 1) * size].iter_mut().zip(self.tops).enumerate() {
                let cover = ((y - top) / px + 0.5).clamp(0.0, 1.0);
                if cover > 0.0 {
                    let x = (i as f32 + 0.5) * px;
                    let (surface, lit) = match self.soil {
                        Soil::Grass => self.grass(&texture, x),
                        Soil::Sand => self.sand(&texture, x),
                        Soil::Snow => self.snow(&texture, x),
                        Soil::Street => self.street(&texture, x, y - top, px),
                    };
                    *p = p.mix(light.tone(surface, lit, haze), cover);
                }
            }
        }
    }

    /// Makes the noises of one row ready; `down` is its distance below the far edge.
    fn prepare(&self, t: &mut Texture, y: f32, down: f32, px: f32) {
        let s = down.max(0.0) + 0.06;
        let (near, far) = (1.0 / s, smooth(0.1, 0.6, down));
        let cycles = px * near;
        // Along the depth, lines crowd as the square of the distance.
        let seen = |per: f32| resolved(cycles * near * per);
        let seed = self.seed;
        match self.soil {
            Soil::Grass => {
                t.noise(0, 1.7 * near, 2.0 * near, 1.0, seed);
                t.noise(1, 6.0 * near, 6.0 * near, 0.10 * seen(6.0), seed);
                let blades = 0.13 * resolved(px * 150.0) * smooth(0.05, 0.30, down);
                t.noise(2, 260.0, y * 42.0, blades, seed);
                t.light = 0.74 - 0.22 * far;
            }
            Soil::Sand => {
                t.noise(0, 1.1 * near, 1.4 * near, 0.07, seed);
                t.noise(1, 2.0 * near, 2.0 * near, 1.2, seed);
                t.noise(2, 300.0, y * 300.0, 0.03 * resolved(px * 300.0), seed);
                t.ripple = [9.0 * near, 0.055 * seen(9.0)];
                t.per[1] = 2.0 * near;
                t.light = 0.84 - 0.08 * far;
            }
            Soil::Snow => {
                t.noise(0, 0.9 * near, 1.6 * near, 0.20, seed);
                t.noise(1, 2.6 * near, 4.0 * near, 0.08 * seen(4.0), seed);
                t.noise(2, 330.0, y * 330.0, resolved(px * 330.0), seed);
                t.light = 0.82 - 0.10 * far;
            }
            Soil::Street => {
                t.noise(0, 9.0, y * 26.0, 0.05, seed);
                t.noise(2, 210.0, y * 210.0, 0.05 * resolved(px * 210.0), seed);
                t.light = 1.0;
            }
        }
    }

    fn grass(&self, t: &Texture, x: f32) -> (Colour, f32) {
        let patch = t.at(0, x);
        let dry = Colour::hex(0xb9_b45a);
        let tint = self.colour.mix(dry, 0.22 * smooth(0.0, 0.9, patch));
        (tint, t.light + 0.12 * patch + t.at(1, x) + t.at(2, x))
    }

    fn sand(&self, t: &Texture, x: f32) -> (Colour, f32) {
        let [run, seen] = t.ripple;
        let ripple = if seen > 0.0 {
            let wind = run + t.at(1, x) + (x - 0.5) * t.per[1] * 0.4;
            seen * (4.0 * (fract(wind) - 0.5).abs() - 1.0)
        } else {
            0.0
        };
        (self.colour, t.light + t.at(0, x) + ripple + t.at(2, x))
    }

    fn snow(&self, t: &Texture, x: f32) -> (Colour, f32) {
        let spark = 0.25 * smooth(0.93, 1.0, t.at(2, x));
        (self.colour, t.light + t.at(0, x) + t.at(1, x) + spark)
    }

    /// A pavement of flagstones, a kerb, and a road with a broken white line; `below` the far edge.
    fn street(&self, t: &Texture, x: f32, below: f32, px: f32) -> (Colour, f32) {
        let kerb = 0.085;
        let worn = t.at(0, x);
        if below < kerb {
            let v = below / kerb;
            let joint = |u: f32, width: f32, per: f32| smooth(width, 0.0, (fract(u) - 0.5).abs() - 0.5 + width) * resolved(px * per);
            let across = joint((x - 0.5) * (15.0 - 2.5 * v), 0.07, 15.0);
            let along = joint(v * 2.0, 0.10, 2.0 / kerb);
            return (self.colour.shade(0.18 - 0.16 * across.max(along)), 0.85 + worn);
        }
        if below < kerb + 0.016 {
            return (self.colour.shade(-0.22), 0.55);
        }
        let road = self.colour.mix(Colour::hex(0x5d_5f68), 0.72);
        let v = below - kerb;
        let dash = {
            let inside = (0.5 + (0.008 - (v - 0.15).abs()) / px).clamp(0.0, 1.0);
            let u = fract(x * 5.0 + 0.2);
            let edge = px * 5.0;
            inside * smooth(0.22 - edge, 0.22 + edge, u) * smooth(0.78 + edge, 0.78 - edge, u)
        };
        (
            road.mix(Colour::hex(0xf0_ead8), 0.8 * dash),
            0.72 + worn + t.at(2, x) - 0.10 * smooth(0.0, 0.3, v),
        )
    }
}
