//! Land: ridges one behind the other, each a height per column, filled down to where the next one covers it.

use super::{
    canvas::Canvas,
    colour::Colour,
    noise::{Row, floor, fract, line, plane, resolved, smooth, unit},
    palette::Light,
    ridge::{Kind, Ridge},
};

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
    let mut painter = Painter::new(ridge, light, px);
    let half = 0.5 * px;
    for j in canvas.span(highest, lowest) {
        let y = canvas.centre(j);
        painter.prepare(y);
        let row = &mut canvas.pixels[j * canvas.size..(j + 1) * canvas.size];
        for (i, (p, (top, until))) in row.iter_mut().zip(tops.iter().zip(until)).enumerate() {
            let below = y - top;
            // The next ridge covers this one half a pixel below its own edge.
            if below <= -half || y > until + px {
                continue;
            }
            let cover = (below / px + 0.5).min(1.0);
            *p = p.mix(painter.colour((i as f32 + 0.5) * px, y, below.max(0.0)), cover);
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
    /// `y` of the line from [`REACH`] left of the picture to as much right of it.
    line: Vec<f32>,
    per_unit: f32,
    /// Noise of the row in hand.
    broad: Row,
    grain: Row,
}

/// How far beyond the picture a mountain's line is known, so that faces run in from outside.
const REACH: f32 = 0.3;

impl<'a> Painter<'a> {
    fn new(ridge: &'a Ridge, light: &'a Light, px: f32) -> Self {
        let steps = if matches!(ridge.kind, Kind::Crags(_) | Kind::Mesas) {
            ((1.0 + 2.0 * REACH) / px.max(1.0 / 256.0)) as usize
        } else {
            0
        };
        let per_unit = steps as f32 / (1.0 + 2.0 * REACH);
        Self {
            line: (0..=steps).map(|i| ridge.top(i as f32 / per_unit.max(1.0) - REACH, px)).collect(),
            per_unit,
            broad: Row::default(),
            grain: Row::default(),
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

    /// Makes the noises of one row ready.
    fn prepare(&mut self, y: f32) {
        let r = self.ridge;
        match r.kind {
            Kind::Crags(_) => self.broad.set(0.0, r.hills * 7.0, y * r.hills * 4.0, r.seed ^ 31),
            Kind::Hills => {
                self.broad.set(0.0, 7.0, y * 16.0, r.seed ^ 21);
                if self.fine > 0.0 {
                    self.grain.set(0.0, 60.0, y * 140.0, r.seed);
                }
            }
            _ => {}
        }
    }

    fn colour(&self, x: f32, y: f32, below: f32) -> Colour {
        let r = self.ridge;
        let down = (below / r.height).min(2.0);
        let (surface, lit) = match r.kind {
            Kind::Crags(snow) => self.crag(x, y, below, snow),
            Kind::Mesas => (self.strata(y, below), self.face(x, 0.20, below)),
            Kind::Fields => (self.field(x, below), 0.9 - 0.3 * down.min(1.0)),
            Kind::Dunes => (self.dark.mix(self.lit, self.dune(x, below)), -1.0),
            Kind::Roofs => (self.roofs(x, y, below), -1.0),
            Kind::Pines | Kind::Grove => (r.colour, 0.62 - 0.5 * down.min(1.0)),
            Kind::Hills => {
                let soft = self.broad.at(x * 7.0);
                let grain = if self.fine > 0.0 {
                    0.5 * self.fine * self.grain.at(x * 60.0)
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

    /// Faces of a mountain: the line's own slope carried down along a slant, in light on the sun's side.
    fn face(&self, x: f32, slant: f32, below: f32) -> f32 {
        let r = self.ridge;
        let u = x + self.side * slant * below;
        let (wide, fine) = (0.13 / r.hills, 0.035 / r.hills);
        let broad = (self.profile(u + wide) - self.profile(u - wide)) / wide;
        let small = (self.profile(u + fine) - self.profile(u - fine)) / fine;
        // `y` points down: a line that falls to the right looks right.
        let slope = self.side * (1.1 * broad + 0.35 * small) / (r.height * r.hills);
        (0.50 + 1.5 * slope).clamp(0.10, 1.0)
    }

    /// `y` of the line, between the columns it was computed for.
    fn profile(&self, x: f32) -> f32 {
        let last = self.line.len() as f32 - 2.0;
        let t = ((x + REACH) * self.per_unit).clamp(0.0, last);
        let i = t as usize;
        self.line[i] + (self.line[i + 1] - self.line[i]) * (t - i as f32)
    }

    fn crag(&self, x: f32, y: f32, below: f32, snow: f32) -> (Colour, f32) {
        let r = self.ridge;
        let jag = self.broad.at(x * r.hills * 7.0);
        // Edges between faces zigzag down from the peaks.
        let zigzag = (fract(below * 9.0 / r.height.max(0.05) * 0.35 + 0.4 * jag) - 0.5).abs() - 0.25;
        let lit = self.face(
            x + 0.10 / r.hills * (jag * (below / r.height).min(0.6) + zigzag * (below / r.height).min(1.0)),
            0.16,
            below,
        );
        if snow <= 0.0 {
            return (r.colour, lit);
        }
        let height = (r.base - y) / r.height;
        let teeth = (fract(x * r.hills * 5.0 + 0.6 * jag) - 0.5).abs() * 2.0;
        let line = 1.0 - snow + 0.16 * jag + 0.12 * teeth + 0.22 * (0.5 - lit);
        let edge = (1.2 * self.px / r.height).max(0.012);
        let white = smooth(line - edge, line + edge, height);
        (r.colour.mix(Colour::hex(0xf6_f8ff), white), lit + 0.12 * white)
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
        let down = below / r.height;
        let u = x * r.hills + r.phase();
        let f = fract(u + 0.35 * line(u * 0.7, r.seed ^ 9));
        // The crest winds down from the top; behind it the shade is deepest, and fades into the next dune.
        let wind = plane(down * 2.3, 0.5, r.seed ^ 19);
        let crest = 0.62 + 0.13 * wind * down.min(1.0) - 0.10 * down.min(1.5);
        let edge = (1.0 * self.px * r.hills).max(0.006 + 0.02 * down);
        let after = smooth(crest - edge, crest + edge, f);
        let fade = ((f - crest) / (1.0 - crest)).clamp(0.0, 1.0);
        let dark = after * (1.0 - fade) * (1.0 - 0.75 * smooth(0.1, 1.3, down));
        let sunny = if self.side > 0.0 {
            0.62 + 0.34 * after * (1.0 - fade) - 0.20 * (1.0 - after) * f
        } else {
            0.92 - 0.80 * dark
        };
        let ripple = (fract(f * 5.0 + below * 60.0 + 0.5 * wind) - 0.5).abs() * 4.0 - 1.0;
        (sunny + 0.035 * ripple * resolved(self.px * 60.0) - 0.12 * down.min(1.0)).clamp(0.0, 1.0)
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
