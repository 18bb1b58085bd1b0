//! Ways to hide that one touch gives.

use serde::{Deserialize, Serialize};

use super::history::leave_one;
use crate::mask::{Grid, Mask, MaskKind, Side};

/// A kind of mask on the page's chips.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Hide {
    /// Patches at random.
    Random {
        /// How many of a hundred are hidden.
        percent: u8,
    },
    /// The right half.
    Right,
    /// The lower half.
    Lower,
    /// The middle block.
    Middle,
    /// All but the middle block.
    AllButMiddle,
    /// Every second patch.
    Checkerboard,
}

impl Hide {
    /// Every kind, in the order of the chips.
    pub const ALL: [Self; 6] = [
        Self::Random { percent: 75 },
        Self::Right,
        Self::Lower,
        Self::Middle,
        Self::AllButMiddle,
        Self::Checkerboard,
    ];

    /// As on the chip.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Random { .. } => "Random",
            Self::Right => "Right half",
            Self::Lower => "Lower half",
            Self::Middle => "Middle",
            Self::AllButMiddle => "All but the middle",
            Self::Checkerboard => "Checkerboard",
        }
    }

    /// What it is good for.
    #[must_use]
    pub fn hint(self) -> &'static str {
        match self {
            Self::Random { .. } => "As most models are trained (1)",
            Self::Right => "The future from the past, left to right (2)",
            Self::Lower => "The future from the past, top to bottom (3)",
            Self::Middle => "A hole in the middle (4)",
            Self::AllButMiddle => "Only the middle is left to go by (5)",
            Self::Checkerboard => "Every second patch (6)",
        }
    }

    /// As the command line spells it when it is printed. Made here and not read from a word: reading one, with all that may be
    /// wrong with it, is a hundredth of the page.
    #[must_use]
    pub fn kind(self) -> MaskKind {
        match self {
            Self::Random { percent } => MaskKind::Random(f32::from(percent.min(100)) / 100.0),
            Self::Right => MaskKind::Half(Side::Right),
            Self::Lower => MaskKind::Half(Side::Lower),
            Self::Middle => MaskKind::Block,
            Self::AllButMiddle => MaskKind::OutsideBlock,
            Self::Checkerboard => MaskKind::Checkerboard,
        }
    }

    /// The mask on `grid`: the same as `darkroom predict --hide KIND --seed SEED` draws.
    #[must_use]
    pub fn mask(self, grid: Grid, seed: u64) -> Mask {
        leave_one(self.kind().draw(grid, seed, 0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_chip_hides_something_and_leaves_something() {
        let grid = Grid { rows: 8, columns: 8 };
        for hide in Hide::ALL {
            let hidden = hide.mask(grid, 1).hidden_count();
            assert!(hidden > 0 && hidden < 64, "{} hides {hidden}", hide.label());
            assert_eq!(
                hide.kind().to_string().parse(),
                Ok(hide.kind()),
                "the command line takes what is printed"
            );
        }
        assert_eq!(Hide::Random { percent: 75 }.mask(grid, 1).hidden_count(), 48);
        assert_eq!(Hide::Random { percent: 100 }.mask(grid, 1).hidden_count(), 63, "one patch stays");
        assert_eq!(Hide::Random { percent: 0 }.mask(grid, 1).hidden_count(), 0);
    }
}
