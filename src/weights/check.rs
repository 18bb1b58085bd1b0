//! The self-test: a fixed picture, a fixed mask, and what the network draws there; of a network that draws nothing, its
//! embedding of the whole picture.
//!
//! A device is trusted with a network when its answer is that of the CPU. The picture has edges, slopes and grain,
//! so that every part of the network has something to say.

use std::f64::consts::TAU;

use burn::tensor::{Device, Tensor};

use super::SelfTest;
use crate::{
    chance::Chance,
    mask::{Grid, Mask, MaskKind},
    methods::{AnyMethod, Batch, Method},
    picture::{Picture, fill},
};

/// Numbers of an answer.
const ANSWER: usize = 512;
const SEED: u64 = 1;

/// Differences up to this, relative to the answer's largest value, are rounding.
pub const TOLERANCE: f32 = 2e-3;

impl SelfTest {
    /// Largest difference between a device's answer and the stored one, relative to the stored one's largest value.
    /// Infinite where the answer is of another length or not finite.
    #[must_use]
    pub fn error(&self, answer: &[f32]) -> f32 {
        if answer.len() != self.answer.len() || answer.iter().any(|value| !value.is_finite()) {
            return f32::INFINITY;
        }
        let largest = self.answer.iter().fold(f32::MIN_POSITIVE, |most, value| most.max(value.abs()));
        let difference = answer.iter().zip(&self.answer).map(|(here, there)| (here - there).abs());
        difference.fold(0.0, f32::max) / largest
    }
}

/// The network's answer as the CPU gives it; `None` where there is none.
pub(super) fn self_test(method: &AnyMethod) -> Option<SelfTest> {
    let (picture, mask) = question(method)?;
    let answer = answer(method, &picture, &mask, &Device::flex()).try_into_data().ok()?;
    Some(SelfTest {
        seed: SEED,
        mask,
        answer: sample(answer.as_slice().ok()?),
    })
}

/// What is asked of every network of this size.
#[must_use]
pub fn question(method: &AnyMethod) -> Option<(Picture, Mask)> {
    let views = method.views();
    let grid = Grid::of(views.size_px, views.patch_px)?;
    let mask = MaskKind::Random(0.5).draw(grid, SEED, 0);
    Some((picture(views.size_px)?, mask))
}

/// What the network draws, `[3 * size * size]`, or where it draws nothing the picture's embedding, `[dim]`; still on its
/// device.
#[must_use]
pub fn answer(method: &AnyMethod, picture: &Picture, mask: &Mask, device: &Device) -> Tensor<1> {
    let filled = method.views().fill.then(|| fill::smooth(picture, mask));
    let fills = filled.as_ref().map(std::slice::from_ref);
    let batch = Batch::of(std::slice::from_ref(picture), std::slice::from_ref(mask), fills, device);
    match method.complete(&batch) {
        Some(drawn) => drawn.flatten(0, 3),
        None => method.embed(batch.pictures).flatten(0, 1),
    }
}

/// Evenly spaced numbers of an answer.
#[must_use]
pub fn sample(answer: &[f32]) -> Vec<f32> {
    let count = answer.len().min(ANSWER);
    (0..count).map(|index| answer[index * answer.len() / count]).collect()
}

fn picture(size_px: usize) -> Option<Picture> {
    let mut chance = Chance::new(SEED, "self-test", 0);
    let mut pixels = Vec::with_capacity(3 * size_px * size_px);
    for channel in 0..3 {
        for y in 0..size_px {
            for x in 0..size_px {
                let (u, v) = (x as f64 / size_px as f64, y as f64 / size_px as f64);
                let wave = libm::sin(TAU * (2.0 * u + 1.5 * v + 0.2 * f64::from(channel)));
                let disc = if (u - 0.4).powi(2) + (v - 0.6).powi(2) < 0.06 { 0.25 } else { 0.0 };
                pixels.push((0.45 + 0.2 * wave + disc) as f32 + chance.range(-0.05..0.05));
            }
        }
    }
    Picture::new(size_px, size_px, pixels).ok()
}
