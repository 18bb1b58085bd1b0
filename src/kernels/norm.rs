//! Layer normalisation, forward and backward (Ba, Kiros & Hinton, 2016), row by row.

use super::{
    levels::{at_every_level, fma, sum_of},
    number::{Function, Number, combine, sum},
    pool::{Buffer, fresh},
    rows::{ROWS, cut, tasks, total},
    threads::each,
};

/// A layer norm's numbers.
#[derive(Clone, Copy, Debug)]
pub struct Norm<'a> {
    /// `[dim]`.
    pub weight: &'a [f32],
    /// `[dim]`.
    pub bias: &'a [f32],
    /// Added to the variance under the root.
    pub epsilon: f32,
}

/// Numbers that [`normalise`] leaves of each row: its mean and one over its deviation.
pub const STATISTICS: usize = 2;

/// How much more than this.
struct Above(f32);

impl Function for Above {
    #[inline(always)]
    fn of<N: Number>(&self, x: N) -> N {
        x - N::all(self.0)
    }
}

/// Squared, from a mean.
struct Distance(f32);

impl Function for Distance {
    #[inline(always)]
    fn of<N: Number>(&self, x: N) -> N {
        let from = x - N::all(self.0);
        from * from
    }
}

struct Standard {
    mean: f32,
    scale: f32,
}

impl Function for Standard {
    #[inline(always)]
    fn of<N: Number>(&self, x: N) -> N {
        (x - N::all(self.mean)) * N::all(self.scale)
    }
}

#[inline(always)]
fn normalise_body<const FUSED: bool>(norm: Norm<'_>, to: &mut [f32], statistics: &mut [f32], x: &[f32]) {
    let dim = norm.weight.len();
    let rows = to.chunks_exact_mut(dim).zip(x.chunks_exact(dim));
    for ((to, x), statistics) in rows.zip(statistics.chunks_exact_mut(STATISTICS)) {
        // Twice, so that equal numbers are their own mean to the bit: what is left of them is divided by next to nothing.
        let rough = sum(x, &Above(0.0)) / dim as f32;
        let mean = rough + sum(x, &Above(rough)) / dim as f32;
        let variance = sum(x, &Distance(mean)) / dim as f32;
        let scale = 1.0 / (variance + norm.epsilon).sqrt();
        statistics.copy_from_slice(&[mean, scale]);
        apply::<FUSED>(norm, to, [mean, scale], x);
    }
}

#[inline(always)]
fn apply<const FUSED: bool>(norm: Norm<'_>, to: &mut [f32], [mean, scale]: [f32; 2], x: &[f32]) {
    combine::<FUSED>(to, x, [norm.weight, norm.bias], &Standard { mean, scale });
}

#[inline(always)]
fn backward_body<const FUSED: bool>(job: Backward<'_>) {
    let Backward {
        norm,
        statistics,
        x,
        gradient,
        add,
        again,
        dx,
        dweight,
        dbias,
    } = job;
    let dim = norm.weight.len();
    let part = 1.0 / dim as f32;
    let (mut hat, mut inner) = (Buffer::of(dim), Buffer::of(dim));
    for (row, &[mean, scale]) in statistics.as_chunks::<STATISTICS>().0.iter().enumerate() {
        let here = row * dim..(row + 1) * dim;
        let (x, gradient, add) = (&x[here.clone()], &gradient[here.clone()], add.map(|add| &add[here.clone()]));
        apply::<FUSED>(norm, &mut again[here.clone()], [mean, scale], x);
        let numbers = hat.iter_mut().zip(inner.iter_mut()).zip(x).zip(gradient).zip(norm.weight);
        for ((((hat, inner), x), gradient), weight) in numbers {
            *hat = (x - mean) * scale;
            *inner = gradient * weight;
        }
        for (((dweight, dbias), hat), gradient) in dweight.iter_mut().zip(dbias.iter_mut()).zip(hat.iter()).zip(gradient) {
            *dweight = fma::<FUSED>(*gradient, *hat, *dweight);
            *dbias += gradient;
        }
        let level = part * sum_of(&inner, &inner, |inner, _| inner);
        let slope = part * sum_of(&inner, &hat, |inner, hat| inner * hat);
        let dx = &mut dx[here];
        for ((dx, inner), hat) in dx.iter_mut().zip(inner.iter()).zip(hat.iter()) {
            *dx = scale * (inner - fma::<FUSED>(slope, *hat, level));
        }
        if let Some(add) = add {
            dx.iter_mut().zip(add).for_each(|(dx, add)| *dx += add);
        }
    }
}

