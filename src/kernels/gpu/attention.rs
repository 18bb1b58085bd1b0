//! Tokens that look at each other.

use burn_cubecl::{
    cubecl::{self, client::Client, prelude::*, server::Handle},
    tensor::CubeTensor,
};

use super::{SQUARE, functions::total, last, like, squares, tiles, whole, width};

/// Queries of a tile.
const QUERIES: usize = 4;
/// Keys of a tile: those whose scores make one vector.
const KEYS: usize = 4;
/// Where the score of a key that is not there stands: its exponential is 0.
const NOTHING: f32 = f32::MIN;
/// Scores are kept of so many pictures at a time as fit into this, and of one at least.
const SCORES_BYTES: usize = 64 << 20;
/// What a device takes of tiles in the third direction.
const DEEPEST: usize = 65_535;

/// Four scores.
type Scores = Vector<f32, Const<KEYS>>;

/// `softmax(Q K^T / sqrt(d_head)) V` in `heads` parts: `[batch, tokens, 3 dim]`, queries, keys and values side by side, to
/// `[batch, tokens, dim]`.
///
/// Two shaders, neither of which knows how wide a head is before it runs: the first writes down the scores, the second goes
/// through them with the largest so far (Milakov & Gimelshein, 2018) and mixes values in the same pass.
pub fn attention(qkv: CubeTensor, heads: usize) -> CubeTensor {
    let qkv = whole(qkv);
    let [batch, tokens] = [0, 1].map(|axis| qkv.meta.shape()[axis]);
    let dim = last(&qkv) / 3;
    assert!(
        heads > 0 && dim.is_multiple_of(heads) && tokens > 0,
        "{heads} heads do not share {dim} numbers of {tokens} tokens evenly"
    );
    let output = like(&qkv, dim);
    let of_picture = heads * tokens * tokens.next_multiple_of(KEYS) * size_of::<f32>();
    let at_a_time = (SCORES_BYTES / of_picture).min(DEEPEST / heads).max(1);
    for first in (0..batch).step_by(at_a_time) {
        let part = Part {
            first,
            pictures: at_a_time.min(batch - first),
            tokens,
            heads,
            head: dim / heads,
        };
        let scores = output.client.empty(part.pictures * of_picture);
        part.score(&output.client, qkv.clone(), &scores);
        part.mix(&output.client, qkv.clone(), scores, output.clone());
    }
    output
}

/// Some of the pictures.
struct Part {
    first: usize,
    pictures: usize,
    tokens: usize,
    heads: usize,
    /// Numbers of a head.
    head: usize,
}

impl Part {
    /// Vectors of scores of one query.
    fn blocks(&self) -> usize {
        self.tokens.div_ceil(KEYS)
    }

    /// All scores.
    fn buffer(&self, scores: Handle) -> BufferArg {
        let count = self.pictures * self.heads * self.tokens * self.blocks() * KEYS;
        // SAFETY: it was made for so many.
        unsafe { BufferArg::from_raw_parts(scores, count) }
    }

    fn score(&self, client: &Client, qkv: CubeTensor, scores: &Handle) {
        let step = width(&[self.head]);
        let [across, down] = [squares(self.blocks(), 1), squares(self.tokens, QUERIES)];
        // SAFETY: the shader reads within these pictures, and writes all of their scores.
        unsafe {
            score_shader::launch_unchecked(
                client,
                tiles(across, down, self.pictures * self.heads),
                CubeDim::new_2d(SQUARE, SQUARE),
                step,
                qkv.into_buffer_arg(),
                self.buffer(scores.clone()),
                self.first as u32,
                self.tokens as u32,
                self.heads as u32,
                (self.head / step) as u32,
                1.0 / (self.head as f32).sqrt(),
            );
        }
    }

    fn mix(&self, client: &Client, qkv: CubeTensor, scores: Handle, output: CubeTensor) {
        let step = width(&[self.head]);
        let [across, down] = [squares(self.head / step, 1), squares(self.tokens, QUERIES)];
        // SAFETY: the shader reads within these pictures and their scores, and writes within these pictures.
        unsafe {
            mix_shader::launch_unchecked(
                client,
                tiles(across, down, self.pictures * self.heads),
                CubeDim::new_2d(SQUARE, SQUARE),
                step,
                self.buffer(scores),
                qkv.into_buffer_arg(),
                output.into_buffer_arg(),
                self.first as u32,
                self.tokens as u32,
                self.heads as u32,
                (self.head / step) as u32,
            );
        }
    }
}

