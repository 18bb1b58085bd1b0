//! Patches that overlap: each token is shown, and draws, half a patch more on every side.
//!
//! The picture is cut a second time, with the grid shifted by half a patch: its *cells* are as large as patches, each
//! lies on the corner where four patches meet, and a patch is covered by the four cells around it. A token is shown its
//! four cells; a cell is drawn by the four tokens around it, each under a window that falls to nothing where the cell
//! of the next token begins. So a drawing is continuous across the borders of patches, and what lies beside a hidden
//! patch is seen with it.

use std::sync::Arc;

use burn::{
    module::Param,
    tensor::{Int, Tensor, TensorData},
};

use super::{
    Linear, Order,
    linear::affine,
    patches::{patchify, unpatchify},
};
use crate::{
    kernels::{
        bridge::{
            self, PatchCut,
            picks::{Placed, placed, sums, sums_onto},
        },
        cells::Cells,
        gather::Picks,
    },
    mask::Grid,
};

/// Cells around a patch, and patches around a cell.
pub const CORNERS: usize = 4;

/// The shifted grid of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overlap {
    /// Patches.
    pub grid: Grid,
    /// Side of a patch, pixels; even.
    pub patch_px: usize,
    /// Whether the windows are in the drawing weights already, see [`Overlap::fold`].
    pub is_folded: bool,
}

impl Overlap {
    /// `[batch, 3, height, width]`, taken for constants, to the pixels of its cells, `[batch, cells, 3 p p]`. Beyond its edge a
    /// picture goes on as it ends.
    #[must_use]
    pub fn cells(&self, pictures: Tensor<4>) -> Tensor<3> {
        if bridge::serves(&pictures) {
            return bridge::cells(pictures, PatchCut::plain(self.patch_px));
        }
        let half = self.patch_px / 2;
        let mut padded = pictures.detach();
        for axis in [2, 3] {
            let side = padded.dims()[axis];
            let rows = (0..side + 2 * half).map(|row| row.saturating_sub(half).min(side - 1));
            let index = indices(rows, &padded);
            padded = padded.select(axis, index);
        }
        patchify(padded, self.patch_px)
    }

    /// Tokens `[batch, 1 + patches, dim]`, class token first and patches in the order's order, with what `project` (`[3 p p, 4
    /// dim]`: one block for each corner) makes of the cells `[batch, cells, 3 p p]` that touch them.
    #[must_use]
    pub fn gather(&self, tokens: Tensor<3>, cells: Tensor<3>, project: &Linear, order: &Order) -> Tensor<3> {
        let parts = project.forward(cells);
        let [batch, cells, width] = parts.dims();
        let (dim, patches) = (width / CORNERS, order.patches());
        let parts = parts.reshape([batch * cells * CORNERS, dim]);
        let corners = move |picture: usize, place: usize| {
            let corners = self.corners(place).into_iter().enumerate();
            corners.map(move |(corner, cell)| (picture * cells + cell) * CORNERS + corner)
        };
        let places = || order.places().iter().enumerate();
        if bridge::serves(&parts) {
            let lists = places().flat_map(|(picture, places)| {
                let patches = places.iter().map(move |place| Some(corners(picture, *place)));
                std::iter::once(None).chain(patches).map(|corners| corners.into_iter().flatten())
            });
            let picks = Picks::of(lists, batch * cells * CORNERS);
            let shape = tokens.dims();
            return sums_onto(tokens.reshape([batch * (1 + patches), dim]), parts, picks).reshape(shape);
        }
        let rows = places().flat_map(|(picture, places)| places.iter().flat_map(move |place| corners(picture, *place)));
        let index = indices(rows, &parts);
        let shown = parts
            .select(0, index)
            .reshape([batch, patches, CORNERS, dim])
            .sum_dim(2)
            .squeeze_dim::<3>(2);
        let nothing = Tensor::zeros([batch, 1, dim], (&tokens.device(), tokens.dtype()));
        tokens + Tensor::cat(vec![nothing, shown], 1)
    }

