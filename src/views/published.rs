//! Recipes as published, with their sources. Sizes are the caller's; the papers' are named.
//!
//! Two things are ours everywhere: crops are resized bicubically with antialiasing, where SwAV, MoCo and SimSiam take
//! torchvision's default, bilinear; and values stay numbers, where most codes round to bytes after each change.

use super::{Blur, Jitter, Kernel, Recipe};

/// BYOL's colours, which most later methods took over: brightness, contrast, saturation, hue.
const MILD: [f32; 4] = [0.4, 0.4, 0.2, 0.1];
const FULL_RANGE: [f32; 2] = [0.08, 1.0];

impl Recipe {
    /// Masked autoencoders (He et al. 2022), 224 px: crop and flip alone. `facebookresearch/mae: main_pretrain.py`.
    #[must_use]
    pub const fn mae(size_px: usize) -> Self {
        Self::plain(size_px, [0.2, 1.0], 0.5)
    }

    /// I-JEPA (Assran et al. 2023), 224 px: a crop, no flip, no colours.
    /// `facebookresearch/ijepa: configs/in1k_vith14_ep300.yaml`.
    #[must_use]
    pub const fn ijepa(size_px: usize) -> Self {
        Self::plain(size_px, [0.3, 1.0], 0.0)
    }

    /// SimCLR (Chen et al. 2020, App. A), 224 px and a strength of 1 on ImageNet. `google-research/simclr: data_util.py`.
    /// Supervised contrast takes it too.
    #[must_use]
    pub fn simclr(size_px: usize, strength: f32) -> Self {
        Self {
            jitter: Some(Jitter::new(0.8, [0.8, 0.8, 0.8, 0.2].map(|most| most * strength))),
            grey: 0.2,
            blur: Some(Blur::new(0.5, Kernel::Tenth)),
            ..Self::plain(size_px, FULL_RANGE, 0.5)
        }
    }

    /// SimCLR on CIFAR: 32 px, half the strength, no blur. SimCLR, App. B.9, and lightly's benchmark,
    /// `lightly-ai/lightly: docs/source/getting_started/benchmarks/cifar10_benchmark.py`.
    #[must_use]
    pub fn cifar() -> Self {
        Self::simclr(32, 0.5).without_blur()
    }

    /// Instance discrimination (Wu et al. 2018) and MoCo v1, 224 px; 32 px without a flip on CIFAR. Theirs takes colours
    /// away before the jitter. `facebookresearch/moco: main_moco.py`.
    #[must_use]
    pub const fn instance_discrimination(size_px: usize) -> Self {
        Self {
            jitter: Some(Jitter::new(1.0, [0.4; 4])),
            grey: 0.2,
            ..Self::plain(size_px, [0.2, 1.0], 0.5)
        }
    }

    /// MoCo v2 (Chen et al. 2020b), 224 px. `facebookresearch/moco: main_moco.py`, `--aug-plus`.
    #[must_use]
    pub const fn moco_v2(size_px: usize) -> Self {
        Self {
            jitter: Some(Jitter::new(0.8, [0.4, 0.4, 0.4, 0.1])),
            grey: 0.2,
            blur: Some(Blur::new(0.5, Kernel::Whole)),
            ..Self::plain(size_px, [0.2, 1.0], 0.5)
        }
    }

    /// SimSiam (Chen & He 2021), 224 px: MoCo v2's. `facebookresearch/simsiam: main_simsiam.py`.
    #[must_use]
    pub const fn simsiam(size_px: usize) -> Self {
        Self::moco_v2(size_px)
    }

    /// PIRL's whole picture (Misra & van der Maaten 2020), 224 px, without its random photometric operations.
    /// `facebookresearch/vissl: configs/config/pretrain/pirl`.
    #[must_use]
    pub const fn pirl(size_px: usize) -> Self {
        Self {
            jitter: Some(Jitter::new(1.0, [0.4, 0.4, 0.4, 0.2])),
            grey: 0.2,
            ..Self::plain(size_px, FULL_RANGE, 0.5)
        }
    }

