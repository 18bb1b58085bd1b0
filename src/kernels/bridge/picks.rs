//! Rows picked from tables, and cells into patches, as operations on tensors.

#[cfg(feature = "joint")]
mod autodiff;

use std::sync::Arc;

use burn::{
    backend::{Backend, Dispatch, Flex, backend_extension, flex::FlexTensor, tensor::FloatTensor},
    tensor::{Shape, Tensor},
};

use super::flex::{shape, slice, tensor, whole};
use crate::kernels::{cells::Cells, gather::Picks};

/// Which patches are made of the cells of each picture of a batch.
#[derive(Clone, Debug)]
pub struct Placed {
    /// How the cells lie.
    pub cells: Cells,
    /// Of each picture, its patches, counted row by row; equally many of each.
    pub places: Arc<Vec<Vec<usize>>>,
}

/// The operations that a backend must have.
#[backend_extension(Flex, Autodiff: cfg(feature = "joint"))]
pub trait Picked: Backend {
    /// Sums of rows.
    fn kernel_sums(table: FloatTensor<Self>, picks: Arc<Picks>) -> FloatTensor<Self>;
    /// Sums of rows, added to something.
    fn kernel_sums_onto(base: FloatTensor<Self>, table: FloatTensor<Self>, picks: Arc<Picks>) -> FloatTensor<Self>;
    /// Cells into patches.
    fn kernel_placed(cells: FloatTensor<Self>, placed: Placed) -> FloatTensor<Self>;
}

/// Rows of a table `[rows, dim]`, picked and added up: `[sums, dim]`.
#[must_use]
pub fn sums(table: Tensor<2>, picks: Picks) -> Tensor<2> {
    Tensor::from_dispatch(<Dispatch as Picked>::kernel_sums(table.into_dispatch(), Arc::new(picks)))
}

/// The same, added to `base`, `[sums, dim]`.
#[must_use]
pub fn sums_onto(base: Tensor<2>, table: Tensor<2>, picks: Picks) -> Tensor<2> {
    let (base, table) = (base.into_dispatch(), table.into_dispatch());
    Tensor::from_dispatch(<Dispatch as Picked>::kernel_sums_onto(base, table, Arc::new(picks)))
}

/// `[batch, cells, 3 p p]`, of a grid that is shifted by half a patch, to patches `[batch, places, 3 p p]`.
#[must_use]
pub fn placed(cells: Tensor<3>, placed: Placed) -> Tensor<3> {
    Tensor::from_dispatch(<Dispatch as Picked>::kernel_placed(cells.into_dispatch(), placed))
}

impl Picked for Flex {
    fn kernel_sums(table: FlexTensor, picks: Arc<Picks>) -> FlexTensor {
        let table = whole(table);
        summed(&picks, &table, None)
    }

    fn kernel_sums_onto(base: FlexTensor, table: FlexTensor, picks: Arc<Picks>) -> FlexTensor {
        let (base, table) = (whole(base), whole(table));
        summed(&picks, &table, Some(&base))
    }

    fn kernel_placed(cells: FlexTensor, placed: Placed) -> FlexTensor {
        let cells = whole(cells);
        patches(&cells, &placed)
    }
}

/// Both are [`whole`].
fn summed(picks: &Picks, table: &FlexTensor, base: Option<&FlexTensor>) -> FlexTensor {
    let dim = shape(table)[1];
    let fits = base.is_none_or(|base| shape(base) == Shape::new([picks.count(), dim]));
    assert!(
        fits,
        "{} sums of {dim} numbers are added to something of another shape",
        picks.count()
    );
    tensor(picks.sums(slice(table), base.map(slice), dim), Shape::new([picks.count(), dim]))
}

/// Cells that are [`whole`] into patches.
///
/// # Panics
/// When they are not those of the grid.
fn patches(cells: &FlexTensor, Placed { cells: lie, places }: &Placed) -> FlexTensor {
    let expected = Shape::new([places.len(), lie.count(), lie.values()]);
    assert_eq!(shape(cells), expected, "cells of another grid");
    let count = places.first().map_or(0, Vec::len);
    tensor(lie.patches(slice(cells), places), Shape::new([places.len(), count, lie.values()]))
}
