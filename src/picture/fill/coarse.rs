//! The coarser grids of the smooth fill.

use super::{
    cells::Cells,
    finest::Finest,
    lanes::{Lanes, ZERO, add, largest, minus, times},
};

/// A grid whose cells are squares of `side` pixels, and on it, in every hidden cell, the equation
/// `sum over hidden neighbours (u_i - u_j) + weight * (visible neighbours) * u_i = f_i`.
/// What lies outside the picture is no neighbour. A cell is hidden when all of it is.
///
/// Known values sit in the centres of visible pixels, so that from the centre of a hidden cell it is
/// `(side + 1) / 2` pixels to a known value, where it is `side` to the next cell: `weight` is what follows.
#[derive(Debug, Default)]
pub(super) struct Coarse {
    pub cells: Cells,
    weight: f32,
    /// What `u_i` is multiplied by in the equation; 0 where visible.
    diagonal: Vec<f32>,
    /// 1 over that; 0 where visible.
    inverse: Vec<f32>,
    /// What a finer cell keeps of its parent's value on the side of this cell, when visible values are 0: it takes a
    /// quarter of this cell's on top. `0.75` towards a hidden cell, `1` towards the picture's edge, where all is
    /// as within, and towards a visible one what a straight line to 0 gives.
    keep_to_zero: Vec<f32>,
    /// The same when nothing is said of visible values: `1` towards visible ones.
    keep: Vec<f32>,
    u: Vec<Lanes>,
    f: Vec<Lanes>,
    /// One row of `u`, interpolated between rows.
    blend: Vec<Lanes>,
}

/// How an interpolation meets visible cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Towards {
    /// They are 0: a correction.
    Zero,
    /// They have values, which are not at hand: a first guess.
    Anything,
}

impl Coarse {
    /// Takes the grid of twice `fine`'s cells.
    pub fn set_hidden(&mut self, fine: &Cells, side: usize) {
        self.cells.reset(fine.width.div_ceil(2), fine.height.div_ceil(2));
        self.weight = 2.0 * side as f32 / (side as f32 + 1.0);
        let stride = self.cells.stride();
        for y in 0..self.cells.height {
            let upper = fine.row(2 * y + 1);
            let lower = fine.row((2 * y + 2).min(fine.height));
            for x in 0..self.cells.width {
                let (left, right) = (2 * x + 1, (2 * x + 2).min(fine.width));
                self.cells.hidden[(y + 1) * stride + x + 1] = upper[left] & upper[right] & lower[left] & lower[right];
            }
        }
        self.cells.find_runs();
        self.set_factors();
    }

    fn set_factors(&mut self) {
        let (cells, stride) = (self.cells.len(), self.cells.stride());
        for (array, value) in [
            (&mut self.diagonal, 0.0),
            (&mut self.inverse, 0.0),
            (&mut self.keep, 1.0),
            (&mut self.keep_to_zero, 1.0),
        ] {
            array.clear();
            array.resize(cells, value);
        }
        for array in [&mut self.u, &mut self.f] {
            array.resize(cells, ZERO);
        }
        self.blend.resize(stride, ZERO);
        for row in 1..=self.cells.height {
            self.keep_to_zero[row * stride + 1..row * stride + 1 + self.cells.width].fill(1.0 - self.weight / 4.0);
        }
        for run in &self.cells.runs {
            self.keep[run.cells()].fill(0.75);
            self.keep_to_zero[run.cells()].fill(0.75);
            for i in run.cells() {
                let hidden: usize = [i - stride, i - 1, i + 1, i + stride]
                    .map(|j| usize::from(self.cells.hidden[j]))
                    .iter()
                    .sum();
                let visible = if hidden == 4 { 0 } else { self.cells.neighbours(i) - hidden };
                self.diagonal[i] = hidden as f32 + self.weight * visible as f32;
                self.inverse[i] = 1.0 / self.diagonal[i];
            }
        }
    }

    /// The right-hand side that the picture's visible values give on this grid, which is the second finest.
    pub fn take_known(&mut self, fine: &Finest) {
        let (stride, fine_stride) = (self.cells.stride(), fine.cells.stride());
        for run in &self.cells.runs {
            for i in run.cells() {
                let around = [i - stride, i - 1, i + 1, i + stride];
                let outside = [
                    run.row == 1,
                    i % stride == 1,
                    i % stride == self.cells.width,
                    run.row == self.cells.height,
                ];
                let mut visible = [false; 4];
                for side in 0..4 {
                    visible[side] = !outside[side] && !self.cells.hidden[around[side]];
                }
                let child = (2 * run.row - 1) * fine_stride + 2 * (i % stride) - 1;
                self.f[i] = if visible == [false; 4] {
                    ZERO
                } else {
                    times(fine.known_beside(child, visible), self.weight / 2.0)
                };
            }
        }
    }

    /// The right-hand side that the same values give on the next coarser grid.
    pub fn hand_known_to(&self, coarse: &mut Self) {
        let fine = self.cells.stride();
        let by = coarse.weight / (2.0 * self.weight);
        coarse.each_child(fine, |i, child, f| {
            f[i] = times(
                add(
                    add(self.f_at(child), self.f_at(child + 1)),
                    add(self.f_at(child + fine), self.f_at(child + fine + 1)),
                ),
                by,
            );
        });
    }

    /// 0 where visible: what is left there is of an older mask.
    fn f_at(&self, cell: usize) -> Lanes {
        if self.cells.hidden[cell] { self.f[cell] } else { ZERO }
    }

