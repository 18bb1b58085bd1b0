//! One head of one picture: `softmax(Q K^T / sqrt(d_head)) V`, some queries at a time, so that scores never leave the
//! processor's cache.

use super::super::{
    pool::Buffer,
    product::{Ending, Out, Packed, View, product, put_product},
    softmax::{again, backward, soften},
};

/// Queries taken at a time: a multiple of the rows of every tile compiled here; tiles that are linked share them evenly.
const QUERIES: usize = 96;

/// Sizes of an attention.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Numbers of a token, over all heads.
    pub dim: usize,
    /// Heads.
    pub heads: usize,
}

impl Shape {
    /// Numbers of a token in one head.
    pub fn d_head(&self) -> usize {
        self.dim / self.heads
    }

    /// Column of a head in queries (0), keys (1) or values (2).
    pub fn column(&self, part: usize, head: usize) -> usize {
        part * self.dim + head * self.d_head()
    }
}

/// One head's queries, keys and values: `[tokens, d_head]` each.
#[derive(Clone, Copy, Debug)]
pub struct Head<'a> {
    parts: [View<'a>; 3],
    scale: f32,
}

impl<'a> Head<'a> {
    /// The head out of a picture's `[tokens, 3 dim]`.
    pub fn of(qkv: &'a [f32], shape: Shape, head: usize) -> Self {
        let all = View::new(qkv, 3 * shape.dim);
        Self {
            parts: std::array::from_fn(|part| all.columns(shape.column(part, head), shape.d_head())),
            scale: 1.0 / (shape.d_head() as f32).sqrt(),
        }
    }

    /// Writes `[tokens, d_head]` to `out`, and what each query's scores were divided by, as a logarithm, to `sums`.
    ///
    /// # Safety
    /// `out` has room and nothing else reads or writes there meanwhile.
    pub unsafe fn forward(&self, out: Out, sums: &mut [f32]) {
        let [query, key, value] = self.parts;
        let [tokens, _] = key.shape();
        let (key, value) = (Packed::new(key.turned()), Packed::new(value));
        let mut scores = Buffer::of(QUERIES.min(tokens) * tokens);
        for (index, sums) in sums.chunks_mut(QUERIES).enumerate() {
            let (start, count) = (index * QUERIES, sums.len());
            let scores = &mut scores[..count * tokens];
            product(scores, query.rows(start, count), &key, Ending::default());
            soften(scores, sums, self.scale);
            // SAFETY: these rows are inside of what the caller lends.
            unsafe { put_product(out.at(start, 0), View::new(scores, tokens), &value, Ending::default()) };
        }
    }

    /// Writes the gradients by queries, keys and values to `out`, given the one by what came out.
    ///
    /// # Safety
    /// As for [`Head::forward`], three times.
    pub unsafe fn backward(&self, out: [Out; 3], sums: &[f32], gradient: View<'_>) {
        let [query, key, value] = self.parts;
        let [tokens, _] = key.shape();
        let (turned_key, turned_value, key) = (Packed::new(key.turned()), Packed::new(value.turned()), Packed::new(key));
        let size = QUERIES.min(tokens) * tokens;
        let (mut weights, mut slopes) = (Buffer::of(size), Buffer::of(size));
        for (index, sums) in sums.chunks(QUERIES).enumerate() {
            let (start, count) = (index * QUERIES, sums.len());
            let (weights, slopes) = (&mut weights[..count * tokens], &mut slopes[..count * tokens]);
            let (query, gradient) = (query.rows(start, count), gradient.rows(start, count));
            product(weights, query, &turned_key, Ending::default());
            again(weights, sums, self.scale);
            product(slopes, gradient, &turned_value, Ending::default());
            let ending = Ending {
                keep: index > 0,
                ..Ending::default()
            };
            let turned = |rows| View::new(rows, tokens).turned();
            // SAFETY: the caller's word for keys and values, and these rows of the queries.
            unsafe {
                put_product(out[2], turned(weights), &Packed::new(gradient), ending);
                backward(slopes, weights, tokens, self.scale);
                put_product(out[0].at(start, 0), View::new(slopes, tokens), &key, Ending::default());
                put_product(out[1], turned(slopes), &Packed::new(query), ending);
            }
        }
    }
}
