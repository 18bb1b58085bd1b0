//! What a method keeps between steps: queue, bank, centre, normalising constant.
//!
//! All of it is float tensors that no gradient trains, parts of the module that holds them, so that a checkpoint keeps
//! them with the rest, bit by bit. Each is changed in `settle`, after the optimiser's step.

use burn::{
    module::{Module, Param},
    tensor::{IndexingUpdateOp, Tensor},
};

use super::rows::{numbers, unit_rows};
use crate::{
    chance::Chance,
    nn::{Builder, Init},
};

/// `[rows, dim]` random directions, as keys start in the published code.
fn random_rows([rows, dim]: [usize; 2], seed: u64, purpose: &str) -> Init {
    let mut values = Vec::with_capacity(rows * dim);
    for row in 0..rows {
        let mut chance = Chance::new(seed, purpose, row as u64);
        let normals: Vec<f32> = (0..dim).map(|_| chance.normal()).collect();
        let length = normals.iter().map(|x| x * x).sum::<f32>().sqrt().max(1e-6);
        values.extend(normals.iter().map(|x| x / length));
    }
    Init::Values(values)
}

/// The parameter with another value that no gradient trains.
fn set<const D: usize>(param: &mut Param<Tensor<D>>, value: Tensor<D>) {
    *param = param.clone().map(|_| value.detach()).set_require_grad(false);
}

/// The last keys, newest batch first, oldest leaving first (MoCo, NNCLR's support set, SwAV's queue).
///
/// It shifts where published ones count a place to write to: a place would have to be read back from the device. So
/// any batch fits, also one that does not divide the size, or is larger than the queue: the rest falls out at the end.
#[derive(Module, Debug)]
pub struct Queue {
    /// `[size, dim]`.
    pub rows: Param<Tensor<2>>,
}

impl Queue {
    /// `size` random directions, which count as keys until real ones have pushed them out.
    pub fn new(mut at: Builder<'_>, shape: [usize; 2], seed: u64) -> Self {
        Self {
            rows: at.fixed("rows", shape, random_rows(shape, seed, "queue")),
        }
    }

    /// `[size, dim]`.
    #[must_use]
    pub fn rows(&self) -> Tensor<2> {
        self.rows.val()
    }

    /// How many keys it holds.
    #[must_use]
    pub fn size(&self) -> usize {
        self.rows.dims()[0]
    }

    /// After how many batches of `batch` every row is a real one.
    #[must_use]
    pub fn full_after(&self, batch: usize) -> usize {
        self.size().div_ceil(batch.max(1))
    }

    /// Takes `[batch, dim]` in, as it is, and lets go of as many.
    pub fn push(&mut self, keys: Tensor<2>) {
        let rows = self.rows.val();
        let [size, _] = rows.dims();
        let all = Tensor::cat(vec![keys, rows], 0);
        set(&mut self.rows, all.narrow(0, 0, size));
    }
}

/// One row for each picture of a source (Wu et al., 2018; PIRL), of length 1.
#[derive(Module, Debug)]
pub struct Bank {
    /// `[pictures, dim]`.
    pub rows: Param<Tensor<2>>,
}

impl Bank {
    /// Random directions, one a picture.
    pub fn new(mut at: Builder<'_>, shape: [usize; 2], seed: u64) -> Self {
        Self {
            rows: at.fixed("rows", shape, random_rows(shape, seed, "bank")),
        }
    }

    /// Rows of zeros, which [`spherical_kmeans`](super::cluster::spherical_kmeans) takes for not yet filled (DeepCluster v2).
    pub fn empty(mut at: Builder<'_>, shape: [usize; 2]) -> Self {
        Self {
            rows: at.fixed("rows", shape, Init::Zeros),
        }
    }

    /// `[pictures, dim]`.
    #[must_use]
    pub fn rows(&self) -> Tensor<2> {
        self.rows.val()
    }

    /// `f_i ← m f_i + (1 − m) x_i`, then to length 1, with `momentum` m (0.5 in both papers; 0 replaces).
    ///
    /// `x` is `[batch, dim]`, brought to length 1 first; `indices` has one entry a row. Rows of pictures without a
    /// number, or with one beyond the bank, change nothing; of a picture twice in the batch the last counts.
    pub fn update(&mut self, indices: &[Option<usize>], x: Tensor<2>, momentum: f32) {
        let bank = self.rows.val();
        let [pictures, _] = bank.dims();
        let place = |row: usize| indices[row].filter(|picture| *picture < pictures);
        let is_last = |row: &usize| place(*row).is_some() && !indices[row + 1..].contains(&indices[*row]);
        let kept: Vec<usize> = (0..indices.len()).filter(is_last).collect();
        if kept.is_empty() {
            return;
        }
        let device = bank.device();
        let places = numbers(kept.iter().filter_map(|row| place(*row)), &device);
        let x = unit_rows(x.detach()).select(0, numbers(kept.iter().copied(), &device));
        let old = bank.clone().select(0, places.clone());
        let new = unit_rows(old * momentum + x * (1.0 - momentum));
        set(&mut self.rows, bank.select_assign(0, places, new, IndexingUpdateOp::Assign));
    }
}

/// DINO's centre, the moving mean of the teacher's outputs (Caron et al., 2021, eq. 4).
#[derive(Module, Debug)]
pub struct Centre {
    /// `[1, prototypes]`.
    pub value: Param<Tensor<2>>,
}

impl Centre {
    /// Zeros.
    pub fn new(mut at: Builder<'_>, prototypes: usize) -> Self {
        Self {
            value: at.fixed("value", [1, prototypes], Init::Zeros),
        }
    }

    /// `[1, prototypes]`.
    #[must_use]
    pub fn value(&self) -> Tensor<2> {
        self.value.val()
    }

    /// `c ← m c + (1 − m) mean`, with `momentum` m: 0.9. `teachers` are `[batch, prototypes]`, one a view the teacher
    /// saw; without any, nothing changes. At m = 0.999 the published model collapsed.
    pub fn update(&mut self, teachers: &[Tensor<2>], momentum: f32) {
        if teachers.is_empty() {
            return;
        }
        let mean = Tensor::cat(teachers.to_vec(), 0).detach().mean_dim(0);
        let value = self.value.val() * momentum + mean * (1.0 - momentum);
        set(&mut self.value, value);
    }
}

/// The constant Z of noise-contrastive estimation: estimated once, from the first batch, and kept (Wu et al., 2018).
#[derive(Module, Debug)]
pub struct Partition {
    /// `[2]`: log Z, and 1 once it is known.
    pub state: Param<Tensor<1>>,
}

impl Partition {
    /// Not yet known.
    pub fn new(mut at: Builder<'_>) -> Self {
        Self {
            state: at.fixed("state", [2], Init::Zeros),
        }
    }

    /// log Z where it is known, otherwise `estimate`: `[1]`, decided on the device.
    #[must_use]
    pub fn log_z(&self, estimate: Tensor<1>) -> Tensor<1> {
        let state = self.state.val();
        let (known, is_known) = (state.clone().narrow(0, 0, 1), state.narrow(0, 1, 1));
        known * is_known.clone() + estimate.detach() * (is_known.neg() + 1.0)
    }

    /// Keeps `log_z`, `[1]`, the value that [`Partition::log_z`] gave for the first batch and for all others.
    pub fn keep(&mut self, log_z: Tensor<1>) {
        let known = log_z.ones_like();
        set(&mut self.state, Tensor::cat(vec![log_z, known], 0));
    }
}
