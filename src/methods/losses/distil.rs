//! Distillation: a student predicts what a teacher makes of another view; no picture is pushed away.
//!
//! Nothing in these energies keeps all embeddings from being equal. What does is that the target does not follow this
//! gradient (it is detached, and made by a moving average or behind a predictor), and in DINO centre and temperature.

use burn::tensor::{
    Tensor,
    activation::{log_softmax, softmax},
};

use super::rows::{diagonal, dots, unit_rows, without};

/// As PyTorch's layer norm has it.
const LAYER_NORM_EPSILON: f32 = 1e-5;

/// DINOv2's, in the distance and under its logarithm.
const KOLEO_EPSILON: f32 = 1e-8;

/// `−mean_i cos(a_i, b_i)`, −1..1: `[batch, dim]` each. The gradient reaches both: a Siamese network that has this
/// alone collapses.
#[must_use]
pub fn negative_cosine(a: Tensor<2>, b: Tensor<2>) -> Tensor<1> {
    dots(unit_rows(a), unit_rows(b)).mean().neg()
}

/// BYOL (Grill et al., 2020, eq. 2), symmetric: `Σ over both mean (2 − 2 cos(q(z), sg z'))`, 0..8.
///
/// All `[batch, dim]`, in the views' order: predictions of the online network, projections of the target network. What stops
/// collapse is that targets come detached, behind a predictor; in the paper it takes their slow moving average, too. 4 is the value
/// for unrelated rows.
#[must_use]
pub fn byol([p1, p2]: [Tensor<2>; 2], [z1, z2]: [Tensor<2>; 2]) -> Tensor<1> {
    (negative_cosine(p1, z2.detach()) + negative_cosine(p2, z1.detach())) * 2.0 + 4.0
}

/// SimSiam (Chen & He, 2021, eq. 2): `½ D(p₁, z₂) + ½ D(p₂, z₁)`, where the energy D is [`negative_cosine`], or [`class_entropy`] as
/// in section 4.5.
///
/// All `[batch, dim]`: predictions `p` and projections `z` of one and the same network. What stops collapse is that `z` comes detached,
/// behind a predictor.
#[must_use]
pub fn both_ways(energy: Energy, [p1, p2]: [Tensor<2>; 2], [z1, z2]: [Tensor<2>; 2]) -> Tensor<1> {
    (energy(p1, z2) + energy(p2, z1)) * 0.5
}

/// The energy of what was said and what should have been, `[batch, dim]` each: the mean over the batch.
pub type Energy = fn(Tensor<2>, Tensor<2>) -> Tensor<1>;

/// `mean −softmax(target) · log softmax(said)`, 0 and above: `[batch, classes]` each. The gradient reaches both. Where SimSiam has this
/// in place of the cosine, projections are taken for scores of classes; published: 63.2 % where 68.1 % stood.
#[must_use]
pub fn class_entropy(said: Tensor<2>, target: Tensor<2>) -> Tensor<1> {
    dots(softmax(target, 1), log_softmax(said, 1)).mean().neg()
}

/// DINO's temperatures (Caron et al., 2021, sec. 3.1).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Temperatures {
    /// 0.1.
    pub student: f32,
    /// Sharpening: 0.04, or warmed up from there to 0.07. At 0.08 the output was even, which is collapse.
    pub teacher: f32,
}

impl Default for Temperatures {
    fn default() -> Self {
        Self {
            student: 0.1,
            teacher: 0.04,
        }
    }
}

/// The teacher's distribution over prototypes, `softmax((t − c)/τ)`, without a graph: `[batch, prototypes]`, centre
/// `[1, prototypes]`.
fn taught(teacher: Tensor<2>, centre: &Tensor<2>, temperature: f32) -> Tensor<2> {
    softmax((teacher - centre.clone()).detach() / temperature, 1)
}

/// DINO (Caron et al., 2021, eq. 1 to 3): cross-entropy of the student's distribution to the teacher's, over all pairs of
/// a view the teacher saw and another one.
///
/// All `[batch, prototypes]`: `students` of every view, `teachers` of the first ones (the global crops), in the same order;
/// `centre` is `[1, prototypes]`. `L = mean over pairs t ≠ s of mean_i −Σ softmax((t − c)/τ_t) log softmax(s/τ_s)`, 0
/// where a single view leaves no pair. What stops collapse: centring alone ends in an even output, sharpening alone in a single prototype; together
/// they balance, with a teacher that is a moving average.
#[must_use]
pub fn dino(students: &[Tensor<2>], teachers: &[Tensor<2>], centre: &Tensor<2>, at: Temperatures) -> Tensor<1> {
    let said = |student: Tensor<2>| log_softmax(student / at.student, 1);
    let aim = |teacher: Tensor<2>| taught(teacher, centre, at.teacher);
    over_pairs(
        students.iter().cloned().map(said),
        teachers.iter().cloned().map(aim),
        |said, aim| dots(aim, said).mean().neg(),
    )
}

