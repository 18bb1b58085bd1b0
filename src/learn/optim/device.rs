//! The optimisers on a device: some twenty operations on a few long rows, fused where the device can, and no wait.

mod muon;
mod sgd;

use burn::tensor::{Bool, DType, Device, Tensor, TensorData};

use sgd::unmoved;

use super::{super::reading::Reading, EPSILON, Part, PartRates, Rates, Rows, rule::Rule};

/// See the module's words.
pub struct DeviceRows {
    pub(super) weights: Tensor<1>,
    pub(super) average: Tensor<1>,
    moment_1: Tensor<1>,
    moment_2: Option<Tensor<1>>,
    /// 1 in matrices, 0 elsewhere.
    matrices: Tensor<1>,
    gradient: Option<Tensor<1>>,
}

impl DeviceRows {
    pub(super) fn new(rows: Rows, parts: &[Part], device: &Device) -> Self {
        let put = |row: Vec<f32>| {
            let len = row.len();
            Tensor::<1>::from_data(TensorData::new(row, [len]), (device, DType::F32))
        };
        let matrices = parts
            .iter()
            .flat_map(|part| std::iter::repeat_n(f32::from(u8::from(part.is_matrix)), part.len));
        Self {
            weights: put(rows.weights),
            average: put(rows.average),
            moment_1: put(rows.moment_1),
            moment_2: (!rows.moment_2.is_empty()).then(|| put(rows.moment_2)),
            matrices: put(matrices.collect()),
            gradient: None,
        }
    }

    pub(super) fn add(&mut self, gradients: Vec<Tensor<1>>) {
        let row = Tensor::cat(gradients, 0);
        self.gradient = Some(match self.gradient.take() {
            Some(sum) => sum + row,
            None => row,
        });
    }

    pub(super) fn step(&mut self, rule: &Rule, rates: &Rates, parts: &[PartRates]) -> Tensor<1> {
        let frozen = self.frozen(parts);
        let (gradient, norm) = self.shortened(rates, frozen.as_ref());
        match *rule {
            Rule::AdamW { betas } => self.adamw(gradient, betas, parts, frozen.as_ref()),
            Rule::Muon { momentum, betas } => self.muon(gradient, (momentum, betas), parts, unmoved(frozen, rates, &norm).as_ref()),
            Rule::Sgd(momentum) => {
                let gradient = self.decayed(gradient, parts);
                self.descend(gradient, momentum, parts, unmoved(frozen, rates, &norm).as_ref());
            }
            Rule::Lars(momentum, trust) => {
                let gradient = self.trusted(gradient, trust, parts);
                self.descend(gradient, momentum, parts, unmoved(frozen, rates, &norm).as_ref());
            }
        }
        self.average = self.average.clone().mul_scalar(rates.average) + self.weights.clone().mul_scalar(1.0 - rates.average);
        norm
    }

    /// The gradient as every rule takes it, and its norm before clipping.
    fn shortened(&mut self, rates: &Rates, frozen: Option<&Tensor<1, Bool>>) -> (Tensor<1>, Tensor<1>) {
        let zeros = || Tensor::zeros_like(&self.weights);
        let gradient = self.gradient.take().unwrap_or_else(zeros).mul_scalar(rates.scale);
        let gradient = match frozen {
            Some(frozen) => gradient.mask_fill(frozen.clone(), 0.0),
            None => gradient,
        };
        let norm = (gradient.clone() * gradient.clone()).sum().sqrt();
        let gradient = if rates.clip > 0.0 {
            // clip / max(norm, clip): 1 below the limit.
            gradient * norm.clone().clamp_min(rates.clip).recip().mul_scalar(rates.clip)
        } else {
            gradient
        };
        let gradient = if rates.forgive {
            let len = gradient.dims();
            gradient.mask_fill(norm.clone().is_finite().bool_not().expand(len), 0.0)
        } else {
            gradient
        };
        (gradient, norm)
    }

