//! Regularisation: views of a picture agree while the batch fills the space.
//!
//! What stops collapse is a term over the batch: dimensions must not repeat each other and must vary, or the whole
//! must look like a Gaussian. Neither negatives nor a teacher are needed.

use burn::tensor::{Tensor, TensorData, activation::relu};

use super::rows::{diagonal, log_sum_exp, unit_rows, without};
use crate::chance::Chance;

/// As batch norm has it.
const BATCH_NORM_EPSILON: f32 = 1e-5;

/// Under VICReg's root (eq. 2 of the paper).
const VICREG_EPSILON: f32 = 1e-4;

/// Rows less their mean.
fn centred(x: Tensor<2>) -> Tensor<2> {
    let mean = x.clone().mean_dim(0);
    x - mean
}

/// Sum of squares of a square matrix off its diagonal, `[1]`.
fn off_diagonal(matrix: &Tensor<2>) -> Tensor<1> {
    let [dim, _] = matrix.dims();
    matrix.clone().mask_fill(diagonal(dim, &matrix.device()), 0.0).square().sum()
}

/// What is done to two views before their dimensions are compared (Zbontar et al., 2021, sec. 4 and table 5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Normalised {
    /// Each dimension loses its mean over the batch and is divided by its deviation: what is compared is correlations, as in the
    /// paper's equation 2. A dimension that does not vary has correlation 0.
    #[default]
    Batch,
    /// The same, and then each picture's row is brought to length 1. Published: 69.8 % where 71.4 % stood.
    Features,
    /// Each dimension loses its mean: covariances. Published, without batch norms in the projector either: 53.4 %.
    Nothing,
}

impl Normalised {
    /// `batch`, `features` or `none`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "batch" => Some(Self::Batch),
            "features" => Some(Self::Features),
            "none" => Some(Self::Nothing),
            _ => None,
        }
    }

    fn apply(self, x: Tensor<2>) -> Tensor<2> {
        match self {
            Self::Batch => standard(x),
            Self::Features => unit_rows(standard(x)),
            Self::Nothing => centred(x),
        }
    }
}

/// Columns without their mean, by their deviation.
fn standard(x: Tensor<2>) -> Tensor<2> {
    let (variance, mean) = x.clone().var_mean_bias(0);
    (x - mean) / (variance + BATCH_NORM_EPSILON).sqrt()
}

/// Barlow Twins (Zbontar et al., 2021): how the dimensions of two views go together, `C = aᵀ b / batch` of normalised rows,
/// `[dim, dim]`, which should be the identity.
#[derive(Clone, Debug)]
pub struct Correlation(Tensor<2>);

impl Correlation {
    /// `a` and `b` are `[batch, dim]`, normalised each by itself, without scale and shift.
    #[must_use]
    pub fn new(a: Tensor<2>, b: Tensor<2>, by: Normalised) -> Self {
        let [batch, _] = a.dims();
        Self(by.apply(a).transpose().matmul(by.apply(b)) / batch as f32)
    }

    /// `C_ii`, `[dim, 1]`.
    fn agreement(&self) -> Tensor<2> {
        let [dim, _] = self.0.dims();
        (self.0.clone() * Tensor::eye(dim, &self.0.device())).sum_dim(1)
    }

    /// The paper's squares (eq. 1).
    #[must_use]
    pub fn squares(&self) -> BarlowTerms {
        BarlowTerms {
            invariance: (self.agreement() - 1.0).square().sum(),
            redundancy: off_diagonal(&self.0),
        }
    }

    /// The cross-entropy that the paper tried in their place (sec. 4, "loss function"):
    /// `−log Σ_i exp(C_ii/τ)` and `log Σ_{i≠j} exp(max(C_ij, 0)/τ)`, which is 0 of a single dimension. Published: 63.3 % where 71.4 %
    /// stood.
    #[must_use]
    pub fn entropies(&self, temperature: f32) -> BarlowTerms {
        let [dim, _] = self.0.dims();
        let invariance = log_sum_exp(self.agreement().transpose() / temperature).sum().neg();
        let redundancy = if dim > 1 {
            let apart = without(relu(self.0.clone()) / temperature, Some(&diagonal(dim, &self.0.device())));
            log_sum_exp(apart.reshape([1, dim * dim])).sum()
        } else {
            self.0.clone().sum() * 0.0
        };
        BarlowTerms { invariance, redundancy }
    }
}

/// The parts of Barlow Twins' loss, `[1]` each; those of squares.
#[derive(Clone, Debug)]
pub struct BarlowTerms {
    /// `Σ_i (1 − C_ii)²`: both views say the same.
    pub invariance: Tensor<1>,
    /// `Σ_{i≠j} C_ij²`: each dimension says something of its own.
    pub redundancy: Tensor<1>,
}

impl BarlowTerms {
    /// `scale (invariance + lambda redundancy)`. The paper has λ 0.0051 and no scale; recipes for other optimisers
    /// scale the whole by 0.1 (solo-learn) or 0.024.
    #[must_use]
    pub fn total(&self, lambda: f32, scale: f32) -> Tensor<1> {
        (self.invariance.clone() + self.redundancy.clone() * lambda) * scale
    }
}

/// The parts of VICReg's loss, `[1]` each.
#[derive(Clone, Debug)]
pub struct VicTerms {
    /// Mean squared difference of the views.
    pub invariance: Tensor<1>,
    /// `½ Σ over both views mean_d max(0, 1 − σ_d)`: each dimension varies.
    pub variance: Tensor<1>,
    /// `Σ over both views Σ_{i≠j} Cov_ij² / dim`: no two dimensions vary together.
    pub covariance: Tensor<1>,
}

