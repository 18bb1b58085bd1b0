//! The sliders that disturb a picture.

use crate::protocol::together::Changes;

/// One slider.
#[derive(Clone, Copy)]
pub struct Knob {
    /// Its name in links.
    pub key: &'static str,
    /// For people.
    pub name: &'static str,
    /// The least.
    pub low: f32,
    /// The most.
    pub high: f32,
    /// From one stop to the next.
    pub step: f32,
    /// Where it changes nothing.
    pub rest: f32,
    /// How a value is written, with its unit.
    pub words: fn(f32) -> String,
    field: fn(&mut Changes) -> &mut f32,
}

/// The sliders, in the order in which the changes are made.
pub const KNOBS: [Knob; 6] = [
    Knob {
        key: "crop",
        name: "Crop",
        low: 0.1,
        high: 1.0,
        step: 0.01,
        rest: 1.0,
        words: |v| format!("{:.0} %", v * 100.0),
        field: |c| &mut c.crop,
    },
    Knob {
        key: "hue",
        name: "Hue",
        low: -0.5,
        high: 0.5,
        step: 0.01,
        rest: 0.0,
        words: |v| signed(v * 360.0, "°"),
        field: |c| &mut c.hue,
    },
    Knob {
        key: "colour",
        name: "Colour",
        low: 0.0,
        high: 2.0,
        step: 0.02,
        rest: 1.0,
        words: |v| if v == 0.0 { "grey".into() } else { format!("× {v:.2}") },
        field: |c| &mut c.saturation,
    },
    Knob {
        key: "brightness",
        name: "Brightness",
        low: 0.2,
        high: 2.0,
        step: 0.02,
        rest: 1.0,
        words: |v| format!("× {v:.2}"),
        field: |c| &mut c.brightness,
    },
    Knob {
        key: "blur",
        name: "Blur",
        low: 0.0,
        high: 8.0,
        step: 0.1,
        rest: 0.0,
        words: |v| format!("{v:.1} px"),
        field: |c| &mut c.blur_px,
    },
    Knob {
        key: "turn",
        name: "Turn",
        low: -180.0,
        high: 180.0,
        step: 1.0,
        rest: 0.0,
        words: |v| signed(v, "°"),
        field: |c| &mut c.turn_degrees,
    },
];

/// The switch's name in links.
pub const FLIP: &str = "flip";

fn signed(value: f32, unit: &str) -> String {
    let whole = value.round();
    match whole {
        v if v > 0.0 => format!("+{v:.0}{unit}"),
        v if v < 0.0 => format!("−{:.0}{unit}", -v),
        _ => format!("0{unit}"),
    }
}

impl Knob {
    /// Where it stands.
    #[must_use]
    pub fn of(&self, changes: &Changes) -> f32 {
        let mut changes = *changes;
        *(self.field)(&mut changes)
    }

    /// Sets it; out of range is clamped, and what is no number is at rest.
    pub fn set(&self, changes: &mut Changes, value: f32) {
        let value = if value.is_nan() {
            self.rest
        } else {
            value.clamp(self.low, self.high)
        };
        *(self.field)(changes) = value;
    }

    /// How a value is written in links; `None` at rest.
    #[must_use]
    pub fn text(&self, value: f32) -> Option<String> {
        let near = (value - self.rest).abs() < self.step / 2.0;
        (!near).then(|| format!("{value:.2}").trim_end_matches('0').trim_end_matches('.').to_owned())
    }
}

/// The changes that a link, or whatever else knows values by name, asks for.
#[must_use]
pub fn read(known: impl Fn(&str) -> Option<f32>) -> Changes {
    let mut changes = Changes::default();
    for knob in &KNOBS {
        if let Some(value) = known(knob.key) {
            knob.set(&mut changes, value);
        }
    }
    changes.flip = known(FLIP) == Some(1.0);
    changes
}

/// What is done to the picture, for those who hear the page: `blur 2.0 px, turn +30°`.
#[must_use]
pub fn words(changes: &Changes) -> String {
    let mut parts: Vec<String> = KNOBS
        .iter()
        .filter(|knob| knob.text(knob.of(changes)).is_some())
        .map(|knob| format!("{} {}", knob.name.to_lowercase(), (knob.words)(knob.of(changes))))
        .collect();
    if changes.flip {
        parts.push("left and right exchanged".into());
    }
    if parts.is_empty() { "as it is".into() } else { parts.join(", ") }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_link_gives_back_every_slider() {
        let mut set = Changes {
            flip: true,
            ..Changes::default()
        };
        let values = [0.35, -0.25, 0.0, 1.5, 2.5, -30.0];
        for (knob, value) in KNOBS.iter().zip(values) {
            knob.set(&mut set, value);
        }
        let text = |key: &str| KNOBS.iter().find(|knob| knob.key == key).and_then(|knob| knob.text(knob.of(&set)));
        let read = read(|key| if key == FLIP { Some(1.0) } else { text(key)?.parse().ok() });
        assert_eq!(read, set);
    }

    #[test]
    fn at_rest_nothing_is_changed_and_nothing_is_kept() {
        assert_eq!(read(|_| None), Changes::default());
        for knob in &KNOBS {
            assert_eq!(knob.of(&Changes::default()), knob.rest, "{}", knob.name);
            assert_eq!(knob.text(knob.rest), None, "{}", knob.name);
        }
        assert_eq!(words(&Changes::default()), "as it is");
    }

    #[test]
    fn what_is_out_of_range_is_clamped() {
        let wild = read(|key| {
            Some(match key {
                "crop" => -4.0,
                "blur" => f32::INFINITY,
                "turn" => f32::NAN,
                _ => 1e9,
            })
        });
        assert_eq!((wild.crop, wild.blur_px, wild.turn_degrees, wild.hue), (0.1, 8.0, 0.0, 0.5));
        assert!(!wild.flip, "only 1 is on");
    }

    #[test]
    fn what_is_done_is_said_in_words() {
        let changes = Changes {
            saturation: 0.0,
            turn_degrees: -30.0,
            flip: true,
            ..Changes::default()
        };
        assert_eq!(words(&changes), "colour grey, turn −30°, left and right exchanged");
    }
}
