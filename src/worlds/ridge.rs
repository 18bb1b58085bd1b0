//! The line of a ridge: a height for every column, by what it is made of.

use super::{
    colour::Colour,
    noise::{floor, fract, line, octaves, resolved, smooth, unit},
};

/// What a ridge is made of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    /// Rolling hills.
    Hills,
    /// Crags with faces in light and in shade; snow down to this share of their height.
    Crags(f32),
    /// A forest's edge: pointed tops.
    Pines,
    /// A forest's edge: round tops.
    Grove,
    /// Smooth dunes with a sharp crest between light and shade.
    Dunes,
    /// Flat-topped rock in layers.
    Mesas,
    /// Fields in stripes over a rolling hill.
    Fields,
    /// Houses far away, windows lit at night.
    Roofs,
}

/// One ridge.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ridge {
    pub kind: Kind,
    /// Where its foot lies, `y` down.
    pub base: f32,
    /// Height of its tops above the foot.
    pub height: f32,
    /// Hills across the picture.
    pub hills: f32,
    /// Its colour when near.
    pub colour: Colour,
    /// 0 near, 1 lost in haze.
    pub haze: f32,
    pub seed: u32,
}

impl Ridge {
    /// Where its hills begin: a shift along the line of noise.
    pub fn phase(&self) -> f32 {
        (self.seed & 0xffff) as f32 * 0.0013
    }

    /// `y` of its top in one column.
    pub fn top(&self, x: f32, px: f32) -> f32 {
        let u = x * self.hills + self.phase();
        let cycles = px * self.hills;
        let rolling = |count, gain| 0.5 + 0.5 * octaves(u, self.seed, count, gain, cycles) / 1.35;
        let h = match self.kind {
            Kind::Hills | Kind::Fields => rolling(3, 0.30),
            Kind::Crags(_) => {
                let body = 0.5 + 0.5 * line(u * 0.6, self.seed);
                let mut sharp = 0.0;
                let (mut strength, mut scale) = (0.55, 1.0);
                for octave in 0..6 {
                    let v = line(u * scale + 9.1 * octave as f32, self.seed ^ 0x77).abs();
                    sharp += strength * resolved(cycles * scale) * (1.0 - 1.6 * v);
                    strength *= 0.48;
                    scale *= 2.03;
                }
                0.25 + 0.45 * body + 0.42 * sharp
            }
            Kind::Pines => {
                let ground = 0.30 * rolling(2, 0.4);
                let tree = |spread: f32, k: u32| {
                    let t = u * spread + 0.5 * line(u * 3.0, self.seed ^ k);
                    let cell = floor(t);
                    let tall = unit(cell, k as i32, self.seed);
                    let tooth = 1.0 - 2.0 * (fract(t) - 0.5).abs();
                    (0.30 + 0.40 * tall) * (tooth - 0.12 * fract(tooth * 4.0) * resolved(cycles * spread * 8.0))
                };
                ground + resolved(cycles * 4.0) * tree(7.0, 3).max(tree(9.3, 5)) + 0.3 * (1.0 - resolved(cycles * 4.0))
            }
            Kind::Grove => {
                let crown = |spread: f32, k: u32| {
                    let t = u * spread;
                    let tall = unit(floor(t), k as i32, self.seed);
                    let s = 2.0 * (fract(t) - 0.5);
                    (1.0 - s * s).max(0.0).sqrt() * (0.16 + 0.22 * tall)
                };
                0.45 * rolling(2, 0.4) + crown(6.0, 3).max(crown(8.3, 5))
            }
            Kind::Dunes => {
                let t = u + 0.35 * line(u * 0.7, self.seed ^ 9);
                let f = fract(t);
                let tall = |i: i32| 0.35 + 0.65 * unit(i, 1, self.seed);
                let i = floor(t);
                // A long rise, a short fall; heights meet in the valleys.
                let rise = if f < 0.62 { smooth(0.0, 0.72, f) } else { smooth(1.05, 0.58, f) };
                0.12 + 0.85 * rise * tall(i)
            }
            Kind::Mesas => {
                let v = line(u, self.seed) + 0.22 * line(u * 3.1, self.seed ^ 3);
                let step = 0.72 * smooth(0.02, 0.14, v) + 0.20 * smooth(0.38, 0.46, v);
                0.10 + step + 0.03 * octaves(u * 6.0, self.seed ^ 5, 3, 0.5, cycles * 6.0) + 0.10 * smooth(-0.6, 0.1, v)
            }
            Kind::Roofs => {
                let t = u * 6.0;
                let i = floor(t);
                let s = fract(t);
                let tall = 0.35 + 0.55 * unit(i, 1, self.seed);
                let pitched = unit(i, 2, self.seed) < 0.55;
                tall + if pitched { 0.16 * (1.0 - 2.0 * (s - 0.5).abs()) } else { 0.0 }
            }
        };
        self.base - self.height * h
    }

    /// Tops of all columns of a picture of `size` pixels.
    pub fn tops(&self, size: usize) -> Vec<f32> {
        let px = 1.0 / size as f32;
        (0..size).map(|i| self.top((i as f32 + 0.5) * px, px)).collect()
    }
}
