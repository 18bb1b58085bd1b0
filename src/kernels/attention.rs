//! The first half of a transformer's layer: `x + output(attention(norm(x)))` (Vaswani et al., 2017, 3.2).

mod backward;
mod head;

pub use backward::Gradients;
use head::{Head, Shape};

use super::{
    norm::{Norm, STATISTICS, normalise},
    pool::{Buffer, fresh},
    product::{Ending, Out, View, product},
    rows::{Map, cut, tasks},
    threads::each,
};

/// The half's numbers.
#[derive(Clone, Copy, Debug)]
pub struct Attention<'a> {
    /// Before it.
    pub norm: Norm<'a>,
    /// `[dim, 3 dim]`: queries, keys, values side by side.
    pub qkv: Map<'a>,
    /// `[dim, dim]`.
    pub output: Map<'a>,
    /// Heads; they divide `dim`.
    pub heads: usize,
    /// Tokens of a picture.
    pub tokens: usize,
}

/// What the way back needs of the way there.
#[derive(Clone, Debug)]
pub struct Kept {
    statistics: Buffer,
    /// `[batch, tokens, 3 dim]`.
    qkv: Buffer,
    /// `[batch, tokens, dim]`: what the heads gave.
    mixed: Buffer,
    /// `[batch, heads, tokens]`: logarithms of what scores were divided by.
    sums: Buffer,
}

impl Attention<'_> {
    fn shape(&self) -> Shape {
        Shape {
            dim: self.norm.weight.len(),
            heads: self.heads,
        }
    }

    /// `[batch, tokens, dim]` to the same, and what [`Attention::backward`] needs.
    #[must_use]
    pub fn forward(&self, x: &[f32]) -> (Vec<f32>, Kept) {
        let dim = self.norm.weight.len();
        let rows = x.len() / dim;
        let mut kept = Kept {
            statistics: Buffer::of(rows * STATISTICS),
            qkv: Buffer::of(rows * 3 * dim),
            mixed: Buffer::of(rows * dim),
            sums: Buffer::of(rows * self.heads),
        };
        self.project(x, &mut kept);
        self.mix(&mut kept);
        (self.collect(x, &kept.mixed), kept)
    }

    /// Queries, keys and values of the normalised tokens.
    fn project(&self, x: &[f32], kept: &mut Kept) {
        struct Part<'a> {
            x: &'a [f32],
            statistics: &'a mut [f32],
            qkv: &'a mut [f32],
        }
        let dim = self.norm.weight.len();
        let weight = self.qkv.packed();
        let (mut statistics, mut qkv) = (&mut *kept.statistics, &mut *kept.qkv);
        let parts = tasks(x.len() / dim).map(|(start, count)| Part {
            x: &x[start * dim..][..count * dim],
            statistics: cut(&mut statistics, count * STATISTICS),
            qkv: cut(&mut qkv, count * 3 * dim),
        });
        each(parts.collect(), |part: Part<'_>| {
            let mut inside = Buffer::of(part.x.len());
            normalise(self.norm, &mut inside, part.statistics, part.x);
            product(part.qkv, View::new(&inside, dim), &weight, self.qkv.ending());
        });
    }

    /// Every head of every picture.
    fn mix(&self, kept: &mut Kept) {
        let shape = self.shape();
        let out = Out::new(kept.mixed.as_mut_ptr(), shape.dim);
        let qkv = &*kept.qkv;
        let parts = kept.sums.chunks_mut(self.tokens).enumerate().collect();
        each(parts, |(index, sums): (usize, &mut [f32])| {
            let (picture, head) = (index / self.heads, index % self.heads);
            let size = self.tokens * 3 * shape.dim;
            let job = Head::of(&qkv[picture * size..][..size], shape, head);
            // SAFETY: `mixed` is lent for as long as this takes, and no two heads have a number of it in common.
            unsafe { job.forward(out.at(picture * self.tokens, shape.column(0, head)), sums) };
        });
    }

    /// What the heads gave, mapped and added to what went in.
    fn collect(&self, x: &[f32], mixed: &[f32]) -> Vec<f32> {
        let dim = self.norm.weight.len();
        let weight = self.output.packed();
        let mut out = fresh(x.len());
        let mut rest = out.as_mut_slice();
        let parts = tasks(x.len() / dim).map(|(start, count)| (start * dim, cut(&mut rest, count * dim)));
        each(parts.collect(), |(start, out): (usize, &mut [f32])| {
            let ending = Ending {
                add: Some(&x[start..][..out.len()]),
                ..self.output.ending()
            };
            product(out, View::new(&mixed[start..][..out.len()], dim), &weight, ending);
        });
        out
    }
}
