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
    /// Middle squares to measure on.
    pub validation: Vec<Square>,
    /// Where they come from, in the same order but for broken ones.
    pub validation_source: Arc<dyn Source>,
}

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
        let mut squares = Squares::new(chosen.clone(), size_px);
        let validation: Vec<Square> = squares.by_ref().collect();
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
