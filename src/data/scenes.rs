//! The procedural worlds as a source: `scenes?bond=0.9&count=50000&seed=1&px=64`.

use super::{DataError, OpenOptions, Sample, Source, beyond};
use crate::{
    names,
    worlds::{BOND, CLASSES, Scene},
};

/// Scenes in an epoch where nobody says otherwise.
const COUNT: usize = 50_000;

/// Most scenes in an epoch: an order of that many is still cheap to draw.
const MAX_COUNT: usize = 100_000_000;

const OPTIONS: [&str; 4] = ["bond", "count", "seed", "px"];

/// Scenes of one world, rendered when asked for.
#[derive(Clone, Debug)]
pub struct Scenes {
    spec: String,
    seed: u64,
    bond: f32,
    count: usize,
    size_px: usize,
    classes: Vec<String>,
}

impl Scenes {
    /// Reads `scenes` and its options.
    ///
    /// # Errors
    /// A sentence for an unknown option, naming the known ones, or a value out of range.
    pub fn open(spec: &str, options: &OpenOptions) -> Result<Self, DataError> {
        let wrong = |why: String| DataError::Spec { spec: spec.into(), why };
        let mut scenes = Self {
            spec: spec.into(),
            seed: options.seed,
            bond: BOND,
            count: COUNT,
            size_px: options.size_px.clamp(1, 4096),
            classes: CLASSES.iter().map(ToString::to_string).collect(),
        };
        let (_, query) = spec.split_once('?').unwrap_or((spec, ""));
        for pair in query.split('&').filter(|p| !p.is_empty()) {
            let (key, value) = pair
                .split_once('=')
                .ok_or_else(|| wrong(format!("`{pair}` has no value; write for instance `bond=0.9`")))?;
            scenes.set(key, value).map_err(wrong)?;
        }
        Ok(scenes)
    }

    fn set(&mut self, key: &str, value: &str) -> Result<(), String> {
        let wrong = |range: &str| format!("`{key}={value}`: {key} is {range}");
        match key {
            "bond" => {
                self.bond = value
                    .parse()
                    .ok()
                    .filter(|b| (0.0..=1.0).contains(b))
                    .ok_or_else(|| wrong("a number from 0 to 1"))?
            }
            "count" => {
                let known = value.parse().ok().filter(|n| (1..=MAX_COUNT).contains(n));
                self.count = known.ok_or_else(|| wrong("a whole number from 1 to 100000000"))?;
            }
            "seed" => self.seed = value.parse().map_err(|_| wrong("a whole number"))?,
            "px" => {
                self.size_px = value
                    .parse()
                    .ok()
                    .filter(|n| (1..=4096).contains(n))
                    .ok_or_else(|| wrong("a whole number from 1 to 4096"))?
            }
            _ => {
                let there_are = match names::nearest(key, OPTIONS) {
                    Some(near) => format!("did you mean \"{near}\"? There are"),
                    None => "there are".into(),
                };
                return Err(format!("`{key}` is no option of `scenes`; {there_are} {}", OPTIONS.join(", ")));
            }
        }
        Ok(())
    }

    /// Scene `index` of any world as a sample.
    #[must_use]
    pub fn sample(seed: u64, index: u64, bond: f32, size_px: usize) -> Sample {
        let scene = Scene::new(seed, index, bond);
        Sample {
            picture: scene.render(size_px),
            label: Some(scene.class()),
            name: format!("scene {index}"),
            factors: scene.factors(),
        }
    }
}

impl Source for Scenes {
    fn name(&self) -> &str {
        &self.spec
    }

    fn len(&self) -> usize {
        self.count
    }

    fn get(&self, index: usize) -> Result<Sample, DataError> {
        self.get_at(index, self.size_px)
    }

    fn get_at(&self, index: usize, short_side_px: usize) -> Result<Sample, DataError> {
        if index >= self.count {
            return Err(beyond(self, index));
        }
        Ok(Self::sample(self.seed, index as u64, self.bond, short_side_px))
    }

    fn classes(&self) -> &[String] {
        &self.classes
    }

    fn label(&self, index: usize) -> Option<usize> {
        (index < self.count).then(|| Scene::new(self.seed, index as u64, self.bond).class())
    }
}
