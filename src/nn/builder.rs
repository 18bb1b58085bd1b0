//! Where a new network's numbers come from: drawn by chance or taken from a file.
//!
//! Numbers are made on the host, so that one seed gives one network on every device; and a network read from a
//! file is never drawn first.

use std::collections::HashMap;

use burn::{
    module::Param,
    tensor::{Device, FloatDType, Tensor, TensorData},
};

use crate::chance::Chance;

/// How a parameter starts.
#[derive(Clone, Debug, PartialEq)]
pub enum Init {
    /// All 0.
    Zeros,
    /// All 1.
    Ones,
    /// Uniform within `gain * sqrt(6 / (rows + columns))` on both sides of 0 (Glorot & Bengio, 2010).
    Xavier {
        /// 1 in the paper.
        gain: f32,
    },
    /// Normal around 0 with this standard deviation.
    Normal(f32),
    /// Uniform within this on both sides of 0.
    Even(f32),
    /// These numbers, row by row.
    Values(Vec<f32>),
}

/// What gives parameters their first numbers.
pub trait Source {
    /// `shape.product()` numbers for the parameter at `path` (module path, dots between), row by row.
    fn take(&mut self, path: &str, shape: &[usize], init: Init) -> Vec<f32>;

    /// Bytes of the largest tensor that the device can bind: larger weights are split.
    fn largest_bytes(&self) -> u64 {
        u64::MAX
    }
}

/// Draws by chance: pure in `(seed, path)`.
#[derive(Clone, Copy, Debug)]
pub struct Drawn {
    /// Seed of the run.
    pub seed: u64,
}

impl Source for Drawn {
    fn take(&mut self, path: &str, shape: &[usize], init: Init) -> Vec<f32> {
        let count = shape.iter().product();
        let mut chance = Chance::new(self.seed, path, 0);
        match init {
            Init::Zeros => vec![0.0; count],
            Init::Ones => vec![1.0; count],
            Init::Xavier { gain } => {
                let ends: usize = shape.iter().sum();
                let limit = gain * (6.0 / ends.max(1) as f32).sqrt();
                (0..count).map(|_| chance.range(-limit..limit)).collect()
            }
            Init::Even(limit) => (0..count).map(|_| chance.range(-limit..limit)).collect(),
            Init::Normal(deviation) => (0..count).map(|_| deviation * chance.normal()).collect(),
            Init::Values(values) => values,
        }
    }
}

/// Takes numbers that were read and checked before: one list a path, of the right length. What a file lacks, because only
/// training needs it, starts as [`Drawn`] has it.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// By module path.
    pub values: HashMap<String, Vec<f32>>,
    /// See [`Source::largest_bytes`].
    pub largest_bytes: u64,
    /// Seed of what the file lacks.
    pub seed: u64,
}

impl Source for Loaded {
    fn take(&mut self, path: &str, shape: &[usize], init: Init) -> Vec<f32> {
        let count: usize = shape.iter().product();
        match self.values.remove(path) {
            Some(values) if values.len() == count => values,
            _ => Drawn { seed: self.seed }.take(path, shape, init),
        }
    }

    fn largest_bytes(&self) -> u64 {
        self.largest_bytes
    }
}

/// A place in the module tree that parameters are made at.
pub struct Builder<'a> {
    source: &'a mut dyn Source,
    path: String,
    device: Device,
    precision: FloatDType,
}

impl<'a> Builder<'a> {
    /// The root.
    pub fn new(source: &'a mut dyn Source, device: &Device) -> Self {
        Self {
            source,
            path: String::new(),
            device: device.clone(),
            precision: FloatDType::F32,
        }
    }

    /// The same for networks whose products are worked out in this; see [`precision`](mod@super::precision).
    #[must_use]
    pub fn within(self, precision: FloatDType) -> Self {
        Self { precision, ..self }
    }

    /// What products are worked out in.
    #[must_use]
    pub fn precision(&self) -> FloatDType {
        self.precision
    }

    /// The child `name` of this place: a field's name or an index.
    pub fn at(&mut self, name: &str) -> Builder<'_> {
        let path = self.join(name);
        Builder {
            source: &mut *self.source,
            path,
            device: self.device.clone(),
            precision: self.precision,
        }
    }

    /// A parameter that training may change.
    pub fn param<const D: usize>(&mut self, name: &str, shape: [usize; D], init: Init) -> Param<Tensor<D>> {
        let values = self.source.take(&self.join(name), &shape, init);
        Param::from_data(TensorData::new(values, shape), &self.device)
    }

    /// A matrix that training may change, in as many parts, side by side, as the device binds at once: one, but for
    /// the largest. A part is never less than one column.
    pub fn matrix(&mut self, name: &str, [rows, columns]: [usize; 2], init: Init) -> Vec<Param<Tensor<2>>> {
        let most = usize::try_from(self.source.largest_bytes() / 4).unwrap_or(usize::MAX);
        let width = (most / rows.max(1)).clamp(1, columns.max(1));
        if width >= columns {
            return vec![self.param(name, [rows, columns], init)];
        }
        let values = self.source.take(&self.join(name), &[rows, columns], init);
        let part = |first: usize| {
            let width = width.min(columns - first);
            let rows_of = values.chunks_exact(columns).flat_map(|row| &row[first..first + width]);
            Param::from_data(TensorData::new(rows_of.copied().collect(), [rows, width]), &self.device)
        };
        (0..columns).step_by(width).map(part).collect()
    }

    /// A parameter that stays as it is: fixed positions. Saved and loaded with the rest.
    pub fn fixed<const D: usize>(&mut self, name: &str, shape: [usize; D], init: Init) -> Param<Tensor<D>> {
        self.param(name, shape, init).set_require_grad(false)
    }

    fn join(&self, name: &str) -> String {
        if self.path.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.path)
        }
    }
}