    fn adamw(&mut self, gradient: Tensor<1>, betas: [f64; 2], parts: &[PartRates], frozen: Option<&Tensor<1, Bool>>) {
        let [beta_1, beta_2] = betas;
        let old = self.moment_2.clone().unwrap_or_else(|| Tensor::zeros_like(&self.weights));
        let first = self.moment_1.clone().mul_scalar(beta_1) + gradient.clone().mul_scalar(1.0 - beta_1);
        let second = old.clone().mul_scalar(beta_2) + (gradient.clone() * gradient).mul_scalar(1.0 - beta_2);
        let root = self.factor(parts, |part| 1.0 / part.corrections(betas)[1].sqrt());
        let root = root.times(second.clone().sqrt()).add_scalar(EPSILON);
        let update = self.factor(parts, |part| part.lr / part.corrections(betas)[0]).times(first.clone()) / root;
        let decay = self.weights.clone() * self.of_matrices(parts, |part| part.lr * part.weight_decay);
        let weights = self.weights.clone() - decay - update;
        self.moment_1 = but(first, &self.moment_1, frozen);
        self.moment_2 = Some(but(second, &old, frozen));
        self.weights = but(weights, &self.weights, frozen);
    }

    /// A number of each matrix as a row, 0 elsewhere.
    fn of_matrices(&self, parts: &[PartRates], of: impl Fn(&PartRates) -> f64) -> Tensor<1> {
        let matrices: Vec<PartRates> = parts.iter().filter(|part| part.is_matrix).copied().collect();
        match same(&matrices, &of) {
            Some(value) => self.matrices.clone().mul_scalar(value),
            None => self.factor(parts, of).times(self.matrices.clone()),
        }
    }

    /// A number of each part, for the whole row. What is frozen may get any.
    fn factor(&self, parts: &[PartRates], of: impl Fn(&PartRates) -> f64) -> Factor {
        match same(parts, &of) {
            Some(value) => Factor::One(value),
            None => Factor::Row(Box::new(self.spread(parts, of))),
        }
    }

    /// A number of each part, written over its length.
    fn spread(&self, parts: &[PartRates], of: impl Fn(&PartRates) -> f64) -> Tensor<1> {
        let mut runs: Vec<(usize, f64)> = Vec::new();
        for part in parts {
            match (runs.last_mut(), of(part)) {
                (Some((len, last)), value) if *last == value => *len += part.len,
                (_, value) => runs.push((part.len, value)),
            }
        }
        let device = self.weights.device();
        let fill = |(len, value)| Tensor::full([len], value, (&device, DType::F32));
        Tensor::cat(runs.into_iter().map(fill).collect(), 0)
    }

    /// Where parts are frozen; `None` where none is.
    fn frozen(&self, parts: &[PartRates]) -> Option<Tensor<1, Bool>> {
        let any = parts.iter().any(|part| part.is_frozen);
        any.then(|| self.spread(parts, |part| f64::from(u8::from(part.is_frozen))).greater_elem(0.5))
    }

    /// Has the rows read, in the order of [`Rows`]; how many they are.
    pub(super) fn read(&self, reading: &mut Reading) -> usize {
        let rows = [&self.weights, &self.average, &self.moment_1].into_iter().chain(&self.moment_2);
        rows.map(|row| reading.add(row.clone())).count()
    }
}

/// A factor of the whole row.
enum Factor {
    /// The same for all.
    One(f64),
    /// Of the row's length.
    Row(Box<Tensor<1>>),
}

impl Factor {
    fn times(&self, row: Tensor<1>) -> Tensor<1> {
        match self {
            Self::One(value) => row.mul_scalar(*value),
            Self::Row(values) => row * (**values).clone(),
        }
    }
}

/// The number that all parts share but those that are frozen.
fn same(parts: &[PartRates], of: impl Fn(&PartRates) -> f64) -> Option<f64> {
    let mut values = parts.iter().filter(|part| !part.is_frozen).map(of);
    let first = values.next().unwrap_or(0.0);
    values.all(|value| value == first).then_some(first)
}

/// The new row, but for where the mask lies.
fn but(new: Tensor<1>, old: &Tensor<1>, mask: Option<&Tensor<1, Bool>>) -> Tensor<1> {
    match mask {
        Some(mask) => new.mask_where(mask.clone(), old.clone()),
        None => new,
    }
}