    /// What the tokens `[batch, 1 + patches, dim]`, class token first and patches in the order's order, draw of the last `count`
    /// patches in that order: `[batch, count, 3 p p]`. `draw` is `[4 dim, 3 p p]`.
    #[must_use]
    pub fn draw(&self, tokens: Tensor<3>, draw: &Linear, count: usize, order: &Order) -> Tensor<3> {
        let [batch, rows, dim] = tokens.dims();
        let inverse = order.inverse();
        let from = inverse.iter().enumerate().flat_map(|(picture, inverse)| {
            (0..self.cell_count()).flat_map(move |cell| self.around(cell).map(move |place| picture * rows + 1 + inverse[place]))
        });
        let tokens = tokens.reshape([batch * rows, dim]);
        let is_served = bridge::serves(&tokens);
        let around = if is_served {
            sums(tokens, Picks::of(from.map(Some), batch * rows))
        } else {
            let index = indices(from, &tokens);
            tokens.select(0, index)
        };
        let around = around.reshape([batch, self.cell_count(), CORNERS * dim]);
        let cells = if self.is_folded {
            draw.forward(around)
        } else {
            let weight = self.windowed(draw.weight.val(), 0);
            affine(around, weight, draw.bias.as_ref().map(Param::val))
        };
        let Grid { rows, columns } = self.grid;
        let first = order.patches() - count;
        if is_served {
            let places = order.places().iter().map(|places| places[first..].to_vec()).collect();
            let cells_of = Cells {
                grid: [rows, columns],
                channels: cells.dims()[2] / (self.patch_px * self.patch_px),
                patch_px: self.patch_px,
            };
            let placed_at = Placed {
                cells: cells_of,
                places: Arc::new(places),
            };
            return placed(cells, placed_at);
        }
        let (half, [height, width]) = (self.patch_px / 2, [rows, columns].map(|count| count * self.patch_px));
        let padded = unpatchify(cells, self.patch_px, columns + 1);
        let drawn = patchify(padded.narrow(2, half, height).narrow(3, half, width), self.patch_px);
        order.arrange(drawn).narrow(1, first, count)
    }

    /// Multiplies the windows into `draw` once and for all: for a network that is not trained any further.
    #[must_use]
    pub fn fold(self, mut draw: Linear) -> (Self, Linear) {
        let mut first = 0;
        let window = |part: Param<Tensor<2>>| {
            let start = first;
            first += part.dims()[1];
            part.map(|weight| self.windowed(weight, start))
        };
        let mut parts: Vec<_> = std::iter::once(draw.weight).chain(draw.rest).map(window).collect();
        draw.rest = parts.split_off(1);
        draw.weight = parts.remove(0);
        (Self { is_folded: true, ..self }, draw)
    }

    /// Cells of a picture.
    #[must_use]
    pub fn cell_count(&self) -> usize {
        (self.grid.rows + 1) * (self.grid.columns + 1)
    }

    /// The cells at the corners of a patch: above left, above right, below left, below right.
    fn corners(&self, place: usize) -> [usize; CORNERS] {
        let columns = self.grid.columns;
        let first = place / columns * (columns + 1) + place % columns;
        [first, first + 1, first + columns + 1, first + columns + 2]
    }

    /// The patches around a cell, in the same order; at the edge the nearest ones stand in for those that are not there.
    fn around(&self, cell: usize) -> [usize; CORNERS] {
        let Grid { rows, columns } = self.grid;
        let (row, column) = (cell / (columns + 1), cell % (columns + 1));
        let at = |row: usize, column: usize| (row.max(1) - 1).min(rows - 1) * columns + (column.max(1) - 1).min(columns - 1);
        [at(row, column), at(row, column + 1), at(row + 1, column), at(row + 1, column + 1)]
    }

    /// Columns of `[4 dim, 3 p p]`, those from `first` on, by how much each of the four tokens around a cell says of each of
    /// its pixels: products of rising and falling ramps, which sum to 1.
    fn windowed(&self, weight: Tensor<2>, first: usize) -> Tensor<2> {
        let side = self.patch_px;
        let [rows, columns] = weight.dims();
        let dim = rows / CORNERS;
        let rising: Vec<f32> = (0..side).map(|i| (i as f32 + 0.5) / side as f32).collect();
        let ramp = |is_far: bool, i: usize| if is_far { rising[i] } else { 1.0 - rising[i] };
        let values: Vec<f32> = (0..CORNERS)
            .flat_map(|corner| {
                (first..first + columns).map(move |i| (corner, i / side % side, i % side)) // channel, row, column
            })
            .map(|(corner, row, column)| ramp(corner >= 2, row) * ramp(corner % 2 == 1, column))
            .collect();
        let windows = Tensor::<3>::from_data(TensorData::new(values, [CORNERS, 1, columns]), &weight.device());
        (weight.reshape([CORNERS, dim, columns]) * windows).reshape([rows, columns])
    }
}

