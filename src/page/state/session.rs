//! What survives a reload: the strip, the mask and every control. Picture files lie in the browser's storage beside it.

use serde::{Deserialize, Serialize};

use super::{
    brush::Brush,
    history::leave_one,
    settings::{DeviceChoice, Theme, View},
    strip::Strip,
};
use crate::mask::Mask;

/// The page's state as kept in local storage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// Pictures in hand.
    pub strip: Strip,
    /// What is hidden.
    pub mask: Mask,
    /// The random mask's share, per cent.
    pub percent: u8,
    /// The random mask's seed.
    pub seed: u64,
    /// The tool in hand.
    pub brush: Brush,
    /// What the large print shows.
    pub view: View,
    /// Where the slider stands, per cent from the left.
    pub split: u8,
    /// The model a person chose.
    pub model: Option<String>,
    /// The device a person chose.
    pub device: DeviceChoice,
    /// Light or dark.
    pub theme: Theme,
}

impl Session {
    /// Reads what was stored; `None` where it is no session, or an impossible one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut session: Self = serde_json::from_str(text).ok()?;
        let Mask { grid, hidden } = &session.mask;
        let sides = 1..=256;
        if !sides.contains(&grid.rows) || !sides.contains(&grid.columns) || hidden.len() != grid.rows * grid.columns {
            return None;
        }
        session.strip = session.strip.sane();
        session.mask = leave_one(session.mask);
        session.percent = session.percent.min(100);
        session.split = session.split.min(100);
        session.brush.size = session.brush.size.clamp(1, Brush::LARGEST);
        Some(session)
    }

    /// As it is stored.
    #[must_use]
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::mask::Grid;

    fn session() -> Session {
        Session {
            strip: Strip::of_scenes(&[1, 2]),
            mask: Mask {
                grid: Grid { rows: 2, columns: 2 },
                hidden: vec![true, false, false, false],
            },
            percent: 75,
            seed: 1,
            brush: Brush::default(),
            view: View::Set,
            split: 50,
            model: None,
            device: DeviceChoice::Auto,
            theme: Theme::Auto,
        }
    }

    #[test]
    fn a_session_comes_back() {
        assert_eq!(Session::parse(&session().to_text()).unwrap(), session());
    }

    #[test]
    fn what_is_no_session_is_none() {
        let mut wrong = session();
        wrong.mask.grid = Grid {
            rows: usize::MAX,
            columns: 2,
        };
        assert_eq!(Session::parse(&wrong.to_text()), None);
        for text in ["", "{}", "null", "[1,2]"] {
            assert_eq!(Session::parse(text), None);
        }
        let all = Session {
            mask: Mask {
                hidden: vec![true; 4],
                ..session().mask
            },
            split: 255,
            ..session()
        };
        let read = Session::parse(&all.to_text()).unwrap();
        assert!(read.split == 100 && read.mask.hidden.iter().any(|h| !h));
    }
}
