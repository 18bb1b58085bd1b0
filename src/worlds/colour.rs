//! Colours: sRGB values as shown, blended in Oklab where a gradient has to stay clean.
//!
//! Oklab: Björn Ottosson, "A perceptual color space for image processing", 2020.

use std::ops::{Add, Mul};

/// An sRGB colour as shown, each channel in 0..1 (more while light is being added up).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Colour {
    pub r: f32,
    pub g: f32,
    pub b: f32,
}

impl Colour {
    /// From `0xRRGGBB`.
    pub const fn hex(code: u32) -> Self {
        Self {
            r: ((code >> 16) & 255) as f32 / 255.0,
            g: ((code >> 8) & 255) as f32 / 255.0,
            b: (code & 255) as f32 / 255.0,
        }
    }

    /// Straight mixture: `self` at 0, `other` at 1.
    pub fn mix(self, other: Self, t: f32) -> Self {
        Self {
            r: self.r + (other.r - self.r) * t,
            g: self.g + (other.g - self.g) * t,
            b: self.b + (other.b - self.b) * t,
        }
    }

    /// Lighter (`amount` > 0, towards white) or darker (`amount` < 0, towards black).
    pub fn shade(self, amount: f32) -> Self {
        if amount > 0.0 {
            self.mix(Self { r: 1.0, g: 1.0, b: 1.0 }, amount)
        } else {
            self * (1.0 + amount)
        }
    }

    /// From lightness 0..1, chroma (about 0..0.3) and hue in turns.
    pub fn oklch(lightness: f32, chroma: f32, hue: f32) -> Self {
        let angle = hue * std::f32::consts::TAU;
        from_lab([lightness, chroma * libm::cosf(angle), chroma * libm::sinf(angle)])
    }

    /// A mixture through Oklab, which keeps blue to orange from turning grey on the way.
    pub fn blend(self, other: Self, t: f32) -> Self {
        let (a, b) = (to_lab(self), to_lab(other));
        from_lab([a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t])
    }

    /// Chroma multiplied, and the hue drawn towards yellow-orange (`warmth` > 0) or blue (< 0).
    pub fn graded(self, chroma: f32, warmth: f32) -> Self {
        let [l, a, b] = to_lab(self);
        from_lab([l, a * chroma + 0.3 * warmth, b * chroma + warmth])
    }

    /// Perceived brightness, roughly.
    pub fn luma(self) -> f32 {
        0.3 * self.r + 0.59 * self.g + 0.11 * self.b
    }
}

impl Mul<f32> for Colour {
    type Output = Self;
    fn mul(self, k: f32) -> Self {
        Self {
            r: self.r * k,
            g: self.g * k,
            b: self.b * k,
        }
    }
}

impl Mul for Colour {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        Self {
            r: self.r * other.r,
            g: self.g * other.g,
            b: self.b * other.b,
        }
    }
}

impl Add for Colour {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            r: self.r + other.r,
            g: self.g + other.g,
            b: self.b + other.b,
        }
    }
}

fn to_linear(v: f32) -> f32 {
    if v <= 0.04045 {
        v / 12.92
    } else {
        libm::powf((v + 0.055) / 1.055, 2.4)
    }
}

fn from_linear(v: f32) -> f32 {
    let v = v.clamp(0.0, 1.0);
    if v <= 0.003_130_8 {
        v * 12.92
    } else {
        1.055 * libm::powf(v, 1.0 / 2.4) - 0.055
    }
}

fn to_lab(c: Colour) -> [f32; 3] {
    let (r, g, b) = (to_linear(c.r), to_linear(c.g), to_linear(c.b));
    let l = libm::cbrtf(0.412_221_46 * r + 0.536_332_55 * g + 0.051_445_995 * b);
    let m = libm::cbrtf(0.211_903_5 * r + 0.680_699_5 * g + 0.107_396_96 * b);
    let s = libm::cbrtf(0.088_302_46 * r + 0.281_718_85 * g + 0.629_978_7 * b);
    [
        0.210_454_26 * l + 0.793_617_8 * m - 0.004_072_047 * s,
        1.977_998_5 * l - 2.428_592_2 * m + 0.450_593_7 * s,
        0.025_904_037 * l + 0.782_771_77 * m - 0.808_675_77 * s,
    ]
}

fn from_lab([l, a, b]: [f32; 3]) -> Colour {
    let cube = |v: f32| v * v * v;
    let x = cube(l + 0.396_337_78 * a + 0.215_803_76 * b);
    let y = cube(l - 0.105_561_346 * a - 0.063_854_17 * b);
    let z = cube(l - 0.089_484_18 * a - 1.291_485_5 * b);
    Colour {
        r: from_linear(4.076_741_7 * x - 3.307_711_6 * y + 0.230_969_94 * z),
        g: from_linear(-1.268_438 * x + 2.609_757_4 * y - 0.341_319_38 * z),
        b: from_linear(-0.004_196_086 * x - 0.703_418_6 * y + 1.707_614_7 * z),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn oklab_and_back_is_the_same_colour() {
        for code in [0x00_0000, 0xff_ffff, 0x33_66cc, 0xf2_a65a, 0x12_4f2b] {
            let c = Colour::hex(code);
            let d = from_lab(to_lab(c));
            assert!(
                (c.r - d.r).abs() < 2e-3 && (c.g - d.g).abs() < 2e-3 && (c.b - d.b).abs() < 2e-3,
                "{code:x}: {c:?} {d:?}"
            );
        }
    }
}
