//! Which negatives count, and how much.

use burn::tensor::{
    Bool, Int, Tensor,
    activation::{softmax, softplus},
};

use crate::methods::losses::rows::{log_sum_exp, numbers, same, unit_rows, without};

/// How negatives count. The default is the plain loss.
#[derive(Clone, Debug, Default)]
pub struct Negatives {
    /// β of Robinson et al. (2021), eq. 4: a negative of logit `s` counts in proportion to `exp(β s)`, so that those
    /// that look alike count most. 0 weights all alike; 1 was best on STL-10, 6 too much. The gradient goes through the
    /// weights, as in the published code.
    pub hardness: f32,
    /// τ⁺ of Chuang et al. (2020): the part of the negatives that are of the same class after all, 0..1 without 1. So
    /// much of the positive is taken off their sum, which never falls below what they could weigh at the least.
    pub debias: f32,
    /// Leave the positive out of the denominator (Yeh et al., DCL, 2022, eq. 6): small batches learn as large ones do.
    /// The loss may then be negative.
    pub decoupled: bool,
    /// σ of DCLW (Yeh et al., 2022, eq. 8), where decoupled: a positive of cosine `c` counts as
    /// `2 − exp(c/σ) / mean over the batch of exp(c/σ)`, so that views which are alike already count less. 0 weighs all alike,
    /// 0.5 is the paper's. No gradient goes through the weights.
    pub sigma: f32,
    /// Further negatives.
    pub crops: Option<Crops>,
}

/// Embeddings of further crops, as negatives: a part of a picture that is not what the positive shows.
#[derive(Clone, Debug)]
pub struct Crops {
    /// `[crops, dim]`.
    pub rows: Tensor<2>,
    /// For each of them, the place in the batch of the picture it was cut from.
    pub pictures: Vec<usize>,
    /// Whether they are negatives of the batch's other pictures too; if not, of their own picture alone.
    pub of_all: bool,
}

impl Crops {
    pub(super) fn detached(self) -> Self {
        Self {
            rows: self.rows.detach(),
            ..self
        }
    }
}

/// What each row is compared with, as logits.
pub(super) struct Candidates {
    /// `[rows, 1]`.
    pub positive: Tensor<2>,
    /// `[rows, m]`.
    pub logits: Tensor<2>,
    /// `[rows, m]`, true where a logit belongs to no negative; `None` where all do.
    pub hidden: Option<Tensor<2, Bool>>,
}

impl Candidates {
    /// The same and the crops beside them. `views` are `[rows, dim]` of length 1, `pictures` their places in the batch.
    pub(super) fn with_crops(self, views: &Tensor<2>, pictures: &Tensor<1, Int>, temperature: f32, crops: Option<&Crops>) -> Self {
        let Some(crops) = crops else { return self };
        let logits = views.clone().matmul(unit_rows(crops.rows.clone()).transpose()) / temperature;
        let device = views.device();
        let foreign = if crops.of_all {
            Tensor::zeros(logits.dims(), &device)
        } else {
            same(pictures, &numbers(crops.pictures.iter().copied(), &device)).bool_not()
        };
        let before = self.logits.dims();
        let hidden = self.hidden.unwrap_or_else(|| Tensor::zeros(before, &device));
        Self {
            positive: self.positive,
            logits: Tensor::cat(vec![self.logits, logits], 1),
            hidden: Some(Tensor::cat(vec![hidden, foreign], 1)),
        }
    }

    /// `mean −s⁺ + log(exp s⁺ + N_g)`, `[1]`, with `N_g` the weight of the negatives; decoupled `mean −w s⁺ + log N_g`.
    pub(super) fn loss(self, temperature: f32, how: &Negatives) -> Tensor<1> {
        let negatives = self.log_weight(temperature, how);
        match (how.decoupled, how.sigma) {
            (false, _) => softplus(negatives - self.positive, 1.0).mean(),
            (true, 0.0) => (negatives - self.positive).mean(),
            (true, sigma) => {
                let rows = self.positive.dims()[0] as f32;
                let alike = softmax(self.positive.clone().detach() * (temperature / sigma), 0) * rows;
                (negatives - self.positive * (alike.neg() + 2.0)).mean()
            }
        }
    }

    /// `log N_g`, `[rows, 1]`. With N negatives of logits s and weights `w ∝ exp(β s)` of mean 1:
    /// `N_g = max((Σ w exp s − τ⁺ N exp s⁺) / (1 − τ⁺), N exp(−1/τ))`, kept as logarithms throughout.
    fn log_weight(&self, temperature: f32, how: &Negatives) -> Tensor<2> {
        let sum = |scale: f32| log_sum_exp(without(self.logits.clone() * scale, self.hidden.as_ref()));
        if how.hardness == 0.0 && how.debias == 0.0 {
            return sum(1.0);
        }
        let count = self.log_count();
        let weighted = match how.hardness {
            0.0 => sum(1.0),
            hardness => sum(1.0 + hardness) - sum(hardness) + count.clone(),
        };
        if how.debias == 0.0 {
            return weighted;
        }
        // Beyond these limits the sum is less than the least it can be, which is taken instead.
        let false_ones = (self.positive.clone() + count.clone() - weighted.clone()).clamp_max(60.0).exp() * how.debias;
        let left = (false_ones.neg() + 1.0).clamp_min(1e-30).log() - (1.0 - how.debias).ln();
        (weighted + left).max_pair(count - 1.0 / temperature)
    }

    /// The number of negatives, `[rows, 1]`.
    pub(super) fn count(&self) -> Tensor<2> {
        let [rows, candidates] = self.logits.dims();
        match &self.hidden {
            Some(hidden) => hidden.clone().float().sum_dim(1).neg() + candidates as f32,
            None => Tensor::full([rows, 1], candidates as f32, &self.logits.device()),
        }
    }

    /// Its logarithm; where there are none, 0.
    fn log_count(&self) -> Tensor<2> {
        match &self.hidden {
            Some(_) => self.count().clamp_min(1.0).log(),
            None => {
                let [rows, candidates] = self.logits.dims();
                Tensor::full([rows, 1], (candidates.max(1) as f32).ln(), &self.logits.device())
            }
        }
    }
}
