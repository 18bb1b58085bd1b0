//! The finest grid of the smooth fill: the picture's own pixels.

use std::ops::Range;

use super::{
    cells::{Cells, Run},
    lanes::{Lanes, ZERO, add, minus, times},
};

/// The pixels, and on the hidden ones the equation `u = mean of the neighbours that exist`.
///
/// `u` holds the given values in visible pixels next to hidden ones, and 0 in the margin; other visible pixels are
/// never read. Away from the picture's edge a pixel has four neighbours, so no array of factors is needed.
#[derive(Debug, Default)]
pub(super) struct Finest {
    pub cells: Cells,
    u: Vec<Lanes>,
}

/// What the four neighbours add up to, the one on the left given.
#[inline(always)]
fn around(u: &[Lanes], left: Lanes, i: usize, stride: usize) -> Lanes {
    add(add(left, u[i + 1]), add(u[i - stride], u[i + stride]))
}

impl Finest {
    /// Takes the size and the hidden pixels of a picture: `hide` hands over runs of hidden pixels, numbered row by row.
    pub fn set_hidden(&mut self, width: usize, height: usize, hide: impl FnOnce(&mut dyn FnMut(Range<usize>))) {
        if (self.cells.width, self.cells.height) != (width, height) {
            self.u.clear();
        }
        self.cells.reset(width, height);
        self.u.resize(self.cells.len(), ZERO);
        let stride = self.cells.stride();
        hide(&mut |pixels| {
            let (row, column) = (pixels.start / width + 1, pixels.start % width + 1);
            let run = Run {
                start: row * stride + column,
                length: pixels.len(),
                row,
                colour: (row + column) % 2,
            };
            self.cells.hidden[run.cells()].fill(true);
            self.cells.runs.push(run);
        });
    }

    /// Takes the values of visible pixels next to hidden ones, pixels numbered row by row.
    pub fn set_known(&mut self, value: impl Fn(usize) -> Lanes) {
        let (width, stride) = (self.cells.width, self.cells.stride());
        let pixel = |cell: usize| (cell / stride - 1) * width + cell % stride - 1;
        for run in &self.cells.runs {
            let (before, behind) = (run.start - 1, run.start + run.length);
            if before % stride > 0 {
                self.u[before] = value(pixel(before));
            }
            if behind % stride <= width {
                self.u[behind] = value(pixel(behind));
            }
            for other in [run.row - 1, run.row + 1] {
                // Rows within a row of patches are alike: then nothing above or below a hidden pixel is visible.
                if other == 0 || other > self.cells.height || self.cells.row(other) == self.cells.row(run.row) {
                    continue;
                }
                let first = other * stride + run.start % stride;
                for cell in (first..first + run.length).filter(|&cell| !self.cells.hidden[cell]) {
                    self.u[cell] = value(pixel(cell));
                }
            }
        }
    }

    /// The sum of the two known values across each visible side of the square of four pixels that begins at `cell`;
    /// `visible` says which sides are: above, left, right, below.
    pub fn known_beside(&self, cell: usize, visible: [bool; 4]) -> Lanes {
        let stride = self.cells.stride();
        let sides = [
            [cell - stride, cell - stride + 1],
            [cell - 1, cell + stride - 1],
            [cell + 2, cell + stride + 2],
            [cell + 2 * stride, cell + 2 * stride + 1],
        ];
        let seen = sides.into_iter().zip(visible).filter(|&(_, visible)| visible);
        seen.flat_map(|(side, _)| side).fold(ZERO, |sum, cell| add(sum, self.u[cell]))
    }

    /// Starts from 0 in hidden pixels.
    pub fn clear(&mut self) {
        for run in &self.cells.runs {
            self.u[run.cells()].fill(ZERO);
        }
    }

    /// One Gauss–Seidel sweep over each colour: red, then black.
    pub fn smooth(&mut self) {
        self.sweep(0);
        self.sweep(1);
    }

    fn sweep(&mut self, colour: usize) {
        let (stride, height) = (self.cells.stride(), self.cells.height);
        let [mut first, mut last] = [0.0, 0.0];
        let mut row = 0;
        let mut inner = 0.0;
        for run in &self.cells.runs {
            if run.row != row {
                row = run.row;
                let vertical = usize::from(row > 1) + usize::from(row < height);
                inner = 1.0 / (vertical + 2) as f32;
                // A picture of one pixel on its own has no neighbour, and nothing visible either.
                let beside = usize::from(self.cells.width > 1);
                first = 1.0 / (vertical + beside).max(1) as f32;
                last = first;
            }
            let from = run.start % stride;
            let offset = (colour + run.colour) % 2;
            let u = &mut self.u;
            let mut left = u[run.start + offset - 1];
            for i in (run.start + offset..run.start + run.length).step_by(2) {
                let sum = around(u, left, i, stride);
                left = u[i + 1];
                u[i] = times(sum, inner);
            }
            // The picture's first and last column lack a neighbour.
            if from == 1 && offset == 0 {
                u[run.start] = times(around(u, ZERO, run.start, stride), first);
            }
            let end = run.start + run.length - 1;
            if end % stride == self.cells.width && (run.length - 1) % 2 == offset {
                u[end] = times(around(u, u[end - 1], end, stride), last);
            }
        }
    }

    /// Over-relaxed sweeps until nothing changes by more than `enough`, for what no coarser grid helps.
    pub fn solve(&mut self, enough: f32) {
        let long = self.cells.width.max(self.cells.height);
        let over = 2.0 / (1.0 + libm::sinf(std::f32::consts::PI / (2 * long + 1) as f32));
        let stride = self.cells.stride();
        for _ in 0..20 * long + 20 {
            let mut largest = 0f32;
            for colour in 0..2 {
                for run in &self.cells.runs {
                    for i in (run.start + (colour + run.colour) % 2..run.start + run.length).step_by(2) {
                        let mean = times(
                            around(&self.u, self.u[i - 1], i, stride),
                            1.0 / self.cells.neighbours(i).max(1) as f32,
                        );
                        let change = times(minus(mean, self.u[i]), over);
                        self.u[i] = add(self.u[i], change);
                        largest = change.into_iter().fold(largest, |largest, change| largest.max(change.abs()));
                    }
                }
            }
            if largest <= enough {
                break;
            }
        }
    }

    /// What is still wrong in red pixel `cell`: `sum of (neighbour - u)` over the neighbours that exist.
    #[inline(always)]
    pub fn residual(&self, cell: usize, neighbours: f32) -> Lanes {
        let sum = around(&self.u, self.u[cell - 1], cell, self.cells.stride());
        minus(sum, times(self.u[cell], neighbours))
    }

    /// The values of hidden pixels, to be changed by an interpolation.
    pub fn parts(&mut self) -> (&Cells, &mut [Lanes]) {
        (&self.cells, &mut self.u)
    }

    /// Calls `each(pixel, values)` for every run of hidden pixels, pixels numbered row by row.
    pub fn each_run(&self, mut each: impl FnMut(usize, &[Lanes])) {
        let stride = self.cells.stride();
        for run in &self.cells.runs {
            each((run.row - 1) * self.cells.width + run.start % stride - 1, &self.u[run.cells()]);
        }
    }
}