/// What a pass backward through some rows takes and gives.
#[derive(Debug)]
pub struct Backward<'a> {
    /// The norm.
    pub norm: Norm<'a>,
    /// As [`normalise`] left them.
    pub statistics: &'a [f32],
    /// `[rows, dim]`: what went in.
    pub x: &'a [f32],
    /// `[rows, dim]`: the gradient by what came out.
    pub gradient: &'a [f32],
    /// `[rows, dim]`: added to the gradient by `x`, where it also went another way.
    pub add: Option<&'a [f32]>,
    /// `[rows, dim]`: gets what came out, once more.
    pub again: &'a mut [f32],
    /// `[rows, dim]`: gets the gradient by `x`.
    pub dx: &'a mut [f32],
    /// `[dim]`: the gradient by the weight is added to it.
    pub dweight: &'a mut [f32],
    /// `[dim]`: the gradient by the bias is added to it.
    pub dbias: &'a mut [f32],
}

at_every_level! {
    /// Normalises the rows of `x` into `to`, both `[rows, dim]`; `statistics` is `[rows, 2]`.
    pub fn normalise(norm: Norm<'_>, to: &mut [f32], statistics: &mut [f32], x: &[f32]) = normalise_body;
}
at_every_level! {
    /// The way back.
    pub fn backward(job: Backward<'_>) = backward_body;
}

impl Norm<'_> {
    /// Numbers that [`Norm::forward`] leaves for rows such as these.
    #[must_use]
    pub fn statistics(&self, x: &[f32]) -> usize {
        x.len() / self.weight.len().max(1) * STATISTICS
    }

    /// `[rows, dim]` to the same, on every core.
    #[must_use]
    pub fn forward(&self, x: &[f32], statistics: &mut [f32]) -> Vec<f32> {
        let dim = self.weight.len();
        let mut out = fresh(x.len());
        let parts = out
            .chunks_mut(ROWS * dim)
            .zip(statistics.chunks_mut(ROWS * STATISTICS))
            .zip(x.chunks(ROWS * dim));
        each(parts.collect(), |((out, statistics), x): ((&mut [f32], &mut [f32]), &[f32])| {
            normalise(*self, out, statistics, x);
        });
        out
    }

    /// Gradients by input, weight and bias, given the one by what came out: `[rows, dim]`.
    #[must_use]
    pub fn backward(&self, statistics: &[f32], x: &[f32], gradient: &[f32]) -> [Vec<f32>; 3] {
        let dim = self.weight.len();
        let rows = x.len() / dim.max(1);
        let mut dx = fresh(x.len());
        let mut sums = [0, 1].map(|_| Buffer::zeros(rows.div_ceil(ROWS) * dim));
        let (mut dx_rest, mut sums_rest) = (dx.as_mut_slice(), sums.each_mut().map(|sums| &mut **sums));
        let parts = tasks(rows).map(|(start, count)| {
            let [a, b] = &mut sums_rest;
            (start, cut(&mut dx_rest, count * dim), [cut(a, dim), cut(b, dim)])
        });
        each(
            parts.collect(),
            |(start, dx, [dweight, dbias]): (usize, &mut [f32], [&mut [f32]; 2])| {
                let here = start * dim..start * dim + dx.len();
                backward(Backward {
                    norm: *self,
                    statistics: &statistics[start * STATISTICS..][..dx.len() / dim * STATISTICS],
                    x: &x[here.clone()],
                    gradient: &gradient[here],
                    add: None,
                    again: &mut Buffer::of(dx.len()),
                    dx,
                    dweight,
                    dbias,
                });
            },
        );
        let [dweight, dbias] = sums.map(|sums| total(&sums, dim));
        [dx, dweight, dbias]
    }
}