    /// What PIRL's puzzle is cut from by [`Jigsaw`](super::Jigsaw), 255 px; its colours are each tile's.
    #[must_use]
    pub const fn pirl_puzzle(size_px: usize) -> Self {
        Self {
            area: [0.6, 1.0],
            ..Self::pirl(size_px)
        }
    }

    /// BYOL's two views (Grill et al. 2020, App. B), 224 px. `google-deepmind/deepmind-research: byol/utils/augmentations.py`.
    /// MoCo v3 has them too.
    #[must_use]
    pub const fn byol(size_px: usize) -> [Self; 2] {
        two(size_px, FULL_RANGE, Kernel::Tenth)
    }

    /// Barlow Twins' two views (Zbontar et al. 2021), 224 px: BYOL's. `facebookresearch/barlowtwins: main.py`.
    #[must_use]
    pub const fn barlow(size_px: usize) -> [Self; 2] {
        two(size_px, FULL_RANGE, Kernel::Whole)
    }

    /// VICReg (Bardes et al. 2022, App. C.1), 224 px: BYOL's, the same for both views.
    /// `lightly-ai/lightly: lightly/transforms/vicreg_transform.py`.
    #[must_use]
    pub const fn vicreg(size_px: usize) -> Self {
        mild(size_px, FULL_RANGE, Blur::new(0.5, Kernel::Taps(23)), 0.1)
    }

    /// DINO's two global views (Caron et al. 2021), 224 px. `facebookresearch/dino: main_dino.py`.
    #[must_use]
    pub const fn dino_global(size_px: usize) -> [Self; 2] {
        two(size_px, [0.4, 1.0], Kernel::Whole)
    }

    /// One of DINO's local views, eight of 96 px.
    #[must_use]
    pub const fn dino_local(size_px: usize) -> Self {
        mild(size_px, [0.05, 0.4], Blur::new(0.5, Kernel::Whole), 0.0)
    }

    /// One of SwAV's global views (Caron et al. 2020), two of 224 px: SimCLR's colours.
    /// `facebookresearch/swav: src/multicropdataset.py`.
    #[must_use]
    pub fn swav_global(size_px: usize) -> Self {
        Self {
            area: [0.14, 1.0],
            blur: Some(Blur::new(0.5, Kernel::Taps(23))),
            ..Self::simclr(size_px, 1.0)
        }
    }

    /// One of SwAV's local views, six of 96 px.
    #[must_use]
    pub fn swav_local(size_px: usize) -> Self {
        Self {
            area: [0.05, 0.14],
            ..Self::swav_global(size_px)
        }
    }

    /// One of LeJEPA's global views (Balestriero & LeCun 2025), two of 224 px. `rbalestr-lab/lejepa: README.md`; the
    /// kernel's size is its `MINIMAL.md`'s.
    #[must_use]
    pub const fn lejepa_global(size_px: usize) -> Self {
        mild(size_px, [0.3, 1.0], Blur::new(0.5, Kernel::Taps(7)), 0.2)
    }

    /// One of LeJEPA's local views, six of 98 px.
    #[must_use]
    pub const fn lejepa_local(size_px: usize) -> Self {
        mild(size_px, [0.05, 0.3], Blur::new(0.5, Kernel::Taps(7)), 0.2)
    }
}

const fn mild(size_px: usize, area: [f32; 2], blur: Blur, solarise: f32) -> Recipe {
    Recipe {
        jitter: Some(Jitter::new(0.8, MILD)),
        grey: 0.2,
        blur: Some(blur),
        solarise,
        ..Recipe::plain(size_px, area, 0.5)
    }
}

/// The first always blurred, the second seldom, and at times solarised.
const fn two(size_px: usize, area: [f32; 2], kernel: Kernel) -> [Recipe; 2] {
    [
        mild(size_px, area, Blur::new(1.0, kernel), 0.0),
        mild(size_px, area, Blur::new(0.1, kernel), 0.2),
    ]
}
