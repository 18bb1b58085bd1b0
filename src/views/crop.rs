//! Random resized crops, and crops by hand.

use super::planes::planes;
use crate::{
    chance::Chance,
    kernels::levels::at_every_level,
    picture::{FilterType, Picture, Rgb8},
};

/// A rectangle of random area and shape, resized to a square (Szegedy et al. 2015, as in torchvision's
/// `RandomResizedCrop`): ten tries at an area in `area` of the picture's and a log-uniform aspect ratio in `aspect`;
/// where none fits, the largest rectangle in the middle whose ratio lies in `aspect`. Antialiased bicubic.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RandomResizedCrop {
    /// Side of the view, pixels.
    pub size_px: usize,
    /// Smallest and largest part of the picture's area, 0..1.
    pub area: [f32; 2],
    /// Smallest and largest width over height.
    pub aspect: [f32; 2],
}

/// A rectangle in whole pixels of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rectangle {
    /// Left edge.
    pub x: usize,
    /// Top edge.
    pub y: usize,
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
}

impl Rectangle {
    /// `area` of a picture of this size, 0..1, in its middle and of its shape.
    #[must_use]
    pub fn middle(width: usize, height: usize, area: f32) -> Self {
        let part = libm::sqrtf(area.clamp(0.0, 1.0));
        let side = |length: usize| ((part * length as f32).round() as usize).clamp(1, length.max(1));
        let (w, h) = (side(width), side(height));
        Self {
            x: (width - w.min(width)) / 2,
            y: (height - h.min(height)) / 2,
            width: w,
            height: h,
        }
    }

    /// What of it lies in a picture of this size; one pixel of the picture at least.
    fn within(self, width: usize, height: usize) -> Self {
        let (x, y) = (self.x.min(width.saturating_sub(1)), self.y.min(height.saturating_sub(1)));
        Self {
            x,
            y,
            width: self.width.clamp(1, (width - x).max(1)),
            height: self.height.clamp(1, (height - y).max(1)),
        }
    }
}

/// The rectangle of `picture`, as far as it lies within, resized to a square of `size_px` pixels: what a random resized
/// crop does once it is drawn.
#[must_use]
pub fn cut(picture: &Rgb8, place: Rectangle, size_px: usize) -> Picture {
    let place = place.within(picture.width, picture.height);
    let bytes = resize(picture, place, size_px);
    let mut view = Picture::grey(bytes.width, bytes.height, 0.0);
    let [red, green, blue] = planes(&mut view);
    unpack(&bytes.pixels, red, green, blue);
    view
}

// What `Picture::from_rgb8` does, to the bit, in wider vectors: next to the crop itself this is most of a plain view's time.
at_every_level! { fn unpack(bytes: &[u8], red: &mut [f32], green: &mut [f32], blue: &mut [f32]) = unpack_body; }

#[inline(always)]
fn unpack_body<const FUSED: bool>(bytes: &[u8], red: &mut [f32], green: &mut [f32], blue: &mut [f32]) {
    for (((pixel, red), green), blue) in bytes.chunks_exact(3).zip(red).zip(green).zip(blue) {
        *red = f32::from(pixel[0]) / 255.0;
        *green = f32::from(pixel[1]) / 255.0;
        *blue = f32::from(pixel[2]) / 255.0;
    }
}

impl RandomResizedCrop {
    /// With aspect ratios from 3:4 to 4:3, as everyone has them.
    #[must_use]
    pub fn new(size_px: usize, area: [f32; 2]) -> Self {
        Self {
            size_px,
            area,
            aspect: [3.0 / 4.0, 4.0 / 3.0],
        }
    }

    /// A view of `picture`.
    #[must_use]
    pub fn apply(&self, picture: &Rgb8, chance: &mut Chance) -> Picture {
        cut(picture, self.draw(picture.width, picture.height, chance), self.size_px)
    }