/// Scores of four queries and four keys. `head` counts vectors.
#[cube(launch_unchecked)]
fn score_shader<N: Size>(qkv: &[Vector<f32, N>], scores: &mut [Scores], first: u32, tokens: u32, heads: u32, head: u32, scale: f32) {
    let tokens = tokens as usize;
    let head = head as usize;
    let blocks = tokens.div_ceil(KEYS);
    let block = ABSOLUTE_POS_X as usize;
    let token = ABSOLUTE_POS_Y as usize * QUERIES;
    if block >= blocks || token >= tokens {
        terminate!();
    }
    let picture = (first + CUBE_POS_Z / heads) as usize;
    let row = 3 * heads as usize * head;
    let queries = picture * tokens * row + (CUBE_POS_Z % heads) as usize * head;
    let keys = queries + heads as usize * head;
    // Beyond the edge the last token stands in.
    let mut query_at = Array::<usize>::new(QUERIES);
    #[unroll]
    for q in 0..QUERIES {
        query_at[q] = queries + min(token + q, tokens - 1) * row;
    }
    let mut key_at = Array::<usize>::new(KEYS);
    #[unroll]
    for k in 0..KEYS {
        key_at[k] = keys + min(block * KEYS + k, tokens - 1) * row;
    }
    let mut sums = Array::<Vector<f32, N>>::new(QUERIES * KEYS);
    #[unroll]
    for i in 0..QUERIES * KEYS {
        sums[i] = Vector::new(0.0);
    }
    let mut query = Array::<Vector<f32, N>>::new(QUERIES);
    for i in 0..head {
        #[unroll]
        for q in 0..QUERIES {
            query[q] = qkv[query_at[q] + i];
        }
        #[unroll]
        for k in 0..KEYS {
            let key = qkv[key_at[k] + i];
            #[unroll]
            for q in 0..QUERIES {
                sums[q * KEYS + k] = fma(query[q], key, sums[q * KEYS + k]);
            }
        }
    }
    #[unroll]
    for q in 0..QUERIES {
        if token + q < tokens {
            let mut found = Scores::new(f32::new(NOTHING));
            #[unroll]
            for k in 0..KEYS {
                let score = total(sums[q * KEYS + k]) * scale;
                found.insert(k, select(block * KEYS + k < tokens, score, f32::new(NOTHING)));
            }
            scores[(CUBE_POS_Z as usize * tokens + token + q) * blocks + block] = found;
        }
    }
}

/// A vector of what four queries get. `head` counts vectors.
#[cube(launch_unchecked)]
fn mix_shader<N: Size>(
    scores: &[Scores],
    qkv: &[Vector<f32, N>],
    output: &mut [Vector<f32, N>],
    first: u32,
    tokens: u32,
    heads: u32,
    head: u32,
) {
    let tokens = tokens as usize;
    let head = head as usize;
    let blocks = tokens.div_ceil(KEYS);
    let part = ABSOLUTE_POS_X as usize;
    let token = ABSOLUTE_POS_Y as usize * QUERIES;
    if part >= head || token >= tokens {
        terminate!();
    }
    let picture = (first + CUBE_POS_Z / heads) as usize;
    let dim = heads as usize * head;
    let column = (CUBE_POS_Z % heads) as usize * head + part;
    let values = picture * tokens * 3 * dim + 2 * dim + column;
    let mut scores_at = Array::<usize>::new(QUERIES);
    let mut mixed = Array::<Vector<f32, N>>::new(QUERIES);
    let mut most = Array::<f32>::new(QUERIES);
    let mut sums = Array::<f32>::new(QUERIES);
    #[unroll]
    for q in 0..QUERIES {
        scores_at[q] = (CUBE_POS_Z as usize * tokens + min(token + q, tokens - 1)) * blocks;
        mixed[q] = Vector::new(0.0);
        most[q] = f32::new(NOTHING);
        sums[q] = f32::new(0.0);
    }
    let mut value = Array::<Vector<f32, N>>::new(KEYS);
    for block in 0..blocks {
        #[unroll]
        for k in 0..KEYS {
            value[k] = qkv[values + min(block * KEYS + k, tokens - 1) * 3 * dim];
        }
        #[unroll]
        for q in 0..QUERIES {
            let found = scores[scores_at[q] + block];
            let larger = max(most[q], largest(found));
            let shrink = (most[q] - larger).exp();
            let shares = (found - Scores::new(larger)).exp();
            most[q] = larger;
            sums[q] = fma(sums[q], shrink, total(shares));
            let mut sum = mixed[q] * Vector::new(shrink);
            #[unroll]
            for k in 0..KEYS {
                sum = fma(Vector::new(shares.extract(k)), value[k], sum);
            }
            mixed[q] = sum;
        }
    }
    #[unroll]
    for q in 0..QUERIES {
        if token + q < tokens {
            output[(picture * tokens + token + q) * dim + column] = mixed[q] / Vector::new(sums[q]);
        }
    }
}

/// The largest of a vector's numbers.
#[cube]
fn largest(scores: Scores) -> f32 {
    max(
        max(scores.extract(0usize), scores.extract(1usize)),
        max(scores.extract(2usize), scores.extract(3usize)),
    )
}
