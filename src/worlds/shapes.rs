//! Shapes by signed distance: negative inside, in the shape's own units. `y` points up.
//!
//! Formulas after Inigo Quilez, "2D distance functions".

/// A point.
pub(super) type P = [f32; 2];

/// Left, bottom, right, top.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds(pub f32, pub f32, pub f32, pub f32);

impl Bounds {
    fn around(points: &[P], r: f32) -> Self {
        let mut b = Self(f32::MAX, f32::MAX, f32::MIN, f32::MIN);
        for p in points {
            b = Self(b.0.min(p[0] - r), b.1.min(p[1] - r), b.2.max(p[0] + r), b.3.max(p[1] + r));
        }
        b
    }

    pub(super) fn with(self, o: Self) -> Self {
        Self(self.0.min(o.0), self.1.min(o.1), self.2.max(o.2), self.3.max(o.3))
    }
}

/// Something that can be filled.
pub(super) trait Shape {
    /// A box that holds all of it.
    fn bounds(&self) -> Bounds;
    /// Signed distance of `(x, y)` to its edge.
    fn distance(&self, x: f32, y: f32) -> f32;
    /// Half of its width where it is thin, so that what is thinner than a pixel is drawn faint, not wide.
    fn half_width(&self) -> f32 {
        1e3
    }
}

/// Centre and radii. The distance is a good estimate near the edge.
#[derive(Clone, Copy)]
pub(super) struct Ellipse(pub P, pub f32, pub f32);

impl Shape for Ellipse {
    fn bounds(&self) -> Bounds {
        let Self([x, y], a, b) = *self;
        Bounds(x - a, y - b, x + a, y + b)
    }

    fn half_width(&self) -> f32 {
        self.1.min(self.2)
    }

    fn distance(&self, x: f32, y: f32) -> f32 {
        let (dx, dy) = ((x - self.0[0]) / self.1, (y - self.0[1]) / self.2);
        let k0 = (dx * dx + dy * dy).sqrt();
        let (gx, gy) = (dx / self.1, dy / self.2);
        let k1 = (gx * gx + gy * gy).sqrt();
        if k1 < 1e-6 { -self.1.min(self.2) } else { k0 * (k0 - 1.0) / k1 }
    }
}

/// From `a` with radius `ra` to `b` with radius `rb`.
#[derive(Clone, Copy)]
pub(super) struct Capsule(pub P, pub P, pub f32, pub f32);

impl Shape for Capsule {
    fn bounds(&self) -> Bounds {
        Bounds::around(&[self.0, self.1], self.2.max(self.3))
    }

    fn half_width(&self) -> f32 {
        self.2.max(self.3)
    }

    fn distance(&self, x: f32, y: f32) -> f32 {
        let Self(a, b, ra, rb) = *self;
        let (px, py, bx, by) = (x - a[0], y - a[1], b[0] - a[0], b[1] - a[1]);
        let t = ((px * bx + py * by) / (bx * bx + by * by).max(1e-9)).clamp(0.0, 1.0);
        let (dx, dy) = (px - bx * t, py - by * t);
        (dx * dx + dy * dy).sqrt() - (ra + (rb - ra) * t)
    }
}

/// Left, bottom, right, top of a box, and the radius of its corners.
#[derive(Clone, Copy)]
pub(super) struct Block(pub Bounds, pub f32);

impl Shape for Block {
    fn bounds(&self) -> Bounds {
        self.0
    }

    fn half_width(&self) -> f32 {
        let Bounds(l, b, r, t) = self.0;
        0.5 * (r - l).min(t - b)
    }

    fn distance(&self, x: f32, y: f32) -> f32 {
        let Bounds(l, b, r, t) = self.0;
        let dx = (x - 0.5 * (l + r)).abs() - 0.5 * (r - l) + self.1;
        let dy = (y - 0.5 * (b + t)).abs() - 0.5 * (t - b) + self.1;
        let (ox, oy) = (dx.max(0.0), dy.max(0.0));
        (ox * ox + oy * oy).sqrt() + dx.max(dy).min(0.0) - self.1
    }
}

/// Corners in order, and a radius by which all of it is fattened.
#[derive(Clone, Copy)]
pub(super) struct Polygon<'a>(pub &'a [P], pub f32);

impl Shape for Polygon<'_> {
    fn bounds(&self) -> Bounds {
        Bounds::around(self.0, self.1)
    }

    fn distance(&self, x: f32, y: f32) -> f32 {
        let mut nearest = f32::MAX;
        let mut sign = 1.0;
        let Some(mut last) = self.0.last().copied() else { return f32::MAX };
        for &p in self.0 {
            let (ex, ey) = (last[0] - p[0], last[1] - p[1]);
            let (wx, wy) = (x - p[0], y - p[1]);
            let t = ((wx * ex + wy * ey) / (ex * ex + ey * ey).max(1e-12)).clamp(0.0, 1.0);
            let (dx, dy) = (wx - ex * t, wy - ey * t);
            nearest = nearest.min(dx * dx + dy * dy);
            let (above, below, left) = (y >= p[1], y < last[1], ex * wy > ey * wx);
            if (above && below && left) || (!above && !below && !left) {
                sign = -sign;
            }
            last = p;
        }
        sign * nearest.sqrt() - self.1
    }
}

