//! The pen: shapes in a thing's own coordinates, shaded by the hour's light, painted into a sprite.

use super::{
    canvas::Sprite,
    colour::Colour,
    noise::floor,
    palette::Light,
    shapes::{Bounds, Shape},
};

/// Where and how a thing is painted. Local coordinates: origin where the thing stands, `y` up, 1 about its height.
pub(super) struct Pen<'a> {
    pub sprite: &'a mut Sprite,
    pub light: &'a Light,
    /// Place of the local origin in the picture.
    pub origin: [f32; 2],
    /// Local unit in the picture.
    pub scale: f32,
    /// 1, or -1 for a thing that faces left.
    pub facing: f32,
    /// Cosine and sine of the turn, counter-clockwise.
    pub turn: [f32; 2],
    /// How far the colour has gone over to haze, 0..1.
    pub haze: f32,
}

impl Pen<'_> {
    /// The same pen with its origin at a local place, turned by `angle` radians and scaled.
    pub fn at(&mut self, x: f32, y: f32, angle: f32, scale: f32) -> Pen<'_> {
        let (c, s) = (libm::cosf(angle), libm::sinf(angle));
        Pen {
            origin: self.place(x, y),
            scale: self.scale * scale,
            turn: [self.turn[0] * c - self.turn[1] * s, self.turn[1] * c + self.turn[0] * s],
            sprite: &mut *self.sprite,
            light: self.light,
            facing: self.facing,
            haze: self.haze,
        }
    }

    /// Size of a pixel in local units.
    pub fn px(&self) -> f32 {
        self.sprite.px / self.scale
    }

    fn place(&self, x: f32, y: f32) -> [f32; 2] {
        let (tx, ty) = (x * self.turn[0] - y * self.turn[1], x * self.turn[1] + y * self.turn[0]);
        [self.origin[0] + self.facing * self.scale * tx, self.origin[1] - self.scale * ty]
    }

    fn local(&self, x: f32, y: f32) -> [f32; 2] {
        let (tx, ty) = ((x - self.origin[0]) * self.facing / self.scale, (self.origin[1] - y) / self.scale);
        [tx * self.turn[0] + ty * self.turn[1], ty * self.turn[0] - tx * self.turn[1]]
    }

    /// Fills a shape with one colour, flat.
    pub fn fill(&mut self, shape: impl Shape, colour: Colour) {
        let tone = self.tone(colour, 0.70);
        self.each(&shape, |_, _, _| (tone, 1.0));
    }

    /// Fills a shape with one colour; its edges turn towards or away from the light over a depth of `round`.
    pub fn solid(&mut self, shape: impl Shape, round: f32, colour: Colour) {
        self.pattern(shape, round, |_, _| colour);
    }

    /// Fills a shape with a colour for each place, rounded like [`Pen::solid`].
    pub fn pattern(&mut self, shape: impl Shape, round: f32, albedo: impl Fn(f32, f32) -> Colour) {
        let light = self.light;
        let haze = self.haze;
        // A rim thinner than a pixel and a half is not seen.
        let round = if round < 1.5 * self.px() { 0.0 } else { round };
        let [lx, ly] = self.towards_light();
        let step = (0.25 * round).max(1e-4);
        self.each(&shape, |x, y, d| {
            let lit = if d > -round {
                let slope = (shape.distance(x + lx * step, y + ly * step) - d) / step;
                let rim = (1.0 + d / round).clamp(0.0, 1.0);
                (0.7 + 0.45 * slope * rim * (2.0 - rim)).clamp(0.0, 1.15)
            } else {
                0.70
            };
            (light.tone(albedo(x, y), lit, haze), 1.0)
        });
    }

    /// Fills a shape with a colour that shines by itself; `strength` 0..1 lays it over what is there.
    pub fn glow(&mut self, shape: impl Shape, colour: Colour, strength: f32) {
        let colour = colour.mix(self.light.haze, self.haze);
        self.each(&shape, |_, _, _| (colour, strength));
    }

    /// A colour as it looks in this light when `lit` (0 in shade, 1 in full light).
    pub fn tone(&self, colour: Colour, lit: f32) -> Colour {
        self.light.tone(colour, lit, self.haze)
    }

    fn towards_light(&self) -> [f32; 2] {
        let [x, y] = self.light.direction;
        let x = x * self.facing;
        [x * self.turn[0] + y * self.turn[1], y * self.turn[0] - x * self.turn[1]]
    }

    fn each(&mut self, shape: &impl Shape, paint: impl Fn(f32, f32, f32) -> (Colour, f32)) {
        let Bounds(l, b, r, t) = shape.bounds();
        let corners = [self.place(l, b), self.place(r, b), self.place(l, t), self.place(r, t)];
        let (mut x0, mut y0, mut x1, mut y1) = (f32::MAX, f32::MAX, f32::MIN, f32::MIN);
        for [x, y] in corners {
            (x0, y0, x1, y1) = (x0.min(x), y0.min(y), x1.max(x), y1.max(y));
        }
        let columns = cells(x0, x1, self.sprite.px, self.sprite.left, self.sprite.width);
        let rows = cells(y0, y1, self.sprite.px, self.sprite.top, self.sprite.height);
        let per_px = 1.0 / self.px();
        let width = 2.0 * shape.half_width() * per_px;
        // One pixel to the right and one down, in local units.
        let (left, top) = (
            (self.sprite.left + columns.start) as f32 + 0.5,
            (self.sprite.top + rows.start) as f32 + 0.5,
        );
        let step = self.px();
        let right = [step * self.facing * self.turn[0], -step * self.facing * self.turn[1]];
        let down = [-step * self.turn[1], -step * self.turn[0]];
        let start = self.local(left * self.sprite.px, top * self.sprite.px);
        for (v, j) in rows.enumerate() {
            let v = v as f32;
            let (rx, ry) = (start[0] + v * down[0], start[1] + v * down[1]);
            for (u, i) in columns.clone().enumerate() {
                let (lx, ly) = (rx + u as f32 * right[0], ry + u as f32 * right[1]);
                let d = shape.distance(lx, ly);
                let pixels = d * per_px;
                if pixels >= 0.5 {
                    continue;
                }
                // How much of a pixel a strip of that width covers whose edge is `d` away: exact, thin ones included.
                let cover = ((pixels + width).min(0.5) - pixels.max(-0.5)).clamp(0.0, 1.0);
                let (colour, strength) = paint(lx, ly, d);
                self.sprite.blend(i, j, colour, cover * strength);
            }
        }
    }
}

/// Cells of a sprite's row or column that a stretch of the picture touches.
fn cells(from: f32, to: f32, px: f32, first: usize, count: usize) -> std::ops::Range<usize> {
    let start = (floor((from / px - 0.5).clamp(-9.0, 1e6)) - first as i32).clamp(0, count as i32);
    let end = (floor((to / px + 0.5).clamp(-9.0, 1e6)) + 1 - first as i32).clamp(start, count as i32);
    start as usize..end as usize
}