impl VicTerms {
    /// Weighted sum; the paper's weights are 25, 25 and 1. Without the variance it collapses.
    #[must_use]
    pub fn total(&self, [invariance, variance, covariance]: [f32; 3]) -> Tensor<1> {
        self.invariance.clone() * invariance + self.variance.clone() * variance + self.covariance.clone() * covariance
    }
}

/// VICReg (Bardes, Ponce & LeCun, 2022, eq. 1 to 6, with the published code's half on the variance).
///
/// `a` and `b` are `[batch, dim]`, as the projector gives them, of any length. `σ = √(Var + 1e-4)`; variance and
/// covariance divide by batch − 1, and of a single row are 0.
#[must_use]
pub fn vicreg(a: Tensor<2>, b: Tensor<2>) -> VicTerms {
    let invariance = (a.clone() - b.clone()).square().mean();
    let [first, second] = [spread(a), spread(b)];
    VicTerms {
        invariance,
        variance: (first[0].clone() + second[0].clone()) * 0.5,
        covariance: first[1].clone() + second[1].clone(),
    }
}

/// One view's hinge on the deviation and its squared covariances, `[1]` each.
fn spread(x: Tensor<2>) -> [Tensor<1>; 2] {
    let [batch, dim] = x.dims();
    let free = batch.saturating_sub(1).max(1) as f32;
    let x = centred(x);
    let deviation = (x.clone().square().sum_dim(0) / free + VICREG_EPSILON).sqrt();
    let hinge = relu(deviation.neg() + 1.0).mean();
    let covariance = x.clone().transpose().matmul(x) / free;
    [hinge, off_diagonal(&covariance) / dim as f32]
}

/// LeJEPA's prediction term (Balestriero & LeCun, 2025): the mean squared distance of all views to the mean of the first
/// `global` ones, `[1]`. Views are `[batch, dim]`; the published minimal code takes all of them for the mean.
#[must_use]
pub fn view_agreement(views: &[Tensor<2>], global: usize) -> Tensor<1> {
    let all: Tensor<3> = Tensor::stack(views.to_vec(), 0);
    let global = global.clamp(1, views.len().max(1));
    let centre = all.clone().narrow(0, 0, global).mean_dim(0);
    (all - centre).square().mean()
}

/// How SIGReg looks at a distribution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sketch {
    /// Random directions a step: 1024, in the published minimal code 256.
    pub slices: usize,
    /// Points of the integral over frequencies, at least 2: 17.
    pub knots: usize,
    /// The largest frequency: 3 in the published code, which integrates over 0..3 and doubles. The paper's listing has
    /// 17 knots over −5..5, which is 9 over 0..5.
    pub reach: f32,
}

impl Default for Sketch {
    fn default() -> Self {
        Self {
            slices: 1024,
            knots: 17,
            reach: 3.0,
        }
    }
}

impl Sketch {
    /// Random directions of length 1, `[dim, slices]` on the device of `like`: even over the sphere, pure in `(seed, step)`.
    #[must_use]
    pub fn directions(&self, [seed, step]: [u64; 2], dim: usize, like: &Tensor<2>) -> Tensor<2> {
        let mut chance = Chance::new(seed, "sigreg", step);
        let normals: Vec<f32> = (0..self.slices * dim).map(|_| chance.normal()).collect();
        unit_rows(Tensor::from_data(TensorData::new(normals, [self.slices, dim]), &like.device())).transpose()
    }

    /// Frequencies above 0, each with the weight of its error: the trapezoid's, doubled for the negative ones, times
    /// `exp(−t²/2)`. At frequency 0 there is no error.
    fn frequencies(&self) -> impl Iterator<Item = [f32; 2]> {
        let last = self.knots.max(2) - 1;
        let gap = self.reach / last as f32;
        (1..=last).map(move |knot| {
            let t = gap * knot as f32;
            [t, if knot == last { gap } else { 2.0 * gap } * gaussian(t)]
        })
    }
}

/// Characteristic function of the standard normal distribution.
fn gaussian(t: f32) -> f32 {
    libm::expf(-t * t / 2.0)
}

/// SIGReg of LeJEPA (Balestriero & LeCun, 2025, sec. 4): how far embeddings are from a standard Gaussian, seen along
/// random directions.
///
/// `views` are `[batch, dim]` each, `directions` `[dim, slices]` from [`Sketch::directions`]. Along each direction, with
/// x the products, Epps and Pulley's statistic
/// `N ∫ |mean exp(itx) − exp(−t²/2)|² exp(−t²/2) dt` over −reach..reach; the mean over directions and views. What stops
/// collapse is all of it: equal embeddings are as far from a Gaussian as can be. LeJEPA's loss is
/// `(1 − λ) view_agreement + λ sigreg`, λ 0.02 to 0.05.
#[must_use]
pub fn sigreg(views: &[Tensor<2>], directions: &Tensor<2>, sketch: &Sketch) -> Tensor<1> {
    let statistics: Vec<Tensor<1>> = views
        .iter()
        .map(|view| epps_pulley(view.clone().matmul(directions.clone()), sketch))
        .collect();
    Tensor::cat(statistics, 0).mean()
}

/// The mean statistic of the columns of `x`, `[batch, slices]` to `[1]`.
fn epps_pulley(x: Tensor<2>, sketch: &Sketch) -> Tensor<1> {
    let [batch, slices] = x.dims();
    let mut sum = Tensor::zeros([1, slices], &x.device());
    for [t, weight] in sketch.frequencies() {
        let angle = x.clone() * t;
        let real = angle.clone().cos().mean_dim(0) - gaussian(t);
        let imaginary = angle.sin().mean_dim(0);
        sum = sum + (real.square() + imaginary.square()) * weight;
    }
    sum.mean() * batch as f32
}
