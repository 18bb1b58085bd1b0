//! Contrast against a memory bank of all pictures: each picture is a class of its own.

use burn::tensor::{
    Device, Int, Tensor,
    activation::{softmax, softplus},
};

use super::negatives::{Candidates, Crops, Negatives};

use crate::{
    chance::Chance,
    methods::losses::rows::{cross_entropies, dots, log_sum_exp, numbers, same, unit_rows, without},
};

/// A batch's place in a bank.
#[derive(Clone, Debug)]
pub struct Instances<'a> {
    /// `[pictures, dim]`, rows of length 1. No gradient reaches it.
    pub bank: Tensor<2>,
    /// For each picture of the batch, its row.
    pub indices: &'a [usize],
    /// 0.07; on CIFAR 0.1.
    pub temperature: f32,
    /// How much more the nearest strangers weigh; see [`Negatives::hardness`].
    pub hardness: f32,
    /// Further negatives. In [`bank_nce`] each counts as one more drawn row of the pictures that it is a negative of.
    pub crops: Option<Crops>,
}

impl Instances<'_> {
    /// Places in the batch, as [`Crops::pictures`] has them.
    fn places(&self, device: &Device) -> Tensor<1, Int> {
        numbers(0..self.indices.len(), device)
    }
}

/// Instance discrimination, the full softmax (Wu et al., 2018, eq. 2): which of all pictures is this?
///
/// `x` is `[batch, dim]`. With `s` the cosine over the temperature and `f` the bank's rows,
/// `L = mean_i −log(exp s(x_i, f_i) / Σ_j exp s(x_i, f_j))`; the rows of other pictures, and crops where there are any, weigh as
/// their hardness says.
#[must_use]
pub fn bank_softmax(x: Tensor<2>, at: &Instances<'_>) -> Tensor<1> {
    let device = x.device();
    let indices = numbers(at.indices.iter().copied(), &device);
    let x = unit_rows(x);
    let logits = x.clone().matmul(at.bank.clone().detach().transpose()) / at.temperature;
    if at.hardness == 0.0 && at.crops.is_none() {
        return cross_entropies(logits, indices).mean();
    }
    let [pictures, _] = at.bank.dims();
    let how = Negatives {
        hardness: at.hardness,
        ..Negatives::default()
    };
    Candidates {
        positive: logits.clone().gather(1, indices.clone().unsqueeze_dim(1)),
        hidden: Some(same(&indices, &numbers(0..pictures, &device))),
        logits,
    }
    .with_crops(&x, &at.places(&device), at.temperature, at.crops.as_ref())
    .loss(at.temperature, &how)
}

/// Without strangers: the mean of minus the cosine between each row of `x`, `[batch, dim]`, and its own row of the bank.
/// Nothing stops collapse; it is there to be seen.
#[must_use]
pub fn to_own_row(x: Tensor<2>, at: &Instances<'_>) -> Tensor<1> {
    let own = numbers(at.indices.iter().copied(), &x.device());
    dots(unit_rows(x), at.bank.clone().detach().select(0, own)).mean().neg()
}

/// Negatives drawn for [`bank_nce`]: rows of the bank, with replacement and evenly, a set of its own for each picture of the
/// batch, pure in `(seed, step)`. As in the published code a picture's own row may be among them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Noise {
    /// `batch` times `each`, picture by picture.
    pub rows: Vec<usize>,
    /// Negatives a picture.
    pub each: usize,
}

impl Noise {
    /// `each` (4096 in the paper, 32,000 in PIRL's) for each of `batch` pictures, out of `pictures` in the bank.
    #[must_use]
    pub fn draw(seed: u64, step: u64, [batch, each]: [usize; 2], pictures: usize) -> Self {
        let mut chance = Chance::new(seed, "bank-noise", step);
        let rows = (0..batch * each).map(|_| chance.below(pictures)).collect();
        Self { rows, each }
    }
}

