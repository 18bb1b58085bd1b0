//! Affine maps, and what comes after them.

use burn_cubecl::{
    cubecl::{self, prelude::*},
    tensor::CubeTensor,
};

use super::{SQUARE, functions::gelu, last, like, rows, squares, tiles, whole, width};

/// Rows of what one unit works out.
const ROWS: usize = 4;
/// Columns of it, in vectors that are as far apart as units work side by side: so that neighbours read neighbouring ones.
const COLUMNS: usize = 2;

/// What comes after the product and its bias.
#[derive(Debug, Default)]
pub enum Ending {
    /// Nothing.
    #[default]
    Nothing,
    /// GELU.
    Gelu,
    /// A sum with this, which has the shape of the answer.
    Added(Box<CubeTensor>),
}

/// `ending(x W + b)`: `[..., d_input]` by `[d_input, d_output]` to `[..., d_output]`; `bias` is `[d_output]`.
///
/// A unit holds a tile of the answer and reads what it needs of `x` and `W` where they lie: nothing goes through memory that
/// units share, and nobody waits for anybody. What units side by side read of `x` is the same and of `W` neighbouring, so
/// that a processor's nearest cache does what a copy of one's own would do.
pub fn linear(x: CubeTensor, weight: CubeTensor, bias: Option<CubeTensor>, ending: Ending) -> CubeTensor {
    let (x, weight) = (whole(x), whole(weight));
    let (from, to) = (last(&x), last(&weight));
    assert!(
        weight.meta.shape()[0] == from,
        "a weight of {:?} for {from} numbers",
        weight.meta.shape()
    );
    let bias = bias.map(whole);
    let (is_gelu, more) = match ending {
        Ending::Nothing => (false, None),
        Ending::Gelu => (true, None),
        Ending::Added(more) => (false, Some(whole(*more))),
    };
    let output = like(&x, to);
    let (count, step) = (rows(&x), width(&[from, to]));
    if count == 0 || to == 0 {
        return output;
    }
    // Told while it runs and not before, so that a device compiles one shader for all.
    let flags = [bias.is_some(), more.is_some(), is_gelu].map(u32::from);
    let [columns, lines] = [squares(to / step, COLUMNS), squares(count, ROWS)];
    // What is not there is never read; something must stand in its place.
    let bias = bias.unwrap_or_else(|| weight.clone());
    let more = more.unwrap_or_else(|| x.clone());
    // SAFETY: the shader reads and writes within `count` rows of `from` and `to` numbers, as the shapes above say.
    unsafe {
        linear_shader::launch_unchecked(
            &output.client.clone(),
            tiles(columns, lines, 1),
            CubeDim::new_2d(SQUARE, SQUARE),
            step,
            x.into_buffer_arg(),
            weight.into_buffer_arg(),
            bias.into_buffer_arg(),
            more.into_buffer_arg(),
            output.clone().into_buffer_arg(),
            count as u32,
            (from / step) as u32,
            (to / step) as u32,
            flags[0],
            flags[1],
            flags[2],
        );
    }
    output
}

/// `depth` and `columns` count vectors.
#[cube(launch_unchecked)]
fn linear_shader<N: Size>(
    x: &[Vector<f32, N>],
    weight: &[Vector<f32, N>],
    bias: &[Vector<f32, N>],
    more: &[Vector<f32, N>],
    output: &mut [Vector<f32, N>],
    rows: u32,
    depth: u32,
    columns: u32,
    has_bias: u32,
    has_more: u32,
    is_gelu: u32,
) {
    let rows = rows as usize;
    let depth = depth as usize;
    let columns = columns as usize;
    let row = (CUBE_POS_Y * CUBE_DIM_Y + UNIT_POS_Y) as usize * ROWS;
    let column = (CUBE_POS_X * CUBE_DIM_X) as usize * COLUMNS + UNIT_POS_X as usize;
    if row >= rows || column >= columns {
        terminate!();
    }
    // Beyond the edge the last row and column are worked out again, and not written.
    let mut from = Array::<usize>::new(ROWS);
    #[unroll]
    for i in 0..ROWS {
        from[i] = min(row + i, rows - 1) * depth;
    }
    let mut at = Array::<usize>::new(COLUMNS);
    #[unroll]
    for j in 0..COLUMNS {
        at[j] = min(column + j * CUBE_DIM_X as usize, columns - 1);
    }
    let mut sums = Array::<Vector<f32, N>>::new(ROWS * COLUMNS);
    #[unroll]
    for i in 0..ROWS * COLUMNS {
        sums[i] = Vector::new(0.0);
    }
    let mut values = Array::<Vector<f32, N>>::new(ROWS);
    for k in 0..depth {
        #[unroll]
        for i in 0..ROWS {
            values[i] = x[from[i] + k];
        }
        #[unroll]
        for c in 0..N::value() {
            let line = (k * N::value() + c) * columns;
            #[unroll]
            for j in 0..COLUMNS {
                let weights = weight[line + at[j]];
                #[unroll]
                for i in 0..ROWS {
                    sums[i * COLUMNS + j] = fma(Vector::new(values[i].extract(c)), weights, sums[i * COLUMNS + j]);
                }
            }
        }
    }
    #[unroll]
    for j in 0..COLUMNS {
        let column = column + j * CUBE_DIM_X as usize;
        if column < columns {
            #[unroll]
            for i in 0..ROWS {
                if row + i < rows {
                    let place = (row + i) * columns + column;
                    let mut sum = sums[i * COLUMNS + j];
                    if has_bias != 0 {
                        sum += bias[column];
                    }
                    if is_gelu != 0 {
                        sum = gelu(sum);
                    }
                    if has_more != 0 {
                        sum += more[place];
                    }
                    output[place] = sum;
                }
            }
        }
    }
}
