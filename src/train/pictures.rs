//! What a run trains on, and what it is measured on.

use std::sync::Arc;

use super::{Event, TrainError};
use crate::{
    config::RunConfig,
    data::{self, OpenOptions, Opened, Source, Square, Squares, Subset},
};

/// Both sides of a run's data.
pub struct Pictures {
    /// To train on.
    pub train: Arc<dyn Source>,
    /// Middle squares to measure on, their classes numbered as those to train on are.
    pub validation: Vec<Square>,
    /// Where they come from, in the same order but for broken ones.
    pub validation_source: Arc<dyn Source>,
}

/// Pictures looked at before a run, to say whether they are large enough.
const LOOKED_AT: usize = 8;

impl Pictures {
    /// Opens what `config` names; where it names no validation pictures, some are held out.
    ///
    /// # Errors
    /// Data that cannot be opened or read.
    pub fn open(config: &RunConfig, size_px: usize, emit: &mut dyn FnMut(Event)) -> Result<Self, TrainError> {
        let options = OpenOptions {
            seed: config.seed,
            size_px,
            ..OpenOptions::default()
        };
        let mut source = |spec: &str| -> Result<Arc<dyn Source>, TrainError> {
            let Opened {
                source, skipped, notes, ..
            } = data::open(spec, &options)?;
            notes
                .into_iter()
                .chain(skipped.sentence())
                .for_each(|note| emit(Event::Warning(format!("{spec}: {note}"))));
            Ok(source)
        };
        let train = source(&config.data)?;
        let (train, validation) = if config.val_data.is_empty() {
            let parts = data::held_out(train, config.val_count.max(1), config.seed)?;
            (parts.train, parts.validation)
        } else {
            (train, source(&config.val_data)?)
        };
        let chosen: Arc<dyn Source> = Arc::new(Subset::spread(validation, config.val_count.max(1)));
        if let Some(sentence) = enlarged(&*train, size_px) {
            emit(Event::Warning(format!("{}: {sentence}", config.data)));
        }
        let mut squares = Squares::new(chosen.clone(), size_px);
        let same = data::same_classes(train.classes(), chosen.classes());
        let numbered = |square: Square| Square {
            label: square.label.and_then(|label| same.get(label).copied()),
            ..square
        };
        let validation: Vec<Square> = squares.by_ref().map(numbered).collect();
        if let Some(sentence) = squares.skipped().sentence() {
            emit(Event::Warning(format!("validation pictures: {sentence}")));
        }
        Ok(Self {
            train,
            validation,
            validation_source: chosen,
        })
    }
}

/// What to say of pictures to measure on whose classes are others than those to train on. No reason to stop: most methods learn
/// from none.
pub(super) fn other_classes(pictures: &Pictures) -> Option<String> {
    match data::unlearnt_classes(&*pictures.train, &*pictures.validation_source) {
        Ok(sentence) => sentence,
        Err(error) => Some(error.to_string()),
    }
}

/// What to say where most pictures of a source are smaller than the square that the network takes.
fn enlarged(source: &dyn Source, size_px: usize) -> Option<String> {
    let step = (source.len() / LOOKED_AT).max(1);
    let samples = (0..source.len())
        .step_by(step)
        .take(LOOKED_AT)
        .filter_map(|at| source.get_at(at, size_px).ok());
    let sides: Vec<usize> = samples.map(|sample| sample.picture.width.min(sample.picture.height)).collect();
    let small = sides.iter().filter(|side| **side < size_px).count();
    let median = {
        let mut sides = sides.clone();
        sides.sort_unstable();
        sides.get(sides.len() / 2).copied().unwrap_or(0)
    };
    (2 * small > sides.len()).then(|| {
        format!(
            "the network takes {size_px} px, and of {} pictures looked at {small} have a shorter side of less ({median} px in the median): \
             they are enlarged, which shows nothing more; a smaller size (--set size=…) trains faster and sees as much",
            sides.len()
        )
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::data::{DataError, Sample};
    use crate::picture::{Rgb8, encode_png};

    struct Sized(Vec<[usize; 2]>);

    impl Source for Sized {
        fn name(&self) -> &str {
            "sized"
        }

        fn len(&self) -> usize {
            self.0.len()
        }

        fn get(&self, index: usize) -> Result<Sample, DataError> {
            let [width, height] = self.0[index];
            Ok(Sample {
                picture: Rgb8 {
                    width,
                    height,
                    pixels: vec![0; 3 * width * height],
                },
                label: None,
                name: String::new(),
                factors: Vec::new(),
            })
        }

        fn classes(&self) -> &[String] {
            &[]
        }

        fn label(&self, _index: usize) -> Option<usize> {
            None
        }
    }

    #[test]
    fn pictures_smaller_than_the_network_takes_are_spoken_of() {
        let of = |sizes: &[[usize; 2]]| enlarged(&Sized(sizes.to_vec()), 64);
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[[64, 64], [640, 480], [20, 20]]), None);
        let said = of(&[[64, 63], [200, 32], [100, 100]]).unwrap_or_default();
        assert!(
            said.contains("takes 64 px") && said.contains("2 have") && said.contains("63 px"),
            "{said}"
        );
        assert!(of(&[[32, 32]; 100]).is_some_and(|said| said.contains("of 8 pictures")));
    }

    #[test]
    fn classes_to_measure_on_have_the_numbers_of_those_to_train_on() {
        let folder = tempfile::tempdir().unwrap();
        let put = |class: &str| {
            let class = folder.path().join(class);
            std::fs::create_dir_all(&class).unwrap();
            std::fs::write(class.join("a.png"), encode_png(&Rgb8::new(16, 16, vec![9; 768]).unwrap())).unwrap();
        };
        for class in [
            "train/cat",
            "train/dog",
            "train/fox",
            "some/dog",
            "some/emu",
            "some/fox",
            "none/emu",
        ] {
            put(class);
        }
        let open = |val: &str| {
            let at = |name: &str| folder.path().join(name).display().to_string();
            let config = RunConfig {
                data: at("train"),
                val_data: at(val),
                ..RunConfig::default()
            };
            let pictures = Pictures::open(&config, 16, &mut |_| ()).unwrap();
            let labels: Vec<_> = pictures.validation.iter().map(|square| square.label).collect();
            (labels, other_classes(&pictures).unwrap_or_default())
        };
        // A class that no picture to train on has is never told right.
        let (labels, said) = open("some");
        assert_eq!(labels, [Some(1), Some(4), Some(2)]);
        assert!(said.contains("emu") && said.contains("1 picture"), "{said}");
        let (labels, said) = open("none");
        assert_eq!(labels, [Some(3)]);
        assert!(said.contains("emu") && said.contains("cat, dog, fox"), "{said}");
        assert_eq!(open("train"), (vec![Some(0), Some(1), Some(2)], String::new()));
    }
}