    fn draw(&self, width: usize, height: usize, chance: &mut Chance) -> Rectangle {
        let whole = (width * height) as f32;
        let [narrow, wide] = self.aspect.map(|a| libm::logf(a.max(1e-6)));
        for _ in 0..10 {
            let area = whole * chance.range(self.area[0]..self.area[1]);
            let aspect = libm::expf(chance.range(narrow..wide));
            let (w, h) = (
                libm::sqrtf(area * aspect).round() as usize,
                libm::sqrtf(area / aspect).round() as usize,
            );
            if (1..=width).contains(&w) && (1..=height).contains(&h) {
                return Rectangle {
                    x: chance.below(width - w + 1),
                    y: chance.below(height - h + 1),
                    width: w,
                    height: h,
                };
            }
        }
        self.middle(width, height)
    }

    /// The largest rectangle in the middle of a picture whose shape is allowed.
    fn middle(&self, width: usize, height: usize) -> Rectangle {
        let ratio = width as f32 / height.max(1) as f32;
        let (w, h) = if ratio < self.aspect[0] {
            (width, (width as f32 / self.aspect[0]).round() as usize)
        } else if ratio > self.aspect[1] {
            ((height as f32 * self.aspect[1]).round() as usize, height)
        } else {
            (width, height)
        };
        let (w, h) = (w.clamp(1, width.max(1)), h.clamp(1, height.max(1)));
        Rectangle {
            x: (width - w.min(width)) / 2,
            y: (height - h.min(height)) / 2,
            width: w,
            height: h,
        }
    }
}

fn resize(picture: &Rgb8, place: Rectangle, size_px: usize) -> Rgb8 {
    let Rectangle { x, y, width, height } = place;
    // A picture of its own, not a part to be resized: what lies beside the rectangle shall not shine into its edges.
    let whole = [0.0, 0.0, width as f64, height as f64];
    picture.resampled([x, y, width, height], whole, [size_px; 2], FilterType::CatmullRom)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draws(width: usize, height: usize) -> Vec<Rectangle> {
        let crop = RandomResizedCrop::new(8, [0.35, 1.0]);
        (0..500).map(|i| crop.draw(width, height, &mut Chance::new(1, "crop", i))).collect()
    }

    #[test]
    fn rectangles_lie_within_the_picture_and_keep_to_area_and_aspect() {
        let places = draws(200, 150);
        for r in &places {
            assert!(r.x + r.width <= 200 && r.y + r.height <= 150);
            let (area, aspect) = ((r.width * r.height) as f32 / 30_000.0, r.width as f32 / r.height as f32);
            assert!((0.34..=1.0).contains(&area) && (0.73..=1.36).contains(&aspect), "{r:?}");
        }
        assert!(places.iter().any(|r| r.x == 0) && places.iter().any(|r| r.x > 50), "places differ");
    }

    #[test]
    fn shapes_that_no_rectangle_fits_give_the_middle() {
        assert!(draws(1000, 10).iter().all(|r| *r
            == Rectangle {
                x: 493,
                y: 0,
                width: 13,
                height: 10
            }));
        assert!(draws(1, 1).iter().all(|r| *r
            == Rectangle {
                x: 0,
                y: 0,
                width: 1,
                height: 1
            }));
        for (width, height) in [(1, 500), (500, 1), (2, 3)] {
            assert!(
                draws(width, height)
                    .iter()
                    .all(|r| r.x + r.width <= width && r.y + r.height <= height)
            );
        }
    }

    #[test]
    fn the_whole_picture_at_its_own_size_stays_as_it_is() {
        let pixels: Vec<u8> = (0..3 * 16 * 16).map(|i| (i * 37) as u8).collect();
        let picture = Rgb8 {
            width: 16,
            height: 16,
            pixels,
        };
        let crop = RandomResizedCrop {
            size_px: 16,
            area: [1.0, 1.0],
            aspect: [1.0, 1.0],
        };
        assert_eq!(crop.apply(&picture, &mut Chance::new(0, "crop", 0)).to_rgb8(), picture);
    }

    #[test]
    fn one_colour_stays_that_colour_at_every_size() {
        for (width, height) in [(1, 1), (3, 200), (300, 200)] {
            let picture = Rgb8 {
                width,
                height,
                pixels: [10, 200, 90].repeat(width * height),
            };
            let view = RandomResizedCrop::new(24, [0.2, 1.0])
                .apply(&picture, &mut Chance::new(0, "crop", 3))
                .to_rgb8();
            assert!(view.pixels.chunks_exact(3).all(|p| p == [10, 200, 90]));
        }
    }
}
