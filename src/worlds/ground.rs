//! The ground one stands on: grass, sand, snow, a street, seen in perspective down to the picture's lower edge.

use super::{
    canvas::Canvas,
    colour::Colour,
    noise::{fract, plane, resolved, smooth},
    palette::Light,
};

/// What the ground is made of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Soil {
    Grass,
    Sand,
    Snow,
    Forest,
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

impl Ground<'_> {
    /// Paints it down to the lower edge.
    pub fn paint(&self, canvas: &mut Canvas, light: &Light) {
        let px = canvas.px;
        let highest = self.tops.iter().copied().fold(f32::MAX, f32::min);
        let haze = match self.soil {
            Soil::Street => 0.12,
            _ => 0.42,
        };
        for j in canvas.span(highest, 1.0) {
            let y = canvas.centre(j);
            let far = smooth(highest + 0.30, highest - 0.02, y);
            for i in 0..canvas.size {
                let Some(top) = self.tops.get(i) else { continue };
                let cover = ((y - top) / px + 0.5).clamp(0.0, 1.0);
                if cover <= 0.0 {
                    continue;
                }
                let x = canvas.centre(i);
                let (surface, lit) = self.surface(x, y, y - highest, y - top, px);
                let colour = light.tone(surface, lit, haze * far);
                let p = &mut canvas.pixels[j * canvas.size + i];
                *p = p.mix(colour, cover);
            }
        }
    }

    /// Colour and light of one place: `down` below the highest point of the far edge, `below` the edge just here.
    fn surface(&self, x: f32, y: f32, down: f32, below: f32, px: f32) -> (Colour, f32) {
        let s = down.max(0.0) + 0.06;
        let (gx, gz) = ((x - 0.5) / s, 1.0 / s);
        let cycles = px / s;
        let seed = self.seed;
        match self.soil {
            Soil::Grass | Soil::Forest => {
                let patch = plane(gx * 1.7, gz * 2.0, seed);
                let clump = plane(gx * 6.0, gz * 6.0, seed ^ 1) * resolved(cycles * gz * 6.0);
                let blade = plane(x * 260.0, y * 42.0 + patch, seed ^ 2) * resolved(px * 150.0) * smooth(0.05, 0.30, down);
                let dry = Colour::hex(0xb9_b45a);
                let tint = self.colour.mix(dry, 0.22 * smooth(0.0, 0.9, patch));
                (
                    tint,
                    0.74 + 0.12 * patch + 0.10 * clump + 0.13 * blade - 0.22 * smooth(0.15, 0.6, down),
                )
            }
            Soil::Sand => {
                let dune = plane(gx * 1.1, gz * 1.4, seed);
                let wind = gz * 9.0 + 1.2 * plane(gx * 2.0, gz * 2.0, seed ^ 4) + gx * 0.8;
                let ripple = 2.0 * (2.0 * (fract(wind) - 0.5).abs()) - 1.0;
                let seen = resolved(cycles * gz * 9.0);
                let grain = plane(x * 300.0, y * 300.0, seed ^ 5) * resolved(px * 300.0);
                (
                    self.colour,
                    0.84 + 0.07 * dune + 0.055 * ripple * seen + 0.03 * grain - 0.08 * smooth(0.1, 0.6, down),
                )
            }
            Soil::Snow => {
                let drift = plane(gx * 0.9, gz * 1.6, seed);
                let soft = plane(gx * 2.6, gz * 4.0, seed ^ 6) * resolved(cycles * gz * 4.0);
                let spark = smooth(0.93, 1.0, plane(x * 330.0, y * 330.0, seed ^ 7)) * resolved(px * 330.0);
                (
                    self.colour,
                    0.82 + 0.20 * drift + 0.08 * soft + 0.25 * spark - 0.10 * smooth(0.1, 0.6, down),
                )
            }
            Soil::Street => self.street(x, y, below, px),
        }
    }

    /// A pavement of flagstones, a kerb, and a road with a broken white line.
    fn street(&self, x: f32, y: f32, below: f32, px: f32) -> (Colour, f32) {
        let kerb = 0.085;
        let worn = plane(x * 9.0, y * 26.0, self.seed) * 0.05;
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
        let speck = plane(x * 210.0, y * 210.0, self.seed ^ 8) * 0.05 * resolved(px * 210.0);
        let dash = {
            let inside = (0.5 + (0.008 - (v - 0.15).abs()) / px).clamp(0.0, 1.0);
            let u = fract(x * 5.0 + 0.2);
            let edge = px * 5.0;
            inside * smooth(0.22 - edge, 0.22 + edge, u) * smooth(0.78 + edge, 0.78 - edge, u)
        };
        (
            road.mix(Colour::hex(0xf0_ead8), 0.8 * dash),
            0.72 + worn + speck - 0.10 * smooth(0.0, 0.3, v),
        )
    }
}
