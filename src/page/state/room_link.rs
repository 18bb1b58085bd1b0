//! The link of the room "Together": what is open, chosen and set, in the address after `#room=together`.
//!
//! As with [`super::link`], everything in it is a wish: what is unknown or out of range is left out, the rest holds.

use std::collections::BTreeMap;

use super::{
    link::{escape, name, unescape},
    panel::Panel,
    scenes::Scenes,
    settings::{Theme, Word},
    strip::Origin,
};

/// The longest hash that is read, bytes.
const LONGEST: usize = 4 * 1024;
/// The most controls of panels that a link may set.
const MOST_CONTROLS: usize = 40;

/// A picture that a link speaks of: numbers are the room's own and mean nothing elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// A scene of the procedural worlds.
    Scene(u64),
    /// A file, which stays with whoever made the link.
    File(String),
}

impl Named {
    /// A picture of the room by what another room would know of it.
    #[must_use]
    pub fn of(origin: Origin, name: &str) -> Self {
        match origin {
            Origin::Scene(seed) => Self::Scene(seed),
            Origin::File => Self::File(name.into()),
        }
    }

    fn to_text(&self) -> String {
        match self {
            Self::Scene(seed) => seed.to_string(),
            Self::File(name) => format!("'{}", escape(name)),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        match text.strip_prefix('\'').or(text.strip_prefix("%27")) {
            Some(text) => name(text).map(Self::File),
            None => text.parse().ok().map(Self::Scene),
        }
    }
}

/// Everything a link keeps; what is `None` leaves the room's own choice.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RoomLink {
    /// The panel that is open.
    pub panel: Option<Panel>,
    /// The model that the room looks through.
    pub first: Option<String>,
    /// The model that it is compared with.
    pub second: Option<String>,
    /// The masked autoencoder that was chosen to draw beside them.
    pub drawing: Option<String>,
    /// The scenes that lie in the room, on its map.
    pub scenes: Option<Scenes>,
    /// The picture that was chosen.
    pub a: Option<Named>,
    /// The second one.
    pub b: Option<Named>,
    /// Light or dark, where chosen by hand.
    pub theme: Option<Theme>,
    /// Controls of the panels by their short names; who owns one reads it with a range.
    pub controls: BTreeMap<String, String>,
}

impl RoomLink {
    /// The hash without its `#`.
    #[must_use]
    pub fn to_hash(&self) -> String {
        let mut parts = vec!["room=together".to_owned()];
        let mut put = |key: &str, value: Option<String>| parts.extend(value.map(|v| format!("{key}={v}")));
        put("panel", self.panel.map(|v| v.word().into()));
        put("first", self.first.as_deref().map(escape));
        put("second", self.second.as_deref().map(escape));
        put("drawing", self.drawing.as_deref().map(escape));
        put("pictures", self.scenes.as_ref().map(Scenes::to_string));
        put("a", self.a.as_ref().map(Named::to_text));
        put("b", self.b.as_ref().map(Named::to_text));
        put("theme", self.theme.map(|v| v.word().into()));
        for (key, value) in &self.controls {
            put(key, Some(escape(value)));
        }
        parts.join("&")
    }

    /// Reads a hash, with or without its `#`. Never fails: what cannot be read is not there.
    #[must_use]
    pub fn parse(hash: &str) -> Self {
        let hash = hash.strip_prefix('#').unwrap_or(hash);
        let mut link = Self::default();
        if hash.len() > LONGEST {
            return link;
        }
        for (key, value) in hash.split('&').filter_map(|part| part.split_once('=')) {
            match key {
                "room" => {}
                "panel" => link.panel = Panel::of_word(value),
                "first" => link.first = name(value),
                "second" => link.second = name(value),
                "drawing" => link.drawing = name(value),
                "pictures" => link.scenes = unescape(value).and_then(|text| Scenes::parse(&text)),
                "a" => link.a = Named::parse(value),
                "b" => link.b = Named::parse(value),
                "theme" => link.theme = Theme::of_word(value),
                key => link.take_control(key, value),
            }
        }
        link
    }

    fn take_control(&mut self, key: &str, value: &str) {
        let fine = (1..=16).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
        if let Some(value) = name(value).filter(|_| fine && self.controls.len() < MOST_CONTROLS) {
            self.controls.insert(key.into(), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn full() -> RoomLink {
        RoomLink {
            panel: Some(Panel::Fit),
            first: Some("photos".into()),
            second: Some("my run.safetensors".into()),
            drawing: Some("my own & other.safetensors".into()),
            scenes: Scenes::of([7, 8, 9, 19, u64::MAX]),
            a: Some(Named::Scene(u64::MAX)),
            b: Some(Named::File("Straße & Meer's #1.jpg".into())),
            theme: Some(Theme::Light),
            controls: [("zoom".to_owned(), "1.5,-0.2".to_owned()), ("map".to_owned(), "pca".to_owned())].into(),
        }
    }

    #[test]
    fn a_link_restores_every_control() {
        let hash = format!("#{}", full().to_hash());
        assert_eq!(RoomLink::parse(&hash), full());
        assert_eq!(RoomLink::parse("#room=together"), RoomLink::default());
        let set = RoomLink::parse("#room=together&panel=collapse&guard=off&through=second").controls;
        assert_eq!([&set["guard"], &set["through"]], ["off", "second"]);
    }

    #[test]
    fn wishes_that_make_no_sense_are_left_out_and_the_rest_holds() {
        let link = RoomLink::parse(
            "#room=together&panel=sideways&pictures=x,9-8&drawing=%00&a=-1&b='&first=%&theme=blue&UPPER=1&=4&x&zoom=a%00b&map=pca",
        );
        let only = RoomLink {
            controls: [("map".to_owned(), "pca".to_owned())].into(),
            ..RoomLink::default()
        };
        assert_eq!(link, only);
        let encoded = RoomLink::parse("pictures=%2A4%2C31,x");
        assert_eq!(encoded.to_hash(), "room=together&pictures=*4,31");
        let many: String = (0..200).map(|i| format!("&k{}=1", "a".repeat(i % 20))).collect();
        assert!(RoomLink::parse(&many).controls.len() <= MOST_CONTROLS);
        assert_eq!(
            RoomLink::parse(&format!("panel=fit&x={}", "a".repeat(LONGEST))),
            RoomLink::default()
        );
    }

    proptest! {
        #[test]
        fn no_hash_is_too_hostile(text in "\\PC*", bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = RoomLink::parse(&text);
            let hostile = String::from_utf8_lossy(&bytes).into_owned();
            let read = RoomLink::parse(&format!("#a={hostile}&b='{hostile}&pictures=3,{hostile},5&zoom={hostile}&{hostile}"));
            prop_assert_eq!(RoomLink::parse(&read.to_hash()), read);
        }
    }
}
