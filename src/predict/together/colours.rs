//! Patch embeddings as colours.

use burn::tensor::Device;

use super::kept::patches;
use crate::{
    methods::{AnyMethod, Method},
    picture::Picture,
    predict::PredictError,
    probes::{Embeddings, Pca},
    worlds::Scene,
};

/// The world that the reference scenes are of: no page, sample or preset shows it.
const WORLD: u64 = 0x00c0_1045;
/// Scenes, each class of object as often as any other.
const SCENES: u64 = 40;
/// How strongly object and setting go together in them: not at all, so that axes are about either.
const BOND: f32 = 0.0;
/// Scenes through the network at once.
const AT_ONCE: usize = 8;
/// Share of the reference patches that lies beyond either end of a colour's range.
const BEYOND: f64 = 0.01;

/// The first three principal axes of a model's patch embeddings over fixed scenes, with the ends of their ranges: a colour
/// means the same on every picture, every day.
#[derive(Clone, Debug, PartialEq)]
pub struct Palette {
    axes: Pca,
    /// Along each axis, what becomes 0 and what becomes 255.
    ends: [[f32; 2]; 3],
}

impl Palette {
    /// Of this model, by its embeddings of the reference scenes; `each` hears how many of how many are seen.
    ///
    /// # Errors
    /// A model without patches, a device that fails, numbers that are none.
    pub async fn of(model: &AnyMethod, device: &Device, mut each: impl FnMut(u64, u64)) -> Result<Self, PredictError> {
        let size_px = model.views().size_px;
        let mut rows = Vec::new();
        let mut dim = 0;
        let numbers: Vec<u64> = (0..SCENES).collect();
        for round in numbers.chunks(AT_ONCE) {
            let scene = |index: &u64| Picture::from_rgb8(&Scene::new(WORLD, *index, BOND).render(size_px));
            let pictures: Vec<Picture> = round.iter().map(scene).collect();
            for found in patches(model, &pictures, device).await? {
                dim = found.dim();
                rows.extend_from_slice(found.values());
            }
            each(round.last().map_or(0, |last| last + 1), SCENES);
        }
        Self::fit(&Embeddings::new(rows.len() / dim.max(1), dim, rows)?)
    }

    /// Of these patches, rows of length 1.
    fn fit(rows: &Embeddings) -> Result<Self, PredictError> {
        let axes = Pca::fit(rows, 3)?;
        let places = axes.project(rows)?;
        let ends = [0, 1, 2].map(|axis| ends(places.iter().skip(axis).step_by(3).copied().collect()));
        Ok(Self { axes, ends })
    }

    /// RGBA of each patch, rows of length 1: `[patches, 4]`. Red, green and blue are the three axes.
    ///
    /// # Errors
    /// Patches of another model's width.
    pub fn colours(&self, patches: &Embeddings) -> Result<Vec<u8>, PredictError> {
        let places = self.axes.project(patches)?;
        let colour = |place: &[f32]| {
            let [red, green, blue] = [0, 1, 2].map(|axis| byte(place[axis], self.ends[axis]));
            [red, green, blue, 255]
        };
        Ok(places.chunks_exact(3).flat_map(colour).collect())
    }
}

/// The places that all but a few lie between.
fn ends(mut places: Vec<f32>) -> [f32; 2] {
    places.sort_unstable_by(f32::total_cmp);
    let Some(last) = places.len().checked_sub(1) else { return [0.0; 2] };
    let beyond = (BEYOND * last as f64) as usize;
    [places[beyond], places[last - beyond]]
}

fn byte(place: f32, [from, to]: [f32; 2]) -> u8 {
    let part = if to > from { (place - from) / (to - from) } else { 0.5 };
    (part.clamp(0.0, 1.0) * 255.0 + 0.5) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::Chance;

    fn rows(seed: u64) -> Embeddings {
        let mut chance = Chance::new(seed, "patches", 0);
        // Three axes of different strength, and rows that lie far off.
        let row = |at: usize| {
            let far = if at.is_multiple_of(150) { 40.0 } else { 1.0 };
            [3.0, 2.0, 1.0, 0.1, 0.1].map(|strength| far * strength * chance.normal())
        };
        Embeddings::new(600, 5, (0..600).flat_map(row).collect()).unwrap()
    }

    #[test]
    fn a_patch_has_its_colour_whatever_stands_beside_it() {
        let palette = Palette::fit(&rows(1)).unwrap();
        let all = palette.colours(&rows(2)).unwrap();
        for at in [0, 17, 599] {
            assert_eq!(palette.colours(&rows(2).select(&[at])).unwrap(), all[4 * at..4 * at + 4]);
        }
        assert!(all.chunks_exact(4).all(|colour| colour[3] == 255));
        assert!(palette.colours(&Embeddings::new(1, 2, vec![0.0; 2]).unwrap()).is_err());
    }

    #[test]
    fn a_few_far_patches_do_not_take_the_range_of_all() {
        let palette = Palette::fit(&rows(1)).unwrap();
        for channel in 0..3 {
            let mut bytes: Vec<u8> = palette.colours(&rows(1)).unwrap().into_iter().skip(channel).step_by(4).collect();
            bytes.sort_unstable();
            assert!(bytes[60] < 100 && bytes[540] > 155, "{} {}", bytes[60], bytes[540]);
            assert_eq!((bytes[0], bytes[599]), (0, 255));
        }
    }

    #[test]
    fn patches_that_are_all_the_same_are_grey() {
        let same = Embeddings::new(9, 4, [0.5; 36].to_vec()).unwrap();
        assert_eq!(
            Palette::fit(&same).unwrap().colours(&same.select(&[0])).unwrap(),
            [128, 128, 128, 255]
        );
    }
}