/// Limbs melted together: capsules under a smooth minimum of width `1`. What animals are made of.
#[derive(Clone, Copy)]
pub(super) struct Blob<'a>(pub &'a [Capsule], pub f32);

impl Shape for Blob<'_> {
    fn bounds(&self) -> Bounds {
        let all = self
            .0
            .iter()
            .map(Shape::bounds)
            .reduce(Bounds::with)
            .unwrap_or(Bounds(0.0, 0.0, 0.0, 0.0));
        let r = 0.3 * self.1;
        Bounds(all.0 - r, all.1 - r, all.2 + r, all.3 + r)
    }

    fn distance(&self, x: f32, y: f32) -> f32 {
        let k = self.1.max(1e-6);
        let mut sum = f32::MAX;
        for limb in self.0 {
            let d = limb.distance(x, y);
            let h = (1.0 - (sum - d).abs() / k).max(0.0);
            sum = sum.min(d) - 0.25 * k * h * h;
        }
        sum
    }
}

/// A line along points, of half a width `1`, without seams.
#[derive(Clone, Copy)]
pub(super) struct Stroke<'a>(pub &'a [P], pub f32);

impl Shape for Stroke<'_> {
    fn bounds(&self) -> Bounds {
        Bounds::around(self.0, self.1)
    }

    fn half_width(&self) -> f32 {
        self.1
    }

    fn distance(&self, x: f32, y: f32) -> f32 {
        self.0
            .windows(2)
            .map(|w| Capsule(w[0], w[1], self.1, self.1).distance(x, y))
            .fold(f32::MAX, f32::min)
    }
}

/// What both share.
#[derive(Clone, Copy)]
pub(super) struct Both<A, B>(pub A, pub B);

impl<A: Shape, B: Shape> Shape for Both<A, B> {
    fn bounds(&self) -> Bounds {
        let (a, b) = (self.0.bounds(), self.1.bounds());
        Bounds(a.0.max(b.0), a.1.max(b.1), a.2.min(b.2), a.3.min(b.3))
    }

    fn half_width(&self) -> f32 {
        self.0.half_width().min(self.1.half_width())
    }

    fn distance(&self, x: f32, y: f32) -> f32 {
        self.0.distance(x, y).max(self.1.distance(x, y))
    }
}

/// The first without the second.
#[derive(Clone, Copy)]
pub(super) struct Without<A, B>(pub A, pub B);

impl<A: Shape, B: Shape> Shape for Without<A, B> {
    fn bounds(&self) -> Bounds {
        self.0.bounds()
    }

    fn half_width(&self) -> f32 {
        self.0.half_width()
    }

    fn distance(&self, x: f32, y: f32) -> f32 {
        self.0.distance(x, y).max(-self.1.distance(x, y))
    }
}

/// A quadratic curve from `a` over `b` to `c` as nine points.
pub(super) fn curve(a: P, b: P, c: P) -> [P; 9] {
    std::array::from_fn(|i| {
        let t = i as f32 / 8.0;
        let (u, v, w) = ((1.0 - t) * (1.0 - t), 2.0 * t * (1.0 - t), t * t);
        [u * a[0] + v * b[0] + w * c[0], u * a[1] + v * b[1] + w * c[1]]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Distances must grow by one per unit outside: edges are soft by exactly one pixel then.
    #[test]
    fn distances_are_distances() {
        let square: [P; 4] = [[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]];
        let polygon = Polygon(&square, 0.0);
        let block = Block(Bounds(-0.5, -0.5, 0.5, 0.5), 0.0);
        for (x, y) in [(0.0, 0.0), (0.7, 0.1), (-0.9, 0.9), (0.2, -0.4), (0.0, 2.0)] {
            assert!((polygon.distance(x, y) - block.distance(x, y)).abs() < 1e-5, "{x} {y}");
        }
        assert!((Capsule([0.0, 0.0], [1.0, 0.0], 0.2, 0.2).distance(0.5, 1.0) - 0.8).abs() < 1e-6);
        assert!((Ellipse([0.0, 0.0], 1.0, 1.0).distance(3.0, 0.0) - 2.0).abs() < 1e-5);
    }

    #[test]
    fn bounds_hold_the_shape() {
        let limbs = [
            Capsule([0.0, 0.0], [0.4, 0.2], 0.1, 0.05),
            Capsule([0.4, 0.2], [0.5, 0.6], 0.08, 0.02),
        ];
        let blob = Blob(&limbs, 0.2);
        let b = blob.bounds();
        for i in 0..200 {
            for j in 0..200 {
                let (x, y) = (-0.5 + i as f32 * 0.01, -0.5 + j as f32 * 0.01);
                if blob.distance(x, y) < 0.0 {
                    assert!(x >= b.0 && x <= b.2 && y >= b.1 && y <= b.3, "{x} {y} outside {b:?}");
                }
            }
        }
    }
}
