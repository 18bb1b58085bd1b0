//! Which rule moves the weights, with its constants.

use crate::config::RunConfig;

/// What [`RunConfig::optimiser`] may say.
pub const NAMES: [&str; 4] = ["adamw", "muon", "sgd", "lars"];

/// How weights follow their gradients.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rule {
    /// AdamW (Loshchilov & Hutter, 2019): weight decay stays out of the moments.
    AdamW {
        /// First and second beta.
        betas: [f64; 2],
    },
    /// Muon (Jordan et al., 2024): every matrix moves along the nearest semi-orthogonal matrix to its momentum, times
    /// [`muon_scale`]; AdamW for what is no matrix, at `bias_lr` times the rate. `m = m + (1 - β) (g - m)`, and with Nesterov's
    /// momentum `g + β (m - g)` is orthogonalised. Convolutions are matrices of one row an output. Unlike in the paper, first
    /// and last layers are no exception.
    Muon {
        /// β: 0.95 with Nesterov's in the paper.
        momentum: Momentum,
        /// Of AdamW.
        betas: [f64; 2],
    },
    /// Stochastic gradient descent as PyTorch's `SGD` has it: `v = m v + (g + λ w)`, `w = w - lr v`, and with Nesterov's
    /// momentum `w = w - lr (g + λ w + m v)`.
    Sgd(Momentum),
    /// LARS (You et al., 2017): the same, with `g + λ w` of every matrix times its trust ratio before the momentum.
    Lars(Momentum, Trust),
}

/// A memory of gradients.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Momentum {
    /// Part of it that stays.
    pub stays: f64,
    /// Whether the step looks ahead along it.
    pub nesterov: bool,
}

/// How far a matrix may move, by its norm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trust {
    /// `η`: 0.001 in BYOL, SimCLR, Barlow Twins and MoCo v3, 0.02 with `clip` in solo-learn.
    pub coefficient: f64,
    /// Which of the two ratios in use.
    ///
    /// Without: `η ‖w‖ / ‖g + λ w‖`, as the official code of BYOL (`byol/utils/optimizers.py`), SimCLR and Barlow Twins
    /// has it. (SimCLR's multiplies the learning rate into the momentum, as You et al. do; the others and we do not.)
    ///
    /// With: `min(η ‖w‖ / (‖g‖ + λ ‖w‖ + 1e-8) / lr, 1)`, as in NVIDIA's LARC and, under the name `clip_lr`, in
    /// solo-learn (`solo/utils/lars.py`): never faster than SGD.
    ///
    /// Either way a matrix without any gradient gets no step of its own, as LARC has it: by the first ratio its decay alone,
    /// however small, would take a step of full length.
    pub clip: bool,
}

impl Trust {
    /// Keeps the clipped ratio from dividing by nothing.
    pub const EPSILON: f64 = 1e-8;
}

impl Rule {
    /// A run's own. The name was checked by the settings; an unknown one is the default's.
    #[must_use]
    pub fn of(config: &RunConfig) -> Self {
        let momentum = Momentum {
            stays: config.momentum,
            nesterov: config.nesterov,
        };
        let trust = Trust {
            coefficient: config.trust,
            clip: config.trust_clip,
        };
        match config.optimiser.as_str() {
            "muon" => Self::Muon {
                momentum,
                betas: config.betas,
            },
            "sgd" => Self::Sgd(momentum),
            "lars" => Self::Lars(momentum, trust),
            _ => Self::AdamW { betas: config.betas },
        }
    }

    /// As typed.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::AdamW { .. } => "adamw",
            Self::Muon { .. } => "muon",
            Self::Sgd(_) => "sgd",
            Self::Lars(..) => "lars",
        }
    }

    /// Under which names a checkpoint has what this rule remembers: one row each. No two rules share one.
    #[must_use]
    pub fn memories(&self) -> &'static [&'static str] {
        memories_of(self.name())
    }
}

/// [`Rule::memories`] by a rule's name.
#[must_use]
pub fn memories_of(name: &str) -> &'static [&'static str] {
    match name {
        "muon" => &["muon_1", "muon_2"],
        "sgd" => &["sgd_momentum"],
        "lars" => &["lars_momentum"],
        _ => &["moment_1", "moment_2"],
    }
}

/// What a semi-orthogonal matrix of this shape is multiplied with to move as far as AdamW would at the same rate: its numbers get a root mean
/// square of 0.2 (Liu et al., "Muon is scalable for LLM training", 2025, eq. 4).
#[must_use]
pub fn muon_scale([rows, columns]: [usize; 2]) -> f64 {
    0.2 * (rows.max(columns) as f64).sqrt()
}
