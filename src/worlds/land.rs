//! Land: ridges one behind the other, each a height per column, filled down to where the next one covers it.

use super::{
    canvas::Canvas,
    colour::Colour,
    noise::{floor, fract, line, octaves, plane, resolved, smooth, unit},
    palette::Light,
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
    fn phase(&self) -> f32 {
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

/// Paints ridges from the farthest to the nearest; the last one reaches down to `foot`.
pub(super) fn paint(canvas: &mut Canvas, light: &Light, ridges: &[Ridge], foot: f32) {
    let size = canvas.size;
    let all: Vec<Vec<f32>> = ridges.iter().map(|r| r.tops(size)).collect();
    for (k, ridge) in ridges.iter().enumerate() {
        let until: Vec<f32> = match all.get(k + 1) {
            Some(next) => next.iter().map(|y| y.min(foot)).collect(),
            None => vec![foot; size],
        };
        one(canvas, light, ridge, &all[k], &until);
    }
}

fn one(canvas: &mut Canvas, light: &Light, ridge: &Ridge, tops: &[f32], until: &[f32]) {
    let px = canvas.px;
    let highest = tops.iter().copied().fold(f32::MAX, f32::min);
    let lowest = until.iter().copied().fold(f32::MIN, f32::max);
    let painter = Painter::new(ridge, light, px);
    let half = 0.5 * px;
    for j in canvas.span(highest, lowest) {
        let y = canvas.centre(j);
        for i in 0..canvas.size {
            let below = y - tops[i];
            // The next ridge covers this one half a pixel below its own edge.
            if below <= -half || y > until[i] + 2.0 * px {
                continue;
            }
            let cover = (below / px + 0.5).min(1.0);
            let colour = painter.colour(canvas.centre(i), y, below.max(0.0));
            let p = &mut canvas.pixels[j * canvas.size + i];
            *p = p.mix(colour, cover);
        }
    }
}

/// Colours of one ridge, prepared once.
struct Painter<'a> {
    ridge: &'a Ridge,
    light: &'a Light,
    lit: Colour,
    dark: Colour,
    mist: Colour,
    side: f32,
    px: f32,
    fine: f32,
}

impl<'a> Painter<'a> {
    fn new(ridge: &'a Ridge, light: &'a Light, px: f32) -> Self {
        Self {
            lit: light.tone(ridge.colour, 0.95, ridge.haze),
            dark: light.tone(ridge.colour, 0.25, ridge.haze),
            mist: light.haze.mix(light.horizon, 0.25),
            side: if light.direction[0] < 0.0 { -1.0 } else { 1.0 },
            fine: resolved(px * 90.0),
            ridge,
            light,
            px,
        }
    }

    fn colour(&self, x: f32, y: f32, below: f32) -> Colour {
        let r = self.ridge;
        let down = (below / r.height).min(2.0);
        let (surface, lit) = match r.kind {
            Kind::Crags(snow) => self.crag(x, y, below, snow),
            Kind::Mesas => (self.strata(y, below), self.face(x, 0.55, below)),
            Kind::Fields => (self.field(x, below), 0.9 - 0.3 * down.min(1.0)),
            Kind::Dunes => (self.dark.mix(self.lit, self.dune(x, below)), -1.0),
            Kind::Roofs => (self.roofs(x, y, below), -1.0),
            Kind::Pines | Kind::Grove => (r.colour, 0.62 - 0.5 * down.min(1.0)),
            Kind::Hills => {
                let soft = plane(x * 7.0, y * 16.0, r.seed ^ 21);
                let grain = if self.fine > 0.0 {
                    self.fine * 0.5 * plane(x * 60.0, y * 140.0, r.seed)
                } else {
                    0.0
                };
                (r.colour, 0.86 - 0.30 * down.min(1.0) + 0.10 * soft + 0.08 * grain)
            }
        };
        let colour = if lit < 0.0 {
            surface
        } else {
            self.light.tone(surface, lit, r.haze)
        };
        // Mist gathers at the foot of far ridges.
        let mist = (0.15 + 0.75 * r.haze) * smooth(0.25, 1.25, down);
        colour.mix(self.mist, mist)
    }

    /// Faces of a mountain: the ridge's own slope carried down along a slant, light on the sun's side.
    fn face(&self, x: f32, slant: f32, below: f32) -> f32 {
        let r = self.ridge;
        let e = (0.16 / r.hills).max(self.px);
        let u = x + self.side * slant * below * 0.35;
        let slope = (r.top(u + e, self.px) - r.top(u - e, self.px)) / e;
        (0.52 + self.side * slope * 0.55).clamp(0.12, 1.0)
    }

    fn crag(&self, x: f32, y: f32, below: f32, snow: f32) -> (Colour, f32) {
        let r = self.ridge;
        let jag = plane(x * r.hills * 9.0, y * r.hills * 5.0, r.seed ^ 31);
        let lit = self.face(x, 0.9 + 0.5 * jag, below);
        let height = (r.base - y) / r.height;
        let line = 1.0 - snow + 0.12 * jag + 0.18 * (lit - 0.5);
        let white = smooth(line - 0.03, line + 0.05, height);
        (r.colour.mix(Colour::hex(0xf6_f8ff), white), lit + 0.1 * white)
    }

    fn strata(&self, y: f32, below: f32) -> Colour {
        let r = self.ridge;
        let v = (y - r.base) / r.height;
        let band = line(v * 9.0, r.seed ^ 41) * resolved(self.px * 9.0 / r.height);
        let cap = smooth(0.10, 0.0, below / r.height);
        r.colour.shade(0.16 * band + 0.12 * cap - 0.04)
    }

    fn field(&self, x: f32, below: f32) -> Colour {
        let r = self.ridge;
        let depth = below / r.height;
        let plot = x * r.hills * 2.2 + 0.8 * depth + r.phase();
        let i = floor(plot);
        let row = floor(depth * 1.6);
        let pick = unit(i, row, r.seed ^ 51);
        let (tint, amount) = if pick < 0.3 {
            (Colour::hex(0xd9_b65a), 0.55)
        } else if pick < 0.5 {
            (Colour::hex(0x7c_9a3c), 0.5)
        } else {
            (r.colour, 0.0)
        };
        let rows = 26.0;
        let stripe = (fract(plot * rows * 0.18 + depth * 3.0 * pick) - 0.5).abs() * 4.0 - 1.0;
        let seen = resolved(self.px * r.hills * rows * 0.4);
        r.colour.mix(tint, amount).shade(0.07 * stripe * seen)
    }

    /// 1 on the sunny side of a dune, 0 in its shade, and ripples of the wind.
    fn dune(&self, x: f32, below: f32) -> f32 {
        let r = self.ridge;
        let bend = 0.8 * below / r.height;
        let t = {
            let u = (x + self.side * 0.0) * r.hills + r.phase();
            u + 0.35 * line(u * 0.7, r.seed ^ 9)
        };
        let f = fract(t);
        // The crest runs down from the top in an S.
        let crest = 0.60 + 0.16 * libm::sinf(bend * 4.2 + r.phase()) * bend.min(1.0) + 0.10 * bend;
        let edge = (1.2 * self.px * r.hills).max(0.012 + 0.05 * bend);
        let shade = smooth(crest - edge, crest + edge, f) * smooth(1.0, 0.93, f);
        let ripple = libm::sinf((f * 9.0 + below * 160.0) * 1.5) * resolved(self.px * 60.0) * 0.03;
        let sunny = if self.side > 0.0 { shade } else { 1.0 - shade };
        (0.30 + 0.62 * sunny + ripple - 0.10 * bend.min(1.0)).clamp(0.0, 1.0)
    }

    fn roofs(&self, x: f32, y: f32, below: f32) -> Colour {
        let r = self.ridge;
        let u = (x * r.hills + r.phase()) * 6.0;
        let i = floor(u);
        let s = fract(u);
        let wall = r.colour.shade(0.22 * (unit(i, 3, r.seed) - 0.5));
        let pitched = unit(i, 2, r.seed) < 0.55;
        let roof = pitched && below < 0.16 * r.height * (1.0 - 2.0 * (s - 0.5).abs()) + 0.02;
        let surface = if roof { Colour::hex(0xa8_5f4d).mix(wall, 0.4) } else { wall };
        let mut colour = self.light.tone(surface, 0.6, r.haze);
        let (cx, cy) = (s * 4.0, (y - r.base) / r.height * 12.0);
        let (fx, fy) = (fract(cx), fract(cy));
        let seen = resolved(self.px * r.hills * 24.0);
        let window = (0.28..0.72).contains(&fx) && (0.25..0.75).contains(&fy) && !roof;
        if window && seen > 0.0 {
            let lamp = self.light.night * f32::from(unit(cx as i32 + 7 * i, floor(cy), r.seed ^ 61) < 0.45);
            let glass = colour
                .shade(-0.18)
                .mix(Colour::hex(0xff_d27a).mix(self.light.haze, 0.4 * r.haze), lamp);
            colour = colour.mix(glass, seen);
        }
        colour
    }
}
