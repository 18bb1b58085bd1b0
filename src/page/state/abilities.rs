//! What the models beside the page can do in the room "Together", to name them before they are fetched.

pub use crate::protocol::together::Able;

const JOINT: Able = Able {
    patches: true,
    attention: true,
    predicts: false,
    draws: false,
};
const PARTS: Able = Able { predicts: true, ..JOINT };
const DRAWS: Able = Able {
    patches: true,
    attention: false,
    predicts: false,
    draws: true,
};

/// Each shipped model with what it can do. A model that is open says so itself.
const SHIPPED: [(&str, Able); 4] = [("parts", PARTS), ("photos", DRAWS), ("scenes", DRAWS), ("together", JOINT)];

/// What a shipped model can do; `None` for one that is not known here.
#[must_use]
pub fn of_shipped(name: &str) -> Option<Able> {
    SHIPPED.iter().find(|(known, _)| *known == name).map(|(_, able)| *able)
}
