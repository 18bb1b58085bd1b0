//! Batch normalisation of rows, channel by channel, with what follows it in a residual network: forward and backward
//! (Ioffe & Szegedy, 2015).

mod moments;

pub use moments::moments;

use super::{
    levels::{at_every_level, fma},
    pool::{Buffer, fresh},
    rows::{cut, total},
    threads::each,
};

/// Numbers that a task takes at a time: they stay in the second cache, so that a second look costs little.
const BLOCK: usize = 1 << 15;

/// Rows of a task.
fn block(channels: usize) -> usize {
    (BLOCK / channels.max(1)).max(1)
}

/// `(x − mean) / sqrt(variance + ε) · weight + bias`, and what follows.
#[derive(Clone, Copy, Debug)]
pub struct BatchNorm<'a> {
    /// [`moments`], or running ones: `[2, channels]`.
    pub moments: &'a [f32],
    /// `[channels]`.
    pub weight: &'a [f32],
    /// `[channels]`.
    pub bias: &'a [f32],
    /// Added to the variance under the root.
    pub epsilon: f32,
    /// Whether what is below 0 becomes 0, last of all.
    pub relu: bool,
}

/// Gradients by what went in and by the norm's numbers.
#[derive(Debug)]
pub struct Gradients {
    /// `[rows, channels]`.
    pub x: Vec<f32>,
    /// `[channels]`.
    pub weight: Vec<f32>,
    /// `[channels]`.
    pub bias: Vec<f32>,
    /// `[rows, channels]`, where something was added.
    pub added: Option<Vec<f32>>,
}

impl BatchNorm<'_> {
    /// `[rows, channels]` to the same; `add` is added before what is below 0 becomes 0.
    #[must_use]
    pub fn forward(&self, x: &[f32], add: Option<&[f32]>) -> Vec<f32> {
        let lines = self.lines();
        let block = self.block();
        let mut out = fresh(x.len());
        let tasks = out.chunks_mut(block).zip(x.chunks(block)).enumerate();
        each(tasks.collect(), |(index, (out, x)): (usize, (&mut [f32], &[f32]))| {
            let add = add.map(|add| &add[index * block..][..x.len()]);
            match (add, self.relu) {
                (Some(add), true) => put(out, x, &lines, add, 0.0),
                (Some(add), false) => put(out, x, &lines, add, f32::NEG_INFINITY),
                (None, true) => put_alone(out, x, &lines, 0.0),
                (None, false) => put_alone(out, x, &lines, f32::NEG_INFINITY),
            }
        });
        out
    }

    /// Gradients, given the one by what came out (`y`), for moments that are those of `x` itself.
    #[must_use]
    pub fn backward(&self, x: &[f32], y: &[f32], gradient: &[f32], has_added: bool) -> Gradients {
        let channels = self.weight.len();
        let block = self.block();
        let mut sums = Buffer::zeros(x.len().div_ceil(block) * 2 * channels);
        let mut inner = Buffer::of(if has_added || !self.relu { 0 } else { x.len() });
        let mut added = has_added.then(|| fresh(x.len()));
        // What is left of the gradient before the last step: it is also the one by what was added.
        let kept: &mut [f32] = match &mut added {
            Some(added) => added,
            None => &mut inner,
        };
        let mut rest = kept;
        let tasks = x.chunks(block).zip(sums.chunks_exact_mut((2 * channels).max(1))).enumerate();
        let tasks = tasks.map(|(index, (x, sums))| {
            let kept = if self.relu || has_added {
                cut(&mut rest, x.len())
            } else {
                &mut [][..]
            };
            (index * block, x, sums, kept)
        });
        each(
            tasks.collect(),
            |(start, x, sums, kept): (usize, &[f32], &mut [f32], &mut [f32])| {
                let (gradient, y) = (&gradient[start..][..x.len()], &y[start..][..x.len()]);
                if !kept.is_empty() {
                    open(kept, gradient, y, if self.relu { 0.0 } else { f32::NEG_INFINITY });
                }
                let (slope, level) = sums.split_at_mut(channels);
                add_up(
                    slope,
                    level,
                    x,
                    if kept.is_empty() { gradient } else { kept },
                    &self.moments[..channels],
                );
            },
        );
        let mut sums = total(&sums, 2 * channels);
        let kept: &[f32] = match &added {
            Some(added) => added,
            None if self.relu => &inner,
            None => gradient,
        };
        let lines = self.lines_back(&sums, x.len() / channels.max(1));
        let mut dx = fresh(x.len());
        let tasks = dx.chunks_mut(block).zip(x.chunks(block)).zip(kept.chunks(block));
        each(tasks.collect(), |((dx, x), kept): ((&mut [f32], &[f32]), &[f32])| {
            put_back(dx, x, kept, &lines);
        });
        let bias = sums.split_off(channels);
        let scales = self.moments[channels..].iter().map(|variance| self.scale(*variance));
        sums.iter_mut().zip(scales).for_each(|(slope, scale)| *slope *= scale);
        Gradients {
            x: dx,
            weight: sums,
            bias,
            added,
        }
    }

    fn block(&self) -> usize {
        block(self.weight.len()) * self.weight.len().max(1)
    }

    fn scale(&self, variance: f32) -> f32 {
        1.0 / (variance + self.epsilon).sqrt()
    }

    /// `y = (x − center) scale + bias`: `[3, channels]`.
    fn lines(&self) -> Vec<f32> {
        let (mean, variance) = self.moments.split_at(self.weight.len());
        let scales = variance
            .iter()
            .zip(self.weight)
            .map(|(variance, weight)| self.scale(*variance) * weight);
        mean.iter().copied().chain(scales).chain(self.bias.iter().copied()).collect()
    }

    /// `dx = (g − level − (x − center) slope) scale`: `[4, channels]`.
    fn lines_back(&self, sums: &[f32], rows: usize) -> Vec<f32> {
        let (mean, variance) = self.moments.split_at(self.weight.len());
        let (slope, level) = sums.split_at(self.weight.len());
        let part = 1.0 / rows.max(1) as f32;
        let scale = |variance: &f32| self.scale(*variance);
        let levels = level.iter().map(|level| level * part);
        let slopes = slope
            .iter()
            .zip(variance)
            .map(|(slope, variance)| slope * part * scale(variance) * scale(variance));
        let scales = variance.iter().zip(self.weight).map(|(variance, weight)| scale(variance) * weight);
        mean.iter().copied().chain(levels).chain(slopes).chain(scales).collect()
    }
}