/// The mean squared error that DINO tried in the cross-entropy's place (Caron et al., 2021, table 7), over the same pairs. The paper
/// does not say of what: here it is that of BYOL, which the paper compares itself with: `mean 2 − 2 cos(s, t − c)`, 0..4. Published:
/// kNN 52.6 % where 72.8 % stood.
#[must_use]
pub fn dino_squares(students: &[Tensor<2>], teachers: &[Tensor<2>], centre: &Tensor<2>) -> Tensor<1> {
    let aim = |teacher: Tensor<2>| (teacher - centre.clone()).detach();
    over_pairs(students.iter().cloned(), teachers.iter().cloned().map(aim), |said, aim| {
        negative_cosine(said, aim) * 2.0 + 2.0
    })
}

/// The mean of an energy over all pairs of what the teacher made of a view and the student of another one; 0 where there is none.
fn over_pairs(
    said: impl Iterator<Item = Tensor<2>>,
    aims: impl Iterator<Item = Tensor<2>>,
    energy: impl Fn(Tensor<2>, Tensor<2>) -> Tensor<1>,
) -> Tensor<1> {
    let said: Vec<_> = said.collect();
    let mut pairs = Vec::new();
    for (seen, aim) in aims.enumerate() {
        let others = said.iter().enumerate().filter(|(view, _)| *view != seen);
        pairs.extend(others.map(|(_, said)| energy(said.clone(), aim.clone())));
    }
    match pairs.is_empty() {
        true => Tensor::cat(said, 0).sum() * 0.0,
        false => Tensor::cat(pairs, 0).mean(),
    }
}

/// Entropy of the teacher's distribution, the mean over pictures and views, `[1]`, 0..ln(prototypes), without a graph. DINO's
/// cross-entropy less this is the divergence of student and teacher; collapse is entropy at either end and divergence
/// 0 (Caron et al., 2021, sec. 5.3).
#[must_use]
pub fn teacher_entropy(teachers: &[Tensor<2>], centre: &Tensor<2>, at: Temperatures) -> Tensor<1> {
    let all = (Tensor::cat(teachers.to_vec(), 0) - centre.clone()).detach() / at.teacher;
    dots(softmax(all.clone(), 1), log_softmax(all, 1)).mean().neg()
}

/// I-JEPA (Assran et al., 2023): smooth L1 distance of predicted patch embeddings to the teacher's, layer-normalised.
///
/// Both `[batch, patches, dim]`, the same patches in the same order. `L = mean h(p − LN(t))`, `h(e) = e²/2` for |e| < 1,
/// `|e| − ½` beyond (the paper writes the square; the published code has this). The target is detached; it comes from a
/// moving average that sees the whole picture. What stops collapse is that average, with a predictor that is told
/// only where to look.
#[must_use]
pub fn i_jepa(predicted: Tensor<3>, target: Tensor<3>) -> Tensor<1> {
    i_jepa_energy(predicted, target).mean()
}

/// The same for each patch, `[batch, patches]`: how badly what stands there fits what was predicted. The mean of them is
/// the loss.
#[must_use]
pub fn i_jepa_energy(predicted: Tensor<3>, target: Tensor<3>) -> Tensor<2> {
    i_jepa_unstopped(predicted, target.detach())
}

/// [`i_jepa_energy`] with a gradient to the target too: a network whose loss is the mean of this meets its own prediction.
#[must_use]
pub fn i_jepa_unstopped(predicted: Tensor<3>, target: Tensor<3>) -> Tensor<2> {
    let (variance, mean) = target.clone().var_mean_bias(2);
    let aim = (target - mean) / (variance + LAYER_NORM_EPSILON).sqrt();
    let error = (predicted - aim).abs();
    // e²/2 up to 1 and e − ½ from there, without a branch: with m = min(e, 1) it is m (e − m/2).
    let capped = error.clone().clamp_max(1.0);
    (capped.clone() * (error - capped * 0.5)).mean_dim(2).squeeze_dim(2)
}

/// KoLeo (Sablayrolles et al., 2019, eq. 2, as in DINOv2, where its weight is 0.1): `−mean_i log(‖x_i − x_nearest‖ + ε)` of
/// rows of length 1, which spreads a batch evenly.
///
/// `x` is `[batch, dim]`. Rows that are equal cannot be told apart and get no gradient from each other; a batch of one
/// has no neighbour and no gradient.
#[must_use]
pub fn koleo(x: Tensor<2>) -> Tensor<1> {
    let [batch, _] = x.dims();
    let x = unit_rows(x);
    let itself = diagonal(batch, &x.device());
    let fixed = x.clone().detach();
    let likeness = without(fixed.clone().matmul(fixed.transpose()), Some(&itself));
    let nearest = x.clone().select(0, likeness.argmax(1).reshape([batch]));
    let distance = ((x - nearest).square().sum_dim(1) + KOLEO_EPSILON * KOLEO_EPSILON).sqrt();
    (distance + KOLEO_EPSILON).log().mean().neg()
}
