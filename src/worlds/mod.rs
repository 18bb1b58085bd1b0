//! Procedural worlds: pictures rendered from known factors, deterministic by `(seed, index)`, at any size.
//!
//! A scene is drawn from [`crate::chance::Chance`] alone and painted with integers, `f32` arithmetic and `libm`, so
//! that it has the same bytes natively and in wasm. The main object gives the class, everything else is a factor.
//!
//! To add an object: a file in `objects/`, a line in its list. To add a setting: a file in `settings/`, a line in
//! `setting.rs`.

mod canvas;
mod clouds;
mod colour;
mod draw;
mod ground;
mod land;
mod noise;
mod objects;
mod palette;
mod pen;
mod plants;
mod props;
mod ridge;
mod scene;
mod screens;
mod sequence;
mod setting;
mod settings;
mod shapes;
mod sky;
mod stage;
mod trees;
mod water;

pub use draw::STRAY;
pub use scene::{FACTORS, Scene};
pub use sequence::{Fate, Sequence};

/// Names of the classes: the main object.
pub const CLASSES: [&str; 10] = {
    let mut names = [""; 10];
    let mut k = 0;
    while k < 10 {
        names[k] = objects::KINDS[k].name;
        k += 1;
    }
    names
};

/// Names of the settings.
pub const SETTINGS: [&str; setting::SETTINGS.len()] = {
    let mut names = [""; setting::SETTINGS.len()];
    let mut k = 0;
    while k < names.len() {
        names[k] = setting::SETTINGS[k].name;
        k += 1;
    }
    names
};

/// How strongly object and setting go together where nothing else is said.
pub const BOND: f32 = 0.9;

/// Scenes of seed 0 that make good samples.
pub const SAMPLES: [u64; 8] = [19, 17, 6, 24, 14, 26, 13, 28];

/// Whether objects of this class belong in this setting, by their numbers.
#[must_use]
pub fn belongs(class: usize, setting: usize) -> bool {
    let home = SETTINGS.get(setting);
    objects::KINDS
        .get(class)
        .is_some_and(|kind| home.is_some_and(|home| kind.homes.contains(home)))
}

/// Scene number `index` of seed 0 at [`BOND`]: what the page shows.
#[must_use]
pub fn sample(index: u64) -> Scene {
    Scene::new(0, index, BOND)
}

/// `(index, size in pixels, hash)` of scenes of seed 0: every machine must agree.
pub const FINGERPRINTS: [(u64, usize, u64); 6] = [
    (0, 64, 0xb9ad_ff14_ccb5_0766),
    (1, 64, 0x8cc8_04e4_8d77_f644),
    (3, 64, 0xfc8a_228d_f791_650f),
    (0, 128, 0xad73_c196_ecec_b8b2),
    (18, 128, 0x2dad_ce31_3429_de4e),
    (29, 128, 0x4ef7_44be_345c_252a),
];

/// A hash (FNV-1a) of a scene's pixels, to compare machines.
#[must_use]
pub fn fingerprint(seed: u64, index: u64, size_px: usize) -> u64 {
    let picture = Scene::new(seed, index, BOND).render(size_px);
    picture
        .pixels
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests;
