//! What a source holds: `darkroom data`.

use rayon::prelude::*;

use super::{DataError, Sample, Skipped, Source};

/// Counts, sizes, classes and channel statistics of a source.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stats {
    /// Pictures that can be read.
    pub pictures: usize,
    /// Those that cannot.
    pub skipped: Skipped,
    /// Smallest width and smallest height, pixels.
    pub smallest_px: [usize; 2],
    /// Largest width and largest height, pixels.
    pub largest_px: [usize; 2],
    /// Median width and median height, pixels.
    pub median_px: [usize; 2],
    /// Most frequent sizes `([width, height], pictures)`, at most eight.
    pub sizes: Vec<([usize; 2], usize)>,
    /// Pictures with a label.
    pub labelled: usize,
    /// Classes that pictures have, and how many each: of numbers alone there may be far more names than pictures.
    pub classes: Vec<(String, usize)>,
    /// Mean of red, green and blue over all pixels, 0..1.
    pub mean: [f64; 3],
    /// Their standard deviations.
    pub std: [f64; 3],
}

/// Of one or more pictures. Sums of whole numbers: the same whatever the order.
#[derive(Default)]
struct Tally {
    sizes: Vec<[usize; 2]>,
    labels: Vec<usize>,
    pixels: u128,
    sums: [u128; 3],
    squares: [u128; 3],
    skipped: Skipped,
}

impl Tally {
    fn add(mut self, outcome: Result<Sample, DataError>) -> Self {
        let sample = match outcome {
            Ok(sample) => sample,
            Err(error) => {
                self.skipped.add(error.to_string());
                return self;
            }
        };
        let (mut sums, mut squares) = ([0u64; 3], [0u64; 3]); // 255^2 * 100 megapixels fits
        for pixel in sample.picture.pixels.chunks_exact(3) {
            for ((&value, sum), square) in pixel.iter().zip(&mut sums).zip(&mut squares) {
                *sum += u64::from(value);
                *square += u64::from(value) * u64::from(value);
            }
        }
        self.sizes.push([sample.picture.width, sample.picture.height]);
        self.labels.extend(sample.label);
        self.pixels += sample.picture.pixels.len() as u128 / 3;
        self.sums = std::array::from_fn(|c| self.sums[c] + u128::from(sums[c]));
        self.squares = std::array::from_fn(|c| self.squares[c] + u128::from(squares[c]));
        self
    }

    fn join(mut self, other: Self) -> Self {
        self.sizes.extend(other.sizes);
        self.labels.extend(other.labels);
        self.pixels += other.pixels;
        self.sums = std::array::from_fn(|c| self.sums[c] + other.sums[c]);
        self.squares = std::array::from_fn(|c| self.squares[c] + other.squares[c]);
        self.skipped.merge(other.skipped);
        self
    }
}

/// Reads every picture of a source. Broken ones are counted and left out. `read` is called after each, by any thread.
#[must_use]
pub fn stats(source: &dyn Source, read: impl Fn() + Sync) -> Stats {
    let add = |tally: Tally, index: usize| {
        let tally = tally.add(source.get(index));
        read();
        tally
    };
    let tally = (0..source.len())
        .into_par_iter()
        .fold(Tally::default, add)
        .reduce(Tally::default, Tally::join);
    let n = tally.pixels.max(1) as f64;
    let mean: [f64; 3] = std::array::from_fn(|c| tally.sums[c] as f64 / n / 255.0);
    let std = std::array::from_fn(|c| (tally.squares[c] as f64 / n / 255.0 / 255.0 - mean[c] * mean[c]).max(0.0).sqrt());
    let mut counts = vec![0; source.classes().len()];
    for label in &tally.labels {
        if let Some(count) = counts.get_mut(*label) {
            *count += 1;
        }
    }
    let sides = [0, 1].map(|axis| {
        let mut side: Vec<usize> = tally.sizes.iter().map(|s| s[axis]).collect();
        side.sort_unstable();
        side
    });
    let at =
        |pick: &dyn Fn(&[usize]) -> Option<&usize>| [0, 1].map(|axis: usize| sides.get(axis).and_then(|s| pick(s)).copied().unwrap_or(0));
    let named = source.classes().iter().cloned().zip(counts);
    Stats {
        pictures: tally.sizes.len(),
        smallest_px: at(&|s| s.first()),
        largest_px: at(&|s| s.last()),
        median_px: at(&|s| s.get(s.len() / 2)),
        sizes: frequent(tally.sizes),
        labelled: tally.labels.len(),
        classes: named.filter(|(_, count)| *count > 0).collect(),
        mean,
        std,
        skipped: tally.skipped,
    }
}

/// The most frequent sizes, at most eight, the most frequent first.
fn frequent(mut sizes: Vec<[usize; 2]>) -> Vec<([usize; 2], usize)> {
    sizes.sort_unstable();
    let mut runs: Vec<([usize; 2], usize)> = sizes
        .chunk_by(|a, b| a == b)
        .filter_map(|run| Some((*run.first()?, run.len())))
        .collect();
    runs.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    runs.truncate(8);
    runs
}
