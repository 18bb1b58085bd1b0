//! The link that restores every control: the page's state in the address after `#`.
//!
//! A link comes from anywhere, so everything in it is taken as a wish: what is unknown, out of range or no number
//! is left out, and the rest holds.

use super::{
    brush::{Brush, Tool},
    settings::{DeviceChoice, Theme, View, Word},
};
use crate::{
    mask::{Grid, Mask},
    protocol::Frame,
};

/// The longest hash that is read, bytes.
const LONGEST: usize = 16 * 1024;
/// The most patches on a side that a link's mask may have.
const LARGEST_SIDE: usize = 128;
/// The longest name of a file or model, bytes.
const LONGEST_NAME: usize = 200;

/// Everything a link keeps; what is `None` leaves the page's own choice.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LinkState {
    /// A scene of the procedural worlds.
    pub scene: Option<u64>,
    /// The name of a file, which stays with whoever made the link: pictures are in no link.
    pub file: Option<String>,
    /// The square of it.
    pub frame: Option<Frame>,
    /// The model that was chosen by hand.
    pub model: Option<String>,
    /// What is hidden.
    pub mask: Option<Mask>,
    /// The random mask's share, per cent.
    pub percent: Option<u8>,
    /// The random mask's seed.
    pub seed: Option<u64>,
    /// The tool in hand and its size.
    pub brush: Option<Brush>,
    /// What the large print shows.
    pub view: Option<View>,
    /// Where the slider stands, per cent from the left.
    pub split: Option<u8>,
    /// The device that was chosen by hand.
    pub device: Option<DeviceChoice>,
    /// Light or dark, where chosen by hand.
    pub theme: Option<Theme>,
}

impl LinkState {
    /// The hash without its `#`.
    #[must_use]
    pub fn to_hash(&self) -> String {
        let mut parts: Vec<String> = Vec::new();
        let mut put = |key: &str, value: Option<String>| parts.extend(value.map(|v| format!("{key}={v}")));
        put("scene", self.scene.map(|v| v.to_string()));
        put("file", self.file.as_deref().map(escape));
        put("frame", self.frame.map(|f| format!("{},{},{}", f.x, f.y, f.side)));
        put("model", self.model.as_deref().map(escape));
        put("mask", self.mask.as_ref().map(mask_to_text));
        put("hidden", self.percent.map(|v| v.to_string()));
        put("seed", self.seed.map(|v| v.to_string()));
        put("tool", self.brush.map(|b| b.tool.word().into()));
        put("brush", self.brush.map(|b| b.size.to_string()));
        put("view", self.view.map(|v| v.word().into()));
        put("split", self.split.map(|v| v.to_string()));
        put("device", self.device.map(|v| v.word().into()));
        put("theme", self.theme.map(|v| v.word().into()));
        parts.join("&")
    }

    /// Reads a hash, with or without its `#`. Never fails: what cannot be read is not there.
    #[must_use]
    pub fn parse(hash: &str) -> Self {
        let hash = hash.strip_prefix('#').unwrap_or(hash);
        let mut state = Self::default();
        if hash.len() > LONGEST {
            return state;
        }
        for (key, value) in hash.split('&').filter_map(|part| part.split_once('=')) {
            state.take(key, value);
        }
        state
    }

    fn take(&mut self, key: &str, value: &str) {
        let brush = || self.brush.unwrap_or_default();
        match key {
            "scene" => self.scene = value.parse().ok(),
            "file" => self.file = name(value),
            "frame" => self.frame = frame(value),
            "model" => self.model = name(value),
            "mask" => self.mask = mask_of_text(value),
            "hidden" => self.percent = per_cent(value),
            "seed" => self.seed = value.parse().ok(),
            "tool" => self.brush = Tool::of_word(value).map(|tool| Brush { tool, ..brush() }).or(self.brush),
            "brush" => {
                let size = value.parse().ok().filter(|size| (1..=Brush::LARGEST).contains(size));
                self.brush = size.map(|size| Brush { size, ..brush() }).or(self.brush);
            }
            "view" => self.view = View::of_word(value),
            "split" => self.split = per_cent(value),
            "device" => self.device = DeviceChoice::of_word(value),
            "theme" => self.theme = Theme::of_word(value),
            _ => {}
        }
    }
}

fn per_cent(text: &str) -> Option<u8> {
    text.parse().ok().filter(|v| *v <= 100)
}

fn frame(text: &str) -> Option<Frame> {
    let mut numbers = text
        .split(',')
        .map(|v| v.parse::<f32>().ok().filter(|v| v.is_finite() && v.abs() < 1e6));
    let frame = Frame {
        x: numbers.next()??,
        y: numbers.next()??,
        side: numbers.next()??,
    };
    (numbers.next().is_none() && frame.side > 0.0).then_some(frame)
}

/// A name out of a link: percent-encoded, no control characters, not longer than names are.
pub(super) fn name(text: &str) -> Option<String> {
    let name = unescape(text)?;
    let fine = !name.is_empty() && name.len() <= LONGEST_NAME && !name.chars().any(char::is_control);
    fine.then_some(name)
}

