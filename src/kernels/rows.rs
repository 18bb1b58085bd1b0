//! Affine maps of rows, and how rows are dealt out to threads.

use super::{
    levels::add_rows,
    pool::fresh,
    product::{Ending, Out, Packed, View, add_product, product},
    threads::each,
};

/// Rows that a thread takes at a time: a multiple of the rows of the tiles that are used there (6 or 12 natively, 5 in a
/// browser), and few enough that what they become on their
/// way through a layer stays in the processor's second cache. One thread alone takes more: each share reads all weights
/// anew.
pub const ROWS: usize = if cfg!(feature = "train") { 60 } else { 100 };

/// Where each task's rows begin, and how many they are.
pub fn tasks(rows: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..rows).step_by(ROWS).map(move |start| (start, ROWS.min(rows - start)))
}

/// The first `count` numbers of `rest`, which keeps the others.
pub fn cut<'a>(rest: &mut &'a mut [f32], count: usize) -> &'a mut [f32] {
    let (head, tail) = std::mem::take(rest).split_at_mut(count);
    *rest = tail;
    head
}

/// The sum of rows of `width` numbers, first to last.
#[must_use]
pub fn total(rows: &[f32], width: usize) -> Vec<f32> {
    let mut sums = vec![0.0; width];
    add_rows(&mut sums, rows);
    sums
}

/// `y = x W + b`.
#[derive(Clone, Copy, Debug)]
pub struct Map<'a> {
    /// `[d_input, d_output]`, or the panels that were made of it.
    pub weight: &'a [f32],
    /// Whether these are panels.
    pub packed: bool,
    /// `[d_output]`.
    pub bias: Option<&'a [f32]>,
    /// `[d_input, d_output]`.
    pub shape: [usize; 2],
}

/// Gradients by a map's input and numbers.
#[derive(Debug)]
pub struct MapGradients {
    /// `[rows, d_input]`.
    pub x: Option<Vec<f32>>,
    /// `[d_input, d_output]`.
    pub weight: Vec<f32>,
    /// `[d_output]`.
    pub bias: Vec<f32>,
}

impl<'a> Map<'a> {
    /// The weight as the way there needs it.
    #[must_use]
    pub fn packed(&self) -> Packed<'a> {
        if self.packed {
            Packed::lent(self.weight, self.shape)
        } else {
            Packed::shared(View::new(self.weight, self.shape[1]))
        }
    }

    /// The weight as the way back needs it.
    ///
    /// # Panics
    /// When there are panels only: nobody learns then.
    #[must_use]
    pub fn turned(&self) -> Packed<'static> {
        assert!(!self.packed, "gradients want the weight in rows");
        Packed::shared(View::new(self.weight, self.shape[1]).turned())
    }

    /// The bias comes last.
    #[must_use]
    pub fn ending(&self) -> Ending<'a> {
        Ending {
            bias: self.bias,
            ..Ending::default()
        }
    }

    /// `[rows, d_input]` to `[rows, d_output]`.
    #[must_use]
    pub fn forward(&self, x: &[f32]) -> Vec<f32> {
        let [from, to] = self.shape;
        let rows = x.len() / from.max(1);
        let weight = self.packed();
        let mut out = fresh(rows * to);
        let mut rest = out.as_mut_slice();
        let parts = tasks(rows)
            .map(|(start, count)| (start, count, cut(&mut rest, count * to)))
            .collect();
        each(parts, |(start, count, out)| {
            product(out, View::new(x, from).rows(start, count), &weight, self.ending());
        });
        out
    }

    /// Gradients, given the one by what came out: `[rows, d_output]`. The one by `x` only where it is wanted.
    #[must_use]
    pub fn backward(&self, x: &[f32], gradient: &[f32], wants_x: bool) -> MapGradients {
        let [from, to] = self.shape;
        let rows = x.len() / from.max(1);
        let weight = wants_x.then(|| self.turned());
        let mut dx = fresh(if wants_x { x.len() } else { 0 });
        let mut sums = vec![0.0; rows.div_ceil(ROWS) * to];
        let (mut dx_rest, mut sums_rest) = (dx.as_mut_slice(), sums.as_mut_slice());
        let parts = tasks(rows).map(|(start, count)| {
            let dx = cut(&mut dx_rest, if wants_x { count * from } else { 0 });
            (start, count, dx, cut(&mut sums_rest, to))
        });
        let parts = parts.collect();
        each(parts, |(start, count, dx, sums): (usize, usize, &mut [f32], &mut [f32])| {
            let gradient = View::new(gradient, to).rows(start, count);
            sum_rows(sums, gradient);
            if let Some(weight) = &weight {
                product(dx, gradient, weight, Ending::default());
            }
        });
        let mut dweight = vec![0.0; from * to];
        weight_gradients(vec![WeightGradient {
            out: &mut dweight,
            x: View::new(x, from),
            gradient: View::new(gradient, to),
        }]);
        MapGradients {
            x: wants_x.then_some(dx),
            weight: dweight,
            bias: total(&sums, to),
        }
    }
}

/// `sums += ` the sum of rows.
pub fn sum_rows(sums: &mut [f32], rows: View<'_>) {
    add_rows(sums, rows.contiguous());
}

/// `out = x^T gradient`.
#[derive(Debug)]
pub struct WeightGradient<'a> {
    /// `[d_input, d_output]`, zeros.
    pub out: &'a mut [f32],
    /// `[rows, d_input]`.
    pub x: View<'a>,
    /// `[rows, d_output]`.
    pub gradient: View<'a>,
}

/// Numbers of a sum over rows taken in one go.
const DEPTH: usize = 320;
/// Rows and columns of a weight's gradient that one task computes, roughly.
const BLOCK: [usize; 2] = [192, 64];

/// Gradients of weights. Cut into blocks of what comes out, so that every sum is one thread's from first to last.
pub fn weight_gradients(jobs: Vec<WeightGradient<'_>>) {
    struct Part<'a> {
        out: Out,
        x: View<'a>,
        gradient: View<'a>,
    }
    let mut parts = Vec::new();
    for job in jobs {
        let ([rows, from], [others, to]) = (job.x.shape(), job.gradient.shape());
        assert!(
            rows == others && job.out.len() == from * to,
            "a weight's gradient has the weight's shape"
        );
        let out = Out::new(job.out.as_mut_ptr(), to);
        for row in (0..from).step_by(BLOCK[0]) {
            for column in (0..to).step_by(BLOCK[1]) {
                parts.push(Part {
                    // SAFETY: the block begins inside `job.out`.
                    out: unsafe { out.at(row, column) },
                    x: job.x.columns(row, BLOCK[0].min(from - row)),
                    gradient: job.gradient.columns(column, BLOCK[1].min(to - column)),
                });
            }
        }
    }
    each(parts, |Part { out, x, gradient }| {
        let [rows, _] = x.shape();
        for start in (0..rows).step_by(DEPTH) {
            let count = DEPTH.min(rows - start);
            let gradient = Packed::new(gradient.rows(start, count));
            // SAFETY: `jobs` lent their numbers for as long as this takes, and no two blocks have one in common.
            unsafe { add_product(out, x.rows(start, count).turned(), &gradient) };
        }
    });
}
