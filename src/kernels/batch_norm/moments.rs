//! Means and variances of channels.

use super::block;
use crate::kernels::{
    levels::{at_every_level, fma},
    pool::Buffer,
    threads::each,
};

/// Mean and variance (not the unbiased one) of each channel over the rows of `x`, `[rows, channels]`: `[2, channels]`.
///
/// Every block of rows has its own, around its own mean, and they are put together in order: equal numbers have no variance,
/// and large means cost no digits.
#[must_use]
pub fn moments(x: &[f32], channels: usize) -> Vec<f32> {
    let block = block(channels) * channels.max(1);
    let mut parts = Buffer::of(x.len().div_ceil(block.max(1)) * 2 * channels);
    let tasks = x.chunks(block.max(1)).zip(parts.chunks_exact_mut((2 * channels).max(1)));
    each(tasks.collect(), |(x, part): (&[f32], &mut [f32])| {
        let (mean, distance) = part.split_at_mut(channels);
        block_moments(x, mean, distance);
    });
    let rows = x.len() / channels.max(1);
    let counts = x.chunks(block.max(1)).map(|x| (x.len() / channels) as f64);
    let parts = || counts.clone().zip(parts.chunks_exact(2 * channels));
    let mut out = vec![0.0; 2 * channels];
    for channel in 0..channels {
        let mean = parts().map(|(count, part)| count * f64::from(part[channel])).sum::<f64>() / rows as f64;
        let distance = parts().map(|(count, part)| {
            let off = f64::from(part[channel]) - mean;
            f64::from(part[channels + channel]) + count * off * off
        });
        out[channels + channel] = (distance.sum::<f64>() / rows as f64) as f32;
        out[channel] = mean as f32;
    }
    out
}

/// The mean, and the sum of squared distances from it.
#[inline(always)]
fn block_moments_body<const FUSED: bool>(x: &[f32], mean: &mut [f32], distance: &mut [f32]) {
    let channels = mean.len();
    let part = channels as f32 / x.len() as f32;
    mean.fill(0.0);
    for row in x.chunks_exact(channels) {
        mean.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
    }
    // Twice, so that equal numbers are their own mean to the bit.
    mean.iter_mut().for_each(|mean| *mean *= part);
    distance.fill(0.0);
    for row in x.chunks_exact(channels) {
        let sums = distance.iter_mut().zip(row).zip(mean.iter());
        sums.for_each(|((sum, value), mean)| *sum += value - mean);
    }
    mean.iter_mut()
        .zip(distance.iter())
        .for_each(|(mean, off)| *mean = fma::<FUSED>(*off, part, *mean));
    distance.fill(0.0);
    for row in x.chunks_exact(channels) {
        for ((sum, value), mean) in distance.iter_mut().zip(row).zip(mean.iter()) {
            let off = value - mean;
            *sum = fma::<FUSED>(off, off, *sum);
        }
    }
}

at_every_level! {
    fn block_moments(x: &[f32], mean: &mut [f32], distance: &mut [f32]) = block_moments_body;
}
