//! Gaussian blur.

use super::Change;
use crate::{chance::Chance, kernels::levels::at_every_level, picture::Picture};

/// How far a random blur's kernel reaches. The field does not agree, and it matters where views are small.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kernel {
    /// A tenth of the view's height, made odd: 23 taps at 224 px, 9 at 96, 3 at 32 (SimCLR's and BYOL's code).
    Tenth,
    /// So many taps at every size, an even number made odd (SwAV 23, LeJEPA's minimal example 7).
    Taps(usize),
    /// Four standard deviations, beyond which nothing is seen. Pillow's blur, which MoCo, SimSiam, DINO and Barlow Twins
    /// call, is not cut off either; it makes its bell of boxes, where this is the bell itself.
    Whole,
}

impl Kernel {
    /// Taps to either side of the middle.
    fn radius(self, height: usize, sigma: f32) -> usize {
        match self {
            Self::Tenth => height / 20,
            Self::Taps(taps) => taps / 2,
            Self::Whole => whole(sigma),
        }
    }
}

/// Gaussian blur with probability `p` and a standard deviation uniform in `sigma`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Blur {
    /// 0..1.
    pub p: f32,
    /// Smallest and largest standard deviation, pixels of the view.
    pub sigma: [f32; 2],
    /// How far it reaches.
    pub kernel: Kernel,
}

impl Blur {
    /// With standard deviations from 0.1 to 2 px, as everyone has them.
    #[must_use]
    pub const fn new(p: f32, kernel: Kernel) -> Self {
        Self {
            p,
            sigma: [0.1, 2.0],
            kernel,
        }
    }
}

impl Change for Blur {
    fn name(&self) -> &'static str {
        "blur"
    }

    fn apply(&self, picture: &mut Picture, chance: &mut Chance) {
        if let Some(drawn) = self.draw(chance, [picture.width, picture.height]) {
            cut_off(picture, drawn.sigma, drawn.radius);
        }
    }
}

/// What chance drew for one view.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Blurred {
    /// Standard deviation, pixels.
    pub sigma: f32,
    /// Pixels to either side that are summed.
    pub radius: usize,
}

impl Blur {
    /// Draws for a view of this width and height; `None` where it stays sharp.
    pub fn draw(&self, chance: &mut Chance, [width, height]: [usize; 2]) -> Option<Blurred> {
        chance.coin(self.p).then(|| {
            let sigma = chance.range(self.sigma[0]..self.sigma[1]);
            let radius = worth_it(self.kernel.radius(height, sigma), sigma, [width, height]);
            Blurred { sigma, radius }
        })
    }
}

impl Blurred {
    /// Weights of the middle and of 1, 2, … pixels beside it: `[radius + 1]`.
    #[must_use]
    pub fn weights(&self) -> Vec<f32> {
        let mut weights = vec![1.0; self.radius + 1];
        if self.radius > 0 {
            bell(&mut weights, self.sigma);
        }
        weights
    }
}

/// Gaussian blur of standard deviation `sigma`, pixels, over four of them to either side. Does nothing unless `sigma` is
/// above 0.
pub fn gaussian(picture: &mut Picture, sigma: f32) {
    cut_off(picture, sigma, whole(sigma));
}

/// The same over `radius` pixels to either side, as torchvision's `gaussian_blur` of `2 radius + 1` taps: beyond its edges
/// the picture is reflected, the outermost pixels not repeated.
pub fn cut_off(picture: &mut Picture, sigma: f32, radius: usize) {
    let (width, height) = (picture.width, picture.height);
    if !(sigma > 0.0 && sigma.is_finite()) || picture.pixels.is_empty() || picture.pixels.len() != 3 * width * height {
        return;
    }
    let radius = worth_it(radius, sigma, [width, height]);
    if radius == 0 {
        return;
    }
    let mut scratch = vec![0.0; radius + 1 + width + 2 * radius + width * height];
    let (weights, scratch) = scratch.split_at_mut(radius + 1);
    bell(weights, sigma);
    for plane in picture.pixels.chunks_exact_mut(width * height) {
        blur(plane, width, weights, scratch);
    }
}

/// What five deviations leave out is less than a millionth. A reflection of a reflection tells nothing new.
fn worth_it(radius: usize, sigma: f32, [width, height]: [usize; 2]) -> usize {
    radius.min(reach(5.0 * sigma)).min(width.max(height))
}

