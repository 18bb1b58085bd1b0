//! Water: what stands above the horizon upside down, shaken by waves, over the water's own depth, and glitter.

use super::{
    canvas::Canvas,
    colour::Colour,
    noise::{Row, resolved, smooth},
    palette::Light,
};

/// The waves along one row of pixels.
pub(super) struct Waves {
    swell: Row,
    fine: Row,
    across: f32,
    phase: f32,
    /// How much of them a pixel resolves, 0..1.
    pub seen: f32,
    fine_seen: f32,
}

impl Waves {
    /// Height of the waves at `x`, -1..1.
    pub fn at(&self, x: f32) -> f32 {
        let along = (x - 0.5) * self.across;
        let fine = if self.fine_seen > 0.0 {
            self.fine_seen * self.fine.at(along * 4.5 - self.phase)
        } else {
            0.0
        };
        (0.72 * self.swell.at(along * 1.6 + self.phase) + fine).clamp(-1.0, 1.0)
    }
}

/// A stretch of water seen from the shore.
#[derive(Clone, Copy, Debug)]
pub(super) struct Water {
    /// Where it meets the sky, `y` down.
    pub horizon: f32,
    /// Where it ends below.
    pub bottom: f32,
    /// Colour in the depth.
    pub deep: Colour,
    /// 0 a mirror, 1 a rough sea.
    pub rough: f32,
    /// Moves the waves.
    pub phase: f32,
    pub seed: u32,
}

impl Water {
    /// The waves of one row of pixels at height `y`.
    pub fn row(&self, y: f32, px: f32) -> Waves {
        let s = (y - self.horizon).max(0.0) + 0.035;
        let across = 1.0 / (s + 0.12);
        let w = 1.9 / (s + 0.05);
        let cycles = px * w * w / 1.9 * 2.6;
        let mut waves = Waves {
            swell: Row::default(),
            fine: Row::default(),
            across,
            phase: self.phase,
            seen: resolved(cycles * 0.35),
            fine_seen: 0.38 * resolved(cycles),
        };
        let (left, right) = (-0.6 * across, 0.6 * across);
        waves.swell.set(
            left * 1.6 + self.phase,
            right * 1.6 + self.phase,
            w * 2.6 + 0.8 * self.phase,
            self.seed,
        );
        if waves.fine_seen > 0.0 {
            waves.fine.set(
                left * 4.5 - self.phase,
                right * 4.5 - self.phase,
                w * 7.0 - self.phase,
                self.seed ^ 3,
            );
        }
        waves
    }

    /// Paints the water.
    pub fn paint(&self, canvas: &mut Canvas, light: &Light) {
        let px = canvas.px;
        let rows = canvas.span(self.horizon, self.bottom);
        let last = ((self.horizon / px - 0.5).max(0.0) as usize).min(canvas.size - 1);
        let deep = light.tone(self.deep, 0.55, 0.0);
        let crest = light
            .tone(self.deep.mix(Colour::hex(0xff_ffff), 0.55), 0.95, 0.0)
            .mix(light.horizon, 0.4);
        let far = light.haze.mix(light.horizon, 0.5);
        let spark = light.disc.mix(light.horizon, 0.3);
        let shine = if light.moon { 0.55 } else { 0.30 + 0.60 * (1.0 - light.height) };
        for j in rows {
            let y = canvas.centre(j);
            let v = y - self.horizon;
            let cover = (v / px + 0.5).clamp(0.0, 1.0);
            let depth = 0.22 + 0.50 * smooth(0.0, 0.42, v) + 0.12 * self.rough;
            let haze = 0.55 * smooth(0.16, 0.0, v);
            let waves = self.row(y, px);
            let seen = waves.seen;
            for i in 0..canvas.size {
                let x = canvas.centre(i);
                let wave = waves.at(x);
                let shake = wave * seen * (0.15 + 0.85 * self.rough);
                let up = self.horizon - v * 0.82 - shake * (0.02 + 0.22 * v) - 0.5 * px;
                let mirror = canvas.sample(x + 0.012 * shake, up.max(0.0), last);
                let mut colour = mirror.mix(deep, (depth - 0.16 * shake).clamp(0.0, 1.0));
                let lift = smooth(0.35, 0.95, wave) * seen * (0.10 + 0.30 * self.rough);
                colour = colour.mix(crest, lift).mix(far, haze);
                let dx = (x - light.sun[0]) / (0.035 + 0.22 * v);
                let track = 1.0 / (1.0 + dx * dx * dx * dx);
                let glint = smooth(0.05, 0.55, wave) * seen + 0.35 * (1.0 - seen);
                colour = colour.mix(spark, (shine * track * glint).min(0.9));
                let p = &mut canvas.pixels[j * canvas.size + i];
                *p = p.mix(colour, cover);
            }
        }
    }
}
