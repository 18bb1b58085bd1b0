//! The order in which a masked network takes the patches of a batch.

use burn::tensor::{Device, Int, Tensor, TensorData};

use crate::mask::Mask;

/// Kept patches first, hidden ones after them, both ascending. A transformer does not mind the order of its tokens
/// as long as each carries its position, so nothing is shuffled back before a picture is drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Patches kept of each picture.
    pub kept: usize,
    /// Patches hidden of each picture.
    pub hidden: usize,
    places: Vec<Vec<usize>>,
}

impl Order {
    /// All masks must hide equally many patches of grids of one size.
    ///
    /// # Panics
    /// When they do not: the caller groups its pictures.
    #[must_use]
    pub fn of(masks: &[Mask]) -> Self {
        let places: Vec<Vec<usize>> = masks.iter().map(order_of).collect();
        let counts = |mask: &Mask| (mask.hidden.iter().filter(|hidden| **hidden).count(), mask.hidden.len());
        let (hidden, patches) = masks.first().map_or((0, 0), counts);
        assert!(
            masks.iter().all(|mask| counts(mask) == (hidden, patches)),
            "masks of one batch must hide equally many patches"
        );
        Self {
            kept: patches - hidden,
            hidden,
            places,
        }
    }

    /// Nothing hidden, in any of `batch` pictures.
    #[must_use]
    pub fn all_kept(batch: usize, patches: usize) -> Self {
        Self {
            kept: patches,
            hidden: 0,
            places: vec![(0..patches).collect(); batch],
        }
    }

    /// Patches of a picture.
    #[must_use]
    pub fn patches(&self) -> usize {
        self.kept + self.hidden
    }

    /// Of each picture, its patches in this order, counted row by row.
    #[must_use]
    pub fn places(&self) -> &[Vec<usize>] {
        &self.places
    }

    /// Of each picture, where in this order each patch of the grid stands.
    #[must_use]
    pub fn inverse(&self) -> Vec<Vec<usize>> {
        self.places.iter().map(|places| inverse(places)).collect()
    }

    /// 1 where a patch of the grid is hidden, row by row, and 0 where it is kept: `[batch, patches]`.
    #[must_use]
    pub fn masks(&self, device: &Device) -> Tensor<2> {
        let mut masks = vec![0.0f32; self.places.len() * self.patches()];
        for (mask, places) in masks.chunks_exact_mut(self.patches().max(1)).zip(&self.places) {
            places[self.kept..].iter().for_each(|place| mask[*place] = 1.0);
        }
        Tensor::from_data(TensorData::new(masks, [self.places.len(), self.patches()]), device)
    }

    /// `[batch, patches, values]` row by row into this order.
    #[must_use]
    pub fn arrange(&self, patches: Tensor<3>) -> Tensor<3> {
        self.pick(patches, |places| places.to_vec())
    }

    /// The way back: from this order into rows of the grid.
    #[must_use]
    pub fn restore(&self, arranged: Tensor<3>) -> Tensor<3> {
        self.pick(arranged, inverse)
    }

    /// Rows of a `[1 + patches, dim]` table: the class token's, then those of the first `count` patches in this
    /// order. `[batch, 1 + count, dim]`, or `[1, …]` where all pictures share one order.
    #[must_use]
    pub fn positions(&self, table: Tensor<2>, count: usize) -> Tensor<3> {
        let [_, dim] = table.dims();
        let shared = self.places.windows(2).all(|pair| pair[0] == pair[1]);
        let lists = if shared {
            &self.places[..self.places.len().min(1)]
        } else {
            &self.places[..]
        };
        let rows = lists
            .iter()
            .flat_map(|places| std::iter::once(0).chain(places[..count].iter().map(|place| place + 1)));
        let index = indices(rows, &table.device());
        table.select(0, index).reshape([lists.len(), 1 + count, dim])
    }

    fn pick(&self, patches: Tensor<3>, of: impl Fn(&[usize]) -> Vec<usize>) -> Tensor<3> {
        let [batch, count, values] = patches.dims();
        if self.places.iter().all(|places| places.is_sorted()) {
            return patches;
        }
        let rows = self
            .places
            .iter()
            .enumerate()
            .flat_map(|(picture, places)| of(places).into_iter().map(move |place| picture * count + place));
        let index = indices(rows, &patches.device());
        patches
            .reshape([batch * count, values])
            .select(0, index)
            .reshape([batch, count, values])
    }
}

fn inverse(places: &[usize]) -> Vec<usize> {
    let mut inverse = vec![0; places.len()];
    places.iter().enumerate().for_each(|(index, place)| inverse[*place] = index);
    inverse
}

fn order_of(mask: &Mask) -> Vec<usize> {
    let of = |hidden: bool| {
        mask.hidden
            .iter()
            .enumerate()
            .filter(move |(_, is)| **is == hidden)
            .map(|(place, _)| place)
    };
    of(false).chain(of(true)).collect()
}

/// A list of rows for `select`.
///
/// # Panics
/// When a row's number is none of an `i32`.
pub(crate) fn indices(rows: impl Iterator<Item = usize>, device: &Device) -> Tensor<1, Int> {
    let rows: Vec<i32> = rows
        .map(|row| i32::try_from(row).unwrap_or_else(|_| panic!("row {row} is beyond what an index can count")))
        .collect();
    let count = rows.len();
    Tensor::from_data(TensorData::new(rows, [count]), device)
}