fn whole(sigma: f32) -> usize {
    reach(4.0 * sigma)
}

/// Whole pixels that cover a distance.
fn reach(distance: f32) -> usize {
    libm::ceilf(distance) as usize
}

/// Weights of the middle and of 1, 2, … pixels beside it; all taps together weigh 1.
fn bell(weights: &mut [f32], sigma: f32) {
    for (at, weight) in weights.iter_mut().enumerate() {
        let deviations = at as f32 / sigma;
        *weight = libm::expf(-0.5 * deviations * deviations);
    }
    let sum = weights[0] + 2.0 * weights[1..].iter().sum::<f32>();
    weights.iter_mut().for_each(|weight| *weight /= sum);
}

/// The pixel that stands at `at` of a row of `length` that is reflected at its first and its last.
#[inline(always)]
pub(crate) fn reflected(at: isize, length: usize) -> usize {
    if let Ok(within) = usize::try_from(at)
        && within < length
    {
        return within; // nearly always, and a division would take longer than a pixel's sum
    }
    let period = (2 * length.max(1) - 2).max(1);
    let at = at.rem_euclid(period as isize) as usize;
    if at < length { at } else { period - at }
}

/// Pixels of a row that are summed at once, in registers.
const BLOCK: usize = 32;

// Along rows and then down columns. As in `jitter`, no instruction rounds otherwise on another processor.
at_every_level! { fn blur(plane: &mut [f32], width: usize, weights: &[f32], scratch: &mut [f32]) = blur_body; }

#[inline(always)]
fn blur_body<const FUSED: bool>(plane: &mut [f32], width: usize, weights: &[f32], scratch: &mut [f32]) {
    let radius = weights.len() - 1;
    let (wider, between) = scratch.split_at_mut(width + 2 * radius);
    for (from, to) in plane.chunks_exact(width).zip(between.chunks_exact_mut(width)) {
        widen(wider, from, radius);
        let beside = |tap: usize| (&wider[radius - tap..], &wider[radius + tap..]);
        weigh(to, &wider[radius..], beside, weights);
    }
    let height = plane.len() / width;
    let row = |y: isize| &between[reflected(y, height) * width..][..width];
    for (to, y) in plane.chunks_exact_mut(width).zip(0isize..) {
        let beside = |tap: usize| (row(y - tap as isize), row(y + tap as isize));
        weigh(to, row(y), beside, weights);
    }
}

/// A row with its reflections.
#[inline(always)]
fn widen(wider: &mut [f32], row: &[f32], radius: usize) {
    wider[radius..radius + row.len()].copy_from_slice(row);
    for at in 0..radius {
        wider[at] = row[reflected(at as isize - radius as isize, row.len())];
        wider[radius + row.len() + at] = row[reflected((row.len() + at) as isize, row.len())];
    }
}

/// Sums what lies `tap` to either side, for every tap.
#[inline(always)]
fn weigh<'a>(out: &mut [f32], middle: &[f32], beside: impl Fn(usize) -> (&'a [f32], &'a [f32]), weights: &[f32]) {
    let whole = out.len() - out.len() % BLOCK;
    let (blocks, rest) = out.split_at_mut(whole);
    for (out, start) in blocks.chunks_exact_mut(BLOCK).zip((0..).step_by(BLOCK)) {
        let mut sums = [0.0; BLOCK];
        for (sum, middle) in sums.iter_mut().zip(&middle[start..start + BLOCK]) {
            *sum = weights[0] * middle;
        }
        for (tap, weight) in weights.iter().enumerate().skip(1) {
            let (before, after) = beside(tap);
            let (before, after) = (&before[start..start + BLOCK], &after[start..start + BLOCK]);
            for ((sum, before), after) in sums.iter_mut().zip(before).zip(after) {
                *sum += weight * (before + after);
            }
        }
        out.copy_from_slice(&sums);
    }
    for (out, at) in rest.iter_mut().zip(whole..) {
        *out = weights[0] * middle[at];
        for (tap, weight) in weights.iter().enumerate().skip(1) {
            let (before, after) = beside(tap);
            *out += weight * (before[at] + after[at]);
        }
    }
}
