//! AdamW on a device: some twenty operations on four long rows, fused where the device can, and no wait.

use burn::tensor::{DType, Device, Tensor, TensorData, Transaction};

use super::{super::layout::host_values, EPSILON, Rates, Rows};

/// See the module's words.
pub struct DeviceAdamW {
    pub(super) weights: Tensor<1>,
    pub(super) average: Tensor<1>,
    moment_1: Tensor<1>,
    moment_2: Tensor<1>,
    decay: Tensor<1>,
    gradient: Option<Tensor<1>>,
}

impl DeviceAdamW {
    pub(super) fn new(rows: Rows, decay: Vec<f32>, device: &Device) -> Self {
        let put = |row: Vec<f32>| {
            let len = row.len();
            Tensor::<1>::from_data(TensorData::new(row, [len]), (device, DType::F32))
        };
        Self {
            weights: put(rows.weights),
            average: put(rows.average),
            moment_1: put(rows.moment_1),
            moment_2: put(rows.moment_2),
            decay: put(decay),
            gradient: None,
        }
    }

    pub(super) fn add(&mut self, gradients: Vec<Tensor<1>>) {
        let row = Tensor::cat(gradients, 0);
        let row = if row.dtype() == DType::F32 { row } else { row.cast(DType::F32) };
        self.gradient = Some(match self.gradient.take() {
            Some(sum) => sum + row,
            None => row,
        });
    }

    pub(super) fn step(&mut self, rates: &Rates) -> Tensor<1> {
        let zeros = || Tensor::zeros_like(&self.weights);
        let gradient = self.gradient.take().unwrap_or_else(zeros).mul_scalar(rates.scale);
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
        let [first, second] = rates.corrections();
        let [beta_1, beta_2] = rates.betas;
        self.moment_1 = self.moment_1.clone().mul_scalar(beta_1) + gradient.clone().mul_scalar(1.0 - beta_1);
        self.moment_2 = self.moment_2.clone().mul_scalar(beta_2) + (gradient.clone() * gradient).mul_scalar(1.0 - beta_2);
        let root = self.moment_2.clone().sqrt().mul_scalar(1.0 / second.sqrt()).add_scalar(EPSILON);
        let update = self.moment_1.clone().mul_scalar(rates.lr / first) / root;
        let decay = self.weights.clone() * self.decay.clone().mul_scalar(rates.lr * rates.weight_decay);
        self.weights = self.weights.clone() - decay - update;
        self.average = self.average.clone().mul_scalar(rates.average) + self.weights.clone().mul_scalar(1.0 - rates.average);
        norm
    }

    pub(super) fn rows(&self) -> Rows {
        let reading = [&self.weights, &self.average, &self.moment_1, &self.moment_2]
            .into_iter()
            .fold(Transaction::default(), |reading, row| reading.register(row.clone()));
        let mut rows = reading.execute().into_iter().map(host_values);
        let mut next = || rows.next().unwrap_or_default();
        Rows {
            weights: next(),
            average: next(),
            moment_1: next(),
            moment_2: next(),
        }
    }
}