fn indices<const D: usize>(rows: impl Iterator<Item = usize>, like: &Tensor<D>) -> Tensor<1, Int> {
    super::order::indices(rows, &like.device())
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;
    use crate::{
        mask::{Mask, MaskKind},
        nn::{Builder, Drawn},
    };

    const OVERLAP: Overlap = Overlap {
        grid: Grid { rows: 3, columns: 4 },
        patch_px: 4,
        is_folded: false,
    };

    fn order(seed: u64) -> Order {
        let kind: MaskKind = "random:0.5".parse().unwrap();
        Order::of(&[kind.draw(OVERLAP.grid, seed, 0), kind.draw(OVERLAP.grid, seed, 1)])
    }

    fn linear(shape: [usize; 2]) -> Linear {
        Linear::new(Builder::new(&mut Drawn { seed: 3 }, &Device::flex()), shape, true, 1.0)
    }

    fn values(tensor: Tensor<3>) -> Vec<f32> {
        tensor.into_data().iter::<f32>().collect()
    }

    #[test]
    fn a_patch_and_the_cells_around_it_show_the_same_pixels() {
        let pixels: Vec<f32> = (0..3 * 12 * 16).map(|i| i as f32).collect();
        let picture = Tensor::<4>::from_data(TensorData::new(pixels, [1, 3, 12, 16]), &Device::flex());
        let (patches, cells) = (values(patchify(picture.clone(), 4)), values(OVERLAP.cells(picture)));
        let at =
            |list: &[f32], index: usize, channel: usize, row: usize, column: usize| list[((index * 3 + channel) * 4 + row) * 4 + column];
        for place in 0..12 {
            for (corner, cell) in OVERLAP.corners(place).into_iter().enumerate() {
                // The quarter of the patch that lies in this cell.
                let (row, column) = (corner / 2 * 2, corner % 2 * 2);
                for channel in 0..3 {
                    assert_eq!(
                        at(&patches, place, channel, row, column),
                        at(&cells, cell, channel, 2 - row, 2 - column),
                        "patch {place}, corner {corner}"
                    );
                }
            }
        }
    }

    #[test]
    fn tokens_that_say_the_same_draw_one_even_surface() {
        let draw = linear([CORNERS * 5, 48]);
        // Blocks of one and the same weights: then the four windows must sum to 1 everywhere, the edge included.
        let weight = draw.weight.val().narrow(0, 0, 5);
        let draw = Linear {
            weight: Param::from_tensor(Tensor::cat(vec![weight.clone(); CORNERS], 0)),
            bias: None,
            rest: Vec::new(),
        };
        let tokens = Tensor::<3>::ones([2, 13, 5], &Device::flex());
        let expected = values(weight.sum_dim(0).unsqueeze());
        for row in values(OVERLAP.draw(tokens, &draw, 12, &order(1))).chunks(48) {
            let half = |i: usize| i / 16 * 16 + (i / 4 % 4 + 2) % 4 * 4 + (i + 2) % 4; // a patch starts in the middle of a cell
            for (i, value) in row.iter().enumerate() {
                assert!((value - expected[half(i)]).abs() < 1e-5, "{value} at {i}");
            }
        }
    }

    #[test]
    fn the_order_of_tokens_changes_nothing() {
        let device = Device::flex();
        let (project, draw) = (linear([48, CORNERS * 6]), linear([CORNERS * 6, 48]));
        let pixels: Vec<f32> = (0..2 * 3 * 12 * 16).map(|i| (i * 7919 % 101) as f32 / 101.0).collect();
        let pictures = Tensor::<4>::from_data(TensorData::new(pixels, [2, 3, 12, 16]), &device);
        let plain = Order::of(&[Mask::none(OVERLAP.grid), Mask::none(OVERLAP.grid)]);
        let gather = |order: &Order| {
            let nothing = Tensor::zeros([2, 13, 6], &device);
            OVERLAP.gather(nothing, OVERLAP.cells(pictures.clone()), &project, order)
        };
        let through = |order: &Order| {
            let tokens = gather(order);
            let drawn = OVERLAP.draw(tokens.clone(), &draw, 12, order);
            (values(order.restore(tokens.narrow(1, 1, 12))), values(order.restore(drawn)))
        };
        let ((gathered, drawn), expected) = (through(&order(5)), through(&plain));
        let (folded, folded_draw) = OVERLAP.fold(draw.clone());
        assert_eq!(values(folded.draw(gather(&plain), &folded_draw, 12, &plain)), expected.1);
        assert_eq!(gathered, expected.0);
        assert!(drawn.iter().zip(&expected.1).all(|(a, b)| (a - b).abs() < 1e-5));
    }
}
