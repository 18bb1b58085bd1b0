//! The way back through attention.

use super::{
    super::{
        levels::add_rows,
        norm::{self, STATISTICS},
        pool::{Buffer, fresh},
        product::{Ending, Out, View, product},
        rows::{ROWS, WeightGradient, cut, tasks, total, weight_gradients},
        threads::each,
    },
    Attention, Head, Kept,
};

/// Gradients by the input and the numbers.
#[derive(Debug)]
pub struct Gradients {
    /// `[batch, tokens, dim]`.
    pub x: Vec<f32>,
    /// By the norm's weight and bias, each `[dim]`.
    pub norm: [Vec<f32>; 2],
    /// By weight and bias.
    pub qkv: [Vec<f32>; 2],
    /// By weight and bias.
    pub output: [Vec<f32>; 2],
}

impl Attention<'_> {
    /// Gradients, given the one by what came out: `[batch, tokens, dim]`.
    #[must_use]
    pub fn backward(&self, kept: &Kept, x: &[f32], gradient: &[f32]) -> Gradients {
        let dim = self.norm.weight.len();
        let (dmixed, output_bias) = self.backward_output(gradient);
        let dqkv = self.backward_heads(kept, &dmixed);
        let (dx, inside, [norm_weight, norm_bias, qkv_bias]) = self.backward_qkv(kept, x, gradient, &dqkv);
        let [mut dqkv_weight, mut doutput] = [vec![0.0; 3 * dim * dim], vec![0.0; dim * dim]];
        weight_gradients(vec![
            WeightGradient {
                out: &mut dqkv_weight,
                x: View::new(&inside, dim),
                gradient: View::new(&dqkv, 3 * dim),
            },
            WeightGradient {
                out: &mut doutput,
                x: View::new(&kept.mixed, dim),
                gradient: View::new(gradient, dim),
            },
        ]);
        Gradients {
            x: dx,
            norm: [norm_weight, norm_bias],
            qkv: [dqkv_weight, qkv_bias],
            output: [doutput, output_bias],
        }
    }

    /// By what the heads gave, and by the output's bias.
    fn backward_output(&self, gradient: &[f32]) -> (Buffer, Vec<f32>) {
        let dim = self.norm.weight.len();
        let rows = gradient.len() / dim;
        let weight = self.output.turned();
        let (mut dmixed, mut sums) = (Buffer::of(gradient.len()), Buffer::zeros(rows.div_ceil(ROWS) * dim));
        let (mut dmixed_rest, mut sums_rest) = (&mut *dmixed, &mut *sums);
        let parts = tasks(rows).map(|(start, count)| {
            let gradient = &gradient[start * dim..][..count * dim];
            (gradient, cut(&mut dmixed_rest, count * dim), cut(&mut sums_rest, dim))
        });
        each(parts.collect(), |(gradient, dmixed, sums): (&[f32], &mut [f32], &mut [f32])| {
            product(dmixed, View::new(gradient, dim), &weight, Ending::default());
            add_rows(sums, gradient);
        });
        let bias = total(&sums, dim);
        (dmixed, bias)
    }

    /// By queries, keys and values: `[batch, tokens, 3 dim]`.
    fn backward_heads(&self, kept: &Kept, dmixed: &[f32]) -> Buffer {
        let shape = self.shape();
        let mut dqkv = Buffer::of(kept.qkv.len());
        let out = Out::new(dqkv.as_mut_ptr(), 3 * shape.dim);
        each(
            kept.sums.chunks(self.tokens).enumerate().collect(),
            |(index, sums): (usize, &[f32])| {
                let (picture, head) = (index / self.heads, index % self.heads);
                let size = self.tokens * shape.dim;
                let job = Head::of(&kept.qkv[3 * picture * size..][..3 * size], shape, head);
                let dmixed = View::new(&dmixed[picture * size..][..size], shape.dim).columns(shape.column(0, head), shape.d_head());
                // SAFETY: `dqkv` is lent for as long as this takes, and no two heads have a number of it in common.
                unsafe {
                    let out = [0, 1, 2].map(|part| out.at(picture * self.tokens, shape.column(part, head)));
                    job.backward(out, sums, dmixed);
                }
            },
        );
        dqkv
    }

    /// By the input, with the normalised input once more, and by the norm's numbers and the bias of queries, keys and
    /// values.
    fn backward_qkv(&self, kept: &Kept, x: &[f32], gradient: &[f32], dqkv: &[f32]) -> (Vec<f32>, Buffer, [Vec<f32>; 3]) {
        struct Part<'a> {
            start: usize,
            dx: &'a mut [f32],
            inside: &'a mut [f32],
            sums: [&'a mut [f32]; 3],
        }
        let dim = self.norm.weight.len();
        let rows = x.len() / dim;
        let weight = self.qkv.turned();
        let (mut dx, mut inside) = (fresh(x.len()), Buffer::of(x.len()));
        let widths = [dim, dim, 3 * dim];
        let mut sums = widths.map(|width| Buffer::zeros(rows.div_ceil(ROWS) * width));
        let mut sums_rest = sums.each_mut().map(|sums| &mut **sums);
        let (mut dx_rest, mut inside_rest) = (dx.as_mut_slice(), &mut *inside);
        let parts = tasks(rows).map(|(start, count)| {
            let [a, b, c] = &mut sums_rest;
            Part {
                start,
                dx: cut(&mut dx_rest, count * dim),
                inside: cut(&mut inside_rest, count * dim),
                sums: [cut(a, dim), cut(b, dim), cut(c, 3 * dim)],
            }
        });
        each(parts.collect(), |part: Part<'_>| {
            let (start, len) = (part.start * dim, part.dx.len());
            let dqkv = &dqkv[3 * start..][..3 * len];
            let mut dinside = Buffer::of(len);
            product(&mut dinside, View::new(dqkv, 3 * dim), &weight, Ending::default());
            let [dweight, dbias, qkv_bias] = part.sums;
            add_rows(qkv_bias, dqkv);
            norm::backward(norm::Backward {
                norm: self.norm,
                statistics: &kept.statistics[part.start * STATISTICS..][..len / dim * STATISTICS],
                x: &x[start..][..len],
                gradient: &dinside,
                add: Some(&gradient[start..][..len]),
                again: part.inside,
                dx: part.dx,
                dweight,
                dbias,
            });
        });
        (dx, inside, std::array::from_fn(|i| total(&sums[i], widths[i])))
    }
}
