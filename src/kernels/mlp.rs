//! The second half of a transformer's layer: `x + down(gelu(up(norm(x))))`.

use super::{
    functions::{gelu, gelu_backward, gelu_here},
    levels::add_rows,
    norm::{self, Norm, STATISTICS, normalise},
    pool::{Buffer, fresh},
    product::{Ending, View, product},
    rows::{Map, ROWS, WeightGradient, cut, tasks, total, weight_gradients},
    threads::each,
};

/// The half's numbers.
#[derive(Clone, Copy, Debug)]
pub struct Mlp<'a> {
    /// Before it.
    pub norm: Norm<'a>,
    /// `[dim, hidden]`.
    pub up: Map<'a>,
    /// `[hidden, dim]`.
    pub down: Map<'a>,
}

/// What the way back needs of the way there.
#[derive(Clone, Debug)]
pub struct Kept {
    statistics: Buffer,
    /// `[rows, hidden]`, before GELU.
    hidden: Buffer,
}

/// Gradients by the input and the numbers.
#[derive(Debug)]
pub struct Gradients {
    /// `[rows, dim]`.
    pub x: Vec<f32>,
    /// By the norm's weight and bias, each `[dim]`.
    pub norm: [Vec<f32>; 2],
    /// By weight and bias.
    pub up: [Vec<f32>; 2],
    /// By weight and bias.
    pub down: [Vec<f32>; 2],
}

impl Mlp<'_> {
    fn sizes(&self) -> [usize; 2] {
        self.up.shape
    }

    /// `[rows, dim]` to the same, and what [`Mlp::backward`] needs.
    #[must_use]
    pub fn forward(&self, x: &[f32]) -> (Vec<f32>, Kept) {
        struct Part<'a> {
            x: &'a [f32],
            out: &'a mut [f32],
            statistics: &'a mut [f32],
            hidden: &'a mut [f32],
        }
        let [dim, wide] = self.sizes();
        let rows = x.len() / dim;
        let (up, down) = (self.up.packed(), self.down.packed());
        let mut out = fresh(x.len());
        let mut kept = Kept {
            statistics: Buffer::of(rows * STATISTICS),
            hidden: Buffer::of(rows * wide),
        };
        let (mut out_rest, mut statistics, mut hidden) = (out.as_mut_slice(), &mut *kept.statistics, &mut *kept.hidden);
        let parts = tasks(rows).map(|(start, count)| Part {
            x: &x[start * dim..][..count * dim],
            out: cut(&mut out_rest, count * dim),
            statistics: cut(&mut statistics, count * STATISTICS),
            hidden: cut(&mut hidden, count * wide),
        });
        each(parts.collect(), |part: Part<'_>| {
            let mut inside = Buffer::of(part.x.len());
            normalise(self.norm, &mut inside, part.statistics, part.x);
            product(part.hidden, View::new(&inside, dim), &up, self.up.ending());
            let mut active = Buffer::of(part.hidden.len());
            gelu(&mut active, part.hidden);
            let ending = Ending {
                add: Some(part.x),
                ..self.down.ending()
            };
            product(part.out, View::new(&active, wide), &down, ending);
        });
        (out, kept)
    }

    /// [`Mlp::forward`] that keeps nothing.
    #[must_use]
    pub fn predict(&self, x: &[f32]) -> Vec<f32> {
        let [dim, wide] = self.sizes();
        let (up, down) = (self.up.packed(), self.down.packed());
        let mut out = fresh(x.len());
        let parts = x.chunks(ROWS * dim).zip(out.chunks_mut(ROWS * dim));
        each(parts.collect(), |(x, out): (&[f32], &mut [f32])| {
            let rows = x.len() / dim;
            let (mut inside, mut statistics) = (Buffer::of(x.len()), Buffer::of(rows * STATISTICS));
            normalise(self.norm, &mut inside, &mut statistics, x);
            let mut hidden = Buffer::of(rows * wide);
            product(&mut hidden, View::new(&inside, dim), &up, self.up.ending());
            gelu_here(&mut hidden);
            let ending = Ending {
                add: Some(x),
                ..self.down.ending()
            };
            product(out, View::new(&hidden, wide), &down, ending);
        });
        out
    }

    /// Gradients, given the one by what came out: `[rows, dim]`.
    #[must_use]
    pub fn backward(&self, mut kept: Kept, x: &[f32], gradient: &[f32]) -> Gradients {
        struct Part<'a> {
            x: &'a [f32],
            gradient: &'a [f32],
            statistics: &'a [f32],
            dx: &'a mut [f32],
            inside: &'a mut [f32],
            hidden: &'a mut [f32],
            dhidden: &'a mut [f32],
            /// By the norm's weight and bias, by the biases of `up` and `down`.
            sums: [&'a mut [f32]; 4],
        }
        let [dim, wide] = self.sizes();
        let rows = x.len() / dim;
        let (up, down) = (self.up.turned(), self.down.turned());
        let mut dx = fresh(x.len());
        let (mut inside, mut dhidden) = (Buffer::of(x.len()), Buffer::of(rows * wide));
        let widths = [dim, dim, wide, dim];
        let mut sums = widths.map(|width| Buffer::zeros(rows.div_ceil(ROWS) * width));
        let mut sums_rest = sums.each_mut().map(|sums| &mut **sums);
        let (mut dx_rest, mut inside_rest) = (dx.as_mut_slice(), &mut *inside);
        let (mut hidden_rest, mut dhidden_rest) = (&mut *kept.hidden, &mut *dhidden);
        let parts = tasks(rows).map(|(start, count)| {
            let [a, b, c, d] = &mut sums_rest;
            Part {
                x: &x[start * dim..][..count * dim],
                gradient: &gradient[start * dim..][..count * dim],
                statistics: &kept.statistics[start * STATISTICS..][..count * STATISTICS],
                dx: cut(&mut dx_rest, count * dim),
                inside: cut(&mut inside_rest, count * dim),
                hidden: cut(&mut hidden_rest, count * wide),
                dhidden: cut(&mut dhidden_rest, count * wide),
                sums: [cut(a, dim), cut(b, dim), cut(c, wide), cut(d, dim)],
            }
        });
        each(parts.collect(), |part: Part<'_>| {
            product(part.dhidden, View::new(part.gradient, dim), &down, Ending::default());
            gelu_backward(part.hidden, part.dhidden);
            let mut dinside = Buffer::of(part.x.len());
            product(&mut dinside, View::new(part.dhidden, wide), &up, Ending::default());
            let [dweight, dbias, up_bias, down_bias] = part.sums;
            add_rows(up_bias, part.dhidden);
            add_rows(down_bias, part.gradient);
            norm::backward(norm::Backward {
                norm: self.norm,
                statistics: part.statistics,
                x: part.x,
                gradient: &dinside,
                add: Some(part.gradient),
                again: part.inside,
                dx: part.dx,
                dweight,
                dbias,
            });
        });
        let [mut dup, mut ddown] = [vec![0.0; dim * wide], vec![0.0; dim * wide]];
        weight_gradients(vec![
            WeightGradient {
                out: &mut dup,
                x: View::new(&inside, dim),
                gradient: View::new(&dhidden, wide),
            },
            WeightGradient {
                out: &mut ddown,
                x: View::new(&kept.hidden, wide),
                gradient: View::new(gradient, dim),
            },
        ]);
        let [norm_weight, norm_bias, up_bias, down_bias] = std::array::from_fn(|i| total(&sums[i], widths[i]));
        Gradients {
            x: dx,
            norm: [norm_weight, norm_bias],
            up: [dup, up_bias],
            down: [ddown, down_bias],
        }
    }
}
