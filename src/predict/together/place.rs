//! Does an embedding follow the object or the setting?
//!
//! A scene of a rare pair, a cow on a beach, lies between two others: one with its object, where that belongs; one in its
//! setting, with an object that belongs there. Hour, weather, places and colours are drawn anew for each of the three, so
//! that nothing but the object or the setting can bring two of them together.

use crate::{
    chance::Chance,
    probes::{Embeddings, ProbeError},
    worlds::{CLASSES, SETTINGS, Scene, belongs},
};

/// Three scenes.
#[derive(Clone, Debug, PartialEq)]
pub struct Triple {
    /// An object out of place.
    pub scene: Scene,
    /// The same kind of object in another setting, where it belongs.
    pub same_object: Scene,
    /// The same kind of setting with another object, which belongs there.
    pub same_setting: Scene,
}

impl Triple {
    /// In the order in which [`follows_object`] takes their embeddings.
    #[must_use]
    pub fn scenes(&self) -> [&Scene; 3] {
        [&self.scene, &self.same_object, &self.same_setting]
    }
}

/// `count` triples; number `k` is pure in `(seed, k)`. Objects and settings come about equally often.
#[must_use]
pub fn triples(seed: u64, count: usize) -> Vec<Triple> {
    (0..count as u64).map(|number| triple(seed, number)).collect()
}

fn triple(seed: u64, number: u64) -> Triple {
    let mut chance = Chance::new(seed, "out of place", number);
    let class = chance.below(CLASSES.len());
    let mut one_of = |all: Vec<usize>| all.get(chance.below(all.len())).copied().unwrap_or_default();
    let setting = one_of((0..SETTINGS.len()).filter(|setting| !belongs(class, *setting)).collect());
    let home = one_of((0..SETTINGS.len()).filter(|setting| belongs(class, *setting)).collect());
    let native = one_of((0..CLASSES.len()).filter(|class| belongs(*class, setting)).collect());
    let scene = |place: u64, class, setting| Scene::placed(seed, 3 * number + place, class, setting);
    Triple {
        scene: scene(0, class, setting),
        same_object: scene(1, class, home),
        same_setting: scene(2, native, setting),
    }
}

/// What is to be seen of a triple, in the order of [`Triple::scenes`].
#[must_use]
pub fn example(triple: &Triple) -> [String; 3] {
    triple.scenes().map(Scene::caption)
}

/// Share of triples in which the scene lies nearer to the one with its object than to the one with its setting, by the angle
/// of their embeddings: 0 follows the setting alone, 1 the object alone; half a triple where both lie equally near. Rows
/// `[3 triples, dim]` in the order of [`Triple::scenes`]. `None` for no triple.
///
/// # Errors
/// A row with a number that is none, rows that are not three to a triple.
pub fn follows_object(embeddings: &Embeddings) -> Result<Option<f32>, ProbeError> {
    if let Some(row) = embeddings.first_bad_row() {
        return Err(ProbeError::NotFinite { row });
    }
    let (rows, labels) = (embeddings.rows(), embeddings.rows().next_multiple_of(3));
    if rows != labels {
        return Err(ProbeError::Labels { rows, labels });
    }
    let unit = embeddings.unit();
    let cosine = |a: usize, b: usize| unit.row(a).iter().zip(unit.row(b)).map(|(a, b)| a * b).sum::<f32>();
    let of_triple = |first: usize| match cosine(first, first + 1).total_cmp(&cosine(first, first + 2)) {
        std::cmp::Ordering::Greater => 1.0,
        std::cmp::Ordering::Equal => 0.5,
        std::cmp::Ordering::Less => 0.0,
    };
    let sum: f32 = (0..rows).step_by(3).map(of_triple).sum();
    Ok((rows > 0).then(|| sum / (rows / 3) as f32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn triples_share_an_object_or_a_setting_and_nothing_else() {
        let all = triples(3, 200);
        for triple in &all {
            let [scene, object, setting] = triple.scenes();
            assert_eq!((scene.class(), scene.setting()), (object.class(), setting.setting()));
            assert_ne!(scene.setting(), object.setting());
            assert_ne!(scene.class(), setting.class());
            assert!(!belongs(scene.class(), scene.setting()), "{}", scene.caption());
            assert!(belongs(object.class(), object.setting()) && belongs(setting.class(), setting.setting()));
            let hour = |scene: &Scene| scene.factors()[0].1;
            assert!(hour(scene) != hour(object) && hour(scene) != hour(setting));
        }
        assert_eq!(triples(3, 5), all[..5]);
        assert_ne!(triples(4, 5), all[..5]);
        let mut classes: Vec<usize> = all.iter().map(|triple| triple.scene.class()).collect();
        classes.sort_unstable();
        classes.dedup();
        assert_eq!(classes.len(), CLASSES.len());
        assert!(example(&all[0]).iter().all(|caption| caption.ends_with('.')));
    }

    /// Embeddings that know so much of object and setting.
    fn embedded(triples: &[Triple], object: f32, setting: f32) -> Embeddings {
        let (classes, settings) = (CLASSES.len(), SETTINGS.len());
        let row = |scene: &Scene| {
            let mut row = vec![0.0; classes + settings];
            row[scene.class()] = object;
            row[classes + scene.setting()] = setting;
            row
        };
        let values = triples.iter().flat_map(Triple::scenes).flat_map(row).collect();
        Embeddings::new(3 * triples.len(), classes + settings, values).unwrap()
    }

    #[test]
    fn what_knows_objects_follows_them_and_what_knows_settings_does_not() {
        let all = triples(1, 60);
        for (object, setting, expected) in [(1.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 1.0, 0.5), (2.0, 1.0, 1.0), (0.5, 1.0, 0.0)] {
            let found = follows_object(&embedded(&all, object, setting)).unwrap();
            assert_eq!(found, Some(expected), "{object} {setting}");
        }
        assert_eq!(follows_object(&Embeddings::default()), Ok(None));
        assert!(follows_object(&Embeddings::new(2, 1, vec![1.0; 2]).unwrap()).is_err());
        assert!(follows_object(&Embeddings::new(3, 1, vec![1.0, f32::NAN, 1.0]).unwrap()).is_err());
    }
}
