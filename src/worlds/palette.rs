//! Light by the hour: the colours of the sky, what the sun and the shade do to a surface, and how distance looks.

use super::colour::Colour;

/// The light of one scene.
#[derive(Clone, Debug)]
pub(super) struct Light {
    /// Sky from above to the horizon.
    pub zenith: Colour,
    pub middle: Colour,
    pub horizon: Colour,
    /// What far things fade into.
    pub haze: Colour,
    /// What full light and full shade multiply a surface with.
    pub key: Colour,
    pub shade: Colour,
    /// The disc of sun or moon.
    pub disc: Colour,
    /// 0 by day, 1 at night.
    pub night: f32,
    /// Whether the moon is up instead of the sun.
    pub moon: bool,
    /// Place of the disc in the picture, `y` down; may lie outside.
    pub sun: [f32; 2],
    /// 0 at the horizon, 1 at its highest.
    pub height: f32,
    /// Towards the light, `y` up, length 1.
    pub direction: [f32; 2],
}

struct Hour {
    hour: f32,
    sky: [u32; 3],
    haze: u32,
    key: [f32; 3],
    shade: [f32; 3],
}

const fn hour(hour: f32, sky: [u32; 3], haze: u32, key: [f32; 3], shade: [f32; 3]) -> Hour {
    Hour {
        hour,
        sky,
        haze,
        key,
        shade,
    }
}

/// The day, hour by hour where it changes; in between is blended.
const DAY: [Hour; 12] = [
    hour(
        0.0,
        [0x0d_1736, 0x1e_305f, 0x46_5f91],
        0x3c_5080,
        [0.56, 0.64, 0.88],
        [0.27, 0.32, 0.52],
    ),
    hour(
        4.2,
        [0x12_1d44, 0x2b_3a72, 0x6a_6a9c],
        0x4b_5789,
        [0.57, 0.62, 0.84],
        [0.29, 0.33, 0.53],
    ),
    hour(
        5.4,
        [0x33_4079, 0x85_74a4, 0xf0_a893],
        0xa8_8aa6,
        [0.80, 0.70, 0.78],
        [0.45, 0.44, 0.62],
    ),
    hour(
        6.6,
        [0x6f_97cb, 0xd8_bcc4, 0xff_dba6],
        0xec_c8b4,
        [1.04, 0.91, 0.80],
        [0.62, 0.60, 0.72],
    ),
    hour(
        9.0,
        [0x56_9fdb, 0x9c_cdea, 0xe9_f1e6],
        0xcb_e1e6,
        [1.04, 1.01, 0.94],
        [0.66, 0.73, 0.83],
    ),
    hour(
        12.5,
        [0x3d_8cd6, 0x83_c1ec, 0xd9_eef3],
        0xc3_deed,
        [1.05, 1.03, 0.97],
        [0.68, 0.76, 0.87],
    ),
    hour(
        16.0,
        [0x52_95d0, 0xa7_cde3, 0xf7_e7c6],
        0xdd_d9c8,
        [1.06, 0.99, 0.86],
        [0.66, 0.70, 0.80],
    ),
    hour(
        18.0,
        [0x5f_83bd, 0xe9_b795, 0xff_d287],
        0xec_b892,
        [1.10, 0.89, 0.68],
        [0.60, 0.55, 0.66],
    ),
    hour(
        19.4,
        [0x3b_4186, 0xb5_6b94, 0xff_a672],
        0xc9_8590,
        [0.98, 0.71, 0.65],
        [0.47, 0.42, 0.60],
    ),
    hour(
        20.6,
        [0x1a_2558, 0x55_4f92, 0xd0_8691],
        0x7f_6a98,
        [0.72, 0.63, 0.77],
        [0.37, 0.37, 0.58],
    ),
    hour(
        22.0,
        [0x0f_1a3f, 0x24_3468, 0x5a_659a],
        0x45_5486,
        [0.57, 0.63, 0.86],
        [0.28, 0.33, 0.53],
    ),
    hour(
        24.0,
        [0x0d_1736, 0x1e_305f, 0x46_5f91],
        0x3c_5080,
        [0.56, 0.64, 0.88],
        [0.27, 0.32, 0.52],
    ),
];

impl Light {
    /// The light at an hour (0..24), with the sun or moon at `sun_x` (0..1), the horizon at `horizon` (0..1, down),
    /// and colours graded by `warmth` (-1..1) and `chroma` (about 1).
    pub fn at(hour: f32, sun_x: f32, horizon: f32, warmth: f32, chroma: f32) -> Self {
        let next = DAY.iter().position(|h| h.hour > hour).unwrap_or(DAY.len() - 1).max(1);
        let (a, b) = (&DAY[next - 1], &DAY[next]);
        let t = ((hour - a.hour) / (b.hour - a.hour)).clamp(0.0, 1.0);
        let grade = |c: Colour, k: f32| c.graded(chroma, 0.018 * warmth * k);
        let sky = |i: usize, k: f32| grade(Colour::hex(a.sky[i]).blend(Colour::hex(b.sky[i]), t), k);
        let three = |u: [f32; 3], v: [f32; 3]| Colour { r: u[0], g: u[1], b: u[2] }.mix(Colour { r: v[0], g: v[1], b: v[2] }, t);
        let warm = Colour {
            r: 1.0 + 0.035 * warmth,
            g: 1.0,
            b: 1.0 - 0.045 * warmth,
        };
        let moon = !(5.0..20.0).contains(&hour);
        let height = if moon {
            let since = if hour > 12.0 { hour - 20.0 } else { hour + 4.0 };
            libm::sinf(std::f32::consts::PI * since / 9.0).max(0.0)
        } else {
            libm::sinf(std::f32::consts::PI * (hour - 5.0) / 15.0).max(0.0)
        };
        let sun = [sun_x, horizon + 0.02 - height * (horizon + 0.02) * if moon { 0.85 } else { 1.12 }];
        let (dx, dy) = ((sun_x - 0.5) * 1.6, 0.35 + 0.9 * height);
        let length = (dx * dx + dy * dy).sqrt();
        let low = (1.0 - height * 1.8).max(0.0);
        Self {
            zenith: sky(0, 0.4),
            middle: sky(1, 1.0),
            horizon: sky(2, 1.0),
            haze: grade(Colour::hex(a.haze).blend(Colour::hex(b.haze), t), 1.0),
            key: three(a.key, b.key) * warm,
            shade: three(a.shade, b.shade) * warm,
            disc: if moon {
                Colour::hex(0xf4_f1e0)
            } else {
                Colour::hex(0xff_fbea).mix(Colour::hex(0xff_c978), low)
            },
            night: night(hour),
            moon,
            sun,
            height,
            direction: [dx / length, dy / length],
        }
    }

    /// A surface in this light: `lit` 0 in shade, 1 in full light; `haze` 0 near, 1 lost in the distance.
    pub fn tone(&self, surface: Colour, lit: f32, haze: f32) -> Colour {
        (surface * self.shade.mix(self.key, lit)).mix(self.haze, haze)
    }
}

/// 1 at night, 0 by day, blended over dusk and dawn.
pub(super) fn night(hour: f32) -> f32 {
    let evening = (hour - 18.9) / 1.8;
    let morning = (6.2 - hour) / 1.6;
    evening.max(morning).clamp(0.0, 1.0)
}
