//! Which of two models is spoken of in panels that speak of one at a time.

use leptos::prelude::*;

use super::Room;
use crate::protocol::together::Slot;

/// The control that keeps it, and its word for the second.
const THROUGH: &str = "through";
const SECOND: &str = "second";

impl Room {
    /// Whether a second model is open beside the first.
    pub fn has_two(self) -> bool {
        self.models.second.with(Option::is_some)
    }

    /// The model that panels speak of which speak of one: the second where it is open and chosen for that.
    pub fn lens(self) -> Slot {
        if self.says(THROUGH, SECOND) && self.has_two() {
            Slot::Second
        } else {
            Slot::First
        }
    }

    /// Has them speak of this one.
    pub fn look_through(self, slot: Slot) {
        self.say(THROUGH, SECOND, slot == Slot::Second);
    }
}