/// Logits of rows of length 1 against own row `[batch, 1]` and against drawn rows `[batch, each]`.
fn scores(x: Tensor<2>, at: &Instances<'_>, noise: &Noise) -> [Tensor<2>; 2] {
    let device = x.device();
    let [batch, _] = x.dims();
    let bank = at.bank.clone().detach();
    let own = bank.clone().select(0, numbers(at.indices.iter().copied(), &device));
    let positive = dots(x.clone(), own) / at.temperature;
    // All products at once cost less than copying the drawn rows together, each of them `dim` wide.
    let drawn = numbers(noise.rows.iter().copied(), &device).reshape([batch, noise.each]);
    let negative = x.matmul(bank.transpose()).gather(1, drawn) / at.temperature;
    [positive, negative]
}

/// Logarithm of the normalising constant Z, `[1]` without a graph, as the first batch has it (Wu et al., 2018, sec. 3.2):
/// the number of pictures times the mean of `exp s` over all scores of the batch. To be kept in
/// [`Partition`](crate::methods::losses::memory::Partition).
#[must_use]
pub fn log_partition(x: Tensor<2>, at: &Instances<'_>, noise: &Noise) -> Tensor<1> {
    let [pictures, _] = at.bank.dims();
    let all = Tensor::cat(scores(unit_rows(x.detach()), at, noise).into(), 1);
    let [batch, each] = all.dims();
    let sum = log_sum_exp(all.reshape([1, batch * each])).reshape([1]);
    sum + (pictures.max(1) as f32).ln() - ((batch * each).max(1) as f32).ln()
}

/// Instance discrimination by noise-contrastive estimation (Wu et al., 2018, eq. 4 to 7): m drawn rows instead of all.
///
/// `x` is `[batch, dim]`; `log_z` is `[1]`, from [`log_partition`]. With `P = exp(s)/Z`, n pictures and
/// `h = P / (P + m/n)`, `L = mean_i (−log h(x_i, f_i) − Σ_{j drawn} w_j log(1 − h(x_i, f_j)))`. No gradient reaches Z. The
/// weights are 1, and with hardness β in proportion to `exp(β s)` with a mean of 1. Crops are summed over with the drawn.
#[must_use]
pub fn bank_nce(x: Tensor<2>, at: &Instances<'_>, noise: &Noise, log_z: Tensor<1>) -> Tensor<1> {
    let [pictures, _] = at.bank.dims();
    // h is a sigmoid of s − log Z − log(m/n).
    let odds = (noise.each.max(1) as f32 / pictures.max(1) as f32).ln();
    let threshold = (log_z.detach() + odds).unsqueeze::<2>();
    let x = unit_rows(x);
    let [positive, logits] = scores(x.clone(), at, noise);
    let all = Candidates {
        positive,
        logits,
        hidden: None,
    }
    .with_crops(&x, &at.places(&x.device()), at.temperature, at.crops.as_ref());
    let negative = without(all.logits.clone() - threshold.clone(), all.hidden.as_ref());
    let positive = all.positive.clone() - threshold;
    let taken_for_noise = softplus(positive.neg(), 1.0).mean();
    let taken_for_it = match at.hardness {
        0.0 => softplus(negative, 1.0),
        hardness => softplus(negative.clone(), 1.0) * softmax(negative * hardness, 1) * all.count(),
    };
    taken_for_noise + taken_for_it.sum_dim(1).mean()
}

/// PIRL (Misra & van der Maaten, 2020, eq. 5): picture and jigsaw both against the picture's row in the bank, so that
/// the embedding does not tell what was done to the picture.
///
/// `view` and `jigsaw` are `[batch, dim]`, each with noise of its own; `lambda` (0.5) is the weight of the jigsaw:
/// `L = λ NCE(m, jigsaw) + (1 − λ) NCE(m, view)`. NCE is [`bank_nce`], as in the authors' code (vissl), where eq. 3 of
/// the paper normalises by the drawn rows instead of a constant Z. That code has Z from the first batch's jigsaws, and
/// updates the bank with the view.
#[must_use]
pub fn pirl([view, jigsaw]: [Tensor<2>; 2], at: &Instances<'_>, noise: [&Noise; 2], lambda: f32, log_z: Tensor<1>) -> Tensor<1> {
    let of_view = bank_nce(view, at, noise[0], log_z.clone());
    bank_nce(jigsaw, at, noise[1], log_z) * lambda + of_view * (1.0 - lambda)
}
