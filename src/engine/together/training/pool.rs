//! What a run in the room trains on: some hundred pictures, there from the beginning.

use crate::{data::Sample, worlds::Scene};

/// Scenes that are rendered for a run.
pub const SCENES: u64 = 320;
/// Their side, pixels: one and a half times what the network takes, so that crops are no blur.
pub const SCENE_PX: usize = 48;

/// Scene `index` of the run's own world, where object and setting go together as strongly as `bond`, 0..1, says.
#[must_use]
pub fn scene(seed: u64, index: u64, bond: f32) -> Sample {
    let bond = if bond.is_finite() { bond.clamp(0.0, 1.0) } else { 0.0 };
    let scene = Scene::new(seed, index, bond);
    Sample {
        picture: scene.render(SCENE_PX),
        label: Some(scene.class()),
        name: format!("scene {index}"),
        factors: Vec::new(),
    }
}