/// Lines of so many channels.
#[inline(always)]
fn split<const N: usize>(lines: &[f32]) -> [&[f32]; N] {
    let channels = lines.len() / N;
    std::array::from_fn(|line| &lines[line * channels..][..channels])
}

#[inline(always)]
fn at_least(value: f32, least: f32) -> f32 {
    if value < least { least } else { value }
}

#[inline(always)]
fn put_body<const FUSED: bool>(out: &mut [f32], x: &[f32], lines: &[f32], add: &[f32], least: f32) {
    let [mean, scale, bias] = split::<3>(lines);
    let rows = out
        .chunks_exact_mut(mean.len())
        .zip(x.chunks_exact(mean.len()))
        .zip(add.chunks_exact(mean.len()));
    for ((out, x), add) in rows {
        let numbers = out.iter_mut().zip(x).zip(add).zip(mean).zip(scale).zip(bias);
        for (((((out, x), add), mean), scale), bias) in numbers {
            *out = at_least(fma::<FUSED>(x - mean, *scale, *bias) + add, least);
        }
    }
}

#[inline(always)]
fn put_alone_body<const FUSED: bool>(out: &mut [f32], x: &[f32], lines: &[f32], least: f32) {
    let [mean, scale, bias] = split::<3>(lines);
    for (out, x) in out.chunks_exact_mut(mean.len()).zip(x.chunks_exact(mean.len())) {
        let numbers = out.iter_mut().zip(x).zip(mean).zip(scale).zip(bias);
        for ((((out, x), mean), scale), bias) in numbers {
            *out = at_least(fma::<FUSED>(x - mean, *scale, *bias), least);
        }
    }
}

#[inline(always)]
fn open_body<const FUSED: bool>(kept: &mut [f32], gradient: &[f32], y: &[f32], least: f32) {
    for ((kept, gradient), y) in kept.iter_mut().zip(gradient).zip(y) {
        *kept = if *y > least { *gradient } else { 0.0 };
    }
}

#[inline(always)]
fn add_up_body<const FUSED: bool>(slope: &mut [f32], level: &mut [f32], x: &[f32], gradient: &[f32], mean: &[f32]) {
    for (x, gradient) in x.chunks_exact(mean.len()).zip(gradient.chunks_exact(mean.len())) {
        let numbers = slope.iter_mut().zip(level.iter_mut()).zip(x).zip(gradient).zip(mean);
        for ((((slope, level), x), gradient), mean) in numbers {
            *slope = fma::<FUSED>(x - mean, *gradient, *slope);
            *level += gradient;
        }
    }
}

#[inline(always)]
fn put_back_body<const FUSED: bool>(dx: &mut [f32], x: &[f32], gradient: &[f32], lines: &[f32]) {
    let [mean, level, slope, scale] = split::<4>(lines);
    let rows = dx.chunks_exact_mut(mean.len()).zip(x.chunks_exact(mean.len()));
    for ((dx, x), gradient) in rows.zip(gradient.chunks_exact(mean.len())) {
        let numbers = dx.iter_mut().zip(x).zip(gradient).zip(mean).zip(level).zip(slope).zip(scale);
        for ((((((dx, x), gradient), mean), level), slope), scale) in numbers {
            *dx = (gradient - fma::<FUSED>(x - mean, *slope, *level)) * scale;
        }
    }
}

at_every_level! {
    /// Normalised, with something added, and no less than that.
    fn put(out: &mut [f32], x: &[f32], lines: &[f32], add: &[f32], least: f32) = put_body;
}
at_every_level! {
    /// The same without anything added.
    fn put_alone(out: &mut [f32], x: &[f32], lines: &[f32], least: f32) = put_alone_body;
}
at_every_level! {
    /// What of the gradient goes on: nothing where `y` was cut off.
    fn open(kept: &mut [f32], gradient: &[f32], y: &[f32], least: f32) = open_body;
}
at_every_level! {
    /// Sums of `(x − mean) g` and of `g`.
    fn add_up(slope: &mut [f32], level: &mut [f32], x: &[f32], gradient: &[f32], mean: &[f32]) = add_up_body;
}
at_every_level! {
    fn put_back(dx: &mut [f32], x: &[f32], gradient: &[f32], lines: &[f32]) = put_back_body;
}
