//! The run folder's files, written from the stream of events.

use std::path::{Path, PathBuf};

use crate::probes::Instruments;

use super::{Event, StepLine, TrainError, Validated, curves, record::Record, tensorboard::EventFile};

/// Writes down what a run says.
pub struct Files {
    folder: PathBuf,
    metrics: Record,
    validation: Record,
    tensorboard: EventFile,
}

impl Files {
    /// Opens the files of the run in `folder`; what they hold past `step` is cut.
    ///
    /// # Errors
    /// [`TrainError::File`].
    pub fn open(folder: &Path, step: u64) -> Result<Self, TrainError> {
        let events = folder.join("tensorboard");
        Ok(Self {
            folder: folder.into(),
            metrics: Record::open(&folder.join("metrics.jsonl"), step)?,
            validation: Record::open(&folder.join("validation.jsonl"), step)?,
            tensorboard: EventFile::create(&events, step).map_err(TrainError::writing(events))?,
        })
    }

    /// Writes one event down.
    ///
    /// # Errors
    /// [`TrainError::File`].
    pub fn observe(&mut self, event: &Event) -> Result<(), TrainError> {
        match event {
            Event::Step(line) => self.step(line),
            Event::Validated(validated) => self.validated(validated),
            Event::Picture { step, path } => self.picture(*step, path),
            _ => Ok(()),
        }
    }

    /// Hands all lines to the system.
    ///
    /// # Errors
    /// [`TrainError::File`].
    pub fn flush(&mut self) -> Result<(), TrainError> {
        self.metrics.flush()
    }

    /// Makes everything safe on disk, and draws the curves.
    ///
    /// # Errors
    /// [`TrainError::File`]; a sentence in the second place where only the curves failed.
    pub fn sync(&mut self) -> Result<Option<String>, TrainError> {
        self.metrics.sync()?;
        self.validation.sync()?;
        self.tensorboard
            .flush()
            .map_err(TrainError::writing(self.folder.join("tensorboard")))?;
        Ok(curves::draw(&self.folder)
            .err()
            .map(|why| format!("the curves could not be drawn: {why}")))
    }

    fn step(&mut self, line: &StepLine) -> Result<(), TrainError> {
        self.metrics.add(line)?;
        let parts = line.parts.iter().map(|(name, value)| (format!("loss/{name}"), *value));
        let fixed = [
            ("loss", line.loss),
            ("learning_rate", line.lr as f32),
            ("gradient_norm", line.gradient_norm),
            ("pictures_per_s", line.pictures_per_s),
        ];
        let linear = line.linear.map(|value| ("embeddings/linear probe, training".to_owned(), value));
        let scalars = fixed
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .chain(parts)
            .chain(linear);
        self.scalars(line.step, scalars)
    }

    fn validated(&mut self, validated: &Validated) -> Result<(), TrainError> {
        self.validation.add(validated)?;
        let scalars = validated.psnr.iter().flat_map(|(mask, psnr)| {
            [("model", psnr.model), ("mean", psnr.mean), ("smooth", psnr.smooth)].map(|(what, db)| (format!("psnr_db/{mask}/{what}"), db))
        });
        self.scalars(validated.step, scalars)?;
        let readings = validated.instruments.iter().flat_map(Instruments::readings);
        let scalars = readings.filter_map(|reading| Some((format!("embeddings/{}", reading.name), reading.value?)));
        self.scalars(validated.step, scalars)
    }

    fn scalars(&mut self, step: u64, scalars: impl Iterator<Item = (String, f32)>) -> Result<(), TrainError> {
        for (name, value) in scalars {
            self.tensorboard
                .scalar(step, &name, value)
                .map_err(TrainError::writing(self.folder.join("tensorboard")))?;
        }
        Ok(())
    }

    fn picture(&mut self, step: u64, path: &Path) -> Result<(), TrainError> {
        let png = std::fs::read(path).map_err(TrainError::reading(path))?;
        // A PNG says its width and height at bytes 16 and 20 (IHDR).
        let side = |at: usize| {
            png.get(at..at + 4)
                .and_then(|b| b.try_into().ok())
                .map_or(0, |b: [u8; 4]| u32::from_be_bytes(b) as usize)
        };
        let (width, height) = (side(16), side(20));
        self.tensorboard
            .image(step, "held-out", width, height, &png)
            .map_err(TrainError::writing(self.folder.join("tensorboard")))
    }
}
