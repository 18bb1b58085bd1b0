//! What the models beside the page can do in the room "Together", to name them before they are fetched.

pub use crate::protocol::together::Able;

const JOINT: Able = Able {
    patches: true,
    attention: true,
    predicts: false,
    draws: false,
};
const PARTS: Able = Able { predicts: true, ..JOINT };
const DRAWS: Able = Able { draws: true, ..JOINT };

/// Each shipped model with what it can do. A model that is open says so itself.
const SHIPPED: [(&str, Able); 4] = [("parts", PARTS), ("photos", DRAWS), ("scenes", DRAWS), ("together", JOINT)];

/// What a shipped model can do; `None` for one that is not known here.
#[must_use]
pub fn of_shipped(name: &str) -> Option<Able> {
    SHIPPED.iter().find(|(known, _)| *known == name).map(|(_, able)| *able)
}

#[cfg(test)]
#[cfg(feature = "joint")]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::path::Path;

    use super::*;
    use crate::{predict::together::able, weights};

    #[test]
    fn shipped_models_can_do_what_is_said_of_them_before_they_are_fetched() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("public/models");
        for (name, said) in SHIPPED {
            let bytes = std::fs::read(folder.join(format!("{name}.safetensors"))).unwrap();
            let opened = weights::from_bytes(&bytes, name, &burn::tensor::Device::flex()).unwrap();
            assert_eq!(able(&opened.method), said, "{name}");
        }
    }
}