/// Percent-encodes what has a meaning in a hash, and what is not ASCII.
pub(super) fn escape(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.~".contains(&b);
    let one = |b: u8| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") };
    text.bytes().map(one).collect()
}

/// The way back from [`escape`]; `None` for what is none of it.
pub(super) fn unescape(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut out = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'%' => {
                let digit = |b: u8| char::from(b).to_digit(16);
                let (high, low) = (digit(bytes.next()?)?, digit(bytes.next()?)?);
                (high * 16 + low) as u8
            }
            byte => byte,
        });
    }
    String::from_utf8(out).ok()
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// `ROWSxCOLUMNS.` and six patches a letter, in the letters of base64url.
#[must_use]
pub fn mask_to_text(mask: &Mask) -> String {
    let letters = mask.hidden.chunks(6).map(|six| {
        let bits = six
            .iter()
            .enumerate()
            .fold(0usize, |bits, (i, hidden)| bits | (usize::from(*hidden) << (5 - i)));
        char::from(ALPHABET[bits])
    });
    format!("{}x{}.{}", mask.grid.rows, mask.grid.columns, letters.collect::<String>())
}

fn mask_of_text(text: &str) -> Option<Mask> {
    let (size, letters) = text.split_once('.')?;
    let (rows, columns) = size.split_once('x')?;
    let side = |text: &str| text.parse::<usize>().ok().filter(|n| (1..=LARGEST_SIDE).contains(n));
    let grid = Grid {
        rows: side(rows)?,
        columns: side(columns)?,
    };
    let patches = grid.rows * grid.columns;
    if letters.len() != patches.div_ceil(6) {
        return None;
    }
    let mut hidden = Vec::with_capacity(patches + 5);
    for letter in letters.bytes() {
        let bits = ALPHABET.iter().position(|known| *known == letter)?;
        hidden.extend((0..6).map(|i| bits >> (5 - i) & 1 == 1));
    }
    hidden.truncate(patches);
    Some(Mask { grid, hidden })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn full() -> LinkState {
        LinkState {
            scene: Some(u64::MAX),
            file: Some("Straße & Meer #1.jpg".into()),
            frame: Some(Frame {
                x: 1.5,
                y: 0.0,
                side: 300.25,
            }),
            model: Some("photos".into()),
            mask: Some(Mask {
                grid: Grid { rows: 3, columns: 5 },
                hidden: (0..15).map(|i| i % 3 == 0).collect(),
            }),
            percent: Some(60),
            seed: Some(7),
            brush: Some(Brush {
                tool: Tool::Eraser,
                size: 3,
            }),
            view: Some(View::Wrong),
            split: Some(40),
            device: Some(DeviceChoice::Cpu),
            theme: Some(Theme::Light),
        }
    }

    #[test]
    fn a_link_restores_every_control() {
        let state = full();
        assert_eq!(LinkState::parse(&format!("#{}", state.to_hash())), state);
        assert_eq!(LinkState::parse(""), LinkState::default());
        assert_eq!(LinkState::default().to_hash(), "");
    }

    #[test]
    fn wishes_that_make_no_sense_are_left_out_and_the_rest_holds() {
        let parse = |text: &str| LinkState::parse(text);
        let state = parse("#frame=NaN,0,3&mask=999999999x999999999.AA&split=900&brush=0&view=sideways&seed=-1&scene=4&&=&=5&x");
        assert_eq!(
            state,
            LinkState {
                scene: Some(4),
                ..LinkState::default()
            }
        );
        assert_eq!(parse("mask=2x2.!!").mask, None);
        assert_eq!(parse("mask=2x2.AA").mask, None, "a letter too many");
        assert_eq!(parse("file=%").file, None);
        assert_eq!(parse("file=%ff").file, None);
        assert_eq!(parse("file=a%00b").file, None);
        assert_eq!(parse(&format!("scene=1&file={}", "a".repeat(LONGEST))), LinkState::default());
    }

    proptest! {
        #[test]
        fn no_hash_is_too_hostile(text in "\\PC*", bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = LinkState::parse(&text);
            let hostile = String::from_utf8_lossy(&bytes).into_owned();
            let read = LinkState::parse(&format!("#mask={hostile}&frame={hostile}&file={hostile}&{hostile}"));
            prop_assert_eq!(LinkState::parse(&read.to_hash()), read);
        }

        #[test]
        fn every_mask_comes_back(rows in 1usize..20, columns in 1usize..20, seed in any::<u64>()) {
            let mut chance = crate::chance::Chance::new(seed, "test", 0);
            let mask = Mask { grid: Grid { rows, columns }, hidden: (0..rows * columns).map(|_| chance.coin(0.5)).collect() };
            prop_assert_eq!(mask_of_text(&mask_to_text(&mask)).unwrap(), mask);
        }
    }
}
