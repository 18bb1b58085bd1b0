//! Gradients of a convolution's weights: sums over places.

use super::Patches;
use crate::kernels::{
    pool::Buffer,
    product::{Ending, Packed, View, product},
    threads::each,
};

/// Places of a sum taken in one go: a panel this deep and the numbers that meet it share the first cache.
const PLACES: usize = 192;
/// Numbers of a patch that are read side by side: a multiple of the rows of every tile but the browser's.
const LINE: usize = 24;
/// Outputs whose gradients are turned together.
const BLOCK: usize = 16;
/// Numbers of a patch that one task takes care of: the more, the less often gradients are packed.
const NUMBERS: usize = 6 * LINE;
/// Tasks to be had, where there are enough places: cores are kept busy, and sums are cut by shapes alone.
const TASKS: usize = 24;

/// For every number of a patch and every output its gradient, in parts to be added up: each `[depth, outputs]`.
pub fn by_number(patches: &Patches<'_>, gradient: &[f32], outputs: usize) -> Vec<Buffer> {
    let (depth, count) = (patches.depth(), patches.count());
    let groups = depth.div_ceil(NUMBERS).max(1);
    let chunks = count.div_ceil(PLACES);
    let share = chunks.div_ceil(TASKS.div_ceil(groups)).max(1) * PLACES;
    let mut parts: Vec<Buffer> = (0..count).step_by(share).map(|_| Buffer::zeros(depth * outputs)).collect();
    let mut tasks = Vec::new();
    for (part, first) in parts.iter_mut().zip((0..count).step_by(share)) {
        let places = first..count.min(first + share);
        let slices = part.chunks_mut((NUMBERS * outputs).max(1)).enumerate();
        tasks.extend(slices.map(|(group, out)| (places.clone(), group * NUMBERS, out)));
    }
    each(tasks, |(places, start, out)| {
        for first in places.clone().step_by(PLACES) {
            let count = PLACES.min(places.end - first);
            let right = Packed::new(View::new(gradient, outputs).rows(first, count));
            let mut line = Buffer::of(count * LINE);
            for (index, out) in out.chunks_mut(LINE * outputs).enumerate() {
                let (start, width) = (start + index * LINE, out.len() / outputs);
                let line = &mut line[..count * width];
                patches.gather(line, first, start..start + width);
                let keep = Ending {
                    keep: true,
                    ..Ending::default()
                };
                product(out, View::new(line, width).turned(), &right, keep);
            }
        }
    });
    parts
}

/// The sum of parts that are `[taps in, out]`, as `[out, in, taps]`.
pub fn turned(parts: &[Buffer], [outputs, inputs, taps]: [usize; 3]) -> Vec<f32> {
    let mut out = vec![0.0; outputs * inputs * taps];
    let rows = out.chunks_mut((BLOCK * inputs * taps).max(1)).enumerate();
    each(rows.collect(), |(block, out): (usize, &mut [f32])| {
        let width = out.len() / (inputs * taps);
        for number in 0..inputs * taps {
            let (tap, input) = (number / inputs, number % inputs);
            let mut sums = [0.0; BLOCK];
            for part in parts {
                let line = &part[number * outputs + block * BLOCK..][..width];
                sums.iter_mut().zip(line).for_each(|(sum, value)| *sum += value);
            }
            for (output, sum) in sums[..width].iter().enumerate() {
                out[(output * inputs + input) * taps + tap] = *sum;
            }
        }
    });
    out
}