    /// Calls `each(cell, child, f)` with every hidden cell and the upper left one of the four finer cells in it.
    fn each_child(&mut self, fine_stride: usize, mut each: impl FnMut(usize, usize, &mut [Lanes])) {
        let stride = self.cells.stride();
        for run in &self.cells.runs {
            let first = (2 * run.row - 1) * fine_stride + 2 * (run.start % stride) - 1;
            for (k, i) in run.cells().enumerate() {
                each(i, first + 2 * k, &mut self.f);
            }
        }
    }

    /// Starts from 0.
    pub fn clear(&mut self) {
        self.u.fill(ZERO);
    }

    /// The largest value.
    pub fn largest(&self) -> f32 {
        largest(&self.u)
    }

    /// One Gauss–Seidel sweep over each colour: red, then black.
    pub fn smooth(&mut self) {
        self.sweep(0, None);
        self.sweep(1, None);
    }

    /// Over-relaxed sweeps, enough to solve a small grid.
    pub fn solve(&mut self) {
        // The optimum for a square twice as long as this grid: the picture's edge mirrors what lies within.
        let long = self.cells.width.max(self.cells.height);
        let over = 2.0 / (1.0 + libm::sinf(std::f32::consts::PI / (2 * long + 1) as f32));
        for _ in 0..3 * long {
            self.sweep(0, Some(over));
            self.sweep(1, Some(over));
        }
    }

    #[inline(always)]
    fn balanced(&self, i: usize, left: Lanes) -> Lanes {
        let stride = self.cells.stride();
        let around = add(add(left, self.u[i + 1]), add(self.u[i - stride], self.u[i + stride]));
        times(add(around, self.f[i]), self.inverse[i])
    }

    #[inline(always)]
    fn sweep(&mut self, colour: usize, over: Option<f32>) {
        for k in 0..self.cells.runs.len() {
            let run = self.cells.runs[k];
            let offset = (colour + run.colour) % 2;
            let mut left = self.u[run.start + offset - 1];
            for i in (run.start + offset..run.start + run.length).step_by(2) {
                let new = self.balanced(i, left);
                left = self.u[i + 1];
                self.u[i] = over.map_or(new, |over| add(times(new, over), times(self.u[i], 1.0 - over)));
            }
        }
    }

    /// What is still wrong in a cell; 0 where visible, and beyond the picture.
    #[inline(always)]
    fn residual(&self, i: usize) -> Lanes {
        if !self.cells.hidden[i] {
            return ZERO;
        }
        times(minus(self.balanced(i, self.u[i - 1]), self.u[i]), self.diagonal[i])
    }

    /// Hands what is still wrong to a coarser grid, as the right-hand side of the correction to be found there, which
    /// starts from 0. To be called after [`Self::smooth`], which leaves nothing wrong in black cells.
    pub fn restrict_to(&self, coarse: &mut Self) {
        coarse.clear();
        let fine = self.cells.stride();
        coarse.each_child(fine, |i, child, f| {
            f[i] = add(self.residual(child), self.residual(child + fine + 1))
        });
    }

    /// The same from the picture's own pixels.
    pub fn restrict_from(&mut self, fine: &Finest) {
        self.clear();
        let stride = fine.cells.stride();
        let (width, height) = (fine.cells.width, fine.cells.height);
        self.each_child(stride, |i, child, f| {
            let (row, column) = (child / stride, child % stride);
            let inner = row > 1 && column > 1 && row + 1 < height && column + 1 < width;
            f[i] = if inner {
                add(fine.residual(child, 4.0), fine.residual(child + stride + 1, 4.0))
            } else {
                let second = if row < height && column < width {
                    edge_residual(fine, child + stride + 1)
                } else {
                    ZERO
                };
                add(edge_residual(fine, child), second)
            };
        });
    }

    /// Adds the bilinear interpolation of this grid's values to those of a finer one.
    pub fn add_to(&mut self, (fine, values): (&Cells, &mut [Lanes]), towards: Towards) {
        let (stride, fine_stride) = (self.cells.stride(), fine.stride());
        let keep = if towards == Towards::Zero { &self.keep_to_zero } else { &self.keep };
        let mut blended = 0;
        for run in &fine.runs {
            let near = run.row.div_ceil(2) * stride;
            if run.row != blended {
                blended = run.row;
                let far = if run.row % 2 == 1 { near - stride } else { near + stride };
                let rows = self.u[near..near + stride]
                    .iter()
                    .zip(&self.u[far..far + stride])
                    .zip(&keep[far..far + stride]);
                for (out, ((&near, &far), &keep)) in self.blend.iter_mut().zip(rows) {
                    *out = add(times(near, keep), times(far, 0.25));
                }
            }
            let keep = &keep[near..near + stride];
            for (value, column) in values[run.cells()].iter_mut().zip(run.start % fine_stride..) {
                let parent = column.div_ceil(2);
                let other = if column % 2 == 1 { parent - 1 } else { parent + 1 };
                *value = add(*value, add(times(self.blend[parent], keep[other]), times(self.blend[other], 0.25)));
            }
        }
    }

    /// The values, to be changed by an interpolation.
    pub fn parts(&mut self) -> (&Cells, &mut [Lanes]) {
        (&self.cells, &mut self.u)
    }
}

/// What is wrong in a pixel that may lie at the picture's edge.
fn edge_residual(fine: &Finest, cell: usize) -> Lanes {
    fine.residual(cell, fine.cells.neighbours(cell) as f32)
}
